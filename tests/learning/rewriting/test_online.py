"""Rewriting by what a memory holds, turn by turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from eulalia.learning.experiments import Group, group
from eulalia.learning.rewriting import OnlineRewriter, online, usual
from eulalia.learning.wording import Wording
from eulalia.memory import Memory
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.turn import Hypothesis, Outcome, Span, Turn
from tests.learning.making import NOON, make_turn
from tests.learning.rewriting.test_rewriter import LEARNED, ranker, read


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def believing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the recogniser or everybody offers is believed."""
    monkeypatch.setattr(online, "shipped", lambda: ranker("cosine", -2.0))


def put(memory: Memory, rewrite: LearnedRewrite) -> None:
    memory.rewrites.change([rewrite], who="x", why="y", overrule=True, since=NOON)


def asked(text: str, *, customer: str = "c", seconds: float = 0) -> Turn:
    return make_turn("now", text, customer=customer, seconds=seconds, session="s", outcome=None)


def someone(wanted: Group) -> str:
    return next(f"home {n}" for n in count() if group(f"home {n}") is wanted)


def test_what_a_person_pinned_is_applied_for_all_until_it_is_withdrawn(memory: Memory) -> None:
    rewriter = OnlineRewriter(memory)
    assert rewriter.propose(asked("play some jas"), read) is None
    put(memory, replace(LEARNED, status=Status.PINNED))
    for each in Group:
        proposal = rewriter.propose(asked("Play some JAS!", customer=someone(each)), read)
        assert proposal is not None
        assert (proposal.rewrite.text, proposal.request) == ("play some jazz", "play some jas")
        assert proposal.is_applied
    put(memory, replace(LEARNED, status=Status.WITHDRAWN))
    assert rewriter.propose(asked("play some jas"), read) is None


@pytest.mark.usefixtures("believing")
@pytest.mark.parametrize(
    ("status", "who", "is_applied"),
    [
        (Status.KEPT, Group.TREATMENT, True),
        (Status.KEPT, Group.CONTROL, True),
        (Status.KEPT, Group.HOLDOUT, False),
        (Status.TRIAL, Group.TREATMENT, True),
        (Status.TRIAL, Group.CONTROL, False),
    ],
)
def test_who_is_to_live_without_it_has_it_noted_only(
    memory: Memory, status: Status, who: Group, is_applied: bool
) -> None:
    put(memory, replace(LEARNED, status=status))
    proposal = OnlineRewriter(memory).propose(asked("play some jas", customer=someone(who)), read)
    assert proposal is not None
    assert (proposal.group, proposal.is_applied) == (who, is_applied)


@pytest.mark.usefixtures("believing")
def test_what_was_said_with_success_before_is_known_at_once_and_to_nobody_else(
    memory: Memory,
) -> None:
    rewriter = OnlineRewriter(memory)
    assert rewriter.propose(asked("play some jas", seconds=900), read) is None
    memory.save(make_turn("1", "play some jazz", seconds=0))
    proposal = rewriter.propose(asked("play some jas", seconds=900), read)
    assert proposal is not None
    assert (proposal.rewrite.source, proposal.rewrite.text) == ("personal", "play some jazz")
    assert rewriter.propose(asked("play some jas", customer="d", seconds=900), read) is None


@pytest.mark.usefixtures("believing")
def test_what_the_turn_before_may_have_said_is_offered_when_it_is_said_again(
    memory: Memory,
) -> None:
    hypotheses = (Hypothesis("play sam jas", 0.5), Hypothesis("play some jazz", 0.3))
    spans = (Span("asr", 0, 1, hypotheses),)
    memory.save(
        make_turn("1", "play sam jas", outcome=Outcome.NOT_UNDERSTOOD, spans=spans, session="s")
    )
    proposal = OnlineRewriter(memory).propose(asked("play some jas", seconds=9), read)
    assert proposal is not None
    assert (proposal.rewrite.source, proposal.rewrite.text) == ("heard", "play some jazz")


def test_the_words_that_a_night_kept_are_known_with_the_next_change(memory: Memory) -> None:
    usual.keep(memory.records, {"en-US": Wording.fit([["lights", "off"]])})
    put(memory, LEARNED)
    shared = OnlineRewriter(memory)._current().shared
    assert shared is not None
    wording = shared.wording("en-US")
    assert wording is not None
    assert wording.surprise([["lights"], ["jazz"]]).unknown.tolist() == [0, 1]


def test_a_turn_without_words_is_left_alone(memory: Memory) -> None:
    put(memory, replace(LEARNED, status=Status.PINNED))
    assert OnlineRewriter(memory).propose(asked("?!"), read) is None
    assert OnlineRewriter(memory).propose(asked(""), read) is None
