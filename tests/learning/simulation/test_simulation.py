from __future__ import annotations

import dataclasses
import subprocess
import sys
import tracemalloc
from collections import Counter
from itertools import islice

import pytest

from eulalia.learning.simulation import Rates, SimulationError, World, simulate
from eulalia.truth import Failure
from eulalia.turn import Outcome, Rewrite, Turn
from tests.learning.simulation.town import NOTHING, phrasebook, town

EVERYTHING = Rates(
    false_wake=0.05, asr=0.05, intent=0.05, slot=0.05, resolution=0.1, result=0.05, impossible=0.05
)


def test_the_same_seed_gives_the_same_log() -> None:
    first, second = (list(simulate(*town(rates=EVERYTHING), 3, 5)) for _ in range(2))
    assert first == second
    assert len(first) > 100


def test_another_process_gives_the_same_log() -> None:
    program = (
        "from tests.learning.simulation.town import *;"
        "from eulalia.learning.simulation import simulate;"
        "print(*(turn.to_json() for turn, _ in simulate(*town(5), 2, 5)), sep='\\n')"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONHASHSEED": number, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for number in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("\n") > 10


def test_another_seed_gives_other_days() -> None:
    assert list(simulate(*town(), 1, 5)) != list(simulate(*town(), 1, 6))


def test_the_turn_knows_nothing_of_the_truth() -> None:
    pairs = list(simulate(*town(rates=EVERYTHING), 3, 5))
    misheard = [
        (turn, truth) for turn, truth in pairs if truth.text and (turn.text or "") != truth.text
    ]
    assert misheard
    for turn, truth in pairs:
        written = turn.to_json()
        assert truth.goal is None or truth.goal not in written
        assert "satisfied" not in written
        assert "fault" not in written


def test_turns_can_be_written_and_read_back() -> None:
    for turn, truth in islice(simulate(*town(rates=EVERYTHING), 2, 5), 200):
        assert Turn.from_json(turn.to_json()) == turn
        assert truth.turn == turn.id


def test_ids_are_unique_and_sessions_go_on_in_time() -> None:
    turns = [turn for turn, _ in simulate(*town(rates=EVERYTHING), 4, 5)]
    assert len({turn.id for turn in turns}) == len(turns)
    last: dict[str, Turn] = {}
    for turn in turns:
        if before := last.get(turn.session):
            assert turn.time > before.time
            assert turn.context.previous[0] == before.id
            assert turn.customer == before.customer
        last[turn.session] = turn


def test_every_class_of_failure_occurs() -> None:
    failures = Counter(truth.failure for _, truth in simulate(*town(40, rates=EVERYTHING), 3, 5))
    assert set(failures) == set(Failure)


def test_an_assistant_without_faults_satisfies_who_is_heard() -> None:
    pairs = list(simulate(*town(rates=NOTHING, perfect=True), 5, 5))
    assert {truth.failure for _, truth in pairs} == {Failure.CORRECT}
    unsatisfied = [turn for turn, truth in pairs if not truth.satisfied]
    # A household without the service, and a lesson that this assistant cannot take.
    assert {turn.outcome for turn in unsatisfied} <= {Outcome.UNAVAILABLE, Outcome.NOT_UNDERSTOOD}
    assert len(unsatisfied) < 0.2 * len(pairs)


@pytest.mark.parametrize("kind", ["intent", "result"])
def test_failures_come_at_the_rate_that_was_asked_for(kind: str) -> None:
    rates = dataclasses.replace(NOTHING, **{kind: 0.1})
    pairs = list(simulate(*town(60, rates=rates, perfect=True), 5, 5))
    possible = [truth for turn, truth in pairs if turn.interpretation]
    share = sum(truth.failure == Failure(kind) for truth in possible) / len(possible)
    assert len(possible) > 800
    assert share == pytest.approx(0.1, abs=0.035)


def test_false_wakes_come_near_the_rate_and_satisfy_nobody() -> None:
    rates = dataclasses.replace(NOTHING, false_wake=0.1)
    pairs = list(simulate(*town(60, rates=rates, perfect=True), 5, 5))
    woken = [truth for _, truth in pairs if truth.failure is Failure.FALSE_WAKE]
    assert len(woken) / len(pairs) == pytest.approx(0.1, abs=0.04)
    assert all(truth.text is None and not truth.satisfied for truth in woken)


def test_what_cannot_be_done_is_no_failure_when_it_is_declined() -> None:
    rates = dataclasses.replace(NOTHING, impossible=0.5)
    truths = [truth for _, truth in simulate(*town(30, rates=rates, perfect=True), 3, 5)]
    impossible = [truth for truth in truths if truth.intent == "out_of_scope"]
    assert impossible
    assert {(truth.failure, truth.satisfied) for truth in impossible} == {(Failure.CORRECT, False)}


def test_some_errors_are_recovered_later() -> None:
    pairs = list(simulate(*town(20), 3, 5))
    recovered = [
        turn
        for turn, truth in pairs
        if truth.satisfied and truth.failure is Failure.CORRECT and turn.text != truth.text
    ]
    assert recovered


def test_customers_repeat_rephrase_correct_and_give_up() -> None:
    pairs = list(simulate(*town(50, rates=EVERYTHING), 5, 5))
    kinds = Counter(feedback.kind for turn, _ in pairs for feedback in turn.feedback)
    assert set(kinds) == {
        "abandonment", "barge_in", "confirmation", "correction", "denial", "rephrase", "reprompt",
        "teaching",
    }  # fmt: skip


class Rewriting:
    """An assistant that rewrites one request before another answers it, and notes what it sees."""

    def __init__(self, chain, original: str, text: str) -> None:  # type: ignore[no-untyped-def]
        self._chain = chain
        self._original = original
        self._text = text
        self.learned: list[Turn] = []

    def answer_all(self, turns):  # type: ignore[no-untyped-def]
        return self._chain.answer_all(
            [
                dataclasses.replace(
                    turn, rewrite=Rewrite(turn.text, self._text, source="global", confidence=0.9)
                )
                if turn.text == self._original
                else turn
                for turn in turns
            ]
        )

    def read_all(self, texts):  # type: ignore[no-untyped-def]
        return self._chain.read_all(texts)

    def learn(self, turns):  # type: ignore[no-untyped-def]
        self.learned += turns


def test_an_assistant_may_rewrite_and_learn_from_a_day() -> None:
    world, chain = town(30, perfect=True)
    assistant = Rewriting(chain, "how is the weather", "wake me up at seven am")
    pairs = list(simulate(world, assistant, 2, 5))
    rewritten = [truth for turn, truth in pairs if turn.rewrite]
    assert rewritten
    assert {truth.failure for truth in rewritten} == {Failure.INTENT}
    assert assistant.learned == [turn for turn, _ in pairs]


def test_what_one_customer_does_depends_on_no_other() -> None:
    alone = [turn for turn, _ in simulate(*town(1), 3, 5)]
    among_others = [turn for turn, _ in simulate(*town(9), 3, 5)]
    assert alone == [turn for turn in among_others if turn.customer == alone[0].customer]


def test_memory_does_not_grow_with_days() -> None:
    def peak(days: int) -> int:
        tracemalloc.start()
        for _ in simulate(*town(5, perfect=True), days, 5):
            pass
        reached = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return reached

    peak(1)
    assert peak(16) < peak(4) + 2_000_000


def test_a_text_is_understood_once() -> None:
    world, chain = town(20, perfect=True)
    turns = sum(1 for _ in simulate(world, chain, 20, 5))
    assert chain._understander.asked < turns / 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("customers", [0, -3])
def test_there_must_be_customers(customers: int) -> None:
    with pytest.raises(SimulationError, match="needs customers"):
        town(customers)


def test_there_must_be_days() -> None:
    with pytest.raises(SimulationError, match="needs days"):
        simulate(*town(), 0, 5)


def test_there_must_be_a_locale() -> None:
    with pytest.raises(SimulationError, match="needs a locale"):
        World([], 5, 1, hearing=lambda _: None)  # type: ignore[arg-type, return-value]


def test_a_stranger_is_refused() -> None:
    world, _ = town(5)
    for name in ("somebody", "en-US-0000009", "de-DE-0000001", ""):
        with pytest.raises(SimulationError, match="No customer"):
            world.household_of(name)


def test_customers_of_several_locales_are_misheard_without_english_confusions() -> None:
    world, chain = town(4, locales=("en-US", "de-DE"))
    locales = Counter(turn.locale for turn, _ in simulate(world, chain, 3, 5))
    assert set(locales) == {"en-US", "de-DE"}


@pytest.mark.parametrize("rate", [-0.1, 0.95, float("nan")])
def test_rates_are_shares(rate: float) -> None:
    with pytest.raises(SimulationError, match="give a share"):
        Rates(asr=rate)


def test_rates_must_leave_room() -> None:
    with pytest.raises(SimulationError, match="more than 1"):
        Rates(asr=0.6, result=0.6)


def test_a_phrasebook_says_a_wish_in_other_words() -> None:
    import random

    from eulalia.learning.simulation.phrasebook import Wish
    from eulalia.truth import TrueSlot

    book = phrasebook()
    wish = Wish("email_query", (TrueSlot("person", "bob"),), 3, "any mail from bob")
    said = [wish.text]
    while other := book.rephrase(wish, said, random.Random(1)):
        said.append(other)
    assert sorted(said) == [
        "any mail from bob",
        "are there letters from bob",
        "check my inbox for bob",
        "did bob write to me",
    ]
