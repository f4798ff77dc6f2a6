"""The volume: steps, numbers said and their limits, silence, and what it makes of sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eulalia.memory import Memory
from eulalia.skills.volume import START, STEP, VolumeSkill, gain
from tests.skills.asking import Asking


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    with Memory.open(tmp_path) as memory:
        yield Asking(memory)


def level(ask: Asking) -> int:
    return round(100 * gain(ask.memory.records, ask.customer))


def test_it_begins_in_the_middle(ask: Asking) -> None:
    reply = ask(VolumeSkill(), "audio_volume_other", "how loud are you")
    assert reply.text == f"The volume is at {START} percent."
    assert level(ask) == START


def test_it_goes_by_steps(ask: Asking) -> None:
    ask(VolumeSkill(), "audio_volume_up", "louder")
    ask(VolumeSkill(), "audio_volume_up", "louder")
    assert level(ask) == START + 2 * STEP
    ask(VolumeSkill(), "audio_volume_down", "softer")
    assert level(ask) == START + STEP


@pytest.mark.parametrize(
    ("intent", "said", "wanted"),
    [
        ("audio_volume_up", "to eighty", 80),
        ("audio_volume_up", "80%", 80),
        ("audio_volume_up", "by five", START + 5),
        ("audio_volume_down", "by thirty percent", START - 30),
        ("audio_volume_down", "to seven", 7),
        ("audio_volume_other", "to twenty percent", 20),
        ("audio_volume_down", "by 0.4", START),
        ("audio_volume_up", "a bit", START + STEP),
        ("audio_volume_up", "between 10 and 20", START + STEP),
    ],
)
def test_a_number_is_a_level_or_a_difference(
    ask: Asking, intent: str, said: str, wanted: int
) -> None:
    ask(VolumeSkill(), intent, f"set the volume {said}", change_amount=said)
    assert level(ask) == wanted


@pytest.mark.parametrize(
    ("intent", "said", "wanted"),
    [
        ("audio_volume_up", "to a thousand", 100),
        ("audio_volume_up", "by 99", 100),
        ("audio_volume_up", "9" * 30, 100),
        ("audio_volume_down", "by 99", 0),
        ("audio_volume_down", "by " + "9" * 30, 0),
        ("audio_volume_down", "to minus five", 0),
    ],
)
def test_it_stays_between_nothing_and_all(ask: Asking, intent: str, said: str, wanted: int) -> None:
    ask(VolumeSkill(), intent, f"volume {said}", change_amount=said)
    assert level(ask) == wanted


def test_a_number_of_hundreds_of_digits_does_no_harm(ask: Asking) -> None:
    ask(VolumeSkill(), "audio_volume_up", "volume " + "9" * 400, change_amount="9" * 400)
    assert START < level(ask) <= 100


def test_steps_do_not_lead_over_the_edges(ask: Asking) -> None:
    for _ in range(12):
        ask(VolumeSkill(), "audio_volume_up", "louder")
    assert level(ask) == 100
    for _ in range(12):
        ask(VolumeSkill(), "audio_volume_down", "softer")
    assert level(ask) == 0


def test_silence_keeps_the_level_for_when_it_ends(ask: Asking) -> None:
    ask(VolumeSkill(), "audio_volume_up", "to 70", change_amount="to 70")
    assert ask(VolumeSkill(), "audio_volume_mute", "be quiet").text == "The sound is off."
    assert level(ask) == 0
    assert ask(VolumeSkill(), "audio_volume_other", "how loud is it").text == "The sound is off."
    ask(VolumeSkill(), "audio_volume_mute", "unmute")
    assert level(ask) == 70


def test_louder_ends_silence(ask: Asking) -> None:
    ask(VolumeSkill(), "audio_volume_mute", "mute")
    ask(VolumeSkill(), "audio_volume_up", "louder")
    assert level(ask) == START + STEP


def test_every_customer_has_a_volume(ask: Asking) -> None:
    ask(VolumeSkill(), "audio_volume_mute", "mute")
    assert gain(ask.memory.records, "other") == START / 100


def test_numbers_are_heard_and_told_in_the_customers_language(ask: Asking) -> None:
    german = Asking(ask.memory, locale="de-DE")
    reply = german(VolumeSkill(), "audio_volume_up", "um zwanzig", change_amount="um zwanzig")
    assert level(ask) == START + 20
    assert "70" in reply.text
    assert "volume" not in reply.text
