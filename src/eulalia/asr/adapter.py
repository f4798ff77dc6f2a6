"""The contextual adapter: listed words become likelier in the frames where they are said.

A small network beside the frozen recogniser, trained once by eulalia.asr.training.adapter. It sees
the recogniser's states at three levels, and each unit (a phone or a subword) of each listed word
with the units before it. At every frame attention chooses one of these units or `<no-bias>`, and
the chosen unit's probability is raised. What lies before the unit is looked at as well, so a unit
is chosen where its word has been said so far; nothing is searched.

After Sathyendra et al. (2022), "Contextual adapters for personalized speech recognition in neural
transducers", and Dingliwal et al. (2023), "Personalization of CTC speech recognition models".
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.asr.encoder import EncoderStream, open_session, read_config
from eulalia.asr.lookup import PhoneTrie
from eulalia.asr.posteriors import Posteriors
from eulalia.audio import Samples

CARD: Final = "adapter.json"
_ALL: Final = 500
"""Nodes that attention weighs up at every frame. Of a longer list only those …"""
_DEPTHS: Final = (2, 3)
"""… whose last units, first so many of them and then so many, …"""
_ENDINGS: Final = 128
"""… are among the so many that fit best, whatever came before. The cost hardly grows then."""
_NODES: Final = 100_000
"""Nodes of a tree that are embedded at once."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Endings:
    """Last units that nodes share, sorted; the first is `<no-bias>`."""

    starts: NDArray[np.int64]
    """(endings + 1,) where the longer endings begin that end so, or the nodes where there are none,
    and the number of all."""
    keys: Floats
    """(endings, width), of the last units alone."""


@dataclass(frozen=True)
class Catalogue:
    """The units of a list, embedded, sorted by unit and by those before it; the first is
    `<no-bias>`."""

    nodes: NDArray[np.int64]
    """(nodes,) which node of the list's tree each is."""
    units: NDArray[np.int64]
    """(nodes,), 0 for `<no-bias>`."""
    keys: Floats
    """(nodes, width)"""
    endings: tuple[Endings, ...]
    """Those that the nodes share, the shortest first."""

    def shifts(self, queries: Floats, gates: Floats, size: int) -> Floats:
        """By frame, what is added to the log-probability of each of `size` units, the blank
        first."""
        chosen = np.zeros((len(queries), size), np.float32)
        chosen[:, 0] = 1
        if 1 < len(self.nodes) <= _ALL:
            units, starts = np.unique(self.units, return_index=True)
            weights = attention(queries, self.keys)
            chosen[:, units] = np.add.reduceat(weights, starts, axis=1)
        elif len(self.nodes) > _ALL:
            for row, query in zip(chosen, queries, strict=True):
                nodes = self._shortlist(query)
                (weights,) = attention(query[None], self.keys[nodes])
                row[:] = np.bincount(self.units[nodes], weights, minlength=size)
        shifts = gates[:, :1] * chosen
        shifts[:, 0] = gates[:, 1] * (1 - chosen[:, 0])
        return shifts

    def _shortlist(self, query: Floats) -> NDArray[np.int64]:
        """`<no-bias>`, and the nodes whose last units alone fit a frame best."""
        chosen = np.arange(1, len(self.endings[0].keys))
        for endings in self.endings:
            if len(chosen) > _ENDINGS:
                scores = endings.keys[chosen] @ query
                chosen = np.sort(chosen[np.argpartition(-scores, _ENDINGS)[:_ENDINGS]])
            chosen = _between(endings.starts[chosen], endings.starts[chosen + 1])
        return np.concatenate([[0], chosen])


class Adapter:
    """The network of a recogniser's folder, ready to run."""

    def __init__(
        self, frames: onnxruntime.InferenceSession, listed: onnxruntime.InferenceSession
    ) -> None:
        self._frames, self._listed = frames, listed
        (self._memory,) = (item.shape for item in frames.get_inputs() if item.name == "memory")
        (self._window,) = (item.shape[1] for item in listed.get_inputs())

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The adapter of a recogniser's folder. Raises ModelError when it is absent or broken."""
        return cls(
            open_session(folder / "adapter.onnx", {"states", "memory"}),
            open_session(folder / "adapter-list.onnx", {"windows"}),
        )

    @staticmethod
    def fits(folder: Path) -> bool:
        """Whether a recogniser's folder has an adapter, and one that was trained for its encoder:
        another network's states mean other things."""
        if not (folder / CARD).exists():
            return False
        return read_config(folder / CARD).get("encoder") == fingerprint(folder / "encoder.onnx")

    def embed(self, trie: PhoneTrie) -> Catalogue:
        """A list's words, from the tree of their phones."""
        looked_at = windows(trie, self._window)
        order = np.lexsort(looked_at[:, _DEPTHS[-1] - 1 :: -1].T)  # <no-bias>, the root, is first
        looked_at = looked_at[order]
        endings: list[Endings] = []
        below = np.arange(len(order))
        for depth in reversed(_DEPTHS):
            changed = (np.diff(looked_at[below, :depth], axis=0) != 0).any(axis=1)
            starts = np.concatenate([[0], 1 + np.flatnonzero(changed)])
            last = looked_at[below[starts]]
            last[:, depth:] = 0
            endings.insert(0, Endings(np.append(starts, len(below)), self._keys(last)))
            below = below[starts]
        return Catalogue(order, looked_at[:, 0], self._keys(looked_at), tuple(endings))

    def _keys(self, looked_at: NDArray[np.int64]) -> Floats:
        return np.concatenate(
            [
                self._listed.run(["keys"], {"windows": looked_at[start : start + _NODES]})[0]
                for start in range(0, len(looked_at), _NODES)
            ]
        )

    def look(self, states: Floats, memory: Floats) -> tuple[Floats, Floats, Floats]:
        """From states (frames, levels, width) and what came before: queries (frames, keys), gates
        (frames, 2), and the memory that the next frames need."""
        queries, gates, memory = self._frames.run(
            ["queries", "gates", "next_memory"], {"states": states[None], "memory": memory}
        )
        return queries[0], gates[0], memory

    def stream(self, frames: EncoderStream, catalogue: Catalogue) -> AdaptedStream:
        """The frames of one sound, in which the catalogue's words are likelier where they are
        said."""
        return AdaptedStream(self, frames, catalogue)

    def silence(self) -> Floats:
        """The memory of a sound that has not begun."""
        return np.zeros(self._memory, np.float32)


class AdaptedStream:
    """The frames of one sound while it arrives, shifted towards listed words."""

    def __init__(self, adapter: Adapter, frames: EncoderStream, catalogue: Catalogue) -> None:
        self._adapter, self._frames = adapter, frames
        self._catalogue, self._memory = catalogue, adapter.silence()

    def accept(self, samples: Samples) -> Posteriors:
        """The frames that these samples complete; often none."""
        return self._shifted(self._frames.accept(samples))

    def finish(self) -> Posteriors:
        """The frames still due."""
        return self._shifted(self._frames.finish())

    def _shifted(self, frames: Posteriors) -> Posteriors:
        if frames.states is None or not len(frames.phones):
            return frames
        queries, gates, self._memory = self._adapter.look(frames.states, self._memory)
        shifts = self._catalogue.shifts(queries, gates, frames.phones.shape[1])
        phones = frames.phones + shifts
        phones -= np.logaddexp.reduce(phones, axis=1, keepdims=True)
        return replace(frames, phones=phones)


def fingerprint(encoder: Path) -> str:
    """What tells one encoder's file from another."""
    return f"{zlib.crc32(encoder.read_bytes()):08x}"


def attention(queries: Floats, keys: Floats) -> Floats:
    """(frames, nodes), each row a distribution."""
    scores = queries @ keys.T
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _between(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers from each start up to its end."""
    lengths = ends - starts
    return np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())


def windows(trie: PhoneTrie, size: int) -> NDArray[np.int64]:
    """By node, its label and those before it, (nodes, size); 0 before the word's first."""
    found = np.zeros((len(trie.parent), size), np.int64)
    found[1:, 0] = trie.phone[1:]
    for place in range(1, size):
        found[1:, place] = found[trie.parent[1:], place - 1]
    return found
