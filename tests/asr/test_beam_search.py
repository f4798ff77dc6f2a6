"""Prefix beam search, against the sum over all alignments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from eulalia.asr.beam_search import Candidate
from eulalia.asr.decoder import Decoder
from eulalia.asr.language_model import LanguageModel
from eulalia.asr.vocabulary import Vocabulary
from tests.asr.ctc import frames, spoken, totals

LETTERS = Vocabulary(("", "▁a", "b", "▁c"))


def decode(decoder: Decoder, log_probs: NDArray[np.float32], count: int = 8) -> list[Candidate]:
    search = decoder.search()
    search.accept(log_probs)
    return search.best(count, ended=True)


WIDE = Decoder(LETTERS, beam=100_000, width=1e9, labels=10, floor=-1e9, sure_of_blank=1.0)


@settings(max_examples=40, deadline=None)
@given(frames(4, 5))
def test_a_wide_beam_finds_every_sequence_with_its_whole_probability(
    log_probs: NDArray[np.float32],
) -> None:
    expected = totals(log_probs)
    found = decode(WIDE, log_probs, 100_000)
    assert {c.labels: c.score for c in found} == pytest.approx(expected, abs=1e-3)
    assert len(found) == len(expected)
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)


@settings(max_examples=30, deadline=None)
@given(frames(4, 5))
def test_the_language_model_is_added_with_its_weight(log_probs: NDArray[np.float32]) -> None:
    model = LanguageModel.build([[1, 2], [3, 1, 2]], 4, 2)
    decoder = Decoder(LETTERS, model, weight=0.7, bonus=0.3, beam=100_000, width=1e9, floor=-1e9,
                      sure_of_blank=1.0)  # fmt: skip
    found = {c.labels: c.score for c in decode(decoder, log_probs, 100_000)}
    for labels, sound in totals(log_probs).items():
        expected = sound + 0.7 * model.score_sentence(labels) + 0.3 * len(labels)
        assert found[labels] == pytest.approx(expected, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(frames(4, 8))
def test_frames_in_pieces_give_the_same_as_all_at_once(log_probs: NDArray[np.float32]) -> None:
    decoder = Decoder(LETTERS)
    search = decoder.search()
    for row in log_probs:
        search.accept(row[None])
    assert search.best(8, ended=True) == decode(decoder, log_probs)


@settings(max_examples=30, deadline=None)
@given(frames(4, 8))
def test_a_narrow_beam_never_promises_more_than_there_is(log_probs: NDArray[np.float32]) -> None:
    expected = totals(log_probs[:5])
    for candidate in decode(Decoder(LETTERS, beam=2, sure_of_blank=1.0), log_probs[:5]):
        assert candidate.score <= expected[candidate.labels] + 1e-3


def test_labels_have_their_frames_and_passing_over_blanks_moves_none() -> None:
    log_probs = spoken([0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 0, 2, 0], 4, sure=0.999)
    best = decode(Decoder(LETTERS), log_probs)[0]
    assert best.labels == (1, 2, 2)
    assert best.frames == (3, 8, 11)
    assert best.peaks == pytest.approx([np.log(0.999)] * 3, abs=1e-4)


def test_a_label_is_placed_where_it_is_clearest() -> None:
    log_probs = np.log(np.array([[0.5, 0.4, 0.05, 0.05], [0.04, 0.9, 0.03, 0.03]], np.float32))
    assert decode(Decoder(LETTERS), log_probs)[0].frames == (1,)


def test_silent_labels_are_never_written() -> None:
    log_probs = spoken([2, 2, 2], 4)
    decoder = Decoder(Vocabulary(("", "▁a", "", "▁c"), 0, frozenset({2})))
    assert all(2 not in candidate.labels for candidate in decode(decoder, log_probs))


def test_no_frames_give_the_empty_text() -> None:
    best = decode(Decoder(LETTERS), np.zeros((0, 4), np.float32))
    assert [candidate.labels for candidate in best] == [()]


def test_pieces_are_joined_to_words() -> None:
    assert LETTERS.text([1, 2, 2, 3]) == "abb c"
    assert LETTERS.words([2, 1, 2, 3]) == [("b", [0]), ("ab", [1, 2]), ("c", [3])]
