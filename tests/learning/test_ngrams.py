import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.ngrams import Sequences, find, words

TEXTS = st.lists(st.lists(st.text(max_size=4), max_size=5), max_size=5)


def test_words_are_folded_and_free_of_punctuation():
    assert words("What's the TIME, please?") == ["what", "s", "the", "time", "please"]
    assert words("２０ Ｕhr") == ["20", "uhr"]


def test_japanese_is_split_by_character():
    assert words("音楽を流して", "ja-JP") == list("音楽を流して")


@given(TEXTS)
def test_every_word_and_one_border_are_predicted(texts):
    sequences = Sequences.of(texts)
    owners = sequences.owners[sequences.predicted]
    lengths = np.bincount(owners, minlength=len(texts))
    assert lengths.tolist() == [len(text) + 1 for text in texts]


def test_grams_depend_on_order_but_not_on_other_texts():
    first = Sequences.of([["a", "b"]]).grams(2)
    second = Sequences.of([["c"], ["a", "b"]]).grams(2)
    swapped = Sequences.of([["b", "a"]]).grams(2)
    assert first[2:].tolist() == second[-3:].tolist()
    assert first[3] != swapped[3]


def test_half_a_surrogate_pair_is_a_word_like_others():
    assert len(Sequences.of([["\ud800"]]).words) == 4


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_find_tells_what_a_table_holds(held, wanted):
    table = np.unique(np.array(held, np.uint32))
    _, there = find(table, np.array(wanted, np.uint32))
    assert there.tolist() == [value in held for value in wanted]
