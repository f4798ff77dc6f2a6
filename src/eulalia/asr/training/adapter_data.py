"""What the adapter learns from: the frozen recogniser's view of speech, and lists of words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.alignment import align
from eulalia.asr.encoder import Encoder, penalize
from eulalia.asr.phones import normalize
from eulalia.asr.training.augmentation import Features, augment
from eulalia.audio import espeak

Units = tuple[int, ...]

FLUSH = 48
"""Frames of silence behind each utterance, as the recogniser's own training has them."""
_ORDER = 3
"""Letters that a made-up word's next letter depends on."""


@dataclass(frozen=True, slots=True)
class Said:
    """The units of one utterance, and when each was said."""

    log_probs: NDArray[np.float16]
    """(frames, units)"""
    words: tuple[Units, ...]
    """The units of each word."""
    starts: tuple[int, ...]
    """By unit, its first frame …"""
    ends: tuple[int, ...]
    """… and the one behind its last."""

    @property
    def units(self) -> Units:
        """Those of all words."""
        return tuple(unit for word in self.words for unit in word)


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance as the recogniser hears it."""

    states: NDArray[np.float16]
    """(frames, levels, states)"""
    words: tuple[str, ...]
    rare: frozenset[str]
    """Those among them that are made up."""
    said: Said


def hear(
    encoder: Encoder,
    speech: Iterable[tuple[str, Features, frozenset[str]]],
    noises: list[Features],
    random: np.random.Generator,
) -> Iterator[Heard]:
    """Texts, features (frames, 80) and made-up words, changed once each and heard; those whose
    words cannot be told apart, or are not to be found in the sound, are left out."""
    config = encoder.config
    labels = {phone: label for label, phone in enumerate(config.phones)}
    for text, features, rare in speech:
        words = tuple(text.split())
        groups = [normalize(group) for group in espeak.phones(text)]
        if not words or len(groups) != len(words):
            continue
        changed = augment(features, noises, FLUSH, random)
        changed = changed[: len(changed) // config.subsampling * config.subsampling]
        frames, _ = encoder.run(changed, np.zeros(config.cache_shape, np.float32), states=True)
        said = _said(
            # The adapter's shifts come before the penalty.
            penalize(frames.phones, config.blank, -config.phone_blank_penalty),
            [tuple(labels[phone] for phone in group) for group in groups],
        )
        if said is not None and frames.states is not None:
            yield Heard(frames.states.astype(np.float16), words, rare, said)


def _said(log_probs: NDArray[np.float32], words: Sequence[Units]) -> Said | None:
    alignment = align(log_probs, [unit for word in words for unit in word])
    if alignment is None:
        return None
    kept = np.maximum(log_probs, -30).astype(np.float16)
    return Said(kept, tuple(words), alignment.starts, alignment.ends)


class MadeUpWords:
    """Words that nobody has, in the likeness of words that people have (Shannon 1948, section 3).

    A model that learns to find words in lists should not know any of them by heart.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._known = frozenset(words)
        self._next: dict[str, Counter[str]] = defaultdict(Counter)
        for word in words:
            padded = "^" * _ORDER + word + "$"
            for place in range(len(word) + 1):
                self._next[padded[place : place + _ORDER]][padded[place + _ORDER]] += 1

    def draw(self, random: np.random.Generator) -> str:
        """A word of 4 to 12 letters that is not among those it is like."""
        while True:
            word = "^" * _ORDER
            while not word.endswith("$") and len(word) < 20:
                letters = self._next[word[-_ORDER:]]
                shares = np.array(list(letters.values())) / letters.total()
                word += str(random.choice(list(letters), p=shares))
            word = word.strip("^$")
            if 4 <= len(word) <= 12 and word not in self._known:
                return word


def padded(rows: Sequence[NDArray[np.float16]]) -> NDArray[np.float32]:
    """(batch, frames, …) with zeros behind the shorter ones."""
    longest = max(map(len, rows))
    table = np.zeros((len(rows), longest, *rows[0].shape[1:]), np.float32)
    for place, row in zip(table, rows, strict=True):
        place[: len(row)] = row
    return table
