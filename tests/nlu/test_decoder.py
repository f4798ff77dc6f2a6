"""The likeliest sequence of labels, held to all sequences."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.nlu.decoder import Decoder


def worth(decoder: Decoder, scores: np.ndarray, labels: tuple[int, ...]) -> float:
    total = float(decoder.first[labels[0]]) + float(decoder.last[labels[-1]])
    total += sum(float(decoder.transitions[a, b]) for a, b in pairwise(labels))
    return total + sum(float(row[label]) for row, label in zip(scores, labels, strict=True))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(0, 10**6))
def test_no_sequence_is_worth_more(labels: int, tokens: int, sentences: int, seed: int) -> None:
    random = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return random.normal(0, 2, shape).astype(np.float32)

    decoder = Decoder(draw(labels), draw(labels, labels), draw(labels))
    scores = draw(sentences, tokens, labels)
    found = decoder.decode(scores)
    assert found.shape == (sentences, tokens)
    for own, path in zip(scores, found.tolist(), strict=True):
        best = max(worth(decoder, own, every) for every in product(range(labels), repeat=tokens))
        assert worth(decoder, own, tuple(path)) == pytest.approx(best, abs=1e-4)


def test_what_the_order_is_worth_can_outweigh_each_token() -> None:
    transitions = np.array([[0, -9], [-9, 0]], np.float32)
    decoder = Decoder(np.zeros(2, np.float32), transitions, np.zeros(2, np.float32))
    scores = np.array([[[3, 0], [0, 1], [3, 0]]], np.float32)
    assert decoder.decode(scores).tolist() == [[0, 0, 0]]
