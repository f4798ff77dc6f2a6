"""The search finds what is most probable, and heeds what people wrote in like places."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation.neighbours.search import Settings, search
from eulalia.translation.neighbours.store import Example, Steps, Store, filled
from eulalia.translation.transformer import Transformer
from tests.translation.weights import random_weights

BEGIN, END = 1, 2
NOBODY = Steps(np.empty((0, 0), np.float32), np.empty(0, np.int64))


def translated(transformer, sources, steps=None, **changes):
    steps = steps or [NOBODY] * len(sources)
    return search(transformer, sources, steps, Settings(**changes), begin=BEGIN, end=END)


def mean_log_probability(transformer, source, target):
    memory = transformer.read(filled([source]))
    before = np.array([[BEGIN, *target]])
    logits, sums = transformer.logits(transformer.states(memory, before)[0])
    told = logits - sums[:, None]
    return float(np.mean([told[step, piece] for step, piece in enumerate([*target, END])]))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_wide_beam_finds_nothing_worse_than_any_translation_as_short(seed):
    transformer = Transformer(random_weights(pieces=6, seed=seed), heads=2)
    source = [3, 4, END]
    (found,) = translated(transformer, [source], beam=200)
    # It ends with the first that leads when it ends; a longer one might have been better.
    best = max(
        mean_log_probability(transformer, source, target)
        for length in range(min(len(found), 2) + 1)
        for target in product([0, 1, 3, 4, 5], repeat=length)
    )
    if END in found or len(found) >= 2 * len(source) + 15:
        return  # It was cut off, so that it has no end to be compared by.
    assert mean_log_probability(transformer, source, found) >= best - 1e-4


def test_sentences_fare_the_same_alone_and_together():
    transformer = Transformer(random_weights(), heads=2)
    sources = [[3, END], [3, 4, 5, 6, END], [7, 8, END]]
    together = translated(transformer, sources)
    assert len({len(each) for each in together}) >= 1
    shortest = min(2 * len(each) + 16 for each in sources)
    for source, found in zip(sources, together, strict=True):
        (alone,) = translated(transformer, [source])
        assert alone[:shortest] == found[:shortest]


@pytest.mark.parametrize("target", [(9, 10, 11), (4,), (5, 5, 5, 5, 6)])
def test_what_a_person_wrote_for_the_same_sentence_is_written_again(target):
    transformer = Transformer(random_weights(), heads=2)
    source = (3, 4, 5, END)
    (steps,) = Store(transformer, BEGIN).steps([[Example(source, (*target, END))]])
    assert translated(transformer, [source], [steps], neighbours=1, reach=0.5) == [list(target)]


def test_neighbours_out_of_reach_say_nothing():
    transformer = Transformer(random_weights(), heads=2)
    source = (3, 4, 5, END)
    other = Example((12, 13, 14, 15, END), (9, 10, 11, END))
    (steps,) = Store(transformer, BEGIN).steps([[other]])
    alone = translated(transformer, [source])
    assert translated(transformer, [source], [steps], reach=1e-9) == alone


def test_the_steps_of_many_translations_are_those_of_each():
    transformer = Transformer(random_weights(), heads=2)
    store = Store(transformer, BEGIN)
    one, two = Example((3, END), (9, END)), Example((4, 5, 6, END), (10, 11, 12, END))
    both, none, again = store.steps([[one, two], [], [one]])
    np.testing.assert_array_equal(both.pieces, [9, END, 10, 11, 12, END])
    np.testing.assert_allclose(both.states[:2], again.states, atol=1e-5)
    assert len(none.pieces) == 0


def test_only_the_steps_asked_for_last_are_kept(monkeypatch):
    monkeypatch.setattr("eulalia.translation.neighbours.store._KEPT", 2)
    store = Store(Transformer(random_weights(), heads=2), BEGIN)
    examples = [Example((number, END), (9, END)) for number in range(3, 9)]
    before = store.steps([[each] for each in examples])
    assert len(store._steps) == 2
    for one, two in zip(before, store.steps([[each] for each in examples]), strict=True):
        np.testing.assert_allclose(one.states, two.states, atol=1e-5)
