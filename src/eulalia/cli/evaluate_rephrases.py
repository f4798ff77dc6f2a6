"""`eulalia evaluate rephrases`: how well requests that are said again are found."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer

from eulalia.cli import options
from eulalia.errors import EulaliaError


def rephrases(
    turns: Annotated[
        Path, typer.Option("--turns", metavar="FILE", help="A log whose truth tells the goals.")
    ],
    only: Annotated[
        str, typer.Option("--sessions", metavar="START", help="Only sessions named so, dstc2-dev.")
    ] = "",
    json_file: options.Figures = None,
    model: options.Model = None,
) -> None:
    """Compare the turns said to say a request again with those that do."""
    from rich.console import Console
    from rich.table import Table

    from eulalia.cli.files import check_folder, write_json
    from eulalia.learning.boosted import Boosted
    from eulalia.learning.rephrases import shipped

    check_folder(json_file)
    chosen = Boosted.open(model) if model else shipped()
    with Console(stderr=True).status("comparing the turns"):
        report = evaluate(turns, chosen, only)
    table = Table("", "F1 of pairs", "whole spans", box=None)
    table.add_row("spans", f"{report['f1']:.3f}", f"{report['exact']:.3f}")
    table.add_row("similarity", f"{report['baseline_f1']:.3f}", f"{report['baseline_exact']:.3f}")
    Console().print(table)
    if json_file is not None:
        write_json(json_file, report)


def evaluate(path: Path, model: Any, only: str = "") -> dict[str, Any]:
    """The figures of a model and of the baseline, whose threshold is chosen on this very log.

    Raises EulaliaError when the log tells no goals.
    """
    from eulalia.learning import logs, rephrases

    pairs = [pair for pair in logs.read(path) if pair[0].session.startswith(only)]
    turns, truths = [turn for turn, _ in pairs], [truth for _, truth in pairs]
    if not any(truth is not None and truth.goal is not None for truth in truths):
        raise EulaliaError(
            f"{path} does not tell what was wanted; "
            "make a log with truth by `eulalia data turns` or by simulation."
        )
    truth = rephrases.true_pairs(turns, truths)
    found = rephrases.predicted_pairs(rephrases.detect(turns, model=model))
    best, threshold = rephrases.best_similarity(turns, truths)
    alike = rephrases.predicted_pairs(rephrases.detect_by_similarity(turns, threshold))
    return {
        "n": len(turns),
        "pairs": len(truth),
        "f1": rephrases.pair_f1(truth, found),
        "exact": _exact(truth, found),
        "baseline_f1": best,
        "baseline_exact": _exact(truth, alike),
        "baseline_threshold": threshold,
    }


def _exact(truth: set[tuple[str, str]], found: set[tuple[str, str]]) -> float:
    """Of the requests that are said again or said to be, the share whose spans are the same."""
    spans: tuple[defaultdict[str, set[str]], ...] = defaultdict(set), defaultdict(set)
    for span, pairs in zip(spans, (truth, found), strict=True):
        for request, later in pairs:
            span[request].add(later)
    requests = spans[0].keys() | spans[1].keys()
    same = sum(spans[0].get(request) == spans[1].get(request) for request in requests)
    return same / len(requests) if requests else 1.0
