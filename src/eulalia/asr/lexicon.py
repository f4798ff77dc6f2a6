"""How words sound: phones by espeak-ng, and the other ways in which people say them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Final, Protocol

from eulalia.asr.errors import RecognitionError
from eulalia.asr.phones import normalize
from eulalia.asr.vocabulary import BOUNDARY, Vocabulary
from eulalia.audio import espeak

Pronunciation = tuple[int, ...]
"""Labels of the phone output."""

_WEAK_FORMS: Final = {
    "a": ("ə", "eɪ"),
    "an": ("ə n", "æ n"),
    "and": ("æ n d", "ə n d", "ə n", "æ n"),
    "are": ("ɑː ɹ", "ɚ"),
    "can": ("k æ n", "k ə n"),
    "for": ("f ɔː ɹ", "f ɚ"),
    "from": ("f ɹ ʌ m", "f ɹ ə m"),
    "have": ("h æ v", "ə v"),
    "of": ("ʌ v", "ə v", "ə"),
    "or": ("ɔː ɹ", "ɚ"),
    "some": ("s ʌ m", "s ə m"),
    "the": ("ð ə", "ð iː", "ð ʌ"),
    "to": ("t uː", "t ə", "t ʊ"),
    "with": ("w ɪ ð", "w ɪ θ"),
    "you": ("j uː", "j ə"),
    "your": ("j ɔː ɹ", "j ʊ ɹ", "j ɚ"),
}  # fmt: skip
"""How common little words are said in a sentence, and on their own."""

_VOWELS: Final = frozenset("iː ɪ ɛ æ ɑː ɔː ʊ uː ʌ ə ɚ eɪ aɪ ɔɪ aʊ oʊ".split())
_MOST_VARIANTS: Final = 8


class Pronouncer(Protocol):
    """Words to sequences of labels."""

    @property
    def between(self) -> int | None:
        """The label that may stand between words, if there is one."""
        ...

    def pronunciations(self, word: str) -> tuple[Pronunciation, ...]:
        """The ways to say a word; at least one."""
        ...


class Lexicon:
    """Pronunciations of English words in the phones of a model.

    >>> Lexicon(["<blank>", "t", "iː"]).pronunciations("tea")
    ((1, 2),)
    """

    def __init__(
        self, phones: Sequence[str], *, silence: str | None = None, voice: str = "en-us"
    ) -> None:
        """`phones` are in the order of the model's output, the blank first."""
        self.labels = {phone: label for label, phone in enumerate(phones)}
        """By phone."""
        self._voice = voice
        self.between = None if silence is None else self.labels[silence]
        self.pronunciations = lru_cache(maxsize=100_000)(self._pronunciations)

    def _pronunciations(self, word: str) -> tuple[Pronunciation, ...]:
        """Raises RecognitionError for a word that espeak-ng says nothing for."""
        usual = normalize(phone for group in espeak.phones(word, self._voice) for phone in group)
        ways = [tuple(form.split()) for form in _WEAK_FORMS.get(word.lower(), ())]
        ways += variants(tuple(usual))
        known = [
            tuple(self.labels[phone] for phone in way)
            for way in ways
            if way and all(phone in self.labels for phone in way)
        ]
        if not known:
            raise RecognitionError(
                f"Nobody can tell how {word!r} sounds; write it in letters that can be spoken."
            )
        return tuple(dict.fromkeys(known))


class Spelling:
    """Words by their letters, for a model that writes letters and hears no phones."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._labels = vocabulary.labels
        self.between = self._labels.get(BOUNDARY)

    def pronunciations(self, word: str) -> tuple[Pronunciation, ...]:
        """The word's letters, in the case that the model writes.

        Raises RecognitionError for a word with a letter that the model does not write.
        """
        for written in (word, word.lower(), word.upper()):
            if written and all(letter in self._labels for letter in written):
                return (tuple(self._labels[letter] for letter in written),)
        raise RecognitionError(f"This model has no letters to write {word!r} with.")


def variants(phones: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The phones themselves, then other ways in which Americans say the same word.

    A t between vowels is flapped, which sounds much like d; behind n it is often lost; a weak
    vowel may go either way.

    >>> variants(("l", "ɑː", "t", "eɪ"))
    [('l', 'ɑː', 't', 'eɪ'), ('l', 'ɑː', 'd', 'eɪ')]
    """
    choices: list[tuple[str, ...]] = []
    for position, phone in enumerate(phones):
        before = phones[position - 1] if position else ""
        after = phones[position + 1] if position + 1 < len(phones) else ""
        if phone == "t" and (before in _VOWELS or before == "ɹ") and after in _VOWELS:
            choices.append(("t", "d"))
        elif phone == "t" and before == "n" and after in _VOWELS:
            choices.append(("t", ""))
        elif phone == "ə" and before and after:
            choices.append(("ə", "ɪ"))
        else:
            choices.append((phone,))
    ways = (tuple(phone for phone in way if phone) for way in product(*choices))
    return [way for way, _ in zip(ways, range(_MOST_VARIANTS), strict=False)]
