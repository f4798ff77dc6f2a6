"""The page: all figures in one file that works offline."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from eulalia.learning.experiments import Decision, Difference, Group, Judgement, Rate
from eulalia.learning.report.figures import Cohort, Figures
from eulalia.learning.report.plots import plot_failures, plot_over_time
from eulalia.learning.state import normalize
from eulalia.memory.rewrites import Revision
from eulalia.rewrites import Evidence, LearnedRewrite, Status

_CHOICES: Final = {"": "leave", "approve": "approve", "reject": "reject", "pin": "pin"}
_MOST_ROWS: Final = 2_000
"""Rewrites on a page; a browser grows slow with more."""


def page(figures: Figures) -> str:
    """The report as HTML, in which nothing that a customer said is markup."""
    script = _resource("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # No script but ours can run, and nothing can be loaded or sent.
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What Eulalia learned</title>
<style>
{_resource("page.css")}</style>
</head>
<body data-revision="{figures.revision}">
{_head(figures)}
{_time(figures)}
{_failures(figures)}
{_rewrites(figures)}
{_history(figures.history)}
<footer><span id="count" role="status"></span>
<button id="save" type="button">Save the decisions</button></footer>
<script>{script}</script>
</body>
</html>
"""


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


# The parts of the page


def _head(figures: Figures) -> str:
    control, treatment = (figures.groups[group] for group in (Group.CONTROL, Group.TREATMENT))
    effect = figures.effect
    cards = [
        _card("", "share of turns that failed", _percent(figures.defects.value), figures.defects),
        _card("control", "control group", _percent(control.value), control),
        _card("treatment", "treatment group", _percent(treatment.value), treatment),
        f'<div class="card"><span>treatment less control, in points</span>'
        f"<b>{_points(effect.value)}</b>"
        f"<span>{_range(effect)}, however often one looks</span></div>",
        f'<div class="card"><span>rewrites in use</span>'
        f"<b>{figures.in_use.get(Status.KEPT, 0) + figures.in_use.get(Status.PINNED, 0):,}</b>"
        f"<span>{figures.in_use.get(Status.TRIAL, 0):,} more on trial</span></div>",
    ]
    return f"""<header><h1>What Eulalia learned</h1>
<p class="muted">{figures.turns:,} turns of {figures.customers:,} customers,
{figures.first:%Y-%m-%d} to {figures.last:%Y-%m-%d}. Whether a turn failed is judged by what the
customer did next. Ranges hold the truth with 95 %; a customer’s turns count as one observation.
</p></header>
<div class="cards">{"".join(cards)}</div>"""


def _card(group: str, what: str, value: str, rate: Rate) -> str:
    interval = f"{_percent(rate.low)} to {_percent(rate.high)}" if rate.turns else "no turns"
    return (
        f'<div class="card {group}"><span>{what}</span><b>{value}</b>'
        f"<span>{interval}; {rate.customers:,} customers</span></div>"
    )


def _time(figures: Figures) -> str:
    unit = "week" if figures.by_week else "day"
    title = f"Share of turns that failed, by {unit} and group"
    rows = [
        f'<tr><th scope="row">{day}</th><td>{group}</td>'
        f'<td class="number">{_percent(rate.value)}</td>'
        f'<td class="number">{_percent(rate.low)} to {_percent(rate.high)}</td>'
        f'<td class="number">{rate.turns:,}</td></tr>'
        for group, points in figures.over_time.items()
        for day, rate in points
    ]
    return f"""<section><h2>Did it help?</h2>
<p>Control customers get what has won its trial, treatment customers also what is on trial, and
those held out get nothing that was learned.</p>
<figure>{plot_over_time(figures.over_time, title)}
<figcaption>{title}. Bands are 95 % intervals.</figcaption></figure>
<details><summary>The same as a table</summary><div class="wide"><table>
{_heading(unit, "group", "#failed", "#interval", "#turns")}
<tbody>{"".join(rows)}</tbody></table></div></details></section>"""


def _failures(figures: Figures) -> str:
    title = "Share of turns that failed first at each stage"
    kinds = list(figures.everybody.failures)
    rows = "".join(_cohort_row(cohort) for cohort in [figures.everybody, *figures.cohorts])
    names = [f"#{kind.replace('_', ' ')}" for kind in kinds]
    return f"""<section><h2>Where turns fail</h2>
<p>The first stage that went wrong and was not made good, as far as the turns tell.</p>
<figure>{plot_failures(figures.everybody, title)}
<figcaption>{title}, with 95 % intervals.</figcaption></figure>
<div class="wide"><table>{_heading("", "", "#turns", *names)}<tbody>{rows}</tbody></table></div>
</section>"""


def _cohort_row(cohort: Cohort) -> str:
    cells = "".join(
        f'<td class="number heat" style="--share: {min(150 * share.value, 45):.0f}">'
        f"{_percent(share.value)}</td>"
        for share in cohort.failures.values()
    )
    kind = "" if cohort.kind == "all" else cohort.kind
    return (
        f'<tr><td class="muted">{kind}</td><th scope="row">{_text(cohort.name)}</th>'
        f'<td class="number">{cohort.turns:,}</td>{cells}</tr>'
    )


def _rewrites(figures: Figures) -> str:
    shown = figures.rewrites[:_MOST_ROWS]
    rows = "".join(_rewrite_row(number, item) for number, item in enumerate(shown))
    more = len(figures.rewrites) - len(shown)
    left = f"<p>{more:,} more are not shown.</p>" if more else ""
    none = "" if shown else "<p>There are none yet.</p>"
    return f"""<section><h2>Rewrites</h2>
<p>Requests that are understood as other words. Choose what you think of them, save the decisions,
and let <code>eulalia learn apply decisions.json</code> carry them out. Approved ones are in use
until they lose, pinned ones for good, rejected ones never again.</p>
<input id="search" type="search" placeholder="Find words, a locale, a status"
 aria-label="Find rewrites">
<div class="wide"><table>
{
        _heading(
            "request → understood as",
            "status",
            "#wins : losses",
            "#failed, in use | not",
            "learned from",
            "decision",
        )
    }
<tbody>{rows}</tbody></table></div>{none}{left}</section>"""


def _rewrite_row(number: int, item: Decision | LearnedRewrite) -> str:
    rewrite = item.before if isinstance(item, Decision) else item
    identity = {
        "locale": rewrite.locale,
        "customer": rewrite.customer,
        "request": rewrite.request,
        "text": rewrite.text,
    }
    whose = f"{rewrite.locale}, {rewrite.customer or 'everybody’s'}"
    return f"""<tr data-rewrite="{_attribute(json.dumps(identity))}">
<td class="request">{_request(rewrite)} <span class="arrow">→</span>
<b>{_text(rewrite.text)}</b><span class="small">{_text(whose)}</span></td>
<td><span class="status {rewrite.status}">{rewrite.status}</span>
{f'<span class="small">{_text(item.why)}</span>' if isinstance(item, Decision) else ""}</td>
{_judged(item.judgement) if isinstance(item, Decision) else "<td></td><td></td>"}
<td class="note">{_evidence(rewrite.evidence)}</td>
<td>{_choices(number, rewrite)}</td></tr>"""


def _request(rewrite: LearnedRewrite) -> str:
    is_known = rewrite.request == normalize(rewrite.text)
    return '<span class="muted">what resembles</span>' if is_known else _text(rewrite.request)


def _judged(judgement: Judgement) -> str:
    effect = judgement.difference
    return (
        f'<td class="number">{judgement.wins:.1f} : {judgement.losses:.1f}'
        f'<span class="small">of {judgement.changed:,} changed</span></td>'
        f'<td class="number">{_percent(judgement.treatment.value)} | '
        f"{_percent(judgement.control.value)}"
        f'<span class="small">{_range(effect)}</span></td>'
    )


def _evidence(evidence: Evidence) -> str:
    return (
        f"{evidence.turns:,} turns, of which {evidence.transitions:,} led to it by "
        f"{evidence.customers:,} customers; success {_percent(evidence.success_before)} → "
        f"{_percent(evidence.success_after)}"
    )


def _choices(number: int, rewrite: LearnedRewrite) -> str:
    radios = "".join(
        f'<label><input type="radio" name="decision-{number}" value="{value}"'
        f"{'' if value else ' checked'}> {name}</label>"
        for value, name in _CHOICES.items()
    )
    legend = _attribute(_visible(f"Decision on {rewrite.request}"))
    return f'<fieldset aria-label="{legend}">{radios}</fieldset>'


def _history(history: Sequence[Revision]) -> str:
    rows = "".join(
        f'<tr><td class="number">{revision.number}</td><td>{revision.time:%Y-%m-%d %H:%M}</td>'
        f"<td>{_text(revision.who)}</td><td>{_text(revision.why)}</td>"
        f'<td class="number">{len(revision.changes):,}</td></tr>'
        for revision in history
    )
    return f"""<section><h2>What was changed</h2>
<p><code>eulalia learn apply --undo</code> takes back the newest change. Times are in UTC.</p>
<div class="wide"><table>{_heading("#number", "time", "by", "why", "#rewrites")}
<tbody>{rows}</tbody></table></div></section>"""


def _heading(*names: str) -> str:
    """The head of a table; a # stands before what is a number."""
    cells = "".join(_heading_cell(name) for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def _heading_cell(name: str) -> str:
    kind = ' class="number"' if name.startswith("#") else ""
    return f'<th scope="col"{kind}>{escape(name.removeprefix("#"))}</th>'


# Values


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.1f}\u202f%"


def _points(value: float) -> str:
    return "–" if value != value else f"{100 * value:+.1f}".replace("-", "−")


def _range(effect: Difference) -> str:
    if effect.low <= -1.0 and effect.high >= 1.0:
        return "too few to tell"
    return f"{_points(effect.low)} to {_points(effect.high)} points"


def _text(value: str) -> str:
    """A text from elsewhere: no markup, no control letters, its direction its own."""
    return f"<bdi>{escape(_visible(value))}</bdi>"


def _attribute(value: str) -> str:
    return escape(value, quote=True)


def _visible(letters: Iterable[str]) -> str:
    return "".join(c if c.isprintable() or c in "\u200c\u200d" else "·" for c in letters)
