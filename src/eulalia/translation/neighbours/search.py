"""Beam search in which the steps that are nearest in what people wrote add their pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eulalia.translation.neighbours.store import Steps, filled
from eulalia.translation.transformer import Floats, Integers, Memory, Transformer, Written

_NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Settings:
    """How much say neighbours have."""

    neighbours: int = 4
    """Steps that are asked."""
    reach: float = 0.6
    """The squared distance, for each of the states' numbers, at which the nearest loses its say."""
    temperature: float = 0.1
    """Of the softmax over these distances."""
    beam: int = 4


class Neighbours:
    """The steps of what people wrote, for each sentence of a batch."""

    def __init__(self, steps: Sequence[Steps], width: int, settings: Settings) -> None:
        room = max(settings.neighbours, *(len(each.pieces) for each in steps))
        self.settings = settings
        self._states = np.zeros((len(steps), room, width), np.float32)
        self._pieces = np.zeros((len(steps), room), np.int64)
        self._norms = np.full((len(steps), room), -_NEVER, np.float32)
        for row, own in enumerate(steps):
            count = len(own.pieces)
            if count:
                self._states[row, :count] = own.states
                self._pieces[row, :count] = own.pieces
                self._norms[row, :count] = np.einsum("ij,ij->i", own.states, own.states)

    def keep(self, rows: Integers) -> None:
        """Go on with these sentences alone."""
        self._states, self._norms = self._states[rows], self._norms[rows]
        self._pieces = self._pieces[rows]

    def told(self, states: Floats, log_probabilities: Floats) -> Floats:
        """The probabilities with the neighbours' say, as logarithms.

        `states` are (batch * beam, width), `log_probabilities` (batch * beam, pieces).
        """
        batch, width = len(self._states), states.shape[1]
        asking = states.reshape(batch, -1, width)
        distances = self._norms[:, None] - 2 * (asking @ self._states.transpose(0, 2, 1))
        distances += np.einsum("ijk,ijk->ij", asking, asking)[..., None]
        distances = distances.reshape(len(states), -1) / width
        count = min(self.settings.neighbours, distances.shape[1])
        nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(distances, nearest, 1)
        closest = near.min(1, keepdims=True)
        say = np.exp((closest - near) / self.settings.temperature)
        say *= np.maximum(1 - closest / self.settings.reach, 0) / say.sum(1, keepdims=True)
        owner = np.repeat(np.arange(batch), len(states) // batch)
        pieces = self._pieces[owner[:, None], nearest]
        own = np.maximum(1 - say.sum(1, keepdims=True), 1e-6)
        rows = np.arange(len(states))[:, None]
        # Several neighbours may name one piece: their say is summed before it is put in.
        same = pieces[:, :, None] == pieces[:, None, :]
        shares = np.where(same, say[:, None, :], 0).sum(2)
        told: Floats = log_probabilities + np.log(own)
        told[rows, pieces] = np.logaddexp(told[rows, pieces], np.log(np.maximum(shares, 1e-30)))
        return told


def search(
    transformer: Transformer,
    sources: Sequence[Sequence[int]],
    steps: Sequence[Steps],
    settings: Settings,
    *,
    begin: int,
    end: int,
) -> list[list[int]]:
    """The best translation of each source, in pieces without the one that ends it."""
    beam, room = settings.beam, 2 * max(map(len, sources)) + 16
    memory = transformer.read(filled(sources))
    neighbours = Neighbours(steps, transformer.width, settings)
    live = np.arange(len(sources))
    found: list[list[int]] = [[] for _ in sources]
    written = transformer.begin(len(live) * beam, room)
    pieces = np.full((len(live) * beam, room + 1), end)
    pieces[:, 0] = begin
    totals = np.full((len(live), beam), _NEVER, np.float32)
    totals[:, 0] = 0
    lengths = np.ones((len(live), beam), np.int64)
    for step in range(room):
        states = transformer.write(pieces[:, step], memory, written)
        told = neighbours.told(states, transformer.log_probabilities(states))
        over = (step > 0) & (pieces[:, step] == end)
        told[over] = _NEVER
        told[over, end] = 0
        told = told.reshape(len(live), beam, -1) + totals[:, :, None]
        grown = lengths + ~over.reshape(lengths.shape)
        ranked = (told / grown[:, :, None]).reshape(len(live), -1)
        best = np.argpartition(-ranked, beam - 1, axis=1)[:, :beam]
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(ranked, best, 1), 1), 1)
        parents, chosen = np.divmod(best, told.shape[2])
        totals = np.take_along_axis(told.reshape(len(live), -1), best, 1)
        lengths = np.take_along_axis(grown, parents, 1)
        rows = (np.arange(len(live))[:, None] * beam + parents).ravel()
        written.reorder(rows)
        pieces = pieces[rows]
        pieces[:, step + 1] = chosen.ravel()
        done = (chosen[:, 0] == end) | (step == room - 1)
        if done.any():
            for row in np.flatnonzero(done):
                own = pieces[row * beam, 1 : step + 2].tolist()
                found[live[row]] = own[: own.index(end)] if end in own else own
            kept = np.flatnonzero(~done)
            if not len(kept):
                break
            live, totals, lengths = live[kept], totals[kept], lengths[kept]
            pieces = pieces.reshape(len(done), beam, -1)[kept].reshape(len(kept) * beam, -1)
            memory, written = _kept(memory, kept), _kept_written(written, kept, beam)
            neighbours.keep(kept)
    return found


def _kept(memory: Memory, rows: Integers) -> Memory:
    keys, values = (tuple(each[rows] for each in part) for part in (memory.keys, memory.values))
    return Memory(keys, values, memory.mask[rows])


def _kept_written(written: Written, rows: Integers, beam: int) -> Written:
    own = (rows[:, None] * beam + np.arange(beam)).ravel()
    return Written(
        [each[own] for each in written.keys], [each[own] for each in written.values], written.length
    )
