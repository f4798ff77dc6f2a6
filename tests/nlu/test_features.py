"""Features of tokens."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eulalia.nlu.features import Table, character_features, key, normalize, word_features


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


def test_embedding_sums_known_rows_and_ignores_unknown_features() -> None:
    table = Table(
        rows={key("a"): 0, key("b"): 1},
        weights=np.array([[10, 0], [0, 20]], np.int8),
        scales=np.array([0.5, 1.0], np.float32),
    )
    embedded = table.embed([[key("a")], [key("nothing"), key("known")], [key("a"), key("b"), 7]])
    expected = np.array([[5, 0], [0, 0], [5 / np.sqrt(2), 20 / np.sqrt(2)]])
    np.testing.assert_allclose(embedded, expected, rtol=1e-6)


def test_embedding_nothing_gives_nothing() -> None:
    table = Table({}, np.zeros((1, 2), np.int8), np.ones(1, np.float32))
    assert table.embed([]).shape == (0, 2)
