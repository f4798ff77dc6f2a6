"""The transformer in NumPy takes the same steps one by one as all at once."""

import numpy as np
import pytest

from eulalia.translation.errors import TranslationError
from eulalia.translation.transformer import WEIGHTS, Transformer
from tests.translation.weights import random_weights


def test_steps_taken_one_by_one_are_those_taken_at_once():
    transformer = Transformer(random_weights(), heads=2)
    memory = transformer.read(np.array([[3, 4, 5, 6], [7, 8, -1, -1]]))
    before = np.array([[1, 9, 10], [1, 11, 12]])
    together = transformer.states(memory, before)
    written = transformer.begin(4, 3)
    for step in range(3):
        states = transformer.write(np.repeat(before[:, step], 2), memory, written)
        np.testing.assert_allclose(states, np.repeat(together[:, step], 2, 0), atol=1e-5)


def test_what_fills_up_a_batch_changes_nothing():
    transformer = Transformer(random_weights(), heads=2)
    before = np.array([[1, 9, 10]])
    alone = transformer.states(transformer.read(np.array([[7, 8]])), before)
    sources = np.array([[7, 8, -1, -1, -1], [3, 4, 5, 6, 7]])
    beside = transformer.states(transformer.read(sources), np.repeat(before, 2, 0))
    np.testing.assert_allclose(beside[0], alone[0], atol=1e-5)


def test_probabilities_sum_to_one():
    transformer = Transformer(random_weights(), heads=2)
    states = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32) * 50
    logits, sums = transformer.logits(states)
    np.testing.assert_allclose(np.exp(logits - sums[:, None]).sum(1), 1, rtol=1e-4)


def test_weights_are_read_from_a_models_folder(tmp_path):
    weights = random_weights()
    np.savez(tmp_path / WEIGHTS, heads=2, **{n: w.astype(np.float16) for n, w in weights.items()})
    sources = np.array([[3, 4, 5]])
    read = Transformer.open(tmp_path).read(sources)
    made = Transformer(weights, heads=2).read(sources)
    np.testing.assert_allclose(read.keys[0], made.keys[0], atol=1e-2)


@pytest.mark.parametrize("content", [None, b"", b"no weights"])
def test_a_folder_without_weights_is_told_in_a_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(TranslationError, match="has no weights"):
        Transformer.open(tmp_path)
