"""PocketSphinx behind the protocol, on speech that espeak-ng speaks."""

from __future__ import annotations

import numpy as np
import pytest

from eulalia.asr import (
    Mode,
    PocketSphinxRecognizer,
    RecognitionError,
    SpeechRecognizer,
    Transcript,
    default_for_grammars,
)
from eulalia.audio import AudioError, Samples, espeak
from eulalia.text import Grammar

ORDERS = Grammar.of(["a large latte please", "a small mocha", "two zorbly coffees"])


@pytest.fixture(scope="module")
def recognizer() -> SpeechRecognizer:
    return PocketSphinxRecognizer.open()


def say(text: str) -> Samples:
    quiet = np.zeros(4_000, np.float32)
    sound = espeak.synthesize(text, "en-us", rate=140)
    return np.concatenate([quiet, sound * np.float32(0.5), quiet])


def test_a_grammar_is_heard_with_times_and_other_readings(recognizer: SpeechRecognizer) -> None:
    samples = say("a large latte please")
    transcript = recognizer.transcribe(samples, grammar=ORDERS)
    assert transcript.text == "a large latte please"
    assert transcript.mode is Mode.GRAMMAR
    times = [time for word in transcript.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= len(samples) / 16_000
    assert all(0 <= word.confidence <= 1 for word in transcript.words)
    assert transcript.hypotheses[0].value == transcript.text
    assert all(ORDERS.accepts(item.value.split()) for item in transcript.hypotheses)
    confidences = [item.confidence for item in transcript.hypotheses]
    assert confidences == sorted(confidences, reverse=True)


def test_words_that_the_dictionary_lacks_are_said_by_espeak(recognizer: SpeechRecognizer) -> None:
    transcript = recognizer.transcribe(say("two zorbly coffees"), grammar=ORDERS)
    assert transcript.text == "two zorbly coffees"


def test_a_phrase_is_heard_as_a_whole(recognizer: SpeechRecognizer) -> None:
    transcript = recognizer.transcribe(
        say("turn on the light"), phrases=["Turn on the light", "wow"]
    )
    assert (transcript.text, transcript.mode) == ("turn on the light", Mode.PHRASES)


def test_a_stream_ends_with_what_is_heard_offline(recognizer: SpeechRecognizer) -> None:
    samples = say("a small mocha")
    stream = recognizer.stream(grammar=ORDERS)
    parts = [stream.accept(samples[at : at + 1_600]) for at in range(0, len(samples), 1_600)]
    assert not any(part.final for part in parts)
    assert parts[-1].text
    final = stream.finish()
    assert final == recognizer.transcribe(samples, grammar=ORDERS)
    with pytest.raises(RecognitionError, match="has finished"):
        stream.accept(samples)


def test_a_second_stream_waits_for_the_first(recognizer: SpeechRecognizer) -> None:
    first = recognizer.stream(grammar=ORDERS)
    first.accept(np.zeros(1_600, np.float32))
    with pytest.raises(RecognitionError, match="one stream at a time"):
        recognizer.stream(grammar=ORDERS).accept(np.zeros(1_600, np.float32))
    first.finish()


def test_silence_is_no_sentence(recognizer: SpeechRecognizer) -> None:
    transcript = recognizer.transcribe(np.zeros(8_000, np.float32), grammar=ORDERS)
    assert transcript.mode is not Mode.GRAMMAR
    assert recognizer.stream().finish() == Transcript("", 0.0)


@pytest.mark.parametrize(
    "options", [{"phrases": "tea"}, {"phrases": [" "]}, {"grammar": Grammar.of([])},
                {"phrases": ["…"]}]
)  # fmt: skip
def test_what_cannot_be_listened_for_is_refused_at_once(
    recognizer: SpeechRecognizer, options: dict[str, object]
) -> None:
    with pytest.raises(RecognitionError, match=r"^[^\n]+\.$"):
        recognizer.transcribe(np.zeros(8_000, np.float32), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.full(100, np.nan, np.float32)])
def test_what_is_no_sound_gets_one_sentence(recognizer: SpeechRecognizer, samples: Samples) -> None:
    with pytest.raises(AudioError, match=r"^[^\n]+\.$"):
        recognizer.transcribe(samples, grammar=ORDERS)


def test_template_skills_are_heard_by_the_recogniser_that_measures_better() -> None:
    assert isinstance(default_for_grammars(), PocketSphinxRecognizer)
