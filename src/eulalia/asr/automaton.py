"""A list of phrases as one automaton, shared by all prefixes of a beam.

After Aho & Corasick (1975), "Efficient string matching: an aid to bibliographic search": a trie of
the phrases' letters with failure links, here as flat arrays. Letters, not labels, are its
steps, so that every way to segment a phrase into labels leads to the same state; which state a
label of several letters leads to is worked out beforehand, by walking the trie of the phrases and
the trie of the labels together. A look-up for a whole beam is then a few array operations, and its
cost hardly depends on how long the list is.

A phrase begins with the mark of a word, so nothing is matched inside of a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.vocabulary import BOUNDARY, Vocabulary

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROOT: Final = 0
"""The state in which no phrase is under way."""


@dataclass(frozen=True)
class Automaton:
    """States are numbered by depth, so that a state's children stand side by side."""

    labels: int
    """How many labels the vocabulary has."""
    depth: Ints
    """By state, how many letters of a phrase are read, marks of words among them."""
    share: Floats
    """By state, the logarithm of the share of the phrases' weights that lies ahead."""
    ended: Ints
    """By state, the letters of the longest phrase that ends here; 0 when none does."""
    failure: Ints
    """By state, the one for the longest proper suffix of its letters."""
    lengths: Ints
    """By label, its letters."""
    start: int
    """The state at the beginning of a text, where a word begins without a mark."""
    _keys: Ints
    """States and labels as one number, sorted, and one greater than all …"""
    _targets: Ints
    """… and the states that they lead to."""
    _from_root: Ints

    @classmethod
    def build(
        cls, texts: Sequence[str], vocabulary: Vocabulary, weights: Sequence[float] | None = None
    ) -> Self:
        """The automaton of texts of letters and marks, as in `▁new▁york`.

        Texts may repeat, and be prefixes of each other. Letters that the vocabulary lacks make a
        state that no label leads to.
        """
        of_letters = np.ones(len(texts)) if weights is None else np.asarray(weights, float)
        trie = _Trie.build(texts, of_letters)
        failure = trie.failures()
        ended = np.where(trie.ends, trie.depth, 0)
        for level in trie.levels[1:]:
            states = np.arange(level.start, level.stop)
            ended[states] = np.where(ended[states] > 0, ended[states], ended[failure[states]])
        keys, targets = trie.transitions(vocabulary)
        first = trie.letters.get(BOUNDARY)
        start = ROOT if first is None else int(trie.child(np.zeros(1, np.int64), first)[0])
        from_root = np.zeros(len(vocabulary), np.int64)
        at_root = keys < len(vocabulary)
        from_root[keys[at_root]] = targets[at_root]
        return cls(
            len(vocabulary),
            trie.depth,
            np.log(np.maximum(trie.weight, 1e-30) / max(trie.weight[ROOT], 1e-30)),
            ended,
            failure,
            np.array([len(piece) for piece in vocabulary.pieces]),
            max(start, ROOT),
            np.append(keys, np.iinfo(np.int64).max),
            np.append(targets, ROOT),
            from_root,
        )

    def follow(self, states: Ints, labels: Ints) -> tuple[Ints, Floats]:
        """The states after one more label each, and the shares of the letters read before that
        still count; shapes (n,) and (n,).

        Where the letters go on in no phrase, the longest suffix that does is followed.
        """
        found, targets = self._goto(states, labels)
        following = self._from_root.take(labels)
        np.copyto(following, targets, where=found)
        kept = found.astype(np.float64)
        if self._fails:
            at = (~found).nonzero()[0]
            suffixes = self.failure.take(states.take(at))
            while (inside := suffixes > ROOT).any():
                at, suffixes = at[inside], suffixes[inside]
                found, targets = self._goto(suffixes, labels[at])
                reached = at[found]
                following[reached] = targets[found]
                kept[reached] = self.depth[suffixes[found]] / self.depth[states[reached]]
                at, suffixes = at[~found], self.failure[suffixes[~found]]
        return following, kept

    def _goto(self, states: Ints, labels: Ints) -> tuple[NDArray[np.bool_], Ints]:
        """Where labels go on in a state's own phrases, and the states behind them there."""
        keys = states * self.labels + labels
        place = self._keys.searchsorted(keys)
        return self._keys.take(place) == keys, self._targets.take(place)

    @cached_property
    def _fails(self) -> bool:
        """Whether any phrase's end may begin another."""
        return bool(self.failure.any())


@dataclass(frozen=True)
class _Trie:
    """The letters of all phrases, level by level."""

    letters: dict[str, int]
    parent: Ints
    letter: Ints
    depth: Ints
    weight: Floats
    """By state, that of all phrases that pass through."""
    ends: NDArray[np.bool_]
    levels: list[slice]
    first: Ints
    """By state, its first child; the one behind the last child is that of the next state."""
    keys: Ints
    """By state, its parent and letter as one number, sorted."""

    @classmethod
    def build(cls, texts: Sequence[str], weights: Floats) -> Self:
        lengths = np.array([len(text) for text in texts], np.int64)
        joined = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
        alphabet, codes = np.unique(joined, return_inverse=True)
        offsets = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int64)
        size = max(len(alphabet), 1)
        active = np.flatnonzero(lengths)
        at = np.zeros(len(texts), np.int64)
        parents, letters, sums = [np.array([-1])], [np.array([0])], [np.array([weights.sum()])]
        ends = [np.array([False])]
        levels, count = [slice(0, 1)], 1
        while active.size:
            depth = len(levels) - 1
            keys = at[active] * size + codes[offsets[active] + depth]
            unique, place = np.unique(keys, return_inverse=True)
            parents.append(unique // size)
            letters.append(unique % size)
            sums.append(np.bincount(place, weights[active]))
            at[active] = count + place
            last = lengths[active] == depth + 1
            ends.append(np.bincount(place, last) > 0)
            levels.append(slice(count, count + len(unique)))
            count += len(unique)
            active = active[~last]
        parent, letter = np.concatenate(parents), np.concatenate(letters)
        keys = parent * size + letter
        return cls(
            {chr(code): i for i, code in enumerate(alphabet.tolist())},
            parent,
            letter,
            np.repeat(np.arange(len(levels)), [level.stop - level.start for level in levels]),
            np.concatenate(sums),
            np.concatenate(ends),
            levels,
            np.searchsorted(parent, np.arange(count + 1)),
            keys,
        )

    def child(self, states: Ints, letters: Ints | int) -> Ints:
        """The state behind a letter, or -1."""
        keys = states * max(len(self.letters), 1) + letters
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        # The root itself has the key of no state's child.
        return np.where((self.keys[place] == keys) & (place > 0), place, -1)

    def failures(self) -> Ints:
        """By state, the one for the longest proper suffix that is also in the trie."""
        failure = np.zeros(len(self.parent), np.int64)
        for level in self.levels[2:]:
            states = np.arange(level.start, level.stop)
            suffix, letter = failure[self.parent[states]], self.letter[states]
            while states.size:
                child = self.child(suffix, letter)
                found = child >= 0
                failure[states[found]] = child[found]
                left = ~found & (suffix > ROOT)
                states, suffix, letter = states[left], failure[suffix[left]], letter[left]
        return failure

    def transitions(self, vocabulary: Vocabulary) -> tuple[Ints, Ints]:
        """State and label as one number, sorted, and the states that they lead to."""
        pieces = _Pieces.build(vocabulary, self.letters)
        state = np.arange(len(self.parent))
        origin, piece = state, np.zeros(len(state), np.int64)
        keys, targets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        while state.size:
            fan = self.first[state + 1] - self.first[state]
            ahead = np.repeat(np.cumsum(fan) - fan, fan)
            child = np.repeat(self.first[state], fan) + np.arange(fan.sum()) - ahead
            origin, piece = np.repeat(origin, fan), np.repeat(piece, fan)
            piece = pieces.child[piece, self.letter[child]]
            going = piece > 0
            origin, piece, state = origin[going], piece[going], child[going]
            # Two labels may be written alike; each leads there.
            for label in pieces.labels:
                written = label[piece] >= 0
                keys.append(origin[written] * len(vocabulary) + label[piece[written]])
                targets.append(state[written])
        key, target = np.concatenate(keys), np.concatenate(targets)
        order = np.argsort(key, kind="stable")
        return key[order], target[order]


@dataclass(frozen=True)
class _Pieces:
    """The trie of the labels' texts."""

    child: Ints
    """By node and letter; 0 for none."""
    labels: list[Ints]
    """By node, a label that ends there, or -1; one array for each of the labels written alike."""

    @classmethod
    def build(cls, vocabulary: Vocabulary, letters: dict[str, int]) -> Self:
        rows = [[0] * max(len(letters), 1)]
        ends: list[list[int]] = [[]]
        for label, piece in enumerate(vocabulary.pieces):
            if not piece or label in vocabulary.silent or any(c not in letters for c in piece):
                continue
            node = 0
            for character in piece:
                following = rows[node][letters[character]]
                if not following:
                    following = rows[node][letters[character]] = len(rows)
                    rows.append([0] * len(letters))
                    ends.append([])
                node = following
            ends[node].append(label)
        most = max(map(len, ends))
        table = np.full((most, len(rows)), -1)
        for node, labels in enumerate(ends):
            table[: len(labels), node] = labels
        return cls(np.array(rows), list(table))
