"""What becomes of rewrites: winners are kept, losers withdrawn, people obeyed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from eulalia.learning.experiments import Decision, Exposures, Group, decide, group, is_applied
from eulalia.rewrites import Evidence, LearnedRewrite, Status
from eulalia.turn import Hypothesis, Rewrite, Span, Turn
from tests.learning.making import NOON, make_turn

EVIDENCE = Evidence(40, 9, 12, 0.8, 0.2, 0.9, 0.7)
CHESS = LearnedRewrite("en-US", "play chess", "play jazz", EVIDENCE, status=Status.TRIAL)
CUSTOMERS = [f"customer {n}" for n in range(200)]


def lived(
    rewrite: LearnedRewrite,
    *,
    customers: Iterable[str] = CUSTOMERS,
    treated: float,
    untreated: float,
    days: int = 10,
    each: int = 1,
) -> tuple[list[Turn], np.ndarray]:
    """Turns of a rewrite's request with their chance of a defect, by whether it was applied."""
    turns, defects = [], []
    for number, customer in enumerate(customers):
        applied = is_applied(rewrite.status, group(customer))
        for n in range(each):
            turn = make_turn(
                f"{customer}/{n}",
                rewrite.request.title() + "?",
                customer=customer,
                session=f"{customer}/{n}",
                seconds=86_400.0 * (number * each + n) * days / (200 * each),
            )
            if applied:
                change = Rewrite(turn.text or "", rewrite.text, "global", 0.9)
                turn = replace(turn, rewrite=change)
            turns.append(turn)
            share = treated if applied else untreated
            defects.append(0.9 if (number * 7919 + n) % 100 < 100 * share else 0.1)
    return turns, np.array(defects)


def decided(
    rewrite: LearnedRewrite, log: tuple[list[Turn], np.ndarray], days: int = 10
) -> Decision:
    now = NOON + timedelta(days=days)
    (decision,) = decide([(rewrite, NOON)], Exposures.of(*log), now)
    return decision


def test_a_rewrite_that_wins_is_kept_and_the_judgement_says_how() -> None:
    decision = decided(CHESS, lived(CHESS, treated=0.05, untreated=0.9))
    assert decision.status is Status.KEPT
    assert decision.after == replace(CHESS, status=Status.KEPT)
    judged = decision.judgement
    assert judged.treatment.value < 0.2 < 0.7 < judged.control.value
    assert judged.difference.high < 0.0
    assert judged.wins > 5 * judged.losses
    assert judged.wins + judged.losses + judged.ties == pytest.approx(judged.changed)


def test_a_rewrite_that_loses_is_withdrawn_on_trial_and_after_it() -> None:
    for status in (Status.TRIAL, Status.KEPT):
        rewrite = replace(CHESS, status=status)
        decision = decided(rewrite, lived(rewrite, treated=0.95, untreated=0.05))
        assert decision.status is Status.WITHDRAWN
        assert decision.judgement.losses > decision.judgement.wins


def test_a_kept_rewrite_that_used_to_win_is_withdrawn_by_its_last_four_weeks() -> None:
    kept = replace(CHESS, status=Status.KEPT)
    good = lived(kept, treated=0.0, untreated=0.9, days=100)
    bad = lived(kept, treated=0.95, untreated=0.05, days=20)
    later = [
        replace(turn, id=f"later {turn.id}", time=turn.time + timedelta(days=100))
        for turn in bad[0]
    ]
    assert decided(kept, good, days=100).status is Status.KEPT
    both = [*good[0], *later], np.concatenate([good[1], bad[1]])
    assert decided(kept, both, days=120).status is Status.WITHDRAWN


def test_a_person_who_pins_is_obeyed_whatever_the_figures_say() -> None:
    pinned = replace(CHESS, status=Status.PINNED)
    decision = decided(pinned, lived(pinned, treated=1.0, untreated=0.0), days=365)
    assert decision.status is Status.PINNED


@pytest.mark.parametrize("status", [Status.CANDIDATE, Status.WITHDRAWN, Status.REJECTED])
def test_what_is_not_in_use_is_not_decided_upon(status: Status) -> None:
    turns, defects = lived(CHESS, treated=0.0, untreated=1.0)
    rewrite = replace(CHESS, status=status)
    assert decide([(rewrite, NOON)], Exposures.of(turns, defects), NOON) == []


def test_a_trial_goes_on_while_it_is_not_decided_but_not_for_ever() -> None:
    few = lived(CHESS, customers=CUSTOMERS[:6], treated=0.5, untreated=0.5)
    assert decided(CHESS, few, days=5).status is Status.TRIAL
    assert decided(CHESS, few, days=28).status is Status.WITHDRAWN
    nobody: tuple[list[Turn], np.ndarray] = ([], np.zeros(0))
    assert decided(CHESS, nobody, days=5).status is Status.TRIAL
    assert decided(CHESS, nobody, days=28).status is Status.WITHDRAWN


def test_what_makes_no_difference_is_withdrawn() -> None:
    many = [f"home {n}" for n in range(6_000)]
    decision = decided(CHESS, lived(CHESS, customers=many, treated=0.3, untreated=0.3, days=1))
    assert decision.status is Status.WITHDRAWN
    assert decision.why == "It makes no difference."


def test_rare_requests_are_judged_together_at_the_end_of_their_trials() -> None:
    rare = [
        replace(CHESS, request=f"play chess number {n}", text=f"play jazz {n}") for n in range(60)
    ]
    turns: list[Turn] = []
    defects: list[float] = []
    for n, rewrite in enumerate(rare):
        some = CUSTOMERS[3 * n : 3 * n + 3]
        # Every twentieth does harm, and must not be carried along by the others.
        treated = 1.0 if n % 20 == 7 else 0.0
        more, chances = lived(rewrite, customers=some, treated=treated, untreated=0.9)
        turns += more
        defects += list(chances)
    exposures = Exposures.of(turns, np.array(defects))
    early = decide([(r, NOON) for r in rare], exposures, NOON + timedelta(days=20))
    assert {decision.status for decision in early} == {Status.TRIAL}
    late = decide([(r, NOON) for r in rare], exposures, NOON + timedelta(days=28))
    status = {decision.before.request: decision.status for decision in late}
    kept = [request for request, became in status.items() if became is Status.KEPT]
    assert len(kept) >= 20
    for n in (7, 27, 47):
        assert status[f"play chess number {n}"] is Status.WITHDRAWN


def test_one_customer_who_floods_decides_nothing() -> None:
    quiet = lived(CHESS, customers=CUSTOMERS[:10], treated=0.5, untreated=0.5)
    flooder = next(name for name in CUSTOMERS[10:] if group(name) is Group.TREATMENT)
    flood = lived(CHESS, customers=[flooder], treated=1.0, untreated=1.0, each=5_000)
    both = [*quiet[0], *flood[0]], np.concatenate([quiet[1], flood[1]])
    assert decided(CHESS, both, days=15).status is Status.TRIAL


def test_turns_from_before_the_trial_do_not_count() -> None:
    turns, defects = lived(CHESS, treated=0.0, untreated=1.0)
    before = [replace(turn, time=turn.time - timedelta(days=30)) for turn in turns]
    judged = decided(CHESS, (before, defects)).judgement
    assert judged.treatment.turns == judged.control.turns == judged.changed == 0


def test_a_rewrite_of_ones_own_is_judged_by_ones_own_turns() -> None:
    hers = replace(CHESS, customer="ada")
    turns, defects = [], []
    for n in range(60):
        turn = make_turn(
            f"t{n}", "play chess", customer="ada", session=f"s{n}", seconds=60.0 * n - 1_800
        )
        if n >= 30:
            turn = replace(turn, rewrite=Rewrite("play chess", "play jazz", "personal", 0.9))
        turns.append(turn)
        defects.append(0.05 if n >= 30 else 0.95)
    others = lived(CHESS, treated=1.0, untreated=0.0)
    log = [*turns, *others[0]], np.concatenate([defects, others[1]])
    decision = decided(hers, log)
    assert decision.judgement.changed == 30
    assert decision.status is Status.KEPT


def test_a_turn_belongs_to_the_rewrite_that_its_span_notes() -> None:
    turn = make_turn("t", "play cheese", customer="ada")

    def belongs(said: Turn, to: LearnedRewrite, *texts: str, **notes: object) -> bool:
        hypotheses = tuple(Hypothesis(text, 0.9) for text in texts)
        noted = said.with_span(Span("rewrite", 0.0, 0.001, hypotheses, notes=notes))
        return len(Exposures.of([noted], np.array([0.3])).of_rewrite(to)) == 1

    assert belongs(turn, CHESS, "play jazz", layer="global", request="play chess")
    assert belongs(turn, CHESS, "play jazz", layer="global", applied=False)
    assert belongs(turn, CHESS, "play jazz", layer="global", request=["play chess"])
    assert not belongs(turn, CHESS, "play jazz", layer="global", request="play chests")
    assert not belongs(turn, CHESS, "play rock", layer="global")
    assert not belongs(turn, CHESS, "play jazz", layer="personal")
    assert belongs(turn, replace(CHESS, customer="ada"), "play jazz", layer="personal")
    same_words = make_turn("t", "play chess", customer="ada")
    assert not belongs(same_words, CHESS, applied=False)
    assert len(Exposures.of([same_words], np.array([0.3])).of_rewrite(CHESS)) == 1


def test_other_locales_and_other_customers_do_not_count() -> None:
    turn = make_turn("t", "play chess", customer="ada", locale="en-GB")
    exposures = Exposures.of([turn], np.array([0.3]))
    assert exposures.of_rewrite(CHESS) == []
    british = replace(CHESS, locale="en-GB")
    assert len(exposures.of_rewrite(british)) == 1
    assert len(exposures.of_rewrite(replace(british, customer="ada"))) == 1
    assert exposures.of_rewrite(replace(british, customer="bob")) == []
