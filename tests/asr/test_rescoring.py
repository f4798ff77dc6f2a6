"""Listed phrases put in place of what was heard, where the phones say them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.biasing import BiasingOptions
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.lookup import Lookup
from eulalia.asr.phones import PHONES
from eulalia.asr.phrase_hearing import PhraseHearing
from eulalia.asr.phrase_search import PhraseSearch
from eulalia.asr.rescoring import pieces, put_in
from eulalia.asr.transcript import Transcript, Word
from eulalia.audio import espeak
from eulalia.turn import Hypothesis
from tests.asr.ctc import spoken

LEXICON = Lexicon(["<blank>", *PHONES])
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'")


def said(phones: str) -> NDArray[np.float32]:
    labels = [part for phone in phones.split() for part in (1 + PHONES.index(phone), 0)]
    return spoken([0, *labels, 0], len(PHONES) + 1)


def heard(text: str) -> list[Word]:
    return [Word(word, i / 2, i / 2 + 0.4, 0.9) for i, word in enumerate(text.split())]


def mended(text: str, phones: str, *phrases: str) -> str:
    search = PhraseSearch(phrases, LEXICON, 0, LETTERS)
    lookup = Lookup(search.trie)
    frames = said(phones)
    lookup.accept(frames)
    found = put_in(pieces(heard(text), search), search, lookup.spots(), frames)
    return " ".join(piece.text for piece in found)


CALL_MARTIM = "k ɔː l m ɑː ɹ t ɪ m"


def test_a_phrase_takes_the_place_of_words_that_fit_worse() -> None:
    assert mended("call march him", CALL_MARTIM, "Martim") == "call Martim"
    assert mended("call", CALL_MARTIM, "Martim") == "call Martim"
    assert mended("", "m ɑː ɹ t ɪ m", "Martim") == "Martim"


def test_several_phrases_are_put_in() -> None:
    names = {label: phone for phone, label in LEXICON.labels.items()}
    denis = " ".join(names[label] for label in LEXICON.pronunciations("Denis")[0])
    both = mended("call march", f"{CALL_MARTIM} æ n d {denis}", "Martim", "Denis")
    assert [word for word in both.split() if word in ("Martim", "Denis")] == ["Martim", "Denis"]


def test_what_was_not_said_is_not_put_in() -> None:
    assert (
        mended("call my mother", "k ɔː l m aɪ m ʌ ð ɚ", "Martim", "Zelenskyy") == "call my mother"
    )
    assert mended("banana", "b ə n æ n ə", "Ann") == "banana"


def test_of_two_phrases_the_one_that_fits_is_put_in() -> None:
    assert mended("call march him", CALL_MARTIM, "Martin", "Martim") == "call Martim"


def test_a_phrase_that_was_heard_is_written_as_it_is_listed() -> None:
    assert mended("call martim", CALL_MARTIM, "MARTIM") == "call MARTIM"
    search = PhraseSearch(("Route 66",), LEXICON, 0, LETTERS)
    found = pieces(heard("take route sixty six home"), search)
    assert [piece.text for piece in found] == ["take", "Route 66", "home"]
    assert [piece.listed for piece in found] == [False, True, False]


def test_the_longer_of_two_listed_phrases_is_recognised() -> None:
    search = PhraseSearch(("york", "new york"), LEXICON, 0, LETTERS)
    found = pieces(heard("new york york"), search)
    assert [piece.text for piece in found] == ["new york", "york"]


def test_another_text_of_the_beam_that_fits_better_stands_where_it_was_said() -> None:
    search = PhraseSearch(("Martim",), LEXICON, 0, LETTERS)
    hearing = PhraseHearing(search, BiasingOptions(lookup=False, whole=False))
    speech = espeak.synthesize("call martin", "en-us")
    hearing.hear(speech)
    frames = said(CALL_MARTIM)
    hearing.accept(frames)
    openly = Transcript(
        "go to",
        0.5,
        tuple(heard("go to")),
        (Hypothesis("go to", 0.5), Hypothesis("call martim", 0.4)),
    )
    found = hearing.finish(openly, 0.04, len(frames) * 0.04)
    assert found.text == "call Martim"
    call, martim = found.words
    assert 0 < call.start < call.end <= martim.start < martim.end
    assert martim.end > 0.5 * len(frames) * 0.04


def test_a_long_list_wants_a_better_fit() -> None:
    letters = [a + b for a in "bdfgklmnprstvz" for b in ("al", "en", "is", "op", "ur")]
    crowd = [one + other for one in letters for other in letters][:2_000]
    assert mended("call", "k ɔː l ɛ n", "Enn") == "call Enn"
    assert "Enn" not in mended("call", "k ɔː l ɛ n", "Enn", *crowd)
    assert mended("call", CALL_MARTIM, "Martim", *crowd) == "call Martim"
