"""Features of tokens."""

import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eulalia.text.features import (
    Table,
    character_features,
    character_keys,
    context_features,
    context_keys,
    key,
    normalize,
    word_features,
    word_keys,
)


def test_forms_of_one_word_become_one() -> None:
    assert normalize("ＷＡＫＥ") == normalize("Wake") == "wake"
    assert normalize("အ\u200bကောင်း") == normalize("အကောင်း")


def test_a_mark_that_is_all_invisible_still_has_features() -> None:
    assert character_features(normalize("\u200b"))


@given(st.text(max_size=100), st.sampled_from(["en-US", "zh-CN"]))
def test_any_text_has_features(text: str, locale: str) -> None:
    words = [normalize(word) for word in text.split()]
    assert len(list(word_features(words, locale))) == len(words)
    assert all(character_features(word) for word in words)


def test_a_word_is_told_apart_by_locale_and_its_letters_are_not() -> None:
    (english,), (german,) = (list(word_features(["die"], x)) for x in ("en-US", "de-DE"))
    assert not set(english) & set(german)


@given(st.text(max_size=60))
def test_character_keys_are_those_of_the_features(word: str) -> None:
    assert list(character_keys(word)) == [key(feature) for feature in character_features(word)]


@given(st.lists(st.text(min_size=1, max_size=8)), st.sampled_from(["en-US", "zh-CN", "ja-JP"]))
def test_keys_of_words_are_those_of_their_features(words: list[str], locale: str) -> None:
    expected = [[key(f) for f in token] for token in word_features(words, locale)]
    assert word_keys(words, locale) == expected
    expected = [[key(f) for f in token] for token in context_features(words, locale)]
    assert context_keys(words, locale) == expected


@given(st.text(max_size=20))
def test_no_invisible_mark_survives(word: str) -> None:
    normal = normalize(word)
    assert normal
    assert not any(unicodedata.category(letter) == "Cf" for letter in normal)


def keys_of(*tokens: list[str]) -> tuple[np.ndarray, list[int]]:
    keys = [key(feature) for token in tokens for feature in token]
    return np.array(keys, np.uint32), [len(token) for token in tokens]


def test_embedding_sums_known_rows_and_ignores_unknown_features() -> None:
    table = Table(
        np.array([key("a"), key("b")], np.uint32),
        np.array([[10, 0], [0, 20]], np.int8),
        np.array([0.5, 1.0], np.float16),
    )
    embedded = table.embed(*keys_of(["a"], ["nothing", "known"], ["a", "b", "c"]))
    expected = np.array([[5, 0], [0, 0], [5 / np.sqrt(2), 20 / np.sqrt(2)]])
    np.testing.assert_allclose(embedded, expected, rtol=1e-6)


def test_a_table_without_rows_knows_no_feature() -> None:
    table = Table(np.zeros(0, np.uint32), np.zeros((0, 2), np.int8), np.zeros(0, np.float16))
    keys = np.array([0, 1, 2**32 - 1], np.uint32)
    assert table.embed(keys, [1, 2]).tolist() == [[0, 0], [0, 0]]


numbers = st.integers(0, 2**32 - 1)


@given(
    st.lists(numbers, unique=True, min_size=1, max_size=20),
    st.lists(st.lists(numbers | st.integers(0, 19), min_size=1, max_size=6), min_size=1),
)
def test_embedding_is_what_a_plain_sum_gives(known: list[int], tokens: list[list[int]]) -> None:
    # Small numbers stand for known keys, others are hardly ever one.
    tokens = [[known[n % len(known)] if n < 20 else n for n in token] for token in tokens]
    random = np.random.default_rng(0)
    weights = random.integers(-127, 128, (len(known), 3)).astype(np.int8)
    scales = random.uniform(0.001, 0.1, len(known)).astype(np.float16)
    table = Table(np.array(known, np.uint32), weights, scales)
    flat = np.array([number for token in tokens for number in token], np.uint32)
    embedded = table.embed(flat, [len(token) for token in tokens])
    for token, vector in zip(tokens, embedded, strict=True):
        rows = [known.index(number) for number in token if number in known]
        total = sum((weights[row] * float(scales[row]) for row in rows), np.zeros(3))
        np.testing.assert_allclose(vector, total / max(len(rows), 1) ** 0.5, rtol=1e-4, atol=1e-4)


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6), st.sampled_from(["en-US", "ja-JP"]))
def test_context_keys_are_the_keys_of_context_features(words: list[str], locale: str) -> None:
    plain = [[key(feature) for feature in token] for token in context_features(words, locale)]
    assert context_keys(words, locale) == plain
    # Votes are summed without looking for features that a token has twice.
    assert all(len(set(token)) == len(token) for token in context_features(words, locale))
