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

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.asr.encoder import EncoderStream, open_session
from eulalia.asr.lookup import PhoneTrie
from eulalia.asr.posteriors import Posteriors
from eulalia.audio import Samples

_CELLS: Final = 4_000_000
"""Cells of attention that are computed at once; bounds the memory that a long list takes."""
_NODES: Final = 100_000
"""Nodes of a tree that are embedded at once."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Catalogue:
    """The units of a list, embedded, sorted by unit; the first is `<no-bias>`."""

    nodes: NDArray[np.int64]
    """(nodes,) which node of the list's tree each is."""
    keys: Floats
    """(nodes, width)"""
    units: NDArray[np.int64]
    """(different units,) of which the first is the blank's 0, of `<no-bias>`, and …"""
    starts: NDArray[np.int64]
    """… where each begins."""

    def shifts(self, queries: Floats, gates: Floats, size: int) -> Floats:
        """By frame, what is added to the log-probability of each of `size` units, the blank
        first."""
        shifts = np.zeros((len(queries), size), np.float32)
        if len(self.keys) == 1:
            return shifts
        step = max(1, _CELLS // len(self.keys))
        for start in range(0, len(queries), step):
            part = slice(start, start + step)
            chosen = np.add.reduceat(attention(queries[part], self.keys), self.starts, axis=1)
            shifts[part, self.units] = gates[part, :1] * chosen
            shifts[part, 0] = gates[part, 1] * (1 - chosen[:, 0])
        return shifts


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

    def embed(self, trie: PhoneTrie) -> Catalogue:
        """A list's words, from the tree of their phones."""
        looked_at = windows(trie, self._window)
        order = np.argsort(looked_at[:, 0], kind="stable")  # <no-bias>, the root, stays first
        looked_at = looked_at[order]
        keys = [
            self._listed.run(["keys"], {"windows": looked_at[start : start + _NODES]})[0]
            for start in range(0, len(looked_at), _NODES)
        ]
        units, starts = np.unique(looked_at[:, 0], return_index=True)
        return Catalogue(order, np.concatenate(keys), units, starts)

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


def attention(queries: Floats, keys: Floats) -> Floats:
    """(frames, nodes), each row a distribution."""
    scores = queries @ keys.T
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def windows(trie: PhoneTrie, size: int) -> NDArray[np.int64]:
    """By node, its label and those before it, (nodes, size); 0 before the word's first."""
    found = np.zeros((len(trie.parent), size), np.int64)
    found[1:, 0] = trie.phone[1:]
    for place in range(1, size):
        found[1:, place] = found[trie.parent[1:], place - 1]
    return found
