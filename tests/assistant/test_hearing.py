"""What is said is heard; silence and noise leave nothing."""

from __future__ import annotations

import numpy as np
import pytest

from eulalia import audio
from eulalia.assistant import NoSpeechError, RecognizerMissingError, Samples
from eulalia.memory import Memory
from eulalia.skills import TemplateSkill
from eulalia.turn import Outcome
from tests.assistant.parts import Breaks, Hears, Make, Reads, Waits, reading


def test_speech_is_heard_and_acted_on(make: Make, coffee: TemplateSkill, speech: Samples) -> None:
    recognizer = Hears("a large latte please")
    assistant = make(None, templates=[coffee], recognizer=recognizer)
    turn = assistant.listen(speech)
    assert turn.text == "a large latte please"
    assert turn.answer is not None
    assert turn.answer.text == "One large latte, coming up."
    assert [span.stage for span in turn.spans][:3] == ["vad", "asr", "nlu"]
    assert recognizer.seconds < len(speech) / audio.SAMPLE_RATE - 0.5  # the pauses are left out


def test_templates_hold_the_recogniser_to_their_grammar(
    make: Make, coffee: TemplateSkill, speech: Samples
) -> None:
    recognizer = Hears("a small mocha")
    make(None, templates=[coffee], recognizer=recognizer).listen(speech)
    (grammar,) = recognizer.grammars
    assert grammar is not None
    assert grammar.accepts(["one", "small", "mocha", "please"])
    assert not grammar.accepts(["one", "small", "tea"])


def test_without_templates_speech_is_open(make: Make, speech: Samples) -> None:
    recognizer = Hears("wait")
    make(Reads((reading("wait", 1.0),)), skills=[Waits()], recognizer=recognizer).listen(speech)
    assert recognizer.grammars == [None]


def test_silence_leaves_nothing(make: Make, memory: Memory) -> None:
    with pytest.raises(NoSpeechError, match="Nobody speaks in these 2"):
        make().listen(np.zeros(32_000, np.float32))
    assert memory.turns() == []


def test_an_hour_of_silence_leaves_nothing(make: Make, memory: Memory) -> None:
    with pytest.raises(NoSpeechError, match="Nobody speaks in these 3,600"):
        make().listen(np.zeros(3_600 * 16_000, np.float32))
    assert memory.turns() == []


def test_noise_without_speech_leaves_nothing(make: Make, memory: Memory) -> None:
    noise = np.random.default_rng(7).normal(0, 0.01, 32_000).astype(np.float32)
    with pytest.raises(NoSpeechError):
        make().listen(noise)
    assert memory.turns() == []


def test_a_false_wake_is_remembered(make: Make, memory: Memory) -> None:
    turn = make().listen(np.zeros(32_000, np.float32), woken=True)
    assert turn.outcome is Outcome.NOT_HEARD
    assert memory.turn(turn.id) == turn


def test_speech_of_which_nothing_was_recognised_is_not_heard(make: Make, speech: Samples) -> None:
    turn = make(recognizer=Hears("")).listen(speech)
    assert turn.outcome is Outcome.NOT_HEARD
    assert turn.text is None


def test_a_recogniser_that_breaks_fails_the_turn(make: Make, speech: Samples) -> None:
    turn = make(recognizer=Breaks(ValueError("no weights"))).listen(speech)
    assert turn.outcome is Outcome.FAILED
    assert turn.span("asr").error == "ValueError: no weights"  # type: ignore[union-attr]


def test_speech_in_a_locale_that_nothing_hears_is_refused(
    make: Make, memory: Memory, speech: Samples
) -> None:
    with pytest.raises(RecognizerMissingError, match="hears sw-KE"):
        make().listen(speech, locale="sw-KE")
    assert memory.turns() == []
