import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from eulalia.translation import ParallelData
from eulalia.translation.adaptation import TranslationMemory
from eulalia.translation.adaptation.memory import LIKE, words
from eulalia.translation.masking import Kind, mask
from eulalia.translation.pairs import Pair
from eulalia.translation.protection import protect

_SENTENCES = st.lists(
    st.lists(st.sampled_from("the a cat dog sees finds small 3 .".split()), max_size=8).map(
        " ".join
    ),
    max_size=12,
)


def memory(*sources):
    return TranslationMemory.of(
        ParallelData("en", "zh", [Pair(source, f"译{n}") for n, source in enumerate(sources)])
    )


@given(_SENTENCES, _SENTENCES)
def test_in_little_data_the_most_alike_is_always_found(sources, queries):
    own = memory(*sources)
    for query in queries:
        best = max(
            (Levenshtein.normalized_similarity(words(query), words(source)) for source in sources),
            default=0,
        )
        found = own.nearest(query)
        if best >= LIKE and words(query):
            assert found[0][0] == pytest.approx(best)
        else:
            assert found == [] or not words(query)
        assert found == sorted(found, key=lambda each: -each[0])


def test_words_that_no_pair_has_are_like_none():
    assert memory("the cat sleeps").nearest("the dog barks") == []
    assert memory("a b c").nearest("a b zebra")[0][0] == pytest.approx(2 / 3)


def test_chinese_is_compared_letter_by_letter():
    own = memory("我们训练模型。", "天气很好。")
    assert own.nearest("他们训练模型。")[0] == (pytest.approx(6 / 7), 0)


def test_nothing_to_look_in_and_nothing_to_look_for():
    assert memory().nearest("a b c") == []
    assert memory("a b").nearest("") == []


def test_an_example_has_the_masks_of_the_sentence_for_the_same_spans_first():
    own = TranslationMemory.of(
        ParallelData("en", "zh", [Pair("Pass `a` and `b` and `c` on.", "传`c`、`b`和`a`。")])
    )
    sentence = protect(mask("Pass `c` and `x` on.", Kind.MARKDOWN))
    (match,) = own.matches(sentence, 3)
    assert match.target == "传⟦0⟧、`b`和⟦1⟧。"


@pytest.mark.slow
def test_a_million_pairs_are_searched_within_ten_milliseconds():
    draw = random.Random(1)
    vocabulary = ["".join(each) for each in itertools.product("abcdefghijklmnop", repeat=4)]
    weights = [1 / (n + 1) for n in range(len(vocabulary))]
    flat = iter(draw.choices(vocabulary, weights, k=12_000_000))
    sources = [" ".join(next(flat) for _ in range(12)) for _ in range(1_000_000)]
    own = memory(*sources)
    took = []
    for number in range(0, 1_000_000, 10_000):
        query = sources[number].split()
        query[3] = "aaaz"
        began = time.process_time()
        found = own.nearest(" ".join(query))
        took.append(time.process_time() - began)
        assert found[0][0] >= 11 / 12
    assert sorted(took)[len(took) // 2] < 0.01
