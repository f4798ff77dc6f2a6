"""What the cells find is what a look at every vector finds, or nearly so where there are many."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation.adaptation import cells
from eulalia.translation.adaptation.cells import Cells


def unit(rows):
    rows = np.asarray(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def around(topics, count, seed, width=16):
    """Vectors that lie around some directions, as those of texts do."""
    random = np.random.default_rng(seed)
    directions = random.normal(size=(topics, width))
    return unit(
        directions[random.integers(topics, size=count)] + random.normal(size=(count, width)) / 2
    )


def cells_of(vectors):
    return Cells.of(lambda numbers: vectors[numbers], len(vectors))


@given(st.integers(1, 300), st.integers(0, 10_000), st.integers(1, 20))
def test_among_few_vectors_the_nearest_is_found_to_8_bits(count, seed, wanted):
    vectors = around(5, count, seed)
    asked = around(5, 1, seed + 1)[0]
    exact = np.sort(vectors @ asked)[::-1]
    found = cells_of(vectors).nearest(asked, wanted)
    assert len(found) == min(wanted, count)
    for (cosine, number), best in zip(found, exact, strict=False):
        assert cosine == pytest.approx(float(vectors[number] @ asked), abs=0.02)
        assert cosine == pytest.approx(float(best), abs=0.02)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_among_many_most_of_what_a_look_at_all_finds_is_found(seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "_COMPARED", 600)
        patch.setattr(cells, "_CELL", 100)
        vectors = around(20, 4_000, seed)
        own = cells_of(vectors)
        assert len(own.centres) == 40
        queries = around(20, 50, seed)
        shared = 0
        for asked in queries:
            exact = set(np.argsort(-(vectors @ asked))[:10].tolist())
            shared += len(exact & {number for _, number in own.nearest(asked, 10)})
    assert shared / (10 * len(queries)) > 0.85


def test_no_more_vectors_are_compared_than_may_be_though_all_lie_in_one_cell(monkeypatch):
    monkeypatch.setattr(cells, "_COMPARED", 100)
    monkeypatch.setattr(cells, "_CELL", 50)
    vectors = unit(np.ones((1_000, 4)))
    found = cells_of(vectors).nearest(vectors[0], 1_000)
    assert len(found) == 100
    assert all(cosine == pytest.approx(1, abs=0.02) for cosine, _ in found)


def test_every_vector_is_in_one_cell_under_its_own_number(monkeypatch):
    monkeypatch.setattr(cells, "_COMPARED", 50)
    monkeypatch.setattr(cells, "_CELL", 30)
    vectors = around(8, 301, 1)
    own = cells_of(vectors)
    assert sorted(own.numbers.tolist()) == list(range(301))
    assert own.starts[-1] == 301
    for place, number in enumerate(own.numbers.tolist()):
        kept = own.vectors[place] * own.scales[place]
        assert kept == pytest.approx(vectors[number], abs=0.01)


def test_of_equal_vectors_those_of_the_lowest_numbers_are_found():
    vectors = unit([[1, 0], [0, 1], [1, 0], [1, 0]])
    found = cells_of(vectors).nearest(vectors[0], 2)
    assert [number for _, number in found] == [0, 2]


def test_there_is_nothing_in_no_cells():
    assert cells_of(np.zeros((0, 4), np.float32)).nearest(np.ones(4, np.float32), 3) == []


def test_a_vector_of_nothing_is_near_to_none():
    vectors = np.array([[0, 0], [1, 0]], np.float32)
    assert cells_of(vectors).nearest(np.array([1, 0], np.float32), 2) == [
        (pytest.approx(1), 1),
        (0, 0),
    ]


@pytest.mark.slow
def test_a_million_vectors_are_searched_within_ten_milliseconds():
    random = np.random.default_rng(1)
    topics, others = random.normal(size=(5_000, 224)), random.normal(size=(10_007, 224))
    own = Cells.of(lambda numbers: unit(topics[numbers % 5_000] + others[numbers % 10_007]), 10**6)
    took = []
    for number in range(0, 1_000_000, 5_000):
        asked = unit(topics[[number % 5_000]] + others[[number % 10_007]])[0]
        began = time.process_time()
        found = own.nearest(asked, 32)
        took.append(time.process_time() - began)
        assert found[0] == (pytest.approx(1, abs=0.02), number)
    assert sorted(took)[len(took) * 99 // 100] < 0.01
