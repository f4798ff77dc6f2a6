"""The decoder for any CTC output: phrases, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.asr import BiasingOptions, Decoder, ModelError, RecognitionError, Vocabulary
from eulalia.asr.language_model import LanguageModel
from tests.asr.ctc import frames, normalize, spoken

LETTERS = Vocabulary.of(["<pad>", "<s>", "|", "a", "b", "n"])
PIECES = Vocabulary(("", "▁a", "n", "▁an", "▁b", "a"))
WIDE = Decoder(PIECES, beam=100_000, width=1e9, labels=10, floor=-1e9, sure_of_blank=1.0)


def unsure(*rows: dict[str, float], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Frames in which each of some labels has the given probability, and others hardly any."""
    probabilities = np.full((len(rows), len(vocabulary)), 1e-4)
    for frame, row in enumerate(rows):
        for piece, probability in row.items():
            label = vocabulary.labels[piece] if piece else vocabulary.blank
            probabilities[frame, label] = probability
    return normalize(np.log(probabilities).astype(np.float32))


def test_three_lines_decode_another_toolkits_output() -> None:
    labels = ["<pad>", "|", "A", "N"]
    decoder = Decoder(Vocabulary.of(labels), frame_shift=0.02)
    best = decoder.decode(spoken([2, 3, 1, 2, 0], 4, sure=0.999), phrases=["an"])[0]
    assert best.text == "AN A"
    assert [(w.text, w.start, w.end) for w in best.words] == [
        ("AN", 0.0, pytest.approx(0.04)), ("A", pytest.approx(0.06), pytest.approx(0.08)),
    ]  # fmt: skip
    assert 0.9 < best.confidence <= 1


def test_readings_differ_in_text_and_come_best_first() -> None:
    log_probs = unsure({"▁a": 0.5, "▁an": 0.5}, {"n": 0.6, "": 0.4}, vocabulary=PIECES)
    found = Decoder(PIECES).decode(log_probs)
    texts = [reading.text for reading in found]
    assert len(set(texts)) == len(texts)
    assert texts[0] == "an"
    assert sum(reading.confidence for reading in found) <= 1


def test_a_listed_word_that_is_nearly_as_likely_is_preferred() -> None:
    log_probs = unsure({"b": 0.6, "n": 0.35}, {"": 1.0}, {"a": 1.0}, {"": 1.0}, {"n": 1.0},
                       vocabulary=LETTERS)  # fmt: skip
    assert Decoder(LETTERS).decode(log_probs)[0].text == "ban"
    assert Decoder(LETTERS).decode(log_probs, phrases=["nan"])[0].text == "nan"


def test_the_language_models_class_alone_prefers_it_too() -> None:
    log_probs = unsure({"b": 0.6, "n": 0.35}, {"": 1.0}, {"a": 1.0}, {"": 1.0}, {"n": 1.0},
                       vocabulary=LETTERS)  # fmt: skip
    model = LanguageModel.build([[4, 3, 5]] * 9, len(LETTERS), 1)
    decoder = Decoder(LETTERS, model, bonus=0.0, weight=2.0)
    only_class = BiasingOptions(adaptive=False)
    nothing = BiasingOptions(adaptive=False, in_language=False)
    assert decoder.decode(log_probs)[0].text == "ban"
    assert decoder.decode(log_probs, phrases=["nan"], biasing=only_class)[0].text == "nan"
    assert decoder.decode(log_probs, phrases=["nan"], biasing=nothing)[0].text == "ban"


def test_a_phrase_that_does_not_complete_gives_its_boost_back() -> None:
    log_probs = unsure({"b": 0.6, "n": 0.4}, {"": 1.0}, {"a": 1.0}, vocabulary=LETTERS)
    plain = {r.text: r.score for r in Decoder(LETTERS).decode(log_probs)}
    listed = {r.text: r.score for r in Decoder(LETTERS).decode(log_probs, phrases=["nab"])}
    assert listed["na"] == pytest.approx(plain["na"])
    assert listed["ba"] == pytest.approx(plain["ba"])


def test_a_phrase_is_not_boosted_inside_of_a_word() -> None:
    log_probs = unsure({"b": 1.0}, {"a": 0.6, "n": 0.4}, {"n": 1.0}, vocabulary=LETTERS)
    plain = [(r.text, r.score) for r in Decoder(LETTERS).decode(log_probs)]
    listed = [(r.text, r.score) for r in Decoder(LETTERS).decode(log_probs, phrases=["an"])]
    boosted = dict(listed)
    assert boosted["ban"] == pytest.approx(dict(plain)["ban"])


def test_nothing_is_boosted_in_silence() -> None:
    log_probs = spoken([0] * 200, len(LETTERS), sure=0.97)
    decoder = Decoder(LETTERS)
    assert decoder.decode(log_probs, phrases=["a", "ban", "nan"])[0].text == ""


@settings(max_examples=30, deadline=None)
@given(frames(6, 5), st.lists(st.text("an", min_size=1, max_size=3), min_size=1, max_size=4))
def test_boosts_only_add_and_only_to_texts_with_a_listed_word(
    log_probs: NDArray[np.float32], phrases: list[str]
) -> None:
    plain = {r.labels: r.score for r in WIDE.decode(log_probs, 100_000)}
    for reading in WIDE.decode(log_probs, 100_000, phrases=phrases):
        if reading.labels in plain:
            gain = reading.score - plain[reading.labels]
            assert gain > -1e-6
            if not set(reading.text.split()) & set(phrases):
                assert gain == pytest.approx(0, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(frames(6, 9), st.integers(0, 9))
def test_frames_in_pieces_give_the_same_with_phrases(
    log_probs: NDArray[np.float32], cut: int
) -> None:
    decoder = Decoder(PIECES)
    whole, parts = decoder.search(("an a", "ana")), decoder.search(("an a", "ana"))
    whole.accept(log_probs)
    parts.accept(log_probs[:cut])
    parts.accept(log_probs[cut:])
    assert parts.best(8, ended=True) == whole.best(8, ended=True)


def test_duplicates_prefixes_and_an_empty_list_are_taken() -> None:
    log_probs = spoken([3, 4], len(LETTERS))
    decoder = Decoder(LETTERS)
    once = decoder.decode(log_probs, phrases=["ab", "a"])
    assert decoder.decode(log_probs, phrases=["ab", "a", "ab", "a"]) == once
    assert decoder.decode(log_probs, phrases=[]) == decoder.decode(log_probs)


def test_phrases_that_cannot_be_written_are_named() -> None:
    log_probs = spoken([3], len(LETTERS))
    for phrase in ("xyz", "…", ""):
        with pytest.raises(RecognitionError, match=f"'{phrase}'"):
            Decoder(LETTERS).decode(log_probs, phrases=["ab", phrase])
    with pytest.raises(RecognitionError, match="list of texts"):
        Decoder(LETTERS).decode(log_probs, phrases="ab")
    with pytest.raises(RecognitionError, match="cannot have a class"):
        Decoder(LETTERS).decode(log_probs, phrases=["ab"], biasing=BiasingOptions(in_language=True))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 5), np.float32), np.zeros(6, np.float32), np.zeros((3, 6), np.int64),
        np.full((3, 6), 0.5, np.float32), np.full((3, 6), np.nan, np.float32),
    ],
)  # fmt: skip
def test_what_are_no_log_probabilities_is_refused(array: NDArray[np.float32]) -> None:
    with pytest.raises(RecognitionError, match=r"^[^\n]+\.$"):
        Decoder(LETTERS).decode(array)


def test_vocabularies_that_are_unclear_are_refused() -> None:
    for labels in (["a", "b"], ["<pad>", "", "a"]):
        with pytest.raises(ModelError, match="look like a blank"):
            Vocabulary.of(labels)
    with pytest.raises(ModelError, match="no label 7"):
        Vocabulary.of(["a", "b"], blank=7)
    with pytest.raises(ModelError, match="belong together"):
        Decoder(LETTERS, LanguageModel.build([[1]], 3, 1))
