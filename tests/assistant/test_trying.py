"""Second readings: tried once, where the night chose to and it does no harm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eulalia.assistant import Assistant
from eulalia.learning import nightly, probes
from eulalia.memory import Memory
from eulalia.skills import Skill, TemplateSkill
from eulalia.skills import find as find_skills
from eulalia.turn import Interpretation, Outcome
from tests.assistant.parts import Reads
from tests.assistant.test_asking import QUESTION
from tests.talking import never

TEXT = "lights please"
ON, OFF, UNLIKELY, REMOVE = (
    Interpretation(TEXT, intent.split("_")[0], intent, confidence=confidence)
    for intent, confidence in [
        ("iot_hue_lighton", 0.5), ("iot_hue_lightoff", 0.3), ("datetime_query", 0.1),
        ("alarm_remove", 0.1),
    ]
)  # fmt: skip


def assistant(memory: Memory, *readings: Interpretation, more: tuple[Skill, ...] = ()) -> Assistant:
    return Assistant(
        memory,
        customer="ada",
        skills=[*more, *find_skills()],
        understander=lambda: Reads(readings),
        detector=never,
        speaker=never,
    )


def wait_for(memory: Memory, intent: str) -> None:
    probe = {"kind": "try", "intent": intent, "locale": "en-US"}
    memory.records.replace_all(probes.RECORDS, {"ada": {TEXT: probe}})


def test_the_second_reading_is_acted_on_once(memory: Memory) -> None:
    wait_for(memory, "iot_hue_lightoff")
    ada = assistant(memory, ON, OFF)
    turn = ada.ask(TEXT)
    assert turn.interpretation is not None
    assert turn.interpretation.intent == "iot_hue_lightoff"
    assert turn.outcome is Outcome.ANSWERED
    assert turn.answer is not None
    assert QUESTION not in turn.answer.text
    nlu = turn.span("nlu")
    assert nlu is not None
    assert nlu.notes[probes.TRIED] == "iot_hue_lightoff"
    assert [one.value for one in nlu.hypotheses] == ["iot_hue_lighton", "iot_hue_lightoff"]
    again = ada.ask(TEXT)
    assert again.interpretation == ON
    nlu = again.span("nlu")
    assert nlu is not None
    assert probes.TRIED not in nlu.notes


def test_even_an_unlikely_reading_is_tried_in_place_of_not_understanding(memory: Memory) -> None:
    nothing = Interpretation(TEXT, "out_of_scope", "out_of_scope", confidence=0.6)
    wait_for(memory, "datetime_query")
    turn = assistant(memory, nothing, UNLIKELY).ask(TEXT)
    assert turn.skill == "clock"


@pytest.mark.parametrize(
    ("readings", "intent"),
    [
        ((ON, REMOVE), "alarm_remove"),  # would do harm
        (
            (replace(REMOVE, confidence=0.6), ON),
            "iot_hue_lighton",
        ),  # would leave undone what matters
        ((ON, UNLIKELY), "iot_hue_lightoff"),  # is no longer among the readings
        ((ON,), "iot_hue_lighton"),
        ((), "iot_hue_lighton"),
    ],
)
def test_what_may_do_harm_or_is_not_read_is_not_tried(
    memory: Memory, readings: tuple[Interpretation, ...], intent: str
) -> None:
    wait_for(memory, intent)
    turn = assistant(memory, *readings).ask(TEXT)
    assert turn.interpretation == (readings[0] if readings else None)
    assert intent in str(memory.records.list("ada", probes.RECORDS))


def test_what_a_skill_reads_by_itself_or_was_taught_stays(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "language: en\nintents:\n  own:\n    data:\n"
        f"      - sentences: ['{TEXT}']\n    answer: 'Mine.'\n"
    )
    wait_for(memory, "iot_hue_lightoff")
    own = TemplateSkill.load(tmp_path / "own.yaml")
    turn = assistant(memory, ON, OFF, more=(own,)).ask(TEXT)
    assert turn.answer is not None
    assert turn.answer.text == "Mine."
    ada = assistant(memory, ON, OFF)
    ada.ask(f"when I say {TEXT} I mean lamps please")
    assert ada.ask(TEXT).interpretation == ON
    assert len(memory.records.list("ada", probes.RECORDS)) == 1


def test_a_question_and_a_trial_share_the_day(memory: Memory) -> None:
    ask = {"kind": "ask", "intent": None, "locale": "en-US"}
    wait_for(memory, "iot_hue_lightoff")
    ada = assistant(memory, ON, OFF)
    ada.ask(TEXT)
    memory.records.replace_all(probes.RECORDS, {"ada": {TEXT: ask}})
    turn = ada.ask(TEXT)
    assert turn.answer is not None
    assert QUESTION not in turn.answer.text


def test_what_the_night_found_in_contention_is_tried_the_next_day(memory: Memory) -> None:
    ada = assistant(memory, ON, OFF)
    turns = [ada.ask(TEXT) for _ in range(3)]
    assert nightly.keep_probes(memory, turns, np.full(3, 0.7)) == 1
    turn = ada.ask(TEXT)
    assert turn.interpretation == OFF
    assert nightly.keep_probes(memory, [*turns, turn], np.full(4, 0.7)) == 0
