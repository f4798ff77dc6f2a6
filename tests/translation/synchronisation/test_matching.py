"""Which texts are the same ones after an edit."""

from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.synchronisation.matching import arranged, match

_TEXTS = st.lists(st.sampled_from("a b c d e f g".split()), max_size=12)


def test_the_same_texts_are_found_in_order_and_elsewhere():
    assert match(["one", "two", "three"], ["three", "one", "two", "four"], 1.0) == [2, 0, 1, None]


def test_a_changed_text_is_found_between_its_neighbours():
    old = ["first one", "the cat sat on the mat", "last one"]
    new = ["first one", "the cat sat on the new mat", "last one"]
    assert match(old, new, 0.5) == [0, 1, 2]
    assert match(old, ["first one", "nothing like it at all", "last one"], 0.5) == [0, None, 2]


def test_a_text_that_moved_and_changed_a_little_is_found():
    moved = "a long sentence that says something about many things here"
    assert match([moved, "x y", "z"], ["x y", "z", f"{moved} too"], 0.5) == [1, 2, 0]


def test_thousands_of_equal_texts_take_no_time():
    assert match(["1"] * 5000, ["1"] * 4000 + ["2"] + ["1"] * 999, 0.5).count(None) <= 1


@given(_TEXTS, _TEXTS)
def test_no_text_is_matched_twice_and_equal_ones_before_others(old, new):
    found = match(old, new, 0.5)
    taken = [i for i in found if i is not None]
    assert len(set(taken)) == len(taken)
    for text in set(old) & set(new):
        pairs = sum(i is not None and old[i] == new[j] == text for j, i in enumerate(found))
        assert pairs == min(old.count(text), new.count(text))


@given(_TEXTS)
def test_a_list_matches_itself(texts):
    assert match(texts, texts, 0.5) == list(range(len(texts)))


@given(st.lists(st.integers(), unique=True), st.lists(st.integers(), unique=True))
def test_two_orders_become_one_with_all_of_both(backbone, other):
    order = arranged(backbone, other)
    assert sorted(order) == sorted({*backbone, *other})
    assert [each for each in order if each in backbone] == backbone


def test_what_is_missing_stands_behind_what_it_followed():
    assert arranged([1, 2, 3], [0, 1, 5, 6, 3, 7]) == [0, 1, 5, 6, 2, 3, 7]
