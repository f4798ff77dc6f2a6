"""`eulalia evaluate nlu`: how well requests are understood, in the figures of MASSIVE."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from eulalia.cli import options
from eulalia.errors import EulaliaError

if TYPE_CHECKING:
    from eulalia.datasets import Massive, Request
    from eulalia.nlu.metrics import Scores
    from eulalia.turn import Interpretation

_BATCH = 512
"""Requests understood between two movements of the progress bar."""


class Understands(Protocol):
    """What is evaluated."""

    def understand_all(self, texts: Sequence[str], locale: str) -> list[tuple[Interpretation, ...]]:
        """Interpretations of each text, best first."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out for some requests."""

    scores: Scores
    ece: float
    """Expected calibration error of the confidence that the intent is right."""
    confidences: tuple[float, ...]
    """Of the best interpretation of each request."""
    right: tuple[bool, ...]
    """Whether its intent was the wanted one."""


def nlu(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="MASSIVE's archive or its 1.1/data.")
    ],
    partition: Annotated[
        str, typer.Option("--partition", metavar="P", help="train, dev or test.")
    ] = "test",
    locales: Annotated[
        str | None,
        typer.Option("--locales", metavar="A,B", help="Only these, such as de-DE,ja-JP."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="So many requests per locale."),
    ] = None,
    model: options.Model = None,
    published_labels: Annotated[
        bool,
        typer.Option(
            "--published-labels",
            help="Let slots that end in ASCII run on in Japanese and Chinese, as MASSIVE's own "
            "scripts do.",
        ),
    ] = False,
    json_file: options.Figures = None,
) -> None:
    """Score the understanding of MASSIVE's requests: intents, slots, and both at once."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from eulalia.cli.files import check_folder, write_json
    from eulalia.datasets import Massive
    from eulalia.nlu import Understander

    check_folder(json_file)
    massive = Massive.open(data)
    chosen = _choose(massive, locales)
    understander = Understander.open(model)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    results: dict[str, Evaluation] = {}
    with Progress(*columns, console=console, transient=True) as bar:
        whole = bar.add_task("locales", total=len(chosen))
        task = bar.add_task("")
        for locale in chosen:
            requests = _requests(massive, locale, partition, limit, published_labels)
            bar.reset(task, description=locale, total=len(requests))
            results[locale] = evaluate(
                understander, requests, lambda count: bar.advance(task, count)
            )
            bar.advance(whole)
    report = summarize(results)
    Console().print(_table(report))
    if json_file is not None:
        write_json(json_file, {"partition": partition, **report})


def evaluate(
    understander: Understands,
    requests: Sequence[Request],
    progress: Callable[[int], object] = lambda count: None,
) -> Evaluation:
    """Have requests of one locale understood and compare with their labels.

    `progress` is told how many more requests are done. Raises MetricsError when there are none.
    """
    from eulalia.nlu.metrics import Reading, expected_calibration_error, labels_of, score

    predictions: list[Reading] = []
    confidences: list[float] = []
    for start in range(0, len(requests), _BATCH):
        batch = requests[start : start + _BATCH]
        answers = understander.understand_all([request.text for request in batch], batch[0].locale)
        for request, answer in zip(batch, answers, strict=True):
            best = answer[0] if answer else None
            predictions.append(
                Reading(
                    intent=best.intent if best else "",
                    labels=labels_of(best.slots if best else (), request.starts),
                )
            )
            confidences.append(best.confidence if best else 0.0)
        progress(len(batch))
    scores = score([Reading(request.intent, request.labels) for request in requests], predictions)
    right = tuple(
        request.intent == prediction.intent
        for request, prediction in zip(requests, predictions, strict=True)
    )
    return Evaluation(
        scores=scores,
        ece=expected_calibration_error(confidences, right),
        confidences=tuple(confidences),
        right=right,
    )


def summarize(results: dict[str, Evaluation]) -> dict[str, Any]:
    """The figures of all locales and their averages, as plain JSON values.

    `average` is over all locales; `zero_shot_average`, where there are others, is without en-US.
    """
    report: dict[str, Any] = {
        "locales": {
            locale: _plain(result.scores, result.ece) for locale, result in results.items()
        },
        "average": _average(list(results.values())),
    }
    others = [result for locale, result in results.items() if locale != "en-US"]
    if others:
        report["zero_shot_average"] = _average(others)
    return report


def _choose(massive: Massive, locales: str | None) -> list[str]:
    if locales is None:
        return list(massive.locales)
    chosen = [name.strip() for name in locales.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in massive.locales]
    if unknown or not chosen:
        raise EulaliaError(
            f"There is no locale {', '.join(unknown) or repr(locales)} in this data; "
            f"it has {', '.join(massive.locales)}."
        )
    return list(dict.fromkeys(chosen))


def _requests(
    massive: Massive, locale: str, partition: str, limit: int | None, published_labels: bool
) -> list[Request]:
    from eulalia.datasets import evenly_spaced

    requests = massive.requests(locale, partition, published_labels=published_labels)
    if not requests:
        raise EulaliaError(
            f"{locale} has no requests in the partition {partition!r}; "
            "MASSIVE's are train, dev and test."
        )
    return evenly_spaced(requests, limit)


def _average(results: Sequence[Evaluation]) -> dict[str, Any]:
    from eulalia.nlu.metrics import average, expected_calibration_error

    # Confidences are pooled: each locale alone would hold too few of the rarer ones.
    ece = expected_calibration_error(
        [value for result in results for value in result.confidences],
        [value for result in results for value in result.right],
    )
    figures = _plain(average([result.scores for result in results]), ece)
    return {**figures, "n": sum(result.scores.n for result in results), "locales": len(results)}


def _plain(scores: Scores, ece: float) -> dict[str, Any]:
    measures = {
        "intent_accuracy": scores.intent_accuracy,
        "slot_f1": scores.slot_f1,
        "exact_match": scores.exact_match,
    }
    return {
        "n": scores.n,
        **{name: measure.value for name, measure in measures.items()},
        "ece": ece,
        "intervals": {
            name: [measure.interval.low, measure.interval.high]
            for name, measure in measures.items()
        },
    }


def _table(report: dict[str, Any]) -> Any:
    from rich.table import Table

    table = Table(box=None, caption="95 % intervals in brackets", caption_justify="left")
    for heading in ("locale", "n", "intent", "slot F1", "exact match", "ECE"):
        table.add_column(heading, justify="left" if heading == "locale" else "right")
    rows = dict(report["locales"])
    if len(rows) > 1:
        rows["average"] = report["average"]
    if "en-US" in report["locales"] and "zero_shot_average" in report:
        rows["without en-US"] = report["zero_shot_average"]
    for name, row in rows.items():
        cells = [
            "{:.3f} [{:.3f}–{:.3f}]".format(row[figure], *row["intervals"][figure])
            for figure in ("intent_accuracy", "slot_f1", "exact_match")
        ]
        table.add_row(name, f"{row['n']:,}", *cells, f"{row['ece']:.3f}")
    return table
