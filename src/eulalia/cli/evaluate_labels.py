"""`eulalia evaluate labels`: how good labels are, beside simple rules and single annotators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eulalia.cli import options
from eulalia.errors import EulaliaError


def labels(
    turns: options.KnownLog,
    json_file: options.Figures = None,
    model: options.Model = None,
) -> None:
    """Compare labels with what really happened, task by task."""
    from rich.console import Console

    from eulalia.cli.files import check_folder, write_json
    from eulalia.learning import logs
    from eulalia.learning.labels import Dialogues, evaluation, label

    check_folder(json_file)
    opened = Dialogues.open(model)
    with Console(stderr=True).status("reading and labelling turns"):
        pairs = list(logs.read(turns))
        read = [turn for turn, _ in pairs]
        found = label(read, opened)
        report = evaluation.report(read, [truth for _, truth in pairs], found)
    if not report:
        raise EulaliaError(
            f"{turns} tells no truth to compare labels with; "
            "make a log with truth by `eulalia data turns` or by simulation."
        )
    Console().print(_table(report))
    if json_file is not None:
        write_json(json_file, report)


def _table(report: dict[str, Any]) -> Any:
    from rich.table import Table

    table = Table(box=None, caption="95 % intervals in brackets", caption_justify="left")
    for heading in ("task", "of", "figure", "value"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    task = None
    for name, who, figure, value in _rows(report):
        table.add_row(name if name != task else "", who, figure, value)
        task = name
    return table


def _rows(report: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Task, whose figure, its name and its value."""
    for task, figures in report.items():
        yield task, "", "n", f"{figures['n']:,}"
        for name, value in figures.items():
            groups = value if name in ("baselines", "by_confidence") else {name: value}
            for who, own in groups.items():
                if isinstance(own, dict) and "low" not in own:
                    yield from (
                        (task, who, figure, _shown(each))
                        for figure, each in own.items()
                        if figure != "n"
                    )
                elif name != "n":
                    yield task, "model", who, _shown(own)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['value']:.3f} [{value['low']:.3f}–{value['high']:.3f}]"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
