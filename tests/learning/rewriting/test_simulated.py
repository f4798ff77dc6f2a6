"""Rewriting before an assistant that does not rewrite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from eulalia.learning.rewriting import Rewriter
from eulalia.learning.rewriting.simulated import RewritingAssistant
from eulalia.learning.simulation.chain import Reading
from eulalia.text.vectors import shipped
from eulalia.turn import Interpretation, Outcome, Turn
from tests.learning.making import make_turn
from tests.learning.rewriting.test_rewriter import ranker


@dataclass
class JazzPlayer:
    """Understands what names jazz."""

    learned: list[Turn] = field(default_factory=list)

    def answer_all(self, turns: Sequence[Turn]) -> list[Turn]:
        return [self._answer(turn) for turn in turns]

    def _answer(self, turn: Turn) -> Turn:
        text = turn.rewrite.text if turn.rewrite else turn.text or ""
        understood = "jazz" in text
        outcome = Outcome.ANSWERED if understood else Outcome.NOT_UNDERSTOOD
        return replace(turn, outcome=outcome)

    def read_all(self, texts: Sequence[tuple[str, str]]) -> list[Reading]:
        return [
            Reading(
                Interpretation(text, "play", "play_music", confidence=0.9)
                if "jazz" in text
                else None,
                (),
            )
            for _, text in texts
        ]

    def learn(self, turns: Sequence[Turn]) -> None:
        self.learned += turns


def day(number: int, customer: str = "c") -> list[Turn]:
    """Somebody is misheard, and says it again with success."""
    start = 86_400 * number
    return [
        make_turn(
            f"{customer}{number}-{place}",
            text,
            seconds=start + 10 * place,
            session=f"{customer}{number}",
            customer=customer,
            outcome=None,
        )
        for place, text in enumerate(("play some jas", "play some jazz"))
    ]


def live(assistant: RewritingAssistant, turns: Sequence[Turn]) -> list[Turn]:
    answered = [turn for each in turns for turn in assistant.answer_all([each])]
    assistant.learn(answered)
    return answered


def made(**others: object) -> RewritingAssistant:
    rewriter = Rewriter(shipped(), ranker("letters", 0.7))
    return RewritingAssistant(JazzPlayer(), rewriter, **others)  # type: ignore[arg-type]


def test_what_went_wrong_yesterday_goes_right_today() -> None:
    assistant = made()
    first, second = live(assistant, day(0))
    assert (first.outcome, second.outcome) == (Outcome.NOT_UNDERSTOOD, Outcome.ANSWERED)
    assert first.rewrite is None
    first, second = live(assistant, day(1))
    assert first.outcome is Outcome.ANSWERED
    assert first.rewrite is not None
    assert (first.rewrite.text, first.rewrite.source) == ("play some jazz", "personal")
    assert first.text == "play some jas"
    assert second.rewrite is None


def test_one_customer_knows_nothing_of_another() -> None:
    assistant = made()
    live(assistant, day(0))
    first, _ = live(assistant, day(1, customer="d"))
    assert first.rewrite is None
    assert assistant.history("d", "en-US") is not None
    assert assistant.history("e", "en-US") is None


def test_without_the_personal_layer_nothing_is_remembered() -> None:
    assistant = made(personal=False)
    live(assistant, day(0))
    first, _ = live(assistant, day(1))
    assert first.rewrite is None


def test_who_is_not_treated_gets_no_rewrites() -> None:
    assistant = made(is_treated=lambda customer: customer != "c")
    live(assistant, day(0))
    assert all(turn.rewrite is None for turn in live(assistant, day(1)))


def test_the_assistant_behind_it_learns_and_reads_as_before() -> None:
    behind = JazzPlayer()
    assistant = RewritingAssistant(behind, Rewriter(shipped(), ranker("letters", 0.7)))
    turns = live(assistant, day(0))
    assert behind.learned == turns
    (reading,) = assistant.read_all([("c", "play some jas")])
    assert reading.interpretation is None


def test_turns_without_words_pass() -> None:
    (turn,) = made().answer_all([make_turn("1", None, outcome=None)])
    assert turn.rewrite is None


def test_a_day_without_turns_teaches_nothing() -> None:
    assistant = made()
    assistant.learn([])
    assert assistant.answer_all([]) == []
