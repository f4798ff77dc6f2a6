"""What people wrote, step by step: the state before each piece of a translation, and the piece."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from eulalia.translation.transformer import Floats, Integers, Transformer

_KEPT = 20_000
"""Translations whose steps are kept; 30 of them take a megabyte."""
_AT_ONCE = 4_096
"""Pieces that are read at once, with filling."""


@dataclass(frozen=True)
class Steps:
    """The steps of translations one after the other."""

    states: Floats
    """(steps, width)."""
    pieces: Integers
    """(steps,), what was written after each."""


@dataclass(frozen=True)
class Example:
    """A source and its translation in the numbers of their pieces."""

    source: tuple[int, ...]
    target: tuple[int, ...]
    """With the piece that ends it."""


class Store:
    """The steps of the translations that were asked for last."""

    def __init__(self, transformer: Transformer, begin: int) -> None:
        """`begin` is the piece before a translation's first one."""
        self._transformer = transformer
        self._begin = begin
        self._steps: OrderedDict[Example, Steps] = OrderedDict()
        self._lock = Lock()

    def steps(self, examples: Sequence[Sequence[Example]]) -> list[Steps]:
        """The steps of all examples of each sentence."""
        with self._lock:
            asked = {example for several in examples for example in several}
            self._make(sorted(asked - self._steps.keys(), key=lambda each: len(each.source)))
            for example in asked:
                self._steps.move_to_end(example)
            found = [_joined([self._steps[each] for each in several]) for several in examples]
            while len(self._steps) > _KEPT:
                self._steps.popitem(last=False)
        return found

    def _make(self, examples: Sequence[Example]) -> None:
        batch: list[Example] = []
        longest = 0
        for example in examples:
            longest = max(longest, len(example.source), len(example.target))
            if batch and longest * (len(batch) + 1) > _AT_ONCE:
                self._make_batch(batch)
                batch, longest = [], max(len(example.source), len(example.target))
            batch.append(example)
        if batch:
            self._make_batch(batch)

    def _make_batch(self, batch: Sequence[Example]) -> None:
        memory = self._transformer.read(filled([each.source for each in batch]))
        before = filled([(self._begin, *each.target[:-1]) for each in batch])
        states = self._transformer.states(memory, np.maximum(before, 0))
        for example, own in zip(batch, states, strict=True):
            pieces = np.array(example.target)
            self._steps[example] = Steps(own[: len(pieces)].astype(np.float32), pieces)


def _joined(several: Sequence[Steps]) -> Steps:
    if not several:
        return Steps(np.empty((0, 0), np.float32), np.empty(0, np.int64))
    return Steps(
        np.concatenate([each.states for each in several]),
        np.concatenate([each.pieces for each in several]),
    )


def filled(rows: Sequence[Sequence[int]]) -> Integers:
    """Rows of numbers as an array, filled up with -1."""
    array = np.full((len(rows), max(map(len, rows))), -1)
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array
