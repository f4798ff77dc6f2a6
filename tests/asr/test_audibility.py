"""What was heard is believed where the sound tells of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eulalia import audio
from eulalia.asr import Recognizer, Transcript
from eulalia.asr.audibility import audible
from eulalia.asr.transcript import Mode, Word
from eulalia.audio import espeak
from eulalia.turn import Hypothesis

FRAME = 0.04


def heard(*words: tuple[str, float, float]) -> Transcript:
    text = " ".join(word for word, _, _ in words)
    return Transcript(
        text, 0.5, tuple(Word(*word, 0.5) for word in words), (Hypothesis(text, 0.5),)
    )


def frames(seconds: float, *told: tuple[float, float]) -> np.ndarray:
    """Blank, but for (second, by how much the phone is likelier than the blank)."""
    rows = np.tile(np.log([0.98, 0.01, 0.01]), (round(seconds / FRAME), 1)).astype(np.float32)
    for second, lead in told:
        rows[round(second / FRAME), 1] = rows[round(second / FRAME), 0] + lead
    return rows


@pytest.mark.parametrize(
    ("voice", "lead", "kept"),
    [(True, 4, True), (True, 3, False), (None, 8, True), (None, 6, False), (False, 8, False),
     (False, 13, True)],
)  # fmt: skip
def test_less_is_believed_where_no_voice_was_detected(
    voice: bool | None, lead: float, kept: bool
) -> None:
    said = heard(("on", 1.0, 1.2))
    found = audible(said, frames(3, (1.08, lead)), 0, FRAME, voice)
    assert found == (said if kept else Transcript("", 0.0))


def test_weak_words_add_up_inside_a_sentence_but_not_across_a_pause() -> None:
    sentence = heard(("on", 1.0, 1.2), ("the", 1.4, 1.6))
    apart = heard(("on", 1.0, 1.2), ("the", 3.0, 3.2))
    assert audible(sentence, frames(5, (1.08, 4), (1.48, 4)), 0, FRAME, None) == sentence
    assert audible(apart, frames(5, (1.08, 4), (3.08, 4)), 0, FRAME, None).text == ""
    assert audible(apart, frames(5, (1.08, 4), (3.08, 9)), 0, FRAME, None).text == "the"


def test_a_sentence_of_a_grammar_is_kept_or_dropped_as_a_whole() -> None:
    order = replace(heard(("a", 1.0, 1.1), ("latte", 3.0, 3.4)), mode=Mode.GRAMMAR)
    assert audible(order, frames(5, (3.08, 9)), 0, FRAME, None) == order
    assert audible(order, frames(5, (3.08, 5)), 0, FRAME, None).text == ""


def test_a_last_word_that_the_network_writes_behind_the_end_counts() -> None:
    said = heard(("stop", 1.9, 2.0))
    assert audible(said, frames(2.5, (2.3, 9)), 0, FRAME, None) == said


def unsure(seconds: float, phones: int, share: float) -> np.ndarray:
    """Frames in which so many phones share that much of the probability, the blank nearly none."""
    row = np.full(41, (1 - share) / (40 - phones))
    row[0] = 1e-6
    row[1 : phones + 1] = share / phones
    return np.log(np.tile(row, (round(seconds / FRAME), 1))).astype(np.float32)


def test_phones_that_cannot_be_told_apart_are_no_words() -> None:
    said = heard(("on", 1.0, 1.4), ("the", 1.4, 1.9))
    assert audible(said, unsure(3, 1, 0.9), 0, FRAME, True) == said
    assert audible(said, unsure(3, 12, 0.9), 0, FRAME, True).text == ""


def test_a_short_word_may_be_uncertain_where_a_voice_was_detected() -> None:
    said = heard(("on", 1.0, 1.1))
    assert audible(said, unsure(3, 12, 0.9), 0, FRAME, True) == said
    assert audible(said, unsure(3, 12, 0.9), 0, FRAME, False).text == ""


def test_what_a_grammar_expects_may_be_uncertain() -> None:
    order = replace(heard(("a", 1.0, 1.1), ("latte", 1.2, 2.4)), mode=Mode.GRAMMAR)
    assert audible(order, unsure(3, 12, 0.9), 0, FRAME, None) == order


def test_impossible_phones_do_not_matter() -> None:
    said = heard(("on", 1.0, 1.4))
    phones = unsure(3, 1, 0.9)
    phones[:, 20] = -np.inf
    assert audible(said, phones, 0, FRAME, True) == said


def test_a_crowd_is_hardly_ever_words() -> None:
    recognizer = Recognizer.open()
    crowd = np.zeros(16_000 * 6, np.float32)
    for number, voice in enumerate(("en-us", "en-029", "en-us+f2", "en-us+m3", "en-029+f4") * 2):
        text = "the quick brown fox jumps over the lazy dog and back again " * 2
        crowd += np.resize(
            np.roll(espeak.synthesize(text, voice), 7_000 * number), len(crowd)
        ) * np.float32(0.05)
    names = ["Esma", "Bo", "Ann", "Ouagadougou", "ketoconazole", "stop", "on"]
    assert len(recognizer.transcribe(crowd, phrases=names).words) <= 2


def test_nothing_heard_stays_nothing() -> None:
    assert audible(Transcript("", 0.0), frames(1), 0, FRAME, True) == Transcript("", 0.0)


@pytest.mark.parametrize("kind", ["white", "pink", "brown"])
def test_a_minute_of_noise_holds_at_most_one_word_with_or_without_a_list(kind: str) -> None:
    recognizer = Recognizer.open()
    names = ["Esma", "Bo", "Ann", "Ouagadougou", "ketoconazole", "stop", "on"]
    noise = audio.coloured_noise(kind, 16_000 * 60, np.random.default_rng(1)) * np.float32(0.1)
    for phrases in ((), names):
        parts = [noise[at : at + 48_000] for at in range(0, len(noise), 48_000)]
        words = [recognizer.transcribe(part, phrases=phrases).text for part in parts]
        assert sum(len(word.split()) for word in words) <= 1


def test_a_word_alone_is_still_heard_softly_and_in_noise() -> None:
    recognizer = Recognizer.open()
    speech = espeak.synthesize("stop", "en-us")
    noise = audio.coloured_noise("pink", len(speech), np.random.default_rng(2))
    for sound in (speech, speech * np.float32(0.05), audio.mix(speech, noise, 20)):
        assert recognizer.transcribe(sound).text
