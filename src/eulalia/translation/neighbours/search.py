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

    def tell(self, states: Floats, logits: Floats, log_sums: Floats) -> Floats:
        """Put the neighbours' say into `logits`; returns what they must then be reduced by to be
        the logarithms of probabilities, (batch * beam,).

        `states` are (batch * beam, width); `logits` (batch * beam, pieces) and `log_sums` as
        `Transformer.logits` gives them.
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
        reduced: Floats = log_sums - np.log(np.maximum(1 - say.sum(1), 1e-6))
        rows = np.arange(len(states))[:, None]
        # Several neighbours may name one piece: their say is summed before it is put in.
        same = pieces[:, :, None] == pieces[:, None, :]
        shares = np.log(np.maximum(np.where(same, say[:, None, :], 0).sum(2), 1e-30))
        logits[rows, pieces] = np.logaddexp(logits[rows, pieces], shares + reduced[:, None])
        return reduced


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
    batch, room = len(sources), 2 * max(map(len, sources)) + 16
    totals = np.zeros((batch, settings.beam), np.float32)
    totals[:, 1:] = _NEVER  # All begin alike, so that one is enough to begin with.
    beam = _Beam(
        np.arange(batch),
        np.full((batch, settings.beam, 1), begin),
        totals,
        transformer.read(filled(sources)),
        transformer.begin(totals.size, room),
        Neighbours(steps, transformer.width, settings),
    )
    found: list[list[int]] = [[] for _ in sources]
    for step in range(room):
        beam.advance(transformer, end)
        best = beam.pieces[:, 0, 1:]
        done = (best[:, -1] == end) | (step == room - 1)
        for number, pieces in zip(beam.sentences[done], best[done].tolist(), strict=True):
            found[number] = pieces[: pieces.index(end)] if end in pieces else pieces
        if done.all():
            break
        if done.any():
            beam.keep(np.flatnonzero(~done))
    return found


@dataclass
class _Beam:
    """The translations that are being written, several of each sentence that is not done."""

    sentences: Integers
    """(batch,), their numbers."""
    pieces: Integers
    """(batch, beam, written), of each translation from the one that begins it; best first."""
    totals: Floats
    """(batch, beam), the sums of these pieces' logarithmic probabilities."""
    memory: Memory
    written: Written
    neighbours: Neighbours

    def advance(self, transformer: Transformer, end: int) -> None:
        """Add a piece to each translation that has not ended, and go on with the best."""
        batch, beam, _ = self.pieces.shape
        states = transformer.write(self.pieces[..., -1].ravel(), self.memory, self.written)
        logits, log_sums = transformer.logits(states)
        reduced = self.neighbours.tell(states, logits, log_sums)
        ends = self.pieces[..., 1:] == end
        ended = ends.any(2).ravel()
        logits[ended] = _NEVER
        logits[ended, end], reduced[ended] = 0, 0
        # Of each translation, no more pieces than there are translations can be among the best.
        count = min(beam, logits.shape[1])
        told, pieces = _highest(logits, count)
        told = told.reshape(batch, beam, count)
        told += (self.totals - reduced.reshape(batch, beam))[..., None]
        lengths = (2 + np.count_nonzero(~ends, axis=2)).astype(np.float32)
        best = _highest((told / lengths[..., None]).reshape(batch, -1), beam)[1]
        rows, parents = np.arange(batch)[:, None], best // count
        self.totals = np.take_along_axis(told.reshape(batch, -1), best, 1)
        chosen = np.take_along_axis(pieces.reshape(batch, -1), best, 1)
        self.pieces = np.concatenate([self.pieces[rows, parents], chosen[..., None]], axis=2)
        self.written.reorder((rows * beam + parents).ravel())

    def keep(self, rows: Integers) -> None:
        """Go on with these sentences alone."""
        batch, beam, _ = self.pieces.shape
        translations = np.arange(batch * beam).reshape(batch, beam)[rows].ravel()
        self.sentences = self.sentences[rows]
        self.pieces, self.totals = self.pieces[rows], self.totals[rows]
        self.memory = self.memory.kept(rows)
        self.written = self.written.kept(translations)
        self.neighbours.keep(rows)


def _highest(numbers: Floats, count: int) -> tuple[Floats, Integers]:
    """The `count` highest of each row, highest first, and their places; the rows are changed."""
    # For few of many numbers this is twenty times as fast as argpartition.
    rows = np.arange(len(numbers))
    values = np.empty((len(numbers), count), np.float32)
    places = np.empty((len(numbers), count), np.int64)
    for nth in range(count):
        places[:, nth] = numbers.argmax(1)
        values[:, nth] = numbers[rows, places[:, nth]]
        numbers[rows, places[:, nth]] = -np.inf
    return values, places
