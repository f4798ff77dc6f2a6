"""Pieces that occur in the same pairs begin close to each other."""

import numpy as np
import pytest

from eulalia.translation.training.embeddings import bilingual_embeddings


def test_each_piece_is_closest_to_its_translation():
    random = np.random.default_rng(1)
    # Pieces 0 to 29 are one language, and 30 to 59 their translations.
    sentences = [random.choice(30, 4, replace=False) for _ in range(2000)]
    pairs = [(sentence.tolist(), (sentence + 30)[::-1].tolist()) for sentence in sentences]
    vectors = bilingual_embeddings(pairs, 60, 24)
    likeness = vectors[:30] @ vectors[30:].T
    assert likeness.argmax(1).tolist() == list(range(30))


def test_pieces_that_occur_nowhere_have_vectors_too():
    random = np.random.default_rng(1)
    pairs = [(random.choice(20, 3).tolist(), [5]) for _ in range(200)]
    vectors = bilingual_embeddings(pairs, 50, 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert len(np.unique(vectors, axis=0)) == 50


@pytest.mark.parametrize("pairs", [[], [([], [])], [([1], [2])]])
def test_too_little_to_learn_from_gives_vectors_by_chance(pairs):
    vectors = bilingual_embeddings(pairs, 10, 4)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_the_same_pairs_give_the_same_vectors():
    pairs = [([n % 7, n % 5], [n % 11 + 20]) for n in range(300)]
    one, two = (bilingual_embeddings(pairs, 40, 6) for _ in range(2))
    np.testing.assert_allclose(np.abs(one @ one.T), np.abs(two @ two.T), atol=1e-3)
