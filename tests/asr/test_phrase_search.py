"""Scoring of phrases, against the sum over all alignments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.asr import RecognitionError
from eulalia.asr.phrase_search import PhraseSearch, forward_scores
from tests.asr.ctc import frames, spoken, totals


@dataclass
class Words:
    """A lexicon given word by word."""

    ways: Mapping[str, tuple[tuple[int, ...], ...]]
    between: int | None = field(default=None)

    def pronunciations(self, word: str) -> tuple[tuple[int, ...], ...]:
        return self.ways[word]


@settings(max_examples=40, deadline=None)
@given(
    frames(4, 6),
    st.lists(st.lists(st.integers(1, 3), max_size=4).map(tuple), min_size=1, max_size=8),
)
def test_all_sequences_at_once_score_as_the_sum_over_their_alignments(
    log_probs: NDArray[np.float32], ways: list[tuple[int, ...]]
) -> None:
    expected = totals(log_probs)
    scores = forward_scores(log_probs.astype(np.float64), ways, blank=0)
    for way, score in zip(ways, scores, strict=True):
        assert score == pytest.approx(expected.get(way, -np.inf), abs=1e-3)


def test_the_phrase_that_is_said_fits_best_with_hardly_a_gap() -> None:
    words = Words({"yes": ((1, 2), (1, 1)), "no": ((2, 3),), "well": ((3, 1),)})
    search = PhraseSearch(("yes", "no", "well no"), words)
    matches = search.matches(spoken([0, 3, 1, 0, 2, 3, 0, 0], 4))
    assert matches[0].phrase == "well no"
    assert matches[0].gap < 0.2
    assert [match.phrase for match in matches[1:]] == ["no", "yes"] or len(matches) == 3
    assert matches[1].gap > 1


def test_silence_fits_no_phrase() -> None:
    search = PhraseSearch(("yes",), Words({"yes": ((1, 2),)}))
    matches = search.matches(spoken([0] * 12, 4, sure=0.999))
    assert not matches or matches[0].gap > 3


def test_a_long_list_is_scored_in_portions_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words({f"w{i}": ((1 + i % 3, 1 + i // 3 % 3, 1 + i // 9 % 3),) for i in range(27)})
    search = PhraseSearch(tuple(words.ways), words)
    log_probs = spoken([1, 0, 2, 3, 0], 4, sure=0.7)
    whole = search.matches(log_probs, 27)
    monkeypatch.setattr("eulalia.asr.phrase_search._CELLS", 20)
    assert search.matches(log_probs, 27) == whole


def test_an_empty_phrase_is_refused() -> None:
    with pytest.raises(RecognitionError, match="at least one word"):
        PhraseSearch((" ",), Words({}))
