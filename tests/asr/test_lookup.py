"""Phrases looked up in phones, against trying every stretch."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.asr.lookup import Lookup, PhoneTrie
from tests.asr.ctc import collapse, frames, spoken

WAYS = st.lists(
    st.lists(st.integers(1, 2), min_size=1, max_size=3).map(tuple), min_size=1, max_size=5
)


def behind(log_probs: NDArray[np.float32], way: tuple[int, ...]) -> float:
    """How far the best stretch that says the way, begins and ends in it falls behind."""
    gaps = log_probs - log_probs.max(axis=1, keepdims=True)
    best = np.inf
    for start in range(len(gaps)):
        for end in range(start + 1, len(gaps) + 1):
            for path in product(range(gaps.shape[1]), repeat=end - start):
                if collapse(path) == way and path[0] and path[-1]:
                    cost = -sum(row[k] for row, k in zip(gaps[start:end], path, strict=True))
                    best = min(best, float(cost))
    return best


@settings(max_examples=40, deadline=None)
@given(frames(3, 5), WAYS)
def test_the_best_stretch_of_each_pronunciation_is_found(
    log_probs: NDArray[np.float32], ways: list[tuple[int, ...]]
) -> None:
    lookup = Lookup(PhoneTrie.build(ways))
    lookup.accept(log_probs)
    found: dict[tuple[int, ...], float] = {}
    for spot in lookup.spots(10_000):
        assert 0 <= spot.start < spot.end <= len(log_probs)
        way = ways[spot.way]
        found[way] = min(found.get(way, np.inf), spot.behind)
    for way in ways:
        assert found.get(way, np.inf) == pytest.approx(behind(log_probs, way), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(frames(4, 12), WAYS, st.integers(0, 12))
def test_frames_in_pieces_give_the_same_as_all_at_once(
    log_probs: NDArray[np.float32], ways: list[tuple[int, ...]], cut: int
) -> None:
    trie = PhoneTrie.build(ways)
    whole, parts = Lookup(trie), Lookup(trie)
    whole.accept(log_probs)
    parts.accept(log_probs[:cut])
    parts.accept(log_probs[cut:])
    key = [(s.way, s.start, s.end, pytest.approx(s.behind)) for s in whole.spots(1_000)]
    assert [(s.way, s.start, s.end, s.behind) for s in parts.spots(1_000)] == key


def test_frames_that_tell_nothing_tell_of_no_phrase() -> None:
    flat = np.full((20, 4), np.log(0.25), np.float32)
    lookup = Lookup(PhoneTrie.build([(1, 2, 3)]))
    lookup.accept(flat)
    assert all(spot.told == pytest.approx(0, abs=1e-6) for spot in lookup.spots())
    clear = Lookup(PhoneTrie.build([(1, 2, 3)]))
    clear.accept(spoken([1, 2, 3], 4))
    assert clear.spots()[0].told > 3
