"""The recogniser as a whole: modes, streaming, bad input."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eulalia.asr import (
    BiasingOptions,
    Mode,
    ModelError,
    RecognitionError,
    Recognizer,
    Transcript,
)
from eulalia.asr.decoder import Decoder
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.phones import PHONES
from eulalia.asr.posteriors import Posteriors
from eulalia.asr.vocabulary import Vocabulary
from eulalia.asr.words import Words
from eulalia.audio import AudioError, Samples, espeak
from eulalia.errors import EulaliaError
from eulalia.text import Grammar
from tests.asr.ctc import spoken

WORDS = Vocabulary(("", "▁tea", "▁please", "▁coffee", "▁no"))
LEXICON = Lexicon(["<blank>", *PHONES])


class Scripted:
    """An acoustic model that hears what it was told, whatever the sound."""

    frame_shift = 0.04
    vocabulary = WORDS

    def __init__(self, text: str, phones: str) -> None:
        labels = [WORDS.labels[f"▁{word}"] for word in text.split()]
        sounds = [1 + PHONES.index(phone) for phone in phones.split()]
        apart = [label for sound in sounds for label in (sound, 0)]
        padded = [part for label in labels for part in (label, 0)]
        length = max(len(padded), len(apart)) + 2
        self._frames = Posteriors(
            spoken([0, *padded] + [0] * (length - len(padded)), len(WORDS)),
            spoken([0, *apart] + [0] * (length - len(apart)), len(PHONES) + 1),
        )

    def stream(self) -> Scripted:
        self._given = False
        return self

    def accept(self, samples: Samples) -> Posteriors:
        if self._given or not len(samples):
            return Posteriors(self._frames.subwords[:0], self._frames.phones[:0])
        self._given = True
        return self._frames

    def finish(self) -> Posteriors:
        return Posteriors(self._frames.subwords[:0], self._frames.phones[:0])


def heard(text: str, phones: str) -> Recognizer:
    return Recognizer(Scripted(text, phones), Decoder(WORDS), LEXICON)


SECOND = np.zeros(16_000, np.float32)
VOICE = espeak.synthesize("tea please")
TEA_PLEASE = "t iː p l iː z"


def test_words_come_with_times_confidences_and_other_readings() -> None:
    transcript = heard("tea please", TEA_PLEASE).transcribe(SECOND)
    assert transcript.text == "tea please"
    assert transcript.mode is Mode.OPEN
    assert transcript.final
    assert [(w.text, round(w.start, 2), round(w.end, 2)) for w in transcript.words] == [
        ("tea", 0.04, 0.08), ("please", 0.12, 0.16),
    ]  # fmt: skip
    assert all(0.9 < word.confidence <= 1 for word in transcript.words)
    assert transcript.hypotheses[0].value == "tea please"
    assert transcript.hypotheses[0].confidence == transcript.confidence
    confidences = [hypothesis.confidence for hypothesis in transcript.hypotheses]
    assert confidences == sorted(confidences, reverse=True)
    assert len(confidences) > 1
    assert sum(confidences) <= 1


def test_a_grammar_decides_by_the_phones_against_the_open_text() -> None:
    recognizer = heard("no", "k ɔː f iː p l iː z")
    transcript = recognizer.transcribe(SECOND, grammar=Grammar.of(["tea please", "coffee please"]))
    assert transcript.text == "coffee please"
    assert transcript.mode is Mode.GRAMMAR
    assert transcript.confidence > 0.8
    assert [word.text for word in transcript.words] == ["coffee", "please"]
    assert 0 < transcript.words[0].start < transcript.words[0].end
    assert transcript.words[0].end <= transcript.words[1].start
    assert recognizer.transcribe(SECOND).text == "no"


def test_what_no_sentence_of_the_grammar_fits_is_heard_openly() -> None:
    transcript = heard("no", "n oʊ").transcribe(SECOND, grammar=Grammar.of(["coffee please"]))
    assert (transcript.text, transcript.mode) == ("no", Mode.OPEN)


def test_a_phrase_that_fits_replaces_the_open_text() -> None:
    transcript = heard("no", TEA_PLEASE).transcribe(VOICE, phrases=["coffee", "Tea please"])
    assert (transcript.text, transcript.mode) == ("Tea please", Mode.PHRASES)
    assert [word.text for word in transcript.words] == ["Tea", "please"]


def test_the_open_text_stands_when_no_phrase_fits() -> None:
    transcript = heard("no", "n oʊ").transcribe(VOICE, phrases=["coffee", "tea please"])
    assert (transcript.text, transcript.mode) == ("no", Mode.OPEN)


def test_phrases_are_tried_when_the_grammar_does_not_fit() -> None:
    transcript = heard("no", TEA_PLEASE).transcribe(
        VOICE, phrases=["tea please"], grammar=Grammar.of(["coffee"])
    )
    assert (transcript.text, transcript.mode) == ("tea please", Mode.PHRASES)


def test_a_phrase_is_heard_inside_of_a_sentence_as_it_is_listed() -> None:
    recognizer = heard("tea no", "t iː k ɔː f iː p l iː z")
    transcript = recognizer.transcribe(VOICE, phrases=["Tea", "Coffee-Please!"])
    assert (transcript.text, transcript.mode) == ("Tea Coffee-Please!", Mode.OPEN)
    assert transcript.hypotheses[0].value == transcript.text
    first, second = transcript.words
    assert 0 < first.start < first.end <= second.start < second.end
    nothing = BiasingOptions(rescoring=False, lookup=False, whole=False)
    assert (
        recognizer.transcribe(VOICE, phrases=["Coffee-Please!"], biasing=nothing).text == "tea no"
    )


def test_a_phrase_is_not_heard_inside_of_other_words() -> None:
    transcript = heard("coffee please", "k ɔː f iː p l iː z").transcribe(VOICE, phrases=["fee"])
    assert transcript.text == "coffee please"


def test_nobody_speaking_says_no_phrase() -> None:
    recognizer = heard("tea", TEA_PLEASE)
    noise = np.random.default_rng(0).normal(0, 0.05, 32_000).astype(np.float32)
    assert recognizer.transcribe(noise, phrases=["tea please", "tea"]).text == ""


def test_a_part_that_a_recogniser_lacks_is_an_error(model_folder: Path) -> None:
    sound = np.zeros(1_000, np.float32)
    letters = Recognizer(Scripted("no", "n oʊ"), Decoder(WORDS), LEXICON)
    with pytest.raises(RecognitionError, match="cannot have a class"):
        letters.transcribe(sound, phrases=["no"], biasing=BiasingOptions(in_language=True))
    by_sound = Recognizer(letters.model, letters.decoder, LEXICON, words_of_one_sentence())
    with pytest.raises(RecognitionError, match="by their sound"):
        by_sound.transcribe(sound, phrases=["no"], biasing=BiasingOptions(adaptive=True))


def words_of_one_sentence() -> Words:
    return Words.build(["tea please", "no coffee"], LEXICON)


def test_phrases_have_weights_and_bad_ones_are_refused() -> None:
    recognizer = heard("no", TEA_PLEASE)
    assert recognizer.transcribe(VOICE, phrases={"tea please": 2.0, "coffee": 1.0}).text
    for phrases in ({"tea": 0.0}, {"tea": float("nan")}, [3]):
        with pytest.raises(RecognitionError, match=r"^[^\n]+\.$"):
            recognizer.transcribe(VOICE, phrases=phrases)  # type: ignore[arg-type]


def test_silence_says_no_phrase_and_no_sentence() -> None:
    recognizer = heard("", "")
    for transcript in (
        recognizer.transcribe(SECOND),
        recognizer.transcribe(SECOND, phrases=["tea", "no"]),
        recognizer.transcribe(SECOND, grammar=Grammar.of(["tea", "no"])),
    ):
        assert transcript == Transcript("", 0.0)


def pieces(samples: Samples, size: int) -> list[Samples]:
    return [samples[start : start + size] for start in range(0, len(samples), size)]


@pytest.mark.parametrize("size", [160, 1_111, 16_000])
def test_a_stream_ends_with_what_is_heard_offline(recognizer: Recognizer, size: int) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 40_000).astype(np.float32)
    for options in ({}, {"phrases": ["tea", "large latte"]}, {"grammar": Grammar.of(["a b", "c"])}):
        stream = recognizer.stream(**options)  # type: ignore[arg-type]
        partial = [stream.accept(piece) for piece in pieces(samples, size)]
        final = stream.finish()
        offline = recognizer.transcribe(samples, **options)  # type: ignore[arg-type]
        assert final.text == offline.text
        assert final.confidence == pytest.approx(offline.confidence, abs=1e-4)
        assert not any(transcript.final for transcript in partial)
        assert final.final


@pytest.mark.parametrize("size", [400, 3_333])
def test_frames_in_a_stream_equal_those_offline(recognizer: Recognizer, size: int) -> None:
    samples = np.random.default_rng(2).normal(0, 0.1, 24_000).astype(np.float32)
    offline = recognizer.model.posteriors(samples)  # type: ignore[attr-defined]
    stream = recognizer.model.stream()
    parts = [stream.accept(piece) for piece in pieces(samples, size)] + [stream.finish()]
    for name in ("subwords", "phones"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert joined == pytest.approx(getattr(offline, name), abs=2e-3)
    # 1.5 s of sound and half a second of flushing, in frames of 40 ms
    assert len(offline.subwords) in (49, 50, 51)


def test_a_cut_into_passes_changes_nothing(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = np.random.default_rng(3).normal(0, 0.1, 40_000).astype(np.float32)
    whole = recognizer.model.posteriors(samples)  # type: ignore[attr-defined]
    monkeypatch.setattr("eulalia.asr.encoder._PIECE", 21)
    cut = recognizer.model.posteriors(samples)  # type: ignore[attr-defined]
    assert cut.phones == pytest.approx(whole.phones, abs=2e-3)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32), np.full(1_000, np.nan, np.float32), np.zeros((2, 100), np.float32),
        np.zeros(100, np.int16), "sound",
    ],
)  # fmt: skip
def test_what_is_no_sound_gets_one_sentence(recognizer: Recognizer, samples: object) -> None:
    with pytest.raises(AudioError, match=r"^[^\n]+\.$"):
        recognizer.transcribe(samples)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [1, 399, 400, 641])
def test_sound_shorter_than_a_frame_is_taken(recognizer: Recognizer, length: int) -> None:
    assert isinstance(recognizer.transcribe(np.zeros(length, np.float32)), Transcript)


def test_a_stream_that_hears_nothing_says_nothing(recognizer: Recognizer) -> None:
    assert recognizer.stream().finish() == Transcript("", 0.0)


def test_a_finished_stream_takes_no_more(recognizer: Recognizer) -> None:
    stream = recognizer.stream()
    stream.finish()
    with pytest.raises(RecognitionError, match="has finished"):
        stream.accept(SECOND)
    with pytest.raises(RecognitionError, match="has finished"):
        stream.finish()


@pytest.mark.parametrize(
    "options",
    [
        {"phrases": "tea"}, {"phrases": [" "]}, {"phrases": ["…"]}, {"grammar": Grammar.of([])},
        {"grammar": Grammar.of(["tea …"])},
    ],
)  # fmt: skip
def test_what_cannot_be_listened_for_is_refused_at_once(
    recognizer: Recognizer, options: dict[str, object]
) -> None:
    with pytest.raises(RecognitionError, match=r"^[^\n]+\.$"):
        recognizer.transcribe(SECOND, **options)  # type: ignore[arg-type]


def without_config_field(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    del config["phones"]
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "encoder.onnx").unlink(),
        lambda folder: (folder / "encoder.onnx").write_bytes(b"nothing"),
        lambda folder: (folder / "config.json").write_text("{"),
        lambda folder: (folder / "config.json").write_text("[]"),
        lambda folder: (folder / "config.json").unlink(),
        without_config_field,
        lambda folder: (folder / "subwords.model").write_bytes(b"nothing"),
        lambda folder: (folder / "lm.npz").unlink(),
        shutil.rmtree,
    ],
)
def test_a_broken_folder_gets_one_sentence(
    model_folder: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    broken = shutil.copytree(model_folder, tmp_path / "broken")
    damage(broken)
    with pytest.raises(ModelError, match=r"^[^\n]+\.$"):
        Recognizer.open(broken)


def test_every_error_is_one_for_the_user() -> None:
    assert issubclass(ModelError, EulaliaError)
    assert issubclass(RecognitionError, EulaliaError)
