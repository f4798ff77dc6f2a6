"""Wins, losses and ties of rewrites."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.judgement import judge, meaning
from eulalia.learning.state import state
from eulalia.rewrites import Evidence, LearnedRewrite, Status
from eulalia.truth import Failure, TrueSlot, Truth
from eulalia.turn import Interpretation, Rewrite, Slot, Turn
from tests.learning.making import make_turn

WHY = Evidence(1, 1, 1, 0.5, 0.0, 1.0, 0.2)
JAZZ = LearnedRewrite("en-US", "play jas", "play jazz", WHY, state="play_music{genre=jazz}")
WANTED = {"intent": "play_music", "slots": (TrueSlot("genre", "Jazz"),)}


def turn(name: str = "1", text: str = "Play jas", intent: str = "play_game", **others: str) -> Turn:
    return make_turn(name, text, intent=intent, **others)  # type: ignore[arg-type]


def outcome(
    *pairs: tuple[Turn, Truth | None], rewrites: tuple[LearnedRewrite, ...] = (JAZZ,)
) -> tuple[int, int, int]:
    found = judge(rewrites, pairs)
    return found.wins, found.losses, found.ties


def test_a_defect_that_comes_to_mean_what_was_wanted_is_a_win() -> None:
    found = judge([JAZZ], [(turn(), Truth("1", failure=Failure.ASR, **WANTED))])  # type: ignore[arg-type]
    figures = found.figures()
    assert (figures["wins"], figures["losses"], figures["ties"]) == (1, 0, 0)
    assert (figures["defective"], figures["repaired"], figures["repaired_share"]) == (1, 1, 1.0)


def test_what_was_right_and_no_longer_is_is_a_loss() -> None:
    chess = Truth("1", intent="play_game", failure=Failure.CORRECT)
    assert outcome((turn(), chess)) == (0, 1, 0)


def test_the_right_intent_with_another_slot_is_no_win() -> None:
    rock = Truth("1", intent="play_music", slots=(TrueSlot("genre", "rock"),), failure=Failure.ASR)
    assert outcome((turn(), rock)) == (0, 0, 1)
    none = Truth("1", intent="play_music", failure=Failure.ASR)
    assert outcome((turn(), none)) == (0, 0, 1)


def test_what_means_the_same_as_before_cannot_mend_a_failure_elsewhere() -> None:
    same = make_turn("1", "play jas", intent="play_music", slots={"genre": "jazz"})
    assert outcome((same, Truth("1", failure=Failure.RESULT, **WANTED))) == (0, 0, 1)  # type: ignore[arg-type]


def test_other_requests_locales_and_customers_are_left_alone() -> None:
    truth = Truth("1", failure=Failure.ASR, **WANTED)  # type: ignore[arg-type]
    own = replace(JAZZ, customer="somebody")
    assert outcome((turn(text="play jazz now"), truth)) == (0, 0, 0)
    assert outcome((turn(locale="en-GB"), truth)) == (0, 0, 0)
    assert outcome((turn(), truth), rewrites=(own,)) == (0, 0, 0)
    assert outcome((turn(customer="somebody"), truth), rewrites=(own,)) == (1, 0, 0)


def test_one_s_own_rewrite_comes_before_everybody_s() -> None:
    truth = Truth("1", failure=Failure.ASR, **WANTED)  # type: ignore[arg-type]
    own = replace(JAZZ, customer="c", state="play_game{}")
    assert outcome((turn(), truth), rewrites=(JAZZ, own)) == (0, 0, 1)


def test_what_nobody_wants_is_not_used() -> None:
    truth = Truth("1", failure=Failure.ASR, **WANTED)  # type: ignore[arg-type]
    for status in (Status.REJECTED, Status.WITHDRAWN):
        assert outcome((turn(), truth), rewrites=(replace(JAZZ, status=status),)) == (0, 0, 0)


def test_turns_without_truth_or_already_rewritten_do_not_count() -> None:
    done = replace(turn("2"), rewrite=Rewrite("play jas", "play jazz", "global", 0.9))
    found = judge([JAZZ], [(turn(), None), (done, Truth("2", intent="play_music"))])
    assert (found.turns, found.defective, found.wins, found.losses, found.ties) == (0, 0, 0, 0, 0)


def test_a_meaning_that_the_rewrite_does_not_tell_is_looked_for_in_the_log() -> None:
    unknown = replace(JAZZ, state=None)
    truth = Truth("1", failure=Failure.ASR, **WANTED)  # type: ignore[arg-type]
    assert judge([unknown], [(turn(), truth)]).unknown == 1
    known = make_turn("2", "play jazz", intent="play_music", slots={"genre": "jazz"})
    assert outcome((turn(), truth), (known, None), rewrites=(unknown,)) == (1, 0, 0)


def test_of_no_rewrites_and_no_turns_there_are_figures_too() -> None:
    figures = judge([], []).figures()
    assert figures["wins"] == figures["turns"] == 0
    assert figures["repaired_share_interval"] == [0.0, 0.0]


VALUES = st.text("abc 7", min_size=1, max_size=6).filter(str.strip)


@given(st.lists(st.tuples(st.sampled_from(["time", "date", "place_name"]), VALUES), max_size=4))
def test_a_meaning_is_read_back_from_its_state(pairs: list[tuple[str, str]]) -> None:
    slots = tuple(Slot(name, value, 0, 0) for name, value in pairs)
    found = meaning(state("", Interpretation("", "alarm", "alarm_set", slots)))
    letters = sorted((name, value.replace(" ", "")) for name, value in pairs)
    assert found == ("alarm_set", tuple(letters))
