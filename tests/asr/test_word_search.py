"""The search in an open vocabulary, against every sentence in every alignment."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.asr import RecognitionError
from eulalia.asr.errors import ModelError
from eulalia.asr.word_search import SearchOptions, WordSearch
from eulalia.asr.words import Words
from tests.asr.ctc import frames, spoken
from tests.asr.test_grammar_search import best_alignment
from tests.asr.test_phrase_search import Words as Ways


class Sayable(Ways):
    """Ways to say words, and an error for all others, as a lexicon has it."""

    def pronunciations(self, word: str) -> tuple[tuple[int, ...], ...]:
        if word not in self.ways:
            raise RecognitionError(f"Nobody can tell how {word!r} sounds.")
        return super().pronunciations(word)


WAYS = Sayable(
    {
        "ab": ((1, 2), (1,)),
        "ba": ((2, 1),),
        "c": ((3,), (3, 3)),
        "aa": ((1, 1),),
        "cab": ((3, 1, 2),),
    }
)
TEXTS = ["ab c", "ab ba", "aa c", "c ab", "ba ba", "ab c"]
WORDS = Words.build(TEXTS, WAYS)
WIDE = SearchOptions(beam=100_000, threshold=1e6)


def worth(search: WordSearch, sentence: tuple[str, ...], log_probs: NDArray[np.float32]) -> float:
    """What a sentence is worth, word by word."""
    model, options = WORDS.language_model, search.options
    total = best_alignment(log_probs, sentence, WAYS)
    labels = [
        WORDS.texts.index(word) + 1 if word in WORDS.texts else WORDS.unknown for word in sentence
    ]
    total += options.language_weight * model.score_sentence(labels)
    bonus = {True: options.word_bonus, False: options.phrase_bonus}
    return total + sum(bonus[word in WORDS.texts] for word in sentence)


@settings(max_examples=60, deadline=None)
@given(frames(4, 4), st.booleans())
def test_the_best_reading_is_the_best_of_all_sentences_in_any_alignment(
    log_probs: NDArray[np.float32], listened: bool
) -> None:
    search = WordSearch(WORDS, WAYS, ["cab"] if listened else [], WIDE)
    known = [*WORDS.texts, *(["cab"] if listened else [])]
    sentences = [s for length in range(4) for s in product(known, repeat=length)]
    best = max(worth(search, sentence, log_probs) for sentence in sentences)
    found = search.decode(log_probs, 3)[0]
    if len(found.words) < 4:
        assert found.score == pytest.approx(best, abs=1e-4)
        words = tuple(word.text for word in found.words)
        assert worth(search, words, log_probs) == pytest.approx(best, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(frames(4, 9), st.lists(st.integers(0, 9), max_size=3))
def test_a_stream_reads_what_the_whole_is_read_as(
    log_probs: NDArray[np.float32], cuts: list[int]
) -> None:
    search = WordSearch(WORDS, WAYS, options=WIDE)
    beam = search.search()
    edges = sorted({0, len(log_probs), *(cut for cut in cuts if cut < len(log_probs))})
    for start, end in pairwise(edges):
        beam.accept(log_probs[start:end])
    assert beam.best(4) == search.decode(log_probs, 4)


def test_a_word_that_has_begun_is_guessed_in_partial_readings_alone() -> None:
    beam = WordSearch(Words.build(["cab cab"], WAYS), WAYS).search()
    beam.accept(spoken([0, 3], 4))
    assert beam.best(1, partial=True)[0].text == "cab"
    assert beam.best(1)[0].text == ""
    beam.accept(spoken([1, 2, 0], 4))
    assert beam.best(1, partial=True)[0].text == beam.best(1)[0].text == "cab"


def test_words_stand_where_they_were_said() -> None:
    (best, *_) = WordSearch(WORDS, WAYS).decode(spoken([0, 1, 2, 0, 0, 3, 0], 4))
    assert [(word.text, word.start, word.end) for word in best.words] == [("ab", 1, 3), ("c", 5, 6)]
    assert all(word.gap == pytest.approx(0, abs=1e-6) for word in best.words)


def test_two_words_may_share_the_phone_between_them() -> None:
    (best, *_) = WordSearch(WORDS, WAYS).decode(spoken([1, 2, 1], 4, sure=0.999))
    assert best.text == "ab ba"


def test_a_phrase_is_heard_only_when_it_is_listened_for() -> None:
    said = spoken([2, 0, 2, 0, 3], 4)
    ways = Sayable({**WAYS.ways, "bb": ((2, 2),), "x": ((3,),)})
    assert "bb" not in WordSearch(WORDS, ways).decode(said)[0].text
    assert WordSearch(WORDS, ways, ["bb x"]).decode(said)[0].text == "bb x"


def test_silence_is_no_words() -> None:
    assert WordSearch(WORDS, WAYS, ["cab"]).decode(spoken([0] * 50, 4))[0].text == ""


def test_sound_that_ends_within_a_word_is_read_up_to_there() -> None:
    words = Words.build(["cab cab"], WAYS)
    assert [path.text for path in WordSearch(words, WAYS).decode(spoken([3, 1, 2, 3], 4))] == [
        "cab"
    ]


@pytest.mark.parametrize("phrase", ["", "  "])
def test_a_phrase_without_words_is_refused(phrase: str) -> None:
    with pytest.raises(RecognitionError, match="at least one word"):
        WordSearch(WORDS, WAYS, [phrase])


def test_a_longer_list_makes_less_of_each_phrase() -> None:
    alone = WordSearch(WORDS, WAYS, ["cab"])
    crowd = WordSearch(WORDS, WAYS, ["cab"] * 50)
    context, number = np.array([0]), np.array([alone.first_phrase])
    assert alone.worth(context, number)[0] > crowd.worth(context, number)[0]


def test_of_a_list_short_phrases_are_worth_less_than_long_ones() -> None:
    ways = Sayable({**WAYS.ways, "long": ((1, 2, 3, 1, 2, 3, 1),), "longer": ((1, 2) * 5,)})
    search = WordSearch(WORDS, ways, ["cab", "long", "longer"])
    numbers = np.arange(3) + search.first_phrase
    short, long, longer = search.worth(np.zeros(3, np.int64), numbers)[0]
    assert short < long == longer


def test_words_survive_their_file(tmp_path: Path) -> None:
    WORDS.save(tmp_path)
    again = Words.load(tmp_path)
    assert (again.texts, again.pronunciations) == (WORDS.texts, WORDS.pronunciations)
    context, label = np.array([0]), np.array([1])
    assert again.language_model.score(context, label) == WORDS.language_model.score(context, label)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["words-lm.npz", "words.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"words"])
def test_a_broken_file_of_words_is_refused(tmp_path: Path, content: bytes) -> None:
    WORDS.save(tmp_path)
    (tmp_path / "words.npz").write_bytes(content)
    with pytest.raises(ModelError):
        Words.load(tmp_path)


def test_words_of_one_model_and_the_order_of_another_are_told_apart(tmp_path: Path) -> None:
    WORDS.save(tmp_path)
    Words.build(["ab c"], WAYS).language_model.save(tmp_path / "words-lm.npz")
    with pytest.raises(ModelError, match="mixes two models"):
        Words.load(tmp_path)


def test_texts_without_a_word_that_can_be_said_are_refused() -> None:
    with pytest.raises(ModelError, match="no word"):
        Words.build(["zzz", ""], WAYS)


def test_a_word_that_cannot_be_said_is_an_unknown_one() -> None:
    words = Words.build(["ab zzz ab", "ab zzz c"], WAYS)
    assert words.texts == ("ab", "c")
    model, ab = words.language_model, np.array([1])
    after = model.follow(model.start, ab)
    assert model.score(after, np.array([words.unknown])) > model.score(after, np.array([2]))
