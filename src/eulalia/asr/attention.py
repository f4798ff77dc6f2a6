"""What the contextual adapter attends to: listed phrases over time, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.adapter import Floats, attention
from eulalia.asr.biasing import Phrases, key
from eulalia.asr.encoder import Encoder
from eulalia.asr.errors import RecognitionError
from eulalia.asr.lookup import PhoneTrie
from eulalia.asr.recognizer import Recognizer
from eulalia.audio import Samples, check

_MOST_ROWS: Final = 24
"""Phrases that a picture shows: those that were attended to most."""


@dataclass(frozen=True, slots=True)
class AttentionMap:
    """How much was attended to each phrase in each frame."""

    phrases: tuple[str, ...]
    weights: Floats
    """(1 + phrases, frames) from 0 to 1; the first row is `<no-bias>`. Phrases that begin alike
    share what falls on their beginning, so that columns may add up to more than 1."""
    frame_shift: float
    """Seconds from a frame to the next."""


def attention_map(recognizer: Recognizer, samples: Samples, phrases: Phrases) -> AttentionMap:
    """What the adapter attends to in samples of shape (n,) at 16 kHz.

    Raises RecognitionError where the recogniser has no adapter, for an empty list, and for a phrase
    that cannot be said; AudioError for what is no sound.
    """
    check(samples)
    adapter, model = recognizer.adapter, recognizer.model
    if adapter is None or not isinstance(model, Encoder):
        raise RecognitionError("This recogniser has no adapter whose attention could be shown.")
    listed = key(phrases)
    if not listed:
        raise RecognitionError("Attention needs a list of phrases; there is none.")
    search, catalogue = recognizer.listed(listed)
    stream = model.stream(states=True)
    heard = [stream.accept(samples).states, stream.finish().states]
    states = np.concatenate([part for part in heard if part is not None])
    queries, _, _ = adapter.look(states, adapter.silence())
    by_node = np.zeros((len(catalogue.nodes), len(queries)), np.float32)
    by_node[catalogue.nodes] = attention(queries, catalogue.keys).T
    owners, _ = search.said
    weights = np.zeros((1 + len(search.phrases), len(queries)), np.float32)
    weights[0] = by_node[0]
    for number, nodes in enumerate(_nodes(search.trie, owners, len(search.phrases)), start=1):
        weights[number] = by_node[nodes].sum(axis=0)
    return AttentionMap(search.phrases, weights, model.frame_shift)


def _nodes(trie: PhoneTrie, owners: Sequence[int], count: int) -> list[NDArray[np.int64]]:
    """By phrase, the nodes on its ways through the tree."""
    found: list[set[int]] = [set() for _ in range(count)]
    for node, way in zip(trie.ends.tolist(), trie.ways.tolist(), strict=True):
        while node:
            found[owners[way]].add(node)
            node = int(trie.parent[node])
    return [np.array(sorted(nodes), np.int64) for nodes in found]


def draw(maps: Sequence[tuple[str, AttentionMap]], path: Path) -> None:
    """Write a picture of attention, phrases upwards and time rightwards, one panel for each title;
    the file's ending tells the format.

    Raises RecognitionError when it cannot be written.
    """
    from matplotlib.figure import Figure

    rows = [min(len(one.phrases), _MOST_ROWS) + 1 for _, one in maps]
    figure = Figure(figsize=(9, 0.9 * len(maps) + 0.24 * sum(rows)), layout="constrained")
    panels = figure.subplots(len(maps), 1, squeeze=False, height_ratios=rows)[:, 0]
    for panel, (title, one) in zip(panels, maps, strict=True):
        most = np.argsort(-one.weights[1:].max(axis=1), kind="stable")[:_MOST_ROWS]
        shown = np.concatenate([[0], 1 + np.sort(most)])
        names = ["<no-bias>", *one.phrases]
        seconds = one.weights.shape[1] * one.frame_shift
        image = panel.imshow(
            one.weights[shown], aspect="auto", origin="lower", cmap="viridis", vmin=0, vmax=1,
            extent=(0, seconds, -0.5, len(shown) - 0.5), interpolation="nearest",
        )  # fmt: skip
        left_out = len(one.phrases) - len(most)
        # Names may hold dollar signs, which would be read as formulas.
        panel.set_title(title.replace("$", r"\$"), fontsize=9, loc="left")
        panel.set_yticks(range(len(shown)), [names[row].replace("$", r"\$") for row in shown])
        panel.set_xlabel("seconds" + (f" ({left_out} more phrases not shown)" if left_out else ""))
        panel.tick_params(labelsize=8)
    figure.colorbar(image, ax=panels.tolist(), label="attention")
    part = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        figure.savefig(part, dpi=150)
        part.replace(path)
    except (OSError, ValueError) as error:
        raise RecognitionError(f"{path} cannot be drawn ({error}).") from error
    finally:
        part.unlink(missing_ok=True)
