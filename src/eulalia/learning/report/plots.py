"""Plots as SVG that takes its colours from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from eulalia.learning.experiments import Group, Rate
from eulalia.learning.report.figures import Cohort

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS: Final = {
    "ink": "#010101",
    "faint": "#020202",
    "control": "#030303",
    "treatment": "#040404",
    "holdout": "#050505",
}
"""Colours by their names in page.css, which stand in the page in place of these values."""
_LINES: Final = {Group.CONTROL: "-", Group.TREATMENT: "-", Group.HOLDOUT: ":"}
_SETTINGS: Final[Any] = {
    "date.converter": "concise",
    "svg.fonttype": "none",
    "svg.hashsalt": "eulalia",
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _COLOURS["faint"],
    "axes.labelcolor": _COLOURS["ink"],
    "text.color": _COLOURS["ink"],
    "text.parse_math": False,
    "xtick.color": _COLOURS["ink"],
    "ytick.color": _COLOURS["ink"],
    "grid.color": _COLOURS["faint"],
    "grid.linewidth": 0.5,
    "grid.alpha": 0.5,
}


def plot_over_time(over_time: Mapping[Group, Sequence[tuple[date, Rate]]], title: str) -> str:
    """SVG: each group's defect rate over time, with its 95 % band."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_SETTINGS):
        figure = Figure(figsize=(9.0, 3.4), layout="constrained")
        axes = figure.subplots()
        for group, points in over_time.items():
            if points:
                _draw_group(axes, group, points)
        axes.set_ylabel("share of turns that failed")
        axes.set_ylim(0.0, _top(over_time))
        axes.grid(axis="y")
        legend = axes.legend(frameon=False, ncols=3, loc="upper right")
        for text in legend.get_texts():
            text.set_color(_COLOURS["ink"])
        return _svg(figure, "time", title)


def plot_failures(cohort: Cohort, title: str) -> str:
    """SVG: the share of turns that failed at each stage, with 95 % intervals."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_SETTINGS):
        figure = Figure(figsize=(9.0, 2.6), layout="constrained")
        axes = figure.subplots()
        names = [failure.replace("_", " ") for failure in cohort.failures]
        shares = list(cohort.failures.values())
        errors = [
            [share.value - share.low for share in shares],
            [share.high - share.value for share in shares],
        ]
        axes.barh(names, [share.value for share in shares], color=_COLOURS["control"], height=0.6)
        axes.errorbar(
            [share.value for share in shares],
            names,
            xerr=errors,
            fmt="none",
            ecolor=_COLOURS["ink"],
            elinewidth=1.0,
        )
        axes.invert_yaxis()
        axes.set_xlim(left=0.0)
        axes.set_xlabel("share of turns that failed there first")
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        return _svg(figure, "failures", title)


def _draw_group(axes: Axes, group: Group, points: Sequence[tuple[date, Rate]]) -> None:
    days: Any = [day for day, _ in points]
    colour = _COLOURS[group]
    rates = [rate for _, rate in points]
    axes.plot(
        days,
        [rate.value for rate in rates],
        _LINES[group],
        color=colour,
        linewidth=2.0,
        marker="o",
        markersize=3.0,
        label=str(group),
    )
    if group is not Group.HOLDOUT:  # too few customers: its band would hide the others
        lows, highs = [rate.low for rate in rates], [rate.high for rate in rates]
        axes.fill_between(days, lows, highs, color=colour, alpha=0.15, linewidth=0.0)


def _top(over_time: Mapping[Group, Sequence[tuple[date, Rate]]]) -> float:
    highs = [
        rate.high if group is not Group.HOLDOUT else rate.value
        for group, points in over_time.items()
        for _, rate in points
    ]
    return min(1.0, 1.15 * max(highs, default=1.0))


def _svg(figure: Figure, name: str, title: str) -> str:
    """The figure as an element of a page: its colours are variables, its ids its own."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    for colour, value in _COLOURS.items():
        text = text.replace(value, f"var(--{colour})")
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = text.replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
    text = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 system-ui, sans-serif", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
