"""The likeliest texts of a sound: prefix beam search over the frames of any CTC model.

After Hannun, Maas, Jurafsky & Ng (2014), "First-pass large vocabulary continuous speech recognition
using bi-directional recurrent DNNs", algorithm 1. The whole beam is one set of arrays: a frame
costs a few dozen NumPy calls, however many labels and phrases there are. A prefix is known by a
64-bit hash of its labels. Where a prefix grows into one that is in the beam already, the two are
found by comparing hashes of prefixes with those of prefixes' parents, which needs no sorting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.boosting import BOOST, Boosting
from eulalia.asr.language_model import BOUNDARY, LanguageModel
from eulalia.asr.posteriors import SURE_OF_BLANK, LogProbs, telling_frames
from eulalia.asr.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MULTIPLIER: Final = np.int64(-0x61C8864680B583EB)
"""The golden ratio's 64 bits; products wrap around."""

# Rows of a beam's arrays. A prefix's last label is kept apart from the chain of those before it,
# since it may yet turn out to be clearer in a later frame.
_BLANK, _LABEL, _LANGUAGE, _PEAK, _BOOSTS = range(5)
_HASH, _BEFORE, _LAST, _CHAIN, _FRAME, _CONTEXT, _STATE, _WHOLE = range(8)


_NOTHING: Final = np.zeros(1)
_greatest = np.maximum.reduce


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sequence of labels that the sound may be."""

    labels: tuple[int, ...]
    frames: tuple[int, ...]
    """Where each label is clearest, counted from the start of the sound."""
    peaks: tuple[float, ...]
    """The log-probability of each label in that frame."""
    score: float
    """Log-probability of the sound and, weighted, of the text; with the boosts of its phrases."""


@dataclass(frozen=True)
class BeamSettings:
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


class BeamSearch:
    """The prefixes that are still likely, after the frames so far."""

    def __init__(self, settings: BeamSettings, boosting: Boosting | None = None) -> None:
        self._settings = settings
        self._model = settings.language_model
        self._boosting = boosting
        self._silent = sorted(settings.vocabulary.silent)
        # Grown prefixes worth a look; more of them where that look may change their order.
        looks = 1 + (boosting is not None) / 2 + 2 * (self._model is not None)
        self._most = int(looks * settings.beam)
        self._beam = np.zeros((_BOOSTS + (boosting.rows if boosting else 0), 1))
        self._beam[_LABEL] = -np.inf
        self._known = np.zeros((_WHOLE, 1), np.int64)
        self._known[_BEFORE] = 1  # a hash that no prefix of the beam has
        self._known[_LAST] = settings.vocabulary.blank
        self._known[[_CHAIN, _FRAME]] = -2  # no label came before
        if boosting is not None:
            self._known[_STATE] = boosting.automaton.start
        self._chains = _Chains()
        self._time = 0
        self._after_blank = False

    def accept(self, log_probs: LogProbs) -> None:
        """Search on through frames of shape (frames, labels)."""
        settings = self._settings
        blank = settings.vocabulary.blank
        telling = telling_frames(log_probs, blank, settings.sure_of_blank, self._after_blank)
        rows = log_probs[telling].astype(np.float64)
        rows[:, self._silent] = -np.inf
        for frame, row, likely in zip(telling.tolist(), rows, _likely(rows, settings), strict=True):
            self._step(row, likely, self._time + frame)
        if len(log_probs):
            self._after_blank = bool(log_probs[-1, blank] > np.log(settings.sure_of_blank))
        self._time += len(log_probs)

    def best(self, count: int = 1, *, ended: bool = False) -> list[Candidate]:
        """The best sequences of labels so far; `ended` lets the language model end the text."""
        beam, known = self._beam, self._known
        scores = np.logaddexp(beam[_BLANK], beam[_LABEL]) + beam[_LANGUAGE]
        if self._boosting is not None:
            scores += self._boosting.settled(known[_STATE], beam[_BOOSTS:])
        if ended and self._model is not None:
            scores += self._settings.weight * self._model.score(
                known[_CONTEXT], np.full(len(scores), BOUNDARY)
            )
        order = np.argsort(-scores, kind="stable")[:count]
        ways = self._chains.back(self._known[:, order], beam[_PEAK, order])
        blank = self._settings.vocabulary.blank
        return [
            Candidate(*way, score)
            for way, score in zip(_unrolled(*ways, blank), scores[order].tolist(), strict=True)
        ]

    def _step(self, row: Floats, top: Ints, time: int) -> None:
        settings, beam, known = self._settings, self._beam, self._known
        last = known[_LAST]
        said = row[last]
        total = np.logaddexp(beam[_BLANK], beam[_LABEL])
        extra = beam[_LANGUAGE]
        if self._boosting is not None:
            extra = extra + beam[_BOOSTS + BOOST]

        # A prefix stays as it is by a blank, or by saying its last label on; and by its parent,
        # if that is in the beam too, growing into it.
        in_blank = total + row[settings.vocabulary.blank]
        in_label = beam[_LABEL] + said
        same = known[_BEFORE][:, None] == known[_HASH]
        child = same.any(axis=1).nonzero()[0]
        parent = same[child].argmax(axis=1)
        twice = last[parent] == last[child]
        joining = np.where(twice, beam[_BLANK, parent], total[parent]) + said[child]
        self._rechain(child, parent, joining, np.logaddexp(in_blank, in_label), time, said, extra)
        in_label[child] = np.logaddexp(in_label[child], joining)
        stays = np.logaddexp(in_blank, in_label) + extra

        # Or it grows; the label that it ends in already must have a blank before it.
        grown = total[:, None] + row[top]
        if top.size:
            place = np.minimum(top.searchsorted(last), len(top) - 1)
            again = (top[place] == last).nonzero()[0]
            grown[again, place[again]] = beam[_BLANK, again] + said[again]
            here = top[place[child]] == last[child]
            grown[parent[here], place[child[here]]] = -np.inf
        grown += extra[:, None]
        best = _greatest(stays)
        flat = _foremost(grown.ravel(), best - settings.width, self._most)
        scores, fresh, numbers = self._grow(flat, grown, extra, row, top, time, best)
        both = np.concatenate([stays, scores])
        kept = _foremost(both, _greatest(both) - settings.width, settings.beam)
        kept.sort()
        old = kept[: kept.searchsorted(len(stays))]
        new = kept[len(old) :] - len(stays)
        beam[_BLANK], beam[_LABEL] = in_blank, in_label
        numbers = numbers.take(new, axis=1)
        numbers[_CHAIN] = self._chains.add(known[:, numbers[_CHAIN]], beam[_PEAK, numbers[_CHAIN]])
        # A last label that goes on may be clearer now.
        clearer = ((known[_FRAME] == time - 1) & (said > beam[_PEAK])).nonzero()[0]
        known[_FRAME, clearer] = time
        beam[_PEAK, clearer] = said[clearer]
        self._beam = np.concatenate([beam.take(old, axis=1), fresh.take(new, axis=1)], axis=1)
        self._known = np.concatenate([known.take(old, axis=1), numbers], axis=1)

    def _grow(
        self, flat: Ints, grown: Floats, extra: Floats, row: Floats, top: Ints, time: int,
        best: float,
    ) -> tuple[Floats, Floats, Ints]:  # fmt: skip
        """The scores and arrays of prefixes one label longer; their chain is the parent's place."""
        model, boosting = self._model, self._boosting
        parents, columns = np.divmod(flat, max(len(top), 1))
        labels = top.take(columns)
        scores = grown.take(flat)
        fresh = self._beam.take(parents, axis=1)
        fresh[_BLANK] = -np.inf
        fresh[_LABEL] = scores - extra.take(parents)
        fresh[_PEAK] = row.take(labels)
        numbers = self._known.take(parents, axis=1)
        numbers[_BEFORE] = numbers[_HASH]
        numbers[_HASH] = numbers[_BEFORE] * _MULTIPLIER + (labels + 1)
        numbers[_LAST] = labels
        numbers[_CHAIN] = parents
        numbers[_FRAME] = time
        spoken = _NOTHING
        if model is not None and labels.size:
            spoken = model.score(numbers[_CONTEXT], labels)
            told = self._settings.weight * spoken + self._settings.bonus
            fresh[_LANGUAGE] += told
            scores = scores + told
            numbers[_CONTEXT] = model.follow(numbers[_CONTEXT], labels)
        if boosting is not None and labels.size:
            scores = fresh[_LABEL] + fresh[_LANGUAGE]
            behind = max(best, _greatest(scores)) - scores
            numbers[_STATE] = boosting.grow(
                numbers[_STATE], fresh[_BOOSTS:], labels, fresh[_PEAK], spoken, behind
            )
            scores += fresh[_BOOSTS + BOOST]
        return scores, fresh, numbers

    def _rechain(
        self, child: Ints, parent: Ints, joining: Floats, alone: Floats, time: int, said: Floats,
        extra: Floats,
    ) -> None:  # fmt: skip
        """A prefix is remembered by the likeliest way that it came, and boosted for that one."""
        likelier = (joining > alone[child]).nonzero()[0]
        if not likelier.size:
            return
        beam, known, boosting = self._beam, self._known, self._boosting
        to, source = child[likelier], parent[likelier]
        known[_CHAIN, to] = self._chains.add(known[:, source], beam[_PEAK, source])
        known[_FRAME, to] = time
        beam[_PEAK, to] = said[to]
        if boosting is None:
            return
        labels, spoken = known[_LAST, to], _NOTHING
        if self._model is not None:
            spoken = self._model.score(known[_CONTEXT, source], labels)
        behind = (alone + extra).max() - joining[likelier] - extra[source]
        rows = beam[_BOOSTS:, source]
        boosting.grow(known[_STATE, source], rows, labels, said[to], spoken, np.maximum(behind, 0))
        beam[_BOOSTS:, to] = rows
        extra[to] = beam[_LANGUAGE, to] + rows[BOOST]


class _Chains:
    """The labels that prefixes came by: a tree in arrays, each label with the one before it."""

    def __init__(self) -> None:
        self._count = 0
        self._steps = np.zeros((3, 256), np.int64)
        self._peaks = np.zeros(256)

    def add(self, known: Ints, peaks: Floats) -> Ints:
        """Put the last labels of prefixes behind their chains; where they are now."""
        first, self._count = self._count, self._count + len(peaks)
        while self._count > len(self._peaks):
            self._steps = np.concatenate([self._steps, np.zeros_like(self._steps)], axis=1)
            self._peaks = np.concatenate([self._peaks, np.zeros_like(self._peaks)])
        self._steps[:, first : self._count] = known[[_CHAIN, _LAST, _FRAME]]
        self._peaks[first : self._count] = peaks
        return np.arange(first, self._count)

    def back(self, known: Ints, peaks: Floats) -> tuple[Ints, Ints, Floats]:
        """The labels, frames and peaks of prefixes, last ones first; shapes (steps, n).

        Where a prefix has no more labels, its first is repeated with a frame below 0.
        """
        chain, label, frame = known[[_CHAIN, _LAST, _FRAME]]
        labels, frames, sure = [label], [frame], [peaks]
        while (at := np.maximum(chain, 0)).any() or (chain == 0).any():
            over = chain < 0
            chain, label, frame = self._steps[:, at]
            chain[over], frame[over] = -1, -1
            labels.append(label)
            frames.append(frame)
            sure.append(self._peaks[at])
        return np.array(labels), np.array(frames), np.array(sure)


def _foremost(scores: Floats, least: float, most: int) -> Ints:
    """The places of the highest scores of at least so much, at most so many; in any order."""
    places = (scores >= least).nonzero()[0]
    if len(places) > most:
        places = places.take((-scores.take(places)).argpartition(most)[:most])
    return places


def _unrolled(
    labels: Ints, frames: Ints, peaks: Floats, blank: int
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[float, ...]]]:
    """The labels, frames and peaks of each prefix, first ones first."""
    for column in range(labels.shape[1]):
        at = ((frames[:, column] >= 0) & (labels[:, column] != blank)).nonzero()[0][::-1]
        yield (
            tuple(labels[at, column].tolist()),
            tuple(frames[at, column].tolist()),
            tuple(peaks[at, column].tolist()),
        )


def _likely(rows: Floats, settings: BeamSettings) -> Iterator[Ints]:
    """The labels that may follow in each frame, sorted."""
    blank, most = settings.vocabulary.blank, settings.labels
    allowed = rows > settings.floor
    allowed[:, blank] = False
    counts = allowed.sum(axis=1)
    for row, mask, count in zip(rows, allowed, counts.tolist(), strict=True):
        likely = (mask).nonzero()[0]
        if count > most:
            likely = np.sort(likely[np.argpartition(-row[likely], most)[:most]])
        yield likely
