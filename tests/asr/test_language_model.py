"""The language model: probabilities, smoothing, files."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr import LanguageModel, ModelError

SIZE = 5
sentences = st.lists(st.lists(st.integers(1, SIZE - 1), max_size=8), min_size=1, max_size=12)


def distribution(model: LanguageModel, context: int) -> np.ndarray:
    return np.exp(model.score(np.full(SIZE, context), np.arange(SIZE)))


@settings(max_examples=60, deadline=None)
@given(sentences, st.integers(1, 4))
def test_the_probabilities_after_any_context_sum_to_one(text: list[list[int]], order: int) -> None:
    model = LanguageModel.build(text, SIZE, order)
    for context in range(SIZE ** (order - 1)):
        assert distribution(model, context).sum() == pytest.approx(1, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(sentences)
def test_no_label_is_impossible(text: list[list[int]]) -> None:
    model = LanguageModel.build(text, SIZE, 3)
    for context in range(SIZE**2):
        assert distribution(model, context).min() > 0


def test_bigrams_follow_the_formula_of_kneser_and_ney() -> None:
    text = [[1, 2], [1, 3], [2, 3], [1, 2, 3]]
    model = LanguageModel.build(text, SIZE, 2)
    pairs = Counter(pair for s in text for pair in zip([0, *s], [*s, 0], strict=True))
    before = Counter(second for _, second in pairs)

    def discounts(counts: Counter) -> dict[int, float]:
        of = Counter(counts.values())
        one, two, three, four = (max(of[n], 1) for n in (1, 2, 3, 4))
        share = one / (one + 2 * two)
        raw = {1: 1 - 2 * share * two / one, 2: 2 - 3 * share * three / two,
               3: 3 - 4 * share * four / three}  # fmt: skip
        return {n: min(max(d, 0.1), n - 0.1) for n, d in raw.items()}

    low, high = discounts(before), discounts(pairs)

    def unigram(label: int) -> float:
        total = sum(before.values())
        left = sum(low[min(c, 3)] for c in before.values()) / total
        count = before[label]
        return (
            (count - low[min(count, 3)]) / total * (count > 0) + left / SIZE
            if count
            else (left / SIZE)
        )

    def bigram(first: int, second: int) -> float:
        follow = {pair: count for pair, count in pairs.items() if pair[0] == first}
        total = sum(follow.values())
        left = sum(high[min(c, 3)] for c in follow.values()) / total
        count = pairs[first, second]
        seen = (count - high[min(count, 3)]) / total if count else 0.0
        return seen + left * unigram(second)

    for first, second in product([0, 1, 2, 3], range(SIZE)):
        expected = bigram(first, second)
        measured = float(np.exp(model.score(np.array([first]), np.array([second]))[0]))
        assert measured == pytest.approx(expected, rel=1e-5)


def test_longer_contexts_are_used() -> None:
    model = LanguageModel.build([[1, 2, 3], [4, 2, 1]] * 5, SIZE, 3)
    after_one = model.follow(model.follow(model.start, np.array([1])), np.array([2]))
    after_four = model.follow(model.follow(model.start, np.array([4])), np.array([2]))
    three = np.array([3])
    assert model.score(after_one, three) > model.score(after_four, three) + 1


def test_a_sentence_of_the_text_is_likelier_than_its_words_in_disorder() -> None:
    model = LanguageModel.build([[1, 2, 3, 4]] * 3, SIZE, 3)
    assert model.score_sentence([1, 2, 3, 4]) > model.score_sentence([4, 3, 2, 1])


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    model = LanguageModel.build([[1, 2, 3], [3, 1]], SIZE, 3)
    model.save(tmp_path / "lm.npz")
    loaded = LanguageModel.load(tmp_path / "lm.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["lm.npz"]
    for context in range(SIZE**2):
        assert np.array_equal(distribution(loaded, context), distribution(model, context))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not a model", None])
def test_a_broken_file_gets_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "lm.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not a language model"):
        LanguageModel.load(path)


def test_arrays_of_another_kind_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "lm.npz", weights=np.zeros(3))
    with pytest.raises(ModelError, match="that Eulalia wrote"):
        LanguageModel.load(tmp_path / "lm.npz")


@pytest.mark.parametrize("text", [[[0]], [[SIZE]], [[-1]], []])
def test_labels_out_of_range_and_no_text_at_all_are_refused(text: list[list[int]]) -> None:
    with pytest.raises(ModelError):
        LanguageModel.build(text, SIZE)


def test_an_order_too_high_for_whole_numbers_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot be counted"):
        LanguageModel.build([[1]], 5_000, 6)
