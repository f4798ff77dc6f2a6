"""How words sound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr import RecognitionError
from eulalia.asr.lexicon import Lexicon, Spelling, variants
from eulalia.asr.phones import PHONES
from eulalia.asr.vocabulary import Vocabulary

LEXICON = Lexicon(["<blank>", *PHONES])


def said(word: str) -> list[str]:
    return [" ".join(PHONES[label - 1] for label in way) for way in LEXICON.pronunciations(word)]


def test_words_are_said_as_espeak_says_them() -> None:
    assert "k ɔː f iː" in said("coffee")
    assert "m oʊ k ə" in said("mocha")


def test_little_words_have_weak_forms() -> None:
    assert {"ə", "eɪ"} <= set(said("a"))
    assert {"æ n d", "ə n"} <= set(said("And"))
    assert {"t uː", "t ə"} <= set(said("to"))
    assert {"ð ə", "ð iː"} <= set(said("the"))
    assert {"ʌ v", "ə v"} <= set(said("of"))


def test_t_between_vowels_may_be_flapped_and_behind_n_be_lost() -> None:
    assert {"w ɔː t ɚ", "w ɔː d ɚ"} <= set(said("water"))
    assert {"t w ɛ n t iː", "t w ɛ n iː"} <= set(said("twenty"))
    assert "d iː" not in said("tea")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PHONES), min_size=1, max_size=12).map(tuple))
def test_variants_begin_with_the_phones_themselves_and_are_few(phones: tuple[str, ...]) -> None:
    ways = variants(phones)
    assert ways[0] == phones
    assert len(ways) <= 8
    assert all(0 < len(way) <= len(phones) for way in ways)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_text_has_pronunciations_of_known_phones_or_one_sentence(word: str) -> None:
    try:
        ways = LEXICON.pronunciations(word)
    except RecognitionError:
        ways = ((1,),)
    assert ways
    assert all(way and all(0 < label <= len(PHONES) for label in way) for way in ways)


def test_what_nobody_can_say_gets_one_sentence() -> None:
    with pytest.raises(RecognitionError, match=r"^Nobody can tell how '…' sounds; [^\n]+\.$"):
        LEXICON.pronunciations("…")


def test_letters_are_taken_in_the_case_that_the_model_writes() -> None:
    spelling = Spelling(Vocabulary(("", "▁", "A", "B")))
    assert spelling.pronunciations("ab") == ((2, 3),)
    assert spelling.between == 1
    with pytest.raises(RecognitionError, match="no letters"):
        spelling.pronunciations("é")
