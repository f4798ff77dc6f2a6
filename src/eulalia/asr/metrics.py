"""How well speech was recognised: errors by word and letter, and those in the words that matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import jiwer

from eulalia.errors import EulaliaError

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_SEPARATORS: Final = re.compile(r"[-–—/_]")


class MetricsError(EulaliaError):
    """Texts that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was said and what was heard, both normalised."""

    reference: tuple[str, ...]
    heard: tuple[str, ...]
    rare: frozenset[str]
    """Words that count for the biased figures."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares from 0 up; None where there is nothing to divide by."""

    n: int
    wer: float | None
    """Words wrong, missing or too many, by words said."""
    cer: float | None
    """The same for letters."""
    u_wer: float | None
    """Word errors among all words but the rare ones."""
    b_wer: float | None
    """Word errors among the rare words."""
    precision: float | None
    """Of the rare words heard, those that were said there."""
    recall: float | None
    """Of the rare words said, those that were heard."""
    f1: float | None
    accuracy: float
    """Utterances wholly right."""

    def plain(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def normalize(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: lower case, no punctuation, numbers spelled out.

    >>> normalize("It's 7:30, twenty-one TIMES!")
    ("it's", 'seven', 'thirty', 'twenty', 'one', 'times')
    """
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    text = _NUMBER.sub(lambda match: f" {_spell(match.group())} ", text)
    text = _SEPARATORS.sub(" ", text)
    kept = (
        c if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M" else " " for c in text
    )
    words = ("".join(kept)).split()
    return tuple(word for word in (word.strip("'") for word in words) if word)


def compare(reference: str, heard: str, rare: Sequence[str] = ()) -> Comparison:
    """What was said beside what was heard; `rare` words or phrases count for the biased figures."""
    words = frozenset(word for phrase in rare for word in normalize(phrase))
    return Comparison(normalize(reference), normalize(heard), words)


def score(comparisons: Sequence[Comparison]) -> Scores:
    """The figures of all comparisons together.

    A wrong or missing word counts as rare when the one said is, one too many when the one heard is
    (Le et al. 2021, "Contextualized streaming end-to-end speech recognition with trie-based deep
    biasing and shallow fusion").

    Raises MetricsError when there are none.
    """
    if not comparisons:
        raise MetricsError("There is nothing to compare; give at least one recording.")
    rare = _Count()
    other = _Count()
    letters = letter_errors = 0
    for item in comparisons:
        _count(item, rare, other)
        said, heard = " ".join(item.reference), " ".join(item.heard)
        letters += len(said)
        letter_errors += _letter_errors(said, heard)
    precision = _share(rare.right, rare.heard)
    recall = _share(rare.right, rare.said)
    both = None if precision is None or recall is None else precision + recall
    return Scores(
        n=len(comparisons),
        wer=_share(rare.errors + other.errors, rare.said + other.said),
        cer=_share(letter_errors, letters),
        u_wer=_share(other.errors, other.said),
        b_wer=_share(rare.errors, rare.said),
        precision=precision,
        recall=recall,
        f1=None
        if both is None or precision is None or recall is None
        else (2 * precision * recall / both if both else 0.0),
        accuracy=sum(item.reference == item.heard for item in comparisons) / len(comparisons),
    )


@dataclass(slots=True)
class _Count:
    """Words of one kind."""

    said: int = 0
    heard: int = 0
    right: int = 0
    errors: int = 0


def _count(item: Comparison, rare: _Count, other: _Count) -> None:
    def kind(word: str) -> _Count:
        return rare if word in item.rare else other

    for word in item.reference:
        kind(word).said += 1
    for word in item.heard:
        kind(word).heard += 1
    for operation, said, heard in _alignment(item.reference, item.heard):
        if operation == "equal":
            for word in said:
                kind(word).right += 1
        for word in heard if operation == "insert" else () if operation == "equal" else said:
            kind(word).errors += 1


def _alignment(
    reference: tuple[str, ...], heard: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Stretches of both that are equal, or replaced, missing or too many."""
    if not reference:
        return [("insert", (), heard)]
    output = jiwer.process_words(" ".join(reference), " ".join(heard))
    return [
        (
            chunk.type,
            reference[chunk.ref_start_idx : chunk.ref_end_idx],
            heard[chunk.hyp_start_idx : chunk.hyp_end_idx],
        )
        for chunk in output.alignments[0]
    ]


def _letter_errors(said: str, heard: str) -> int:
    if not said:
        return len(heard)
    output = jiwer.process_characters(said, heard)
    return int(output.substitutions + output.deletions + output.insertions)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@lru_cache(maxsize=10_000)
def _spell(number: str) -> str:
    whole, _, fraction = number.partition(".")
    # No one spells out the digits of a telephone number as one number.
    words = _in_words(int(whole)) if len(whole) <= 9 else " ".join(_in_words(int(d)) for d in whole)
    if fraction:
        words += " point " + " ".join(_in_words(int(digit)) for digit in fraction)
    return words


def _in_words(number: int) -> str:
    return str(_engine().format_number(number).text)


@lru_cache(maxsize=1)
def _engine() -> Any:
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language("en")
