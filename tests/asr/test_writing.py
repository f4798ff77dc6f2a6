"""How phrases are written in the letters of a model."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr.errors import RecognitionError
from eulalia.asr.writing import spellings

ENGLISH = frozenset(string.ascii_lowercase + "'")
CAPITALS = frozenset(string.ascii_uppercase)


@pytest.mark.parametrize(
    ("phrase", "first"),
    [
        ("Zelenskyy", "zelenskyy"), ("Route 66", "route sixty six"), ("O’Brien", "o'brien"),
        ("Zoë Müller-Łódź", "zoe muller lodz"), ("AT&T", "a t and t"),
        ("1984", "nineteen eighty four"),
        ("21st century", "twenty first century"), ("YouTube", "youtube"), ("U.S.A.", "u s a"),
        ("  Dr.  Strange! ", "dr strange"), ("mp3", "mp three"), ("Straße", "strasse"),
    ],
)  # fmt: skip
def test_the_first_spelling_is_the_likeliest(phrase: str, first: str) -> None:
    assert " ".join(spellings(phrase, ENGLISH)[0]) == first


@pytest.mark.parametrize(
    ("phrase", "also"),
    [
        ("NASA", "n a s a"), ("NASA", "nasa"), ("e-mail", "email"), ("YouTube", "you tube"),
        ("2024", "two thousand twenty four"), ("007", "zero zero seven"),
    ],
)  # fmt: skip
def test_other_ways_to_say_it_are_spelled_too(phrase: str, also: str) -> None:
    assert tuple(also.split()) in spellings(phrase, ENGLISH)


def test_case_marks_and_digits_follow_the_vocabulary() -> None:
    assert spellings("O'Brien", CAPITALS)[0] == ("OBRIEN",)
    assert spellings("mp3", ENGLISH | set(string.digits))[0] == ("mp", "3")
    assert spellings("Zoë", ENGLISH | {"ë"})[0] == ("zoë",)


@pytest.mark.parametrize("phrase", ["", " ", "…", "?!", "--", "'"])
def test_only_punctuation_is_refused_by_name(phrase: str) -> None:
    with pytest.raises(RecognitionError, match="has no word in it"):
        spellings(phrase, ENGLISH)


@pytest.mark.parametrize("phrase", ["北京", "Київ", "a 北 b", "x²½"])
def test_letters_that_cannot_be_written_are_refused_by_name(phrase: str) -> None:
    with pytest.raises(RecognitionError, match="cannot be written"):
        spellings(phrase, ENGLISH)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_written_in_the_letters_or_refused(phrase: str) -> None:
    try:
        found = spellings(phrase, ENGLISH)
    except RecognitionError:
        return
    assert found
    assert all(set(word) <= ENGLISH and word for words in found for word in words)
