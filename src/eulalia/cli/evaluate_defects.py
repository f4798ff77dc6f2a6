"""`eulalia evaluate defects`: how good the probabilities are that customers were not served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eulalia.cli import options
from eulalia.errors import EulaliaError


def defects(
    turns: options.KnownLog,
    json_file: options.Figures = None,
    model: options.Model = None,
) -> None:
    """Compare the probability of a defect with whether the turn failed."""
    from rich.console import Console
    from rich.table import Table

    from eulalia.cli.files import check_folder, write_json
    from eulalia.learning.boosted import Boosted
    from eulalia.learning.defects import shipped

    check_folder(json_file)
    chosen = Boosted.open(model) if model else shipped()
    with Console(stderr=True).status("judging the turns"):
        report = evaluate(turns, chosen)
    table = Table("", "", box=None, show_header=False)
    for name, value in report.items():
        table.add_row(_NAMES[name], f"{value:,}" if name == "n" else f"{value:.3f}")
    Console().print(table)
    if json_file is not None:
        write_json(json_file, report)


_NAMES = {
    "n": "turns",
    "rate": "share of defects",
    "auc": "area under the ROC curve",
    "ece": "expected error of calibration",
    "brier": "mean squared error",
    "base_brier": "the same, of the share of defects",
}


def evaluate(path: Path, model: Any) -> dict[str, float]:
    """The figures of a model on a log. Raises EulaliaError when the log tells no truth."""
    import numpy as np

    from eulalia.learning import logs, scores
    from eulalia.learning.defects import probabilities

    pairs = list(logs.read(path))
    judged = probabilities((turn for turn, _ in pairs), model)
    failed = [scores.is_defect(truth) for _, truth in pairs]
    told = np.array([each is not None for each in failed], bool)
    if not told.any():
        raise EulaliaError(
            f"{path} does not tell which turns failed; "
            "make a log with truth by `eulalia data turns` or by simulation."
        )
    return scores.of_probabilities(np.array(failed)[told].astype(bool), judged[told])
