"""Votes, counted all at once and plainly."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eulalia.nlu.linear import Votes

INTENTS = 4
SHARED = 2**24
"""Two keys that lie this far apart are one vote key."""


def made_votes(keys: list[int]) -> dict[str, np.ndarray]:
    """Arrays as training writes them, with one or more votes for each ascending key."""
    random = np.random.default_rng(len(keys))
    counts = random.integers(1, INTENTS + 1, len(keys))
    intents = [random.choice(INTENTS, count, replace=False) for count in counts]
    return {
        "xx/steps": np.diff(keys, prepend=0).astype(np.uint32),
        "xx/counts": counts.astype(np.uint8),
        "xx/classes": np.concatenate(intents).astype(np.uint8),
        "xx/weights": random.integers(-31, 32, counts.sum()).astype(np.int8),
        "xx/scale": np.float32(0.03),
        "xx/bias": random.normal(size=INTENTS).astype(np.float32),
    }


def counted_plainly(arrays: dict[str, np.ndarray], kinds: list[list[int]]) -> np.ndarray:
    """One sentence's votes, as linear.npz describes them, one by one."""
    keys = np.cumsum(arrays["xx/steps"]).tolist()
    starts = [0, *np.cumsum(arrays["xx/counts"], dtype=int).tolist()]
    total = arrays["xx/bias"].astype(float)
    for kind in kinds:
        distinct = {key % SHARED for key in kind}
        for row in [keys.index(key) for key in distinct if key in keys]:
            for vote in range(starts[row], starts[row + 1]):
                weight = float(arrays["xx/weights"][vote]) * float(arrays["xx/scale"])
                total[arrays["xx/classes"][vote]] += weight / math.sqrt(len(distinct))
    return total


keys_of_kind = st.lists(st.integers(0, 30) | st.integers(0, 2**32 - 1), min_size=1, max_size=12)


@given(
    st.lists(st.integers(0, 30) | st.integers(0, SHARED - 1), unique=True, min_size=1, max_size=9),
    st.lists(st.tuples(keys_of_kind, keys_of_kind), min_size=1, max_size=5),
)
def test_all_at_once_they_are_as_many_as_one_by_one(
    known: list[int], sentences: list[tuple[list[int], list[int]]]
) -> None:
    arrays = made_votes(sorted(known))
    votes = Votes.load(arrays, "xx")
    kinds = [votes.find(np.array(kind, np.uint32)) for pair in sentences for kind in pair]
    scores = votes.scores(np.concatenate(kinds), [len(kind) for kind in kinds])
    expected = [counted_plainly(arrays, list(pair)) for pair in sentences]
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


def test_a_feature_counts_once_in_its_sentence_and_again_in_the_next() -> None:
    arrays = made_votes([7])
    votes = Votes.load(arrays, "xx")
    once = votes.scores(votes.find(np.array([7, 7], np.uint32)), [1, 1])[0]
    keys = np.array([7, 7 + SHARED, 7, 7, 7, 7], np.uint32)
    np.testing.assert_allclose(votes.scores(votes.find(keys), [2, 1, 1, 2]), [once, once])


def test_features_without_votes_take_their_share_of_the_length() -> None:
    votes = Votes.load(made_votes([7]), "xx")
    bias = votes.scores(votes.find(np.array([1, 1], np.uint32)), [1, 1])[0]
    alone = votes.scores(votes.find(np.array([7, 1], np.uint32)), [1, 1])[0] - bias
    among_four = votes.scores(votes.find(np.array([7, 1, 2, 3, 1], np.uint32)), [4, 1])[0] - bias
    np.testing.assert_allclose(among_four, alone / 2, rtol=1e-4)
