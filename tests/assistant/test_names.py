"""The names that a spoken turn expects, on real memory, voice and recogniser."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from eulalia import audio
from eulalia.assistant import Assistant
from eulalia.assistant.names import LONGEST, MOST, names
from eulalia.audio import espeak
from eulalia.memory import Memory, Records
from eulalia.skills.teaching import lessons


def of(records: Records, customer: str = "ann") -> tuple[str, ...]:
    return names(records, customer, "en-US")


def test_people_lists_and_taught_words_are_names_of_their_customer_alone(memory: Memory) -> None:
    records = memory.records
    records.put("ann", "contact", "1", {"name": "Esma  Yıldız"})
    records.put("ann", "list", "oud", {"name": "oud", "items": ["myrlande", "rosin", "rosin"]})
    lessons.teach(records, "ann", "en-US", "movie time", "lights off", datetime.now(UTC))
    assert of(records) == ("Esma Yıldız", "movie time", "oud", "myrlande", "rosin")
    assert of(records, "bob") == ()


def test_names_follow_the_records_and_the_music_folder(memory: Memory, tmp_path: Path) -> None:
    records = memory.records
    records.put("ann", "setting", "music_folder", str(tmp_path))
    assert of(records) == ()
    audio.write(tmp_path / "Naragonia - Mirande.wav", np.zeros(160, np.float32))
    assert of(records) == ("Naragonia", "Mirande")
    (tmp_path / "Naragonia - Mirande.wav").unlink()
    assert of(records) == ()
    records.put("ann", "contact", "1", "Zahra")
    assert of(records) == ("Zahra",)
    records.delete("ann", "contact", "1")
    assert of(records) == ()


def test_a_flood_of_items_and_names_that_nobody_can_say_are_left_out(memory: Memory) -> None:
    items = ["Анна", "!!!", "x" * (LONGEST + 1), *(f"thing {n}" for n in range(MOST + 5))]
    memory.records.put("ann", "list", "all", {"name": "all", "items": items})
    found = of(memory.records)
    assert len(found) == MOST
    assert found[:2] == ("all", "thing 0")


@pytest.mark.parametrize(
    "value",
    [True, 7, "", "/nowhere", ["a", 1], {"name": 3, "items": 4}, {"name": "b", "items": {"c": 1}},
     {"items": [None, ["d"], "e"]}, {"url": "file:///etc", "token": 1}, {"url": [], "token": {}}],
)  # fmt: skip
def test_records_of_any_shape_break_nothing(memory: Memory, value: object) -> None:
    for kind, key in (
        ("contact", "1"),
        ("list", "1"),
        ("setting", "music_folder"),
        ("setting", "home_assistant"),
    ):
        memory.records.put("ann", kind, key, value)
    assert set(of(memory.records)) <= {"1", "/nowhere", "b", "e"}


def test_a_name_inside_a_sentence_is_heard_once_it_is_listed(tmp_path: Path) -> None:
    speech = espeak.synthesize("please call myrlande tomorrow", "en-us+klatt4", rate=150)
    with Assistant.open(tmp_path) as assistant:
        before = assistant.listen(speech)
        assert "Myrlande" not in (before.text or "")
        assistant.memory.records.put("default", "contact", "1", {"name": "Myrlande"})
        listed = assistant.listen(speech)
        assert "Myrlande" in (listed.text or "").split()
        assert next(s for s in listed.spans if s.stage == "asr").notes["expected"] == 1


def test_a_name_that_the_recogniser_refuses_costs_only_itself(tmp_path: Path) -> None:
    speech = espeak.synthesize("please call myrlande tomorrow", "en-us+klatt4", rate=150)
    with Assistant.open(tmp_path) as assistant:
        records = assistant.memory.records
        records.put("default", "contact", "1", {"name": "Myrlande"})
        records.put("default", "contact", "2", {"name": "²½"})
        turn = assistant.listen(speech)
        assert "Myrlande" in (turn.text or "").split()
        (asr,) = (span for span in turn.spans if span.stage == "asr")
        assert asr.notes["expected"] + len(asr.notes.get("unsayable", [])) == 2
