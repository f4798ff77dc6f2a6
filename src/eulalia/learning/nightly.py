"""A night of learning: defects, verdicts on what is on trial, new rewrites, and what to ask."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from eulalia.errors import EulaliaError
from eulalia.learning import defects, logs, probes
from eulalia.learning.defects import Probabilities
from eulalia.learning.experiments import Decision, Exposures, decide
from eulalia.learning.rewriting import usual
from eulalia.learning.successes import successes
from eulalia.memory import Memory
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.turn import Turn

WHO: Final = "learn run"
"""The name under which the history tells of what a night changed."""
_IN_USE: Final = (Status.TRIAL, Status.KEPT, Status.PINNED)
_AGAIN: Final = 2
"""By this factor a request must have become more frequent for a withdrawn rewrite to be tried
again."""

Step = Callable[[str], None]
"""Is told what begins now."""
STEPS: Final = 5


class NothingToLearnError(EulaliaError):
    """A memory or a log without turns."""


@dataclass(frozen=True, slots=True)
class Night:
    """What a night has found."""

    turns: Sequence[Turn]
    defects: Probabilities
    """(turns,)"""
    decisions: Sequence[Decision]
    """On what was in use."""
    tried: Sequence[LearnedRewrite]
    """What is newly on trial."""
    probes: int
    """How many requests wait to be asked about, or to be read otherwise for once."""


def learn(memory: Memory, log: Path | None, step: Step) -> Night:
    """Learn from the turns of the memory, or from those of a log in their place.

    What is decided about rewrites in use is kept in one transaction, what is newly tried in
    another, and the probes in a third; a run that is killed is simply run again. Raises
    MemoryBusyError while another learner is at work, NothingToLearnError when there are no turns.
    """
    with memory.rewrites.learning(), tempfile.TemporaryDirectory(prefix="eulalia-") as folder:
        step("Reading turns")
        turns = read(memory, log)
        now = max(turn.time for turn in turns)
        step("Looking for defects")
        defective = defects.probabilities(turns)
        step("Judging rewrites")
        decisions = judge_rewrites(memory, turns, defective, now)
        step("Looking for new rewrites")
        mined = _mine(log or _written(turns, Path(folder) / "turns.parquet"))
        usual.keep(memory.records, usual.usual_wordings(turns, defective))
        tried = try_rewrites(memory, [*mined, *successes(turns, defective)], now)
        step("Choosing what to ask")
        waiting = keep_probes(memory, turns, defective)
    return Night(turns, defective, decisions, tried, waiting)


def read(memory: Memory, log: Path | None) -> list[Turn]:
    """The turns to learn from. Raises NothingToLearnError when there are none."""
    turns = [turn for turn, _ in logs.read(log)] if log else list(memory.each())
    if not turns:
        place = log or "the memory"
        raise NothingToLearnError(f"There is nothing to learn from: {place} holds no turn.")
    return turns


def judge_rewrites(
    memory: Memory, turns: Sequence[Turn], defective: Probabilities, now: datetime
) -> list[Decision]:
    """Decide about all rewrites in use, and keep what was decided."""
    expecting = memory.rewrites.revision
    standings = memory.rewrites.standings(_IN_USE)
    decisions = decide(
        [(standing.rewrite, standing.since) for standing in standings],
        Exposures.of(turns, defective),
        now,
    )
    changed = [decision.after for decision in decisions if decision.after != decision.before]
    kept = sum(rewrite.status is Status.KEPT for rewrite in changed)
    memory.rewrites.change(
        changed,
        who=WHO,
        why=f"{kept} won their trials and {len(changed) - kept} did not or no longer win.",
        since=now,
        expecting=expecting,
    )
    return decisions


def try_rewrites(
    memory: Memory, mined: Iterable[LearnedRewrite], now: datetime
) -> list[LearnedRewrite]:
    """Put candidates on trial, a single one for each request; those put there.

    A rejected rewrite never comes back, a withdrawn one when its request has become twice as
    frequent, and none while another one for its request is in use.
    """
    expecting = memory.rewrites.revision
    known = memory.rewrites.all()
    by_identity = {(*_request(rewrite), rewrite.text): rewrite for rewrite in known}
    taken = {_request(rewrite) for rewrite in known if rewrite.status in _IN_USE}
    waiting = [rewrite for rewrite in known if rewrite.status is Status.CANDIDATE]
    chosen = []
    for rewrite in [*waiting, *mined]:
        before = by_identity.get((*_request(rewrite), rewrite.text))
        if _request(rewrite) not in taken and _may_be_tried(rewrite, before):
            taken.add(_request(rewrite))
            chosen.append(replace(rewrite, status=Status.TRIAL))
    memory.rewrites.change(
        chosen,
        who=WHO,
        why=f"{len(chosen)} new rewrites are tried on the treatment group.",
        since=now,
        expecting=expecting,
    )
    return chosen


def keep_probes(memory: Memory, turns: Sequence[Turn], defective: Probabilities) -> int:
    """Keep what the assistant is to find out, in place of what it has not; how much that is."""
    chosen = probes.choose_probes(turns, (1 - defective).tolist())
    return memory.records.replace_all(probes.RECORDS, chosen)


def _may_be_tried(rewrite: LearnedRewrite, before: LearnedRewrite | None) -> bool:
    if before is None or before.status is Status.CANDIDATE:
        return True
    has_grown = rewrite.evidence.turns >= _AGAIN * before.evidence.turns
    return before.status is Status.WITHDRAWN and has_grown


def _request(rewrite: LearnedRewrite) -> tuple[str, str | None, str]:
    return rewrite.locale, rewrite.customer, rewrite.request


def _written(turns: Iterable[Turn], path: Path) -> Path:
    logs.write(path, ((turn, None) for turn in turns))
    return path


def _mine(log: Path) -> list[LearnedRewrite]:
    from eulalia.learning import mining

    return mining.rewrites(logs.table(log))
