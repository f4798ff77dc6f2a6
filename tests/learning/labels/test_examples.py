"""What corrections teach, and what they must not."""

from pathlib import Path

import pytest

from eulalia.learning.labels.examples import LabelsFileError, examples, write
from eulalia.learning.labels.labelling import Label
from eulalia.learning.labels.projection import project
from eulalia.turn import Turn
from tests.learning.making import make_turn


def correction(
    name: str, text: str, intent: str, customer: str = "c", **slots: str
) -> tuple[Turn, Label]:
    turn = make_turn(name, text, intent="general_quirky", customer=customer)
    return turn, Label(
        name, "s-1", 0.1, intent, project(list(slots.items()), text, "en-US"), 0.9, "later"
    )


def test_a_failed_request_is_annotated_with_what_was_meant() -> None:
    found = examples([correction("1", "whack on jazz", "play_music", music_genre="jazz")])
    assert [(e.text, e.annotated, e.intent) for e in found] == [
        ("whack on jazz", "whack on [music_genre : jazz]", "play_music")
    ]


def test_a_customer_who_floods_counts_once() -> None:
    flood = [correction(str(n), "lights", "alarm_set", customer="one") for n in range(1000)]
    others = [correction(f"o{n}", "lights", "iot_hue_lighton", customer=f"c{n}") for n in range(9)]
    (found,) = examples(flood + others)
    assert found.intent == "iot_hue_lighton"
    assert (found.customers, found.turns) == (9, 9)


def test_words_that_customers_mean_different_things_by_teach_nothing() -> None:
    rows = [
        correction("1", "next", "play_music", customer="a"),
        correction("2", "next", "news_query", customer="b"),
    ]
    assert examples(rows) == []


@pytest.mark.parametrize("text", ["[brackets]", "???", "half \ud800", " spaces  about "])
def test_texts_that_have_no_annotated_form_are_left_out(text: str) -> None:
    assert examples([correction("1", text, "play_music")]) == []


def test_nothing_is_left_behind_where_a_file_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(LabelsFileError, match="cannot be written"):
        write(tmp_path / "none" / "labels.jsonl", [])
    target = tmp_path / "labels.jsonl"
    target.write_text("before")

    def broken():  # type: ignore[no-untyped-def]
        yield from examples([correction("1", "play", "play_music")])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(target, broken())
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]
