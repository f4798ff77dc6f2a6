"""Which texts of an old list are which of a new one: the same, moved, or changed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from eulalia.translation.adaptation.memory import words

Key = TypeVar("Key", bound=Hashable)
_ANYWHERE = 0.7
"""Texts as like as this are the same one, wherever they went."""
_MOST = 1000
"""So many texts that are left a side are compared with each other; of more, neighbours only."""
_LONGEST = 2000
"""Words of a text that are compared."""
_FIRST_LETTER = 0x10000


def match(old: Sequence[str], new: Sequence[str], lowest: float) -> list[int | None]:
    """For each new text the number of the old one that it was, or None; no old one twice.

    The same texts are found first: in order, then elsewhere. Of the others those are paired that
    are most alike: between the same neighbours if `lowest` (0 to 1, the share of words that stay)
    is reached, elsewhere if they are very much so.
    """
    found: list[int | None] = [None] * len(new)
    for i, j in _in_order(old, new, range(len(old)), range(len(new))):
        found[j] = i
    between = _regions(found)
    free = _left(old, found)
    elsewhere: dict[str, list[int]] = defaultdict(list)
    for i in reversed(free):
        elsewhere[old[i]].append(i)
    for j, text in enumerate(new):
        if found[j] is None and elsewhere[text]:
            found[j] = elsewhere[text].pop()
    for i, j in _alike(old, new, _left(old, found), _unmatched(found), between, lowest):
        found[j] = i
    return found


def arranged(backbone: Sequence[Key], other: Sequence[Key]) -> list[Key]:
    """All that is in two lists: in the first one's order, and the rest behind what it followed."""
    known = set(backbone)
    following: dict[Key | None, list[Key]] = defaultdict(list)
    last: Key | None = None
    for key in other:
        if key in known:
            last = key
        else:
            following[last].append(key)
    order = list(following[None])
    for key in backbone:
        order += [key, *following[key]]
    return order


def _left(old: Sequence[str], found: Sequence[int | None]) -> list[int]:
    taken = set(found)
    return [i for i in range(len(old)) if i not in taken]


def _unmatched(found: Sequence[int | None]) -> list[int]:
    return [j for j, i in enumerate(found) if i is None]


def _in_order(
    old: Sequence[Hashable], new: Sequence[Hashable], ours: range, theirs: range
) -> Iterator[tuple[int, int]]:
    """The same texts in the same order, by those that occur once (patience, Cohen 2003)."""
    waiting = [(ours, theirs)]
    while waiting:
        ours, theirs = waiting.pop()
        while ours and theirs and old[ours[0]] == new[theirs[0]]:
            yield ours[0], theirs[0]
            ours, theirs = ours[1:], theirs[1:]
        while ours and theirs and old[ours[-1]] == new[theirs[-1]]:
            yield ours[-1], theirs[-1]
            ours, theirs = ours[:-1], theirs[:-1]
        i, j = ours.start, theirs.start
        anchors = list(_unique(old, new, ours, theirs))
        if anchors:
            for a, b in [*anchors, (ours.stop, theirs.stop)]:
                waiting.append((range(i, a), range(j, b)))
                i, j = a + 1, b + 1
            yield from anchors


def _unique(
    old: Sequence[Hashable], new: Sequence[Hashable], ours: range, theirs: range
) -> Iterator[tuple[int, int]]:
    """The longest row of texts, each once on both sides, in the same order."""
    counts = Counter(old[i] for i in ours)
    places = {old[i]: i for i in ours if counts[old[i]] == 1}
    counts = Counter(new[j] for j in theirs)
    pairs = [(places[new[j]], j) for j in theirs if counts[new[j]] == 1 and new[j] in places]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (i, _) in enumerate(pairs):
        length = bisect_left(ends, i)
        ends[length : length + 1] = [i]
        last[length : length + 1] = [number]
        before.append(last[length - 1] if length else -1)
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    yield from reversed(chain)


def _regions(found: Sequence[int | None]) -> list[tuple[int, int]]:
    """For each new text the old texts that its nearest matched neighbours stand beside."""
    after, before = [], []
    last = -1
    for i in found:
        last = last if i is None else i
        after.append(last)
    following = 2**62
    for i in reversed(found):
        following = following if i is None else i
        before.append(following)
    return list(zip(after, reversed(before), strict=True))


def _alike(
    old: Sequence[str],
    new: Sequence[str],
    ours: list[int],
    theirs: list[int],
    between: Sequence[tuple[int, int]],
    lowest: float,
) -> Iterable[tuple[int, int]]:
    """Pairs among texts that are left, the most alike first."""
    scored: list[tuple[float, float, int, int]] = []
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for j in theirs:
        groups[between[j]].append(j)
    for (low, high), group in groups.items():
        inside = ours[bisect_left(ours, low) : bisect_left(ours, high)]
        scored += _scored(old, new, inside[:_MOST], group[:_MOST], lowest, 1.0)
    scored += _scored(old, new, ours[:_MOST], theirs[:_MOST], _ANYWHERE, 0.0)
    taken_old, taken_new = set(), set()
    for _, _, i, j in sorted(scored):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            yield i, j


def _scored(
    old: Sequence[str],
    new: Sequence[str],
    ours: list[int],
    theirs: list[int],
    lowest: float,
    bonus: float,
) -> list[tuple[float, float, int, int]]:
    """Pairs that are alike enough; the best sort first, of the same those that keep the order."""
    if not ours or not theirs:
        return []
    scores = _likenesses([old[i] for i in ours], [new[j] for j in theirs])
    return [
        (-float(scores[a, b]) - bonus, abs(a / len(ours) - b / len(theirs)), ours[a], theirs[b])
        for a, b in np.argwhere(scores >= lowest)
    ]


def _likenesses(old: Sequence[str], new: Sequence[str]) -> np.typing.NDArray[np.float32]:
    """How alike each two texts are, shape (old, new); each word is compared as one letter."""
    letters: dict[str, str] = {}

    def written(text: str) -> str:
        every = words(text[: 20 * _LONGEST])[:_LONGEST]
        own = [word for word in every if word.isalnum()] or every
        return "".join(letters.setdefault(w, chr(_FIRST_LETTER + len(letters))) for w in own)

    return cdist(
        [written(text) for text in old],
        [written(text) for text in new],
        scorer=Levenshtein.normalized_similarity,
        dtype=np.float32,
    )
