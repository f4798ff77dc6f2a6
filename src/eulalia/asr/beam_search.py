"""The likeliest texts of a sound: prefix beam search over a CTC model's frames.

After Hannun, Maas, Jurafsky & Ng (2014), "First-pass large vocabulary continuous speech recognition
using bi-directional recurrent DNNs", algorithm 1. The whole beam is one set of arrays: a frame
costs a handful of NumPy calls, however many labels there are. A prefix is known by a 64-bit hash of
its labels, so that equal ones that arrive by different ways are added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.language_model import BOUNDARY, LanguageModel
from eulalia.asr.posteriors import SURE_OF_BLANK, LogProbs, telling_frames
from eulalia.asr.vocabulary import Vocabulary

_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sequence of labels that the sound may be."""

    labels: tuple[int, ...]
    frames: tuple[int, ...]
    """Where each label is clearest, counted from the start of the sound."""
    peaks: tuple[float, ...]
    """The log-probability of each label in that frame."""
    score: float
    """Log-probability of the sound and, weighted, of the text."""


@dataclass(frozen=True)
class Decoder:
    """The settings of a search."""

    vocabulary: Vocabulary
    language_model: LanguageModel | None = None
    weight: float = 0.8
    """How much the language model's log-probability counts beside the sound's."""
    bonus: float = 1.8
    """Added for each label, since a language model favours short texts; none without a model."""
    beam: int = 16
    """Prefixes kept after each frame."""
    width: float = 12.0
    """How far a prefix may fall behind the best, in log-probability."""
    labels: int = 20
    """Labels that may follow in one frame."""
    floor: float = -9.0
    """The least log-probability of a label that may follow."""
    sure_of_blank: float = SURE_OF_BLANK
    """Frames of which the blank has more than this are passed over; 1 passes over none."""

    def decode(self, log_probs: LogProbs, count: int = 8) -> list[Candidate]:
        """The best sequences of labels for frames of shape (frames, labels), best first."""
        search = self.search()
        search.accept(log_probs)
        return search.best(count, ended=True)

    def search(self) -> BeamSearch:
        """A search over the frames of one sound while they arrive."""
        return BeamSearch(self)


class BeamSearch:
    """The prefixes that are still likely, after the frames so far."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        model = decoder.language_model
        self._hashes = np.zeros(1, np.uint64)
        self._last = np.full(1, decoder.vocabulary.blank)
        self._ends_in_blank = np.zeros(1)
        self._ends_in_label = np.full(1, -np.inf)
        self._language = np.zeros(1)
        self._contexts = np.zeros(1, np.int64) if model is None else model.start
        # Every prefix that ever was in the beam is a node of a tree, with its last label.
        self._nodes = np.zeros(1, np.intp)
        self._parents: list[int] = [-1]
        self._labels: list[int] = [decoder.vocabulary.blank]
        self._frames: list[int] = [-1]
        self._peaks: list[float] = [0.0]
        self._time = 0
        self._after_blank = False

    def accept(self, log_probs: LogProbs) -> None:
        """Search on through frames of shape (frames, labels)."""
        decoder = self._decoder
        blank = decoder.vocabulary.blank
        telling = telling_frames(log_probs, blank, decoder.sure_of_blank, self._after_blank)
        allowed = log_probs[telling].astype(np.float64)
        allowed[:, list(decoder.vocabulary.silent)] = -np.inf
        for frame, row in zip(telling, allowed, strict=True):
            self._step(row, self._time + int(frame))
        if len(log_probs):
            self._after_blank = bool(log_probs[-1, blank] > np.log(decoder.sure_of_blank))
        self._time += len(log_probs)

    def best(self, count: int = 1, *, ended: bool = False) -> list[Candidate]:
        """The best sequences of labels so far; `ended` lets the language model end the text."""
        scores = self._total() + self._language
        model = self._decoder.language_model
        if ended and model is not None:
            scores += self._decoder.weight * model.score(
                self._contexts, np.full(len(scores), BOUNDARY)
            )
        order = np.argsort(-scores, kind="stable")[:count]
        return [self._candidate(int(self._nodes[i]), float(scores[i])) for i in order]

    def _total(self) -> NDArray[np.float64]:
        total: NDArray[np.float64] = np.logaddexp(self._ends_in_blank, self._ends_in_label)
        return total

    def _step(self, row: NDArray[np.float64], time: int) -> None:
        decoder = self._decoder
        blank, total = decoder.vocabulary.blank, self._total()
        sharpened = self._sharpen(row, time)

        # A prefix stays as it is by a blank, or by saying its last label on.
        stays_in_blank = total + row[blank]
        stays_in_label = self._ends_in_label + row[self._last]

        # Or it grows; the label that it ends in already must have a blank before it.
        top = self._likely(row)
        before = np.where(self._last[:, None] == top, self._ends_in_blank[:, None], total[:, None])
        grown = before + row[top]
        hashes = self._hashes[:, None] * _MULTIPLIER + (top + 1).astype(np.uint64)
        alone = np.logaddexp(stays_in_blank, stays_in_label)
        same, rows, columns = self._merge(grown, hashes, stays_in_label)

        # A prefix is remembered by the likeliest way that it came.
        for prefix, parent, column in zip(same, rows, columns, strict=True):
            if grown[parent, column] > alone[prefix]:
                label = int(top[column])
                sharpened[prefix] = self._node(
                    int(self._nodes[parent]), label, time, float(row[label])
                )
        grown[rows, columns] = -np.inf

        stays = np.logaddexp(stays_in_blank, stays_in_label) + self._language
        enough = stays.max() - decoder.width
        parents, columns = np.nonzero(grown + self._language[:, None] > enough)
        labels, grown = top[columns], grown[parents, columns]
        language, contexts = self._language[parents], self._contexts[parents]
        model = decoder.language_model
        if model is not None and labels.size:
            language = language + decoder.weight * model.score(contexts, labels) + decoder.bonus
            contexts = model.follow(contexts, labels)

        scores = np.concatenate([stays, grown + language])
        kept = np.flatnonzero(scores >= scores.max() - decoder.width)
        if len(kept) > decoder.beam:
            kept = kept[np.argpartition(-scores[kept], decoder.beam)[: decoder.beam]]
        old = kept[kept < len(stays)]
        new = kept[kept >= len(stays)] - len(stays)
        first = len(self._parents)
        self._parents += self._nodes[parents[new]].tolist()
        self._labels += labels[new].tolist()
        self._frames += [time] * len(new)
        self._peaks += row[labels[new]].tolist()

        def select(of_old: NDArray[np.generic], of_new: NDArray[np.generic]) -> NDArray:  # type: ignore[type-arg]
            return np.concatenate([of_old[old], of_new[new]])

        self._hashes = select(self._hashes, hashes[parents, columns])
        self._last = select(self._last, labels)
        self._ends_in_blank = select(stays_in_blank, np.full(len(labels), -np.inf))
        self._ends_in_label = select(stays_in_label, grown)
        self._language = select(self._language, language)
        self._contexts = select(self._contexts, contexts)
        self._nodes = np.concatenate([sharpened[old], np.arange(first, first + len(new))])

    def _likely(self, row: NDArray[np.float64]) -> NDArray[np.intp]:
        """The labels that may follow in this frame."""
        decoder = self._decoder
        likely = np.flatnonzero(row > decoder.floor)
        likely = likely[likely != decoder.vocabulary.blank]
        if len(likely) > decoder.labels:
            likely = likely[np.argpartition(-row[likely], decoder.labels)[: decoder.labels]]
        chosen: NDArray[np.intp] = likely
        return chosen

    def _merge(
        self,
        grown: NDArray[np.float64],
        hashes: NDArray[np.uint64],
        stays_in_label: NDArray[np.float64],
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Where a grown prefix is one of the beam already, add it to that one.

        Returns which of the beam they are, and their rows and columns among the grown.
        """
        order = np.argsort(self._hashes)
        place = np.searchsorted(self._hashes, hashes, sorter=order)
        match = order[np.minimum(place, len(order) - 1)]
        rows, columns = np.nonzero(self._hashes[match] == hashes)
        same = match[rows, columns]
        stays_in_label[same] = np.logaddexp(stays_in_label[same], grown[rows, columns])
        return same, rows, columns

    def _sharpen(self, row: NDArray[np.float64], time: int) -> NDArray[np.intp]:
        """The prefixes' nodes, with a last label that goes on moved to where it is clearer.

        Longer prefixes keep to the node that they grew from.
        """
        nodes = self._nodes.copy()
        for i, peak in enumerate(row[self._last].tolist()):
            node = int(nodes[i])
            if self._frames[node] == time - 1 and peak > self._peaks[node] and node:
                nodes[i] = self._node(self._parents[node], self._labels[node], time, peak)
        return nodes

    def _node(self, parent: int, label: int, frame: int, peak: float) -> int:
        self._parents.append(parent)
        self._labels.append(label)
        self._frames.append(frame)
        self._peaks.append(peak)
        return len(self._parents) - 1

    def _candidate(self, node: int, score: float) -> Candidate:
        labels, frames, peaks = [], [], []
        while self._parents[node] >= 0:
            labels.append(self._labels[node])
            frames.append(self._frames[node])
            peaks.append(self._peaks[node])
            node = self._parents[node]
        return Candidate(tuple(labels[::-1]), tuple(frames[::-1]), tuple(peaks[::-1]), score)
