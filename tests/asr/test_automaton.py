"""The automaton of phrases, against walking every suffix letter by letter."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr.automaton import ROOT, Automaton
from eulalia.asr.vocabulary import Vocabulary

PIECES = Vocabulary(("", "▁", "a", "b", "▁a", "ab", "▁ba", "ba", "▁ab"))
WORDS = st.text("ab", min_size=1, max_size=4)
TEXTS = st.lists(
    st.lists(WORDS, min_size=1, max_size=3).map(lambda words: "▁" + "▁".join(words)),
    min_size=1,
    max_size=8,
)


def longest(said: str, texts: list[str]) -> str:
    """The longest suffix of what was said that begins a phrase."""
    for start in range(len(said)):
        if any(text.startswith(said[start:]) for text in texts):
            return said[start:]
    return ""


def letters(texts: list[str], automaton: Automaton) -> dict[str, int]:
    """By beginnings of phrases, their state, as single letters lead there."""
    return {text[:end]: states(text[:end], automaton) for text in texts for end in range(1, 20)}


def states(text: str, automaton: Automaton) -> int:
    state = np.zeros(1, np.int64)
    for letter in text:
        state = automaton.follow(state, np.array([PIECES.labels[letter]]))[0]
    return int(state[0])


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.integers(1, 8), max_size=10))
def test_states_are_those_of_the_longest_suffix_that_begins_a_phrase(
    texts: list[str], labels: list[int]
) -> None:
    automaton = Automaton.build(texts, PIECES)
    state, said = np.array([automaton.start]), "▁"
    known = letters(texts, automaton)
    for label in labels:
        before = automaton.depth[state[0]]
        state, kept = automaton.follow(state, np.array([label]))
        said += PIECES.pieces[label]
        suffix = longest(said, texts)
        if before:
            still = max(len(suffix) - len(PIECES.pieces[label]), 0)
            assert kept[0] == still / before
        assert int(state[0]) == known.get(suffix, ROOT)
        assert automaton.depth[state[0]] == len(suffix)
        ends = [len(text) for text in texts if suffix.endswith(text)]
        assert automaton.ended[state[0]] == max(ends, default=0)


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.lists(st.integers(1, 8), min_size=2, max_size=30))
def test_a_whole_beam_is_followed_as_each_prefix_alone(texts: list[str], labels: list[int]) -> None:
    automaton = Automaton.build(texts, PIECES)
    every = np.arange(len(automaton.depth))
    for label in labels:
        together, kept = automaton.follow(every, np.full(len(every), label))
        alone = [automaton.follow(every[i : i + 1], np.array([label])) for i in every]
        assert list(zip(together, kept, strict=True)) == alone


def test_the_share_of_a_state_is_that_of_the_weights_ahead() -> None:
    automaton = Automaton.build(["▁a", "▁ab", "▁b", "▁a"], PIECES, [1.0, 2.0, 4.0, 1.0])
    assert np.exp(automaton.share[states("▁a", automaton)]) == np.float64(0.5)
    assert np.exp(automaton.share[states("▁ab", automaton)]) == np.float64(0.25)


def test_no_phrases_and_letters_that_no_label_has_match_nothing() -> None:
    for texts in ([], ["▁x"], ["▁xa", "▁ax"]):
        automaton = Automaton.build(texts, PIECES)
        state = np.array([automaton.start])
        for label in (4, 2, 3, 1, 2):
            state, _ = automaton.follow(state, np.array([label]))
        assert not automaton.ended[state].any()


def test_a_hundred_thousand_phrases_are_built_in_seconds_and_followed_at_once() -> None:
    random = np.random.default_rng(0)
    texts = ["▁" + "▁".join("".join(random.choice(list("ab"), 12)) for _ in range(2))
             for _ in range(100_000)]  # fmt: skip
    begun = time.process_time()
    automaton = Automaton.build(texts, PIECES)
    assert time.process_time() - begun < 20
    assert all(automaton.ended[states(text, automaton)] == len(text) for text in texts[:20])


def test_one_huge_phrase_is_built() -> None:
    text = "▁" + "ab" * 50_000
    automaton = Automaton.build([text, "▁a"], PIECES)
    assert int(automaton.depth.max()) == len(text)
