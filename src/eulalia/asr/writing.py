"""How a listed phrase is written in the letters of a model.

Each phrase gives one or more spellings in words as they are spoken: marks go, digits become number
names, acronyms are also spelled out, letters that the model lacks lose their diacritics, and the
case is the model's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final

from eulalia.asr.errors import RecognitionError

Words = tuple[str, ...]

_MOST: Final = 6
_APART: Final = re.compile(r"[\s,;:!?\"“”„()\[\]–—_/…]+")
_CAMEL: Final = re.compile(r"[A-Z]?[a-z']{2,}|[A-Z]+(?![a-z])")
_SYMBOLS: Final = {"&": " and ", "@": " at ", "%": " percent ", "+": " plus ", "’": "'", "`": "'"}
_UNDECOMPOSED: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "œ": "oe",
     "Œ": "Oe", "đ": "d", "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d", "ı": "i"}
)  # fmt: skip


def spellings(phrase: str, letters: frozenset[str]) -> list[Words]:
    """The ways to write a phrase with the letters of a vocabulary, the likeliest first.

    >>> spellings("Route 66", frozenset("abcdefghijklmnopqrstuvwxyz"))[0]
    ('route', 'sixty', 'six')
    >>> spellings("NASA", frozenset("ANS"))
    [('NASA',), ('N', 'A', 'S', 'A')]

    Raises RecognitionError when the letters write none of it, or not all.
    """
    text = unicodedata.normalize("NFC", phrase)
    for symbol, spoken in _SYMBOLS.items():
        text = text.replace(symbol, spoken)
    parts = [_ways(part, letters) for part in _APART.split(text)]
    choices = [ways for ways in parts if ways]
    written = [
        tuple(word for words in way for word in words) for way in islice(product(*choices), _MOST)
    ]
    found = list(dict.fromkeys(way for way in written if way))
    if not found:
        raise RecognitionError(
            f"The phrase {phrase!r} has no word in it; write it as it is spoken."
        )
    return found


def _ways(part: str, letters: frozenset[str]) -> list[Words]:
    """The ways to write what stands between two spaces."""
    bare = part.strip(".'-*#~|<>{}=^\\")
    if not bare:
        return []
    ways: list[Words] = []
    pieces = bare.replace("-", " ").replace(".", " ").split()
    dotted = "." in bare and all(len(piece) == 1 for piece in pieces)
    joined = "".join(pieces)
    if dotted:
        ways += [tuple(pieces), (joined,)]
    elif _is_acronym(bare):
        ways += [(bare,), tuple(bare)] if _speakable(bare) else [tuple(bare), (bare,)]
    else:
        ways.append(tuple(word for piece in pieces for word in _split(piece)))
        if len(pieces) > 1 and not any(c.isdigit() for c in joined):
            ways.append((joined,))
        elif "".join(camel := _CAMEL.findall(bare)) == bare and len(camel) > 1:
            ways.append(tuple(camel))
    numbered = [w for way in ways for w in _with_numbers(way, letters)]
    return list(dict.fromkeys(tuple(_fit(word, letters, part) for word in way) for way in numbered))


def _is_acronym(word: str) -> bool:
    return word.isalpha() and word.isupper() and 2 <= len(word) <= 5


def _speakable(word: str) -> bool:
    """Whether an acronym may be read as a word: it has a vowel, and not only at its start."""
    return any(letter in "AEIOUY" for letter in word[1:])


def _split(piece: str) -> list[str]:
    """Letters and digits apart, as in `mp3`; ordinals stay whole."""
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", piece):
        return [piece]
    return re.findall(r"\d+|\D+", piece)


def _with_numbers(words: Words, letters: frozenset[str]) -> list[Words]:
    """The ways to say the numbers among the words, where the letters hold no digits."""
    choices: list[list[Words]] = []
    for word in words:
        matched = re.fullmatch(r"(\d+)(st|nd|rd|th)?", word)
        if matched is None or all(c in letters for c in word):
            choices.append([(word,)])
        else:
            choices.append(_number_names(matched[1], ordinal=matched[2] is not None))
    return [tuple(w for part in way for w in part) for way in islice(product(*choices), _MOST)]


def _number_names(digits: str, *, ordinal: bool) -> list[Words]:
    digits = "".join(str(unicodedata.digit(digit)) for digit in digits)
    one_by_one = tuple(name for digit in digits for name in _name(int(digit)))
    if len(digits) > 9:
        return [one_by_one]
    if ordinal:
        return [_name(int(digits), ordinal=True)]
    ways = [_name(int(digits))]
    if len(digits) == 4 and digits[2] != "0" and digits[0] != "0":
        ways.insert(0, _name(int(digits[:2])) + _name(int(digits[2:])))
    if len(digits) > 1:
        ways.append(one_by_one)
    return list(dict.fromkeys(ways))


@lru_cache(maxsize=10_000)
def _name(number: int, *, ordinal: bool = False) -> Words:
    from unicode_rbnf import FormatPurpose

    result = _engine().format_number(
        number, FormatPurpose.ORDINAL if ordinal else FormatPurpose.CARDINAL
    )
    return tuple(str(result.text).replace("-", " ").split())


@lru_cache(maxsize=1)
def _engine() -> Any:
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language("en")


def _fit(word: str, letters: frozenset[str], phrase: str) -> str:
    """The word in the case and with the diacritics that the letters have."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", word.translate(_UNDECOMPOSED))
        if not unicodedata.combining(c)
    )  # fmt: skip
    for form in _forms(word, plain):
        kept = "".join(c for c in form if c.isalnum() or c in letters or unicodedata.combining(c))
        for fitting in (kept, kept.replace("'", "")):
            if fitting and all(c in letters for c in fitting):
                return fitting
    raise RecognitionError(
        f"The phrase {phrase!r} cannot be written in this model's letters; write it as it sounds."
    )


def _forms(word: str, plain: str) -> Iterable[str]:
    for form in dict.fromkeys((word, plain)):
        yield from (form, form.lower(), form.upper())
