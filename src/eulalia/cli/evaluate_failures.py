"""`eulalia evaluate failures`: how well failure points are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eulalia.cli import options
from eulalia.errors import EulaliaError
from eulalia.truth import Failure

_NLU = list(Failure).index(Failure.INTENT)


def failures(
    turns: options.KnownLog,
    json_file: options.Figures = None,
    model: options.Model = None,
) -> None:
    """Compare where turns are said to have failed with where they did."""
    from rich.console import Console

    from eulalia.cli.files import check_folder, write_json
    from eulalia.learning.failures import Failures

    check_folder(json_file)
    judge = Failures.open(model)
    with Console(stderr=True).status("judging the turns"):
        report = evaluate(turns, judge)
    Console().print(_table(report))
    if json_file is not None:
        write_json(json_file, report)


def evaluate(path: Path, model: Any) -> dict[str, Any]:
    """The figures of a model on a log. Raises EulaliaError when the log tells no truth."""
    import numpy as np

    from eulalia.learning import logs, scores
    from eulalia.learning.baseline import best_baseline

    pairs = list(logs.read(path))
    verdicts = model.judge([turn for turn, _ in pairs])
    known = [
        (turn, truth.failure, verdict.failure)
        for (turn, truth), verdict in zip(pairs, verdicts, strict=True)
        if truth is not None and truth.failure is not None
    ]
    if not known:
        raise EulaliaError(
            f"{path} does not tell where its turns failed; "
            "make a log with truth by `eulalia data turns` or by simulation."
        )
    kinds = list(Failure)
    truth = np.array([kinds.index(failure) for _, failure, _ in known], dtype=np.intp)
    said = np.array([kinds.index(failure) for _, _, failure in known], dtype=np.intp)
    customers = np.unique([turn.customer for turn, _, _ in known], return_inverse=True)[1]
    by_class = {str(kinds[k]): f1 for k, f1 in scores.f1_by_class(truth, said).items()}
    # Intents and slots come from one stage.
    stages = [np.where(each == kinds.index(Failure.SLOT), _NLU, each) for each in (truth, said)]
    return {
        "n": len(known),
        "macro_f1": scores.macro_f1(truth, said),
        "interval": list(scores.interval(truth, said, customers)),
        "baseline_macro_f1": best_baseline(
            [turn for turn, _, _ in known], [failure for _, failure, _ in known]
        ),
        "by_class": by_class,
        "macro_f1_by_stage": scores.macro_f1(*stages),
        "by_stage": {
            "nlu" if k == _NLU else str(kinds[k]): f1
            for k, f1 in scores.f1_by_class(*stages).items()
        },
        "counts": {name: int(np.sum(truth == kinds.index(Failure(name)))) for name in by_class},
        "precision": {name: _share(truth, said, kinds.index(Failure(name))) for name in by_class},
        "recall": {name: _share(said, truth, kinds.index(Failure(name))) for name in by_class},
    }


def _share(first: Any, second: Any, name: int) -> float:
    """Of those that the second calls so, the share that the first does too."""
    chosen = first[second == name]
    return float((chosen == name).mean()) if len(chosen) else 0.0


def _table(report: dict[str, Any]) -> Any:
    from rich.table import Table

    low, high = report["interval"]
    table = Table(
        box=None,
        caption=f"macro-F1 {report['macro_f1']:.3f} ({low:.3f} to {high:.3f}); the better of "
        f"commonest class and confidence threshold {report['baseline_macro_f1']:.3f}; "
        f"with intents and slots as one stage {report['macro_f1_by_stage']:.3f}, which gets "
        f"{report['by_stage'].get('nlu', 0.0):.3f}",
        caption_justify="left",
    )
    for heading in ("failed at", "n", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if heading == "failed at" else "right")
    for name, f1 in report["by_class"].items():
        table.add_row(
            name,
            str(report["counts"][name]),
            f"{report['precision'][name]:.3f}",
            f"{report['recall'][name]:.3f}",
            f"{f1:.3f}",
        )
    return table
