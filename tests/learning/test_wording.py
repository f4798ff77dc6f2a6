from itertools import product

import numpy as np
import pytest

from eulalia.learning.wording import Wording

REQUESTS = [text.split() for text in ("turn on the light", "turn off the light", "play the song")]


@pytest.fixture
def wording():
    return Wording.fit(REQUESTS * 5)


def test_what_was_seen_surprises_less_than_the_same_words_in_disorder(wording):
    usual, odd = wording.surprise(
        [["turn", "on", "the", "light"], ["light", "the", "on", "turn"]]
    ).mean
    assert usual < 0.7
    assert odd > usual + 1


def test_unknown_words_are_counted(wording):
    surprise = wording.surprise([["turn", "on", "the", "zeppelin"], ["play"]])
    assert surprise.unknown.tolist() == [1, 0]
    assert surprise.rarest.tolist() == pytest.approx([0, np.log(6)])


def test_probabilities_of_all_continuations_add_up_to_at_most_one(wording):
    vocabulary = sorted({word for text in REQUESTS for word in text})
    for first in ("turn", "the", "zeppelin"):
        # Of two words the last surprise is that of the end; what precedes differs by the word.
        texts = [[first, word] for word in vocabulary]
        whole = wording.surprise(texts)
        start = wording.surprise([[first]])
        ends = whole.last
        sums = whole.mean * 3 - ends
        begin = start.mean[0] * 2 - start.last[0]
        assert np.exp(-(sums - begin)).sum() <= 1 + 1e-9


def test_a_text_without_words_surprises_finitely(wording):
    surprise = wording.surprise([[], ["play"]])
    assert np.isfinite(surprise.mean).all()
    assert wording.surprise([]).mean.shape == (0,)


def test_the_model_comes_back_from_its_arrays(wording):
    again = Wording.of_arrays(wording.arrays())
    texts = [list(pair) for pair in product(("turn", "song", "new"), repeat=2)]
    assert again.surprise(texts).mean.tolist() == wording.surprise(texts).mean.tolist()
