"""Phones: the sounds that the recogniser tells apart, and how espeak-ng's symbols map onto them.

American English with the distinctions that carry meaning: stress is dropped, flaps and glottal
stops are read as the t they stand for, and a vowel that espeak-ng writes together with the sound
behind it is split.
"""

from __future__ import annotations

from collections.abc import Iterable

PHONES = (
    "p b t d k ɡ f v θ ð s z ʃ ʒ h tʃ dʒ m n ŋ l ɹ w j iː ɪ ɛ æ ɑː ɔː ʊ uː ʌ ə ɚ eɪ aɪ ɔɪ aʊ oʊ"
).split()
"""In the order of the recogniser's phone output, behind the blank."""

_SAME = {
    "ɐ": "ə", "ᵻ": "ɪ", "i": "iː", "ɜː": "ɚ", "ɔ": "ɔː", "ɾ": "t", "ʔ": "t", "x": "k",
    "a": "æ", "aː": "ɑː", "ɑ": "ɑː", "e": "ɛ", "o": "oʊ", "oː": "ɔː", "u": "uː", "r": "ɹ",
    "ɬ": "l", "ç": "h", "ɫ": "l", "g": "ɡ", "ɒ": "ɑː", "əʊ": "oʊ", "ɜ": "ɚ", "ɨ": "ɪ",
    "n̩": "ə n", "əl": "ə l", "ɔːɹ": "ɔː ɹ", "ɑːɹ": "ɑː ɹ", "ɪɹ": "ɪ ɹ", "ɛɹ": "ɛ ɹ",
    "ʊɹ": "ʊ ɹ", "oːɹ": "ɔː ɹ", "iə": "iː ə", "aɪə": "aɪ ə", "aɪɚ": "aɪ ɚ", "nʲ": "n j",
    "ɲ": "n j", "aʊɚ": "aʊ ɚ", "l̩": "ə l", "m̩": "ə m", "ɔ̃": "ɔː n", "ɑ̃": "ɑː n", "y": "uː",
}  # fmt: skip
_KNOWN = frozenset(PHONES)


def normalize(symbols: Iterable[str]) -> list[str]:
    """The phones for espeak-ng's symbols; what English does not have is left out.

    >>> normalize(["l", "ˈɑː", "t", "eɪ"])
    ['l', 'ɑː', 't', 'eɪ']
    """
    phones: list[str] = []
    for symbol in symbols:
        plain = symbol.strip("ˈˌ")
        phones.extend(part for part in _SAME.get(plain, plain).split() if part in _KNOWN)
    return phones
