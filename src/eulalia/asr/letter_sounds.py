"""Which sounds letters may stand for, and the other ways to say a word that come of it.

Nobody knows for sure how a rare name is said, the synthesiser that pronounces it included. A table
learned from a lexicon tells what else the letters could stand for. Letters and phones are aligned
many to many by expectation maximisation with best paths, after Jiampojamarn, Kondrak & Sherif
(2007), "Applying many-to-many alignments and hidden Markov models to letter-to-phoneme conversion".

The table that comes along is made from CMUdict by eulalia.asr.training.letter_sounds.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from eulalia.asr.errors import ModelError
from eulalia.asr.lexicon import Lexicon, Pronunciation

Phones = tuple[str, ...]

_STEPS: Final = ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 1))
"""How many letters may stand for how many phones."""
_UNKNOWN: Final = -12.0
_TOGETHER: Final = -1.0
"""For each letter more in a step, or all letters would go together in the end."""
_ROUNDS: Final = 5
_LEAST_SHARE: Final = 0.06
"""Sounds that letters stand for more seldom are left out of the table."""
_MOST_VARIANTS: Final = 6


@dataclass(frozen=True)
class LetterSounds:
    """By letters, the phones that they may stand for with the logarithms of their shares."""

    table: Mapping[str, Mapping[Phones, float]]

    @classmethod
    def learn(cls, entries: Iterable[tuple[str, Phones]]) -> Self:
        """From words in lower case with their phones.

        Raises ModelError when there are none.
        """
        words = [(word, phones) for word, phones in entries if word and phones]
        if not words:
            raise ModelError("Letters and sounds cannot be learned without a word.")
        sounds = cls(_shares(_by_place(words)))
        for _ in range(_ROUNDS):
            counts: dict[str, Counter[Phones]] = defaultdict(Counter)
            for word, phones in words:
                for letters, part in sounds.align(word, phones) or ():
                    counts[letters][part] += 1
            sounds = cls(_shares(counts))
        return cls(
            {
                letters: kept
                for letters, shares in sounds.table.items()
                if (kept := {p: s for p, s in shares.items() if s >= log(_LEAST_SHARE)})
            }
        )

    def align(self, word: str, phones: Phones) -> list[tuple[str, Phones]] | None:
        """Which letters of a word stand for which of its phones; None where nothing fits."""
        best: dict[tuple[int, int], tuple[float, int, int]] = {(0, 0): (0.0, 0, 0)}
        for at in range(len(word)):
            for said in range(len(phones) + 1):
                if (at, said) not in best:
                    continue
                score = best[at, said][0]
                for letters, sounds in _STEPS:
                    end, behind = at + letters, said + sounds
                    if end > len(word) or behind > len(phones):
                        continue
                    shares = self.table.get(word[at:end])
                    # Several letters must be known to go together; of one, anything is possible.
                    if shares is None and letters > 1:
                        continue
                    share = (shares or {}).get(phones[said:behind], _UNKNOWN)
                    if letters > 1 and share == _UNKNOWN:
                        continue
                    share += _TOGETHER * (letters - 1)
                    if (end, behind) not in best or score + share > best[end, behind][0]:
                        best[end, behind] = (score + share, at, said)
        way: list[tuple[str, Phones]] = []
        place = len(word), len(phones)
        if place not in best:
            return None
        while place != (0, 0):
            _, at, said = best[place]
            way.append((word[at : place[0]], phones[said : place[1]]))
            place = at, said
        return way[::-1]

    def variants(self, word: str, phones: Phones) -> list[Phones]:
        """Other ways to say a word: those in which some letters stand for something else, the
        likeliest first."""
        parts = self.align(word, phones)
        if parts is None:
            return []
        found: dict[Phones, float] = {}
        for place, (letters, usual) in enumerate(parts):
            shares = self.table.get(letters, {})
            for other, share in shares.items():
                if other == usual or not (other or usual):
                    continue
                changed = [*parts[:place], (letters, other), *parts[place + 1 :]]
                way = tuple(phone for _, part in changed for phone in part)
                gain = share - shares.get(usual, _UNKNOWN)
                if way:
                    found[way] = max(gain, found.get(way, gain))
        return sorted(found, key=lambda way: -found[way])[:_MOST_VARIANTS]

    def save(self, path: Path) -> None:
        """Write the table as JSON, whole or not at all."""
        plain = {
            letters: {" ".join(phones): round(share, 3) for phones, share in shares.items()}
            for letters, shares in sorted(self.table.items())
        }
        part = path.with_name(f".{uuid4().hex}.part")
        try:
            part.write_text(json.dumps(plain, ensure_ascii=False, indent=0) + "\n", "utf-8")
            part.replace(path)
        except OSError as error:
            raise ModelError(f"{path} cannot be written ({error.strerror}).") from error
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises ModelError when the file is absent or another kind."""
        try:
            plain = json.loads(path.read_text("utf-8"))
            return cls(
                {
                    letters: {tuple(p.split()): float(s) for p, s in shares.items()}
                    for letters, shares in plain.items()
                }
            )
        except OSError as error:
            raise ModelError(f"{path} cannot be read ({error.strerror}).") from error
        except (ValueError, AttributeError) as error:
            raise ModelError(f"{path} is not a table of letters and sounds.") from error


class VariantLexicon:
    """A lexicon that also says words as their letters could be said otherwise."""

    def __init__(self, lexicon: Lexicon, sounds: LetterSounds) -> None:
        self._lexicon = lexicon
        self._sounds = sounds
        self.between = lexicon.between
        self.pronunciations = lru_cache(maxsize=100_000)(self._pronunciations)

    def _pronunciations(self, word: str) -> tuple[Pronunciation, ...]:
        """The lexicon's, then the variants of the first of them."""
        usual = self._lexicon.pronunciations(word)
        labels = self._lexicon.labels
        names = {label: phone for phone, label in labels.items()}
        letters = re.sub(r"[^a-z]", "", word.lower())
        others = self._sounds.variants(letters, tuple(names[label] for label in usual[0]))
        found = [tuple(labels[p] for p in way) for way in others if all(p in labels for p in way)]
        return tuple(dict.fromkeys((*usual, *found)))


def _by_place(words: Sequence[tuple[str, Phones]]) -> dict[str, Counter[Phones]]:
    """A first guess: letters stand for the phones at about the same place of the word."""
    counts: dict[str, Counter[Phones]] = defaultdict(Counter)
    for word, phones in words:
        ratio = len(phones) / len(word)
        for at in range(len(word)):
            for letters, sounds in _STEPS:
                if at + letters > len(word):
                    continue
                for said in {int(at * ratio), int((at + letters / 2) * ratio)}:
                    if said + sounds <= len(phones):
                        counts[word[at : at + letters]][phones[said : said + sounds]] += 1
    return counts


def _shares(counts: Mapping[str, Counter[Phones]]) -> dict[str, dict[Phones, float]]:
    return {
        letters: {phones: log(count / of_letters.total()) for phones, count in of_letters.items()}
        for letters, of_letters in counts.items()
        if of_letters.total() > 5
    }
