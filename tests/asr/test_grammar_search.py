"""Decoding by a grammar, against every sentence in every alignment."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.asr import RecognitionError
from eulalia.asr.grammar_search import GrammarSearch
from eulalia.text import Grammar
from tests.asr.ctc import frames, spoken
from tests.asr.test_phrase_search import Words

WORDS = Words({"ab": ((1, 2), (1,)), "ba": ((2, 1),), "c": ((3,), (3, 3)), "aa": ((1, 1),)})
sentences = st.lists(
    st.lists(st.sampled_from(sorted(WORDS.ways)), min_size=1, max_size=3).map(tuple),
    min_size=1, max_size=5,
)  # fmt: skip


def best_alignment(
    log_probs: NDArray[np.float32], sentence: tuple[str, ...], pronouncer: Words = WORDS
) -> float:
    """The best score of a sentence, found by trying every way to say it in every alignment.

    A blank must stand between equal phones of one word, and may stand anywhere else.
    """
    best = -np.inf
    for ways in product(*(pronouncer.pronunciations(word) for word in sentence)):
        phones = [phone for way in ways for phone in way]
        needs_blank = [
            position > 0 and phone == way[position - 1]
            for way in ways
            for position, phone in enumerate(way)
        ]

        @cache
        def rest(frame: int, phone: int, blank: bool, phones=phones, needs=needs_blank) -> float:  # type: ignore[no-untyped-def]
            """The best score from a frame on, behind so many phones, and a blank or not."""
            if frame == len(log_probs):
                return 0.0 if phone == len(phones) else -np.inf
            row = log_probs[frame]
            options = [row[0] + rest(frame + 1, phone, True)]
            if phone and not blank:
                options.append(row[phones[phone - 1]] + rest(frame + 1, phone, False))
            if phone < len(phones) and (blank or not needs[phone]):
                options.append(row[phones[phone]] + rest(frame + 1, phone + 1, False))
            return float(max(options))

        best = max(best, rest(0, 0, False))
    return best


@settings(max_examples=80, deadline=None)
@given(frames(4, 6), sentences)
def test_the_best_sentence_is_the_best_of_all_in_any_alignment(
    log_probs: NDArray[np.float32], spoken_sentences: list[tuple[str, ...]]
) -> None:
    expected = max(best_alignment(log_probs, sentence) for sentence in spoken_sentences)
    paths = GrammarSearch(Grammar.of(spoken_sentences), WORDS).decode(log_probs)
    if expected == -np.inf:
        assert not paths
        return
    assert paths[0].score == pytest.approx(expected, abs=1e-3)
    best = tuple(paths[0].text.split())
    assert best in spoken_sentences
    assert best_alignment(log_probs, best) == pytest.approx(expected, abs=1e-3)
    assert len({path.text for path in paths}) == len(paths)


@settings(max_examples=40, deadline=None)
@given(frames(4, 8), sentences)
def test_frames_in_pieces_give_the_same_as_all_at_once(
    log_probs: NDArray[np.float32], spoken_sentences: list[tuple[str, ...]]
) -> None:
    graph = GrammarSearch(Grammar.of(spoken_sentences), WORDS)
    run = graph.search()
    for row in log_probs:
        run.accept(row[None])
        run.best(1, partial=True)
    assert run.best() == graph.decode(log_probs)


def test_words_have_their_frames() -> None:
    graph = GrammarSearch(Grammar.of(["c ab", "ba ab"]), WORDS)
    log_probs = spoken([0, 0, 3, 3, 0, 0, 1, 0, 2, 0], 4, sure=0.995)
    words = graph.decode(log_probs)[0].words
    assert [(word.text, word.start, word.end) for word in words] == [("c", 2, 4), ("ab", 6, 9)]
    assert all(word.gap < 0.1 for word in words)


def test_what_the_grammar_does_not_hold_leaves_a_gap() -> None:
    graph = GrammarSearch(Grammar.of(["ba"]), WORDS)
    assert graph.decode(spoken([0, 2, 0, 1, 0], 4))[0].gap < 0.1
    assert graph.decode(spoken([0, 3, 0, 3, 0, 3, 0], 4))[0].gap > 2


def test_a_label_that_may_stand_between_words_may_also_be_left_out() -> None:
    words = Words({"a": ((1,),), "b": ((2,),)}, between=3)
    graph = GrammarSearch(Grammar.of(["a b"]), words)
    assert graph.decode(spoken([1, 3, 2], 4))[0].gap < 0.1
    assert graph.decode(spoken([1, 0, 2], 4))[0].gap < 0.1
    assert [w.text for w in graph.decode(spoken([3, 1, 3, 2, 3], 4))[0].words] == ["a", "b"]


def test_loops_in_the_grammar_are_followed() -> None:
    grammar = Grammar(2, ((0, "ab", 1), (1, None, 0)), 0, frozenset({1}))
    path = GrammarSearch(grammar, WORDS).decode(spoken([1, 2, 0, 1, 2, 0, 1, 2], 4))[0]
    assert path.text == "ab ab ab"


def test_the_partial_result_grows_word_by_word() -> None:
    run = GrammarSearch(Grammar.of(["c ab", "ba ab"]), WORDS).search()
    assert run.best(1, partial=True)[0].text == ""
    run.accept(spoken([0, 3, 0, 0], 4))
    assert run.best(1, partial=True)[0].text == "c"
    run.accept(spoken([1, 2, 0, 0], 4))
    assert run.best(1, partial=True)[0].text == "c ab"


def test_a_sound_too_short_for_any_sentence_has_none() -> None:
    assert GrammarSearch(Grammar.of(["ba"]), WORDS).decode(spoken([2], 4)) == []
    assert GrammarSearch(Grammar.of(["ba"]), WORDS).decode(np.zeros((0, 4), np.float32)) == []


def test_a_grammar_without_a_sentence_is_refused() -> None:
    with pytest.raises(RecognitionError, match="No sentence"):
        GrammarSearch(Grammar.of([]), WORDS)
