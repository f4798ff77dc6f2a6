"""What becomes of rewrites on trial, and of those that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from eulalia.learning.experiments.exposures import Exposure, Exposures
from eulalia.learning.experiments.groups import is_applied
from eulalia.learning.experiments.judge import Judgement, Trial, judge
from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite, Status

LONGEST_TRIAL: Final = timedelta(days=28)
"""A trial that is not decided by then is decided together with the others."""
WATCHED: Final = timedelta(days=28)
"""How far back the turns lie by which a kept rewrite is judged."""
SMALL: Final = 0.1
"""A difference that is surely smaller than this is none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a rewrite, and why."""

    before: LearnedRewrite
    status: Status
    why: str
    """One sentence."""
    judgement: Judgement

    @property
    def after(self) -> LearnedRewrite:
        """The rewrite with its new status."""
        return replace(self.before, status=self.status)


def decide(
    standings: Iterable[tuple[LearnedRewrite, datetime]], exposures: Exposures, now: datetime
) -> list[Decision]:
    """A decision on each rewrite that is in use, given since when it has had its status.

    A rewrite is judged by itself as soon as that is safe, and those whose request is made too
    seldom for that are judged together when their trial has lasted long enough. Pinned rewrites are
    judged and stay. `now` is on the clock of the turns.
    """
    decisions = []
    overdue: list[tuple[LearnedRewrite, Trial, Judgement]] = []
    for rewrite, since in standings:
        if rewrite.status not in (Status.TRIAL, Status.KEPT, Status.PINNED):
            continue
        trial = _trial(rewrite, exposures.of_rewrite(rewrite), since, now)
        judged = judge([trial])
        status, why = _by_itself(rewrite.status, judged)
        if status is Status.TRIAL and now - since >= LONGEST_TRIAL:
            overdue.append((rewrite, trial, judged))
        else:
            decisions.append(Decision(rewrite, status, why, judged))
    return decisions + _together(overdue)


def _trial(
    rewrite: LearnedRewrite, turns: Sequence[Exposure], since: datetime, now: datetime
) -> Trial:
    start = since if rewrite.status is Status.TRIAL else max(since, now - WATCHED)
    recent = [turn for turn in turns if start <= turn.time <= now]
    if rewrite.customer is not None:
        treated = [turn for turn in recent if turn.is_changed]
        untreated = [turn for turn in turns if not turn.is_changed]
    else:
        treated = [turn for turn in recent if is_applied(rewrite.status, turn.group)]
        untreated = [turn for turn in recent if not is_applied(rewrite.status, turn.group)]
    # A request that is known to work stands for those that resemble it, of which nothing is known.
    is_known = rewrite.request == normalize(rewrite.text)
    before = 0.5 if is_known else rewrite.evidence.success_before
    return Trial(treated, untreated, before, is_personal=rewrite.customer is not None)


def _by_itself(status: Status, judged: Judgement) -> tuple[Status, str]:
    found = judged.difference
    if status is Status.PINNED:
        return status, "A person wants it."
    if found.high < 0.0:
        return Status.KEPT, "It wins: defects are fewer where it is in use."
    if found.low > 0.0:
        return Status.WITHDRAWN, "It loses: defects are more where it is in use."
    if found.low > -SMALL and found.high < SMALL:
        return Status.WITHDRAWN, "It makes no difference."
    if status is Status.KEPT:
        return status, "Nothing speaks against it."
    return status, "It is not decided yet."


def _together(overdue: Sequence[tuple[LearnedRewrite, Trial, Judgement]]) -> list[Decision]:
    """Decide what could not be decided one by one, by what all of it comes to."""
    all_win = judge([trial for _, trial, _ in overdue]).difference.high < 0.0
    decisions = []
    for rewrite, _, judged in overdue:
        if all_win and judged.wins > judged.losses:
            why = "It wins more often than it loses, and those tried along with it win for sure."
            decisions.append(Decision(rewrite, Status.KEPT, why, judged))
        else:
            why = "It did not win within its trial."
            decisions.append(Decision(rewrite, Status.WITHDRAWN, why, judged))
    return decisions
