"""Rewrites from what customers do, and what must not become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="needs the extra learn")

from eulalia.errors import EulaliaError
from eulalia.learning import logs, mining
from eulalia.rewrites import LearnedRewrite
from eulalia.turn import Outcome, Turn
from tests.learning.making import make_turn

Said = tuple[str, str, dict[str, str]]

JAS: Said = ("play jas", "play_game", {})
JAZZ: Said = ("play jazz", "play_music", {"genre": "jazz"})
LIGHT: Said = ("switch off the light", "iot_light_off", {})
DOOR: Said = ("open the front door", "iot_door", {})


def session(customer: str, *said: Said, number: int = 0) -> Iterator[Turn]:
    """One wish said again and again within seconds, of which the last was fine."""
    for place, (text, intent, slots) in enumerate(said):
        yield make_turn(
            f"{customer}-{number}-{place}",
            text,
            intent=intent,
            slots=slots,
            customer=customer,
            session=f"{customer}-{number}",
            seconds=number * 86_400 + place * 8.0,
        )


def mined(
    folder: Path, turns: Iterable[Turn], settings: mining.Settings | None = None
) -> dict[str, LearnedRewrite]:
    path = folder / "log.parquet"
    logs.write(path, ((turn, None) for turn in turns))
    return {one.request: one for one in mining.rewrites(mining.table(path), settings)}


def test_what_customers_say_instead_becomes_a_rewrite_with_its_evidence(tmp_path: Path) -> None:
    turns = [turn for name in "abc" for turn in session(name, JAS, JAZZ)]
    turns += session("d", JAZZ)
    found = mined(tmp_path, turns)
    assert list(found) == ["play jas"]
    rewrite = found["play jas"]
    assert (rewrite.locale, rewrite.text) == ("en-US", "play jazz")
    assert rewrite.state == "play_music{genre=jazz}"
    assert rewrite.customer is None
    why = rewrite.evidence
    assert (why.turns, why.customers, why.transitions) == (3, 3, 3)
    assert why.score > 0.6
    assert why.success_before < 0.1 < 0.6 < why.success_after
    assert why.lower_bound < why.success_after


def test_a_way_over_several_wordings_leads_to_its_end(tmp_path: Path) -> None:
    turns = [
        turn for name in "ab" for turn in session(name, JAS, ("play chess", "play_game", {}), JAZZ)
    ]
    # What is wanted lies two steps from the request, which nobody ever took at once.
    turns += [
        turn for name in "cd" for turn in session(name, ("play chess", "play_game", {}), JAZZ)
    ]
    assert mined(tmp_path, turns)["play jas"].text == "play jazz"


def test_saying_the_same_in_a_loop_leads_nowhere(tmp_path: Path) -> None:
    loop = [JAS, ("play chess", "play_quiz", {})] * 4
    turns = [turn for name in "abc" for turn in session(name, *loop)]
    turns = [
        make_turn(
            turn.id, turn.text, intent=None, customer=turn.customer, session=turn.session,
            seconds=place * 8.0, outcome=Outcome.NOT_UNDERSTOOD, feedback=("abandonment",),
        )
        for place, turn in enumerate(turns)
    ]  # fmt: skip
    assert mined(tmp_path, turns) == {}


def test_a_dead_end_is_no_rewrite(tmp_path: Path) -> None:
    turns = []
    for name in "abc":
        first, last = session(name, JAS, JAZZ)
        turns += [
            first,
            make_turn(
                last.id, last.text, customer=name, session=last.session, seconds=8.0,
                outcome=Outcome.NOT_UNDERSTOOD, feedback=("abandonment",),
            ),
        ]  # fmt: skip
    assert mined(tmp_path, turns) == {}


def test_nothing_follows_from_nothing(tmp_path: Path) -> None:
    assert mined(tmp_path, []) == {}
    assert mined(tmp_path, [make_turn("a", None, intent=None), make_turn("b", "!?")]) == {}


def test_what_works_stays_as_it_is(tmp_path: Path) -> None:
    turns = [turn for number in range(20) for turn in session(f"c{number}", LIGHT)]
    turns += [turn for name in "ab" for turn in session(name, LIGHT, DOOR)]
    assert mined(tmp_path, turns) == {}


def test_one_customer_who_floods_the_log_counts_once(tmp_path: Path) -> None:
    turns = [turn for number in range(10) for turn in session(f"c{number}", LIGHT)]
    turns += [turn for name in "abc" for turn in session(name, DOOR)]
    flood = [turn for number in range(300) for turn in session("evil", LIGHT, DOOR, number=number)]
    assert mined(tmp_path, [*turns, *flood]) == {}
    # The same from as many customers is no flood.
    many = [turn for number in range(300) for turn in session(f"e{number}", LIGHT, DOOR)]
    assert mined(tmp_path, [*turns, *many])["switch off the light"].text == "open the front door"


@pytest.mark.parametrize("attackers", [1, 2, 5])
def test_a_few_cannot_turn_many_people_s_request_into_another_wish(
    tmp_path: Path, attackers: int
) -> None:
    turns = []
    for number in range(60):
        # It often fails, so that a rewrite would be welcome.
        again = [LIGHT] * (1 + number % 2)
        turns += session(f"c{number}", *again)
    for number in range(attackers):
        turns += session(f"e{number}", LIGHT, DOOR)
    assert "switch off the light" not in mined(tmp_path, turns)


def test_texts_made_to_break_things_do_not(tmp_path: Path) -> None:
    evil = ["'; DROP TABLE kept; --", "a\nb\x00c", "{}=;%_\\", "🎷" * 3, "x " * 20_000]
    turns = [
        turn
        for text in evil
        for name in "ab"
        for turn in session(f"{name}{evil.index(text)}", (text, "play_game", {}), JAZZ)
    ]
    turns += [turn for name in "ab" for turn in session(name, JAS, JAZZ)]
    found = mined(tmp_path, turns)
    assert found["play jas"].text == "play jazz"
    assert {one.text for one in found.values()} == {"play jazz"}


def test_what_stands_in_a_state_or_a_locale_mixes_no_two_wordings(tmp_path: Path) -> None:
    # Were they glued together without care, the two would be one.
    torn: Said = ("jas play", "play_game", {"genre": "x}\nplay jas"})
    turns = [turn for name in "ab" for turn in session(name, JAS, JAZZ)]
    turns += [turn for name in "cd" for turn in session(name, torn)]
    assert mined(tmp_path, turns)["play jas"].evidence.turns == 2


def test_two_who_mine_at_once_find_the_same(tmp_path: Path) -> None:
    turns = [turn for name in "abc" for turn in session(name, JAS, JAZZ)]
    logs.write(tmp_path / "log.parquet", ((turn, None) for turn in turns))

    def mine(_: int) -> list[LearnedRewrite]:
        return mining.rewrites(mining.table(tmp_path / "log.parquet"))

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(mine, range(2))
    assert one
    assert one == other


def test_so_many_customers_are_needed_as_the_settings_say(tmp_path: Path) -> None:
    turns = [turn for name in "ab" for turn in session(name, JAS, JAZZ)]
    assert mined(tmp_path, turns, mining.Settings(customers=2))
    assert not mined(tmp_path, turns, mining.Settings(customers=3))
    alone = list(session("a", JAS, JAZZ))
    assert mined(tmp_path, alone, mining.Settings(customers=1))
    assert not mined(tmp_path, alone)


def test_a_name_known_in_one_home_only_is_never_told(tmp_path: Path) -> None:
    annie: Said = ("call annie oakleigh", "phone_call", {"person": "annie oakleigh"})
    wrong: Said = ("call any oakley", "phone_call", {"person": "any oakley"})
    same_home = [turn for number in range(9) for turn in session("a", wrong, annie, number=number)]
    others = [turn for name in "bcd" for turn in session(name, ("call mum", "phone_call", {}))]
    assert mined(tmp_path, [*same_home, *others]) == {}
    neighbours = [turn for name in "bc" for turn in session(name, wrong, annie)]
    assert mined(tmp_path, [*same_home, *neighbours])["call any oakley"].text == (
        "call annie oakleigh"
    )


def test_a_name_made_of_common_words_is_a_name_all_the_same(tmp_path: Path) -> None:
    rose: Said = ("call rose black", "phone_call", {"person": "rose black"})
    wrong: Said = ("call rose back", "phone_hang_up", {})
    # Each word is known from many homes, and "call somebody" too; the name is not.
    turns = [turn for number in range(9) for turn in session("a", wrong, rose, number=number)]
    for name in "bcd":
        turns += session(name, ("a black rose", "qa_definition", {}), number=1)
        turns += session(name, ("call back", "phone_call", {}), number=2)
    assert "call rose back" not in mined(tmp_path, turns)


def test_a_request_is_left_alone_if_one_like_it_is_understood(tmp_path: Path) -> None:
    news: Said = ("what is the news", "news_query", {})
    near: Said = ("what s the news", "news_query", {})
    other: Said = ("what does that mean", "qa_definition", {})
    turns = [turn for name in "cd" for turn in session(name, other)]
    turns += session("d", ("how s it going", "general_greet", {}), number=1)
    turns += session("d", ("tell me something of the latest news", "news_query", {}), number=2)
    turns += session("a", near, other)
    assert "what s the news" in mined(tmp_path, turns)
    turns += [turn for name in "ef" for turn in session(name, news)]
    assert "what s the news" not in mined(tmp_path, turns)


def test_locales_are_apart(tmp_path: Path) -> None:
    turns = [turn for name in "ab" for turn in session(name, JAS, JAZZ)]
    german = [
        make_turn(
            f"de-{turn.id}", turn.text, intent=turn.interpretation.intent, locale="de-DE",
            customer=f"de-{turn.customer}", session=turn.session,
        )
        for turn in turns
        if turn.interpretation and turn.text == "play jazz"
    ]  # fmt: skip
    assert {one.locale for one in mined(tmp_path, [*turns, *german]).values()} == {"en-US"}


def test_case_and_punctuation_do_not_count(tmp_path: Path) -> None:
    turns = [turn for name in "ab" for turn in session(name, ("Play, Jas!", *JAS[1:]), JAZZ)]
    assert mined(tmp_path, turns)["play jas"].text == "play jazz"


def test_the_order_of_the_log_does_not_count(tmp_path: Path) -> None:
    turns = [turn for name in "abcd" for turn in session(name, JAS, DOOR, JAZZ)]
    assert mined(tmp_path, turns) == mined(tmp_path, reversed(turns))


@pytest.mark.parametrize(
    "wrong", [{"customers": 0}, {"turns_each": 0}, {"score": -0.1}, {"lower_bound": 1.5}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(EulaliaError, match=r"\.$"):
        mining.Settings(**wrong)  # type: ignore[arg-type]
