"""Log-probabilities of any CTC model to texts, with listed phrases favoured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from eulalia.asr.beam_search import BeamSearch, BeamSettings, Candidate
from eulalia.asr.biasing import BiasingOptions, PhraseKey, Phrases, boosting, key
from eulalia.asr.boosting import Boosting
from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.posteriors import LogProbs
from eulalia.asr.transcript import Word
from eulalia.asr.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Reading:
    """One text that the sound may be."""

    text: str
    confidence: float
    """The share of the beam times the geometric mean of the labels' probabilities, from 0 to 1."""
    words: tuple[Word, ...]
    score: float
    """Log-probability of the sound and, weighted, of the text; with the boosts of its phrases."""
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Decoder(BeamSettings):
    """Prefix beam search for any CTC output.

    >>> import numpy as np
    >>> decoder = Decoder(Vocabulary.of(["<pad>", "|", "a", "d"]))
    >>> decoder.decode(np.log(np.array([[0.1, 0.1, 0.7, 0.1], [0.1, 0.1, 0.2, 0.6]])))[0].text
    'ad'
    """

    frame_shift: float = 0.04
    """Seconds from a frame to the next."""

    def __post_init__(self) -> None:
        """Other toolkits' lists of labels will do for a vocabulary."""
        if not isinstance(self.vocabulary, Vocabulary):
            object.__setattr__(self, "vocabulary", Vocabulary.of(self.vocabulary))
        model = self.language_model
        if model is not None and model.size != len(self.vocabulary):
            raise ModelError(
                f"The language model has {model.size} labels, the vocabulary "
                f"{len(self.vocabulary)}; take two that belong together."
            )

    def decode(
        self,
        log_probs: LogProbs,
        count: int = 8,
        *,
        phrases: Phrases = (),
        biasing: BiasingOptions | None = None,
    ) -> list[Reading]:
        """The best texts for log-probabilities of shape (frames, labels), best first.

        Raises RecognitionError for an array of another shape or kind, or for a phrase that the
        vocabulary cannot write, by name.
        """
        search = self.search(key(phrases), biasing)
        search.accept(self.checked(log_probs))
        candidates = search.best(max(count, self.beam), ended=True)
        return self.readings(candidates, count)

    def search(
        self,
        phrases: PhraseKey = (),
        biasing: BiasingOptions | None = None,
        most: float = Boosting.most,
    ) -> BeamSearch:
        """A search over frames while they arrive; boosts lift a label by at most `most`."""
        return BeamSearch(self, boosting(phrases, self, biasing or BiasingOptions(), most))

    def readings(self, candidates: Sequence[Candidate], count: int = 8) -> list[Reading]:
        """The first texts of candidates; labels that spell one text in several ways are one."""
        scores = np.array([candidate.score for candidate in candidates])
        shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
        texts: dict[str, tuple[float, Candidate]] = {}
        for candidate, share in zip(candidates, shares, strict=True):
            text = self.vocabulary.text(candidate.labels)
            before, first = texts.get(text, (0.0, candidate))
            texts[text] = (before + share * clarity(candidate.peaks), first)
        return [
            Reading(text, min(sure, 1.0), self.words(first), first.score, first.labels)
            for text, (sure, first) in islice(texts.items(), count)
        ]

    def words(self, candidate: Candidate) -> tuple[Word, ...]:
        """The words that the labels spell, with their times in seconds."""
        words, at = [], 0.0
        for text, positions in self.vocabulary.words(candidate.labels):
            start = max(at, candidate.frames[positions[0]] * self.frame_shift)
            at = max(start, (candidate.frames[positions[-1]] + 1) * self.frame_shift)
            peaks = [candidate.peaks[position] for position in positions]
            words.append(Word(text, start, at, clarity(peaks)))
        return tuple(words)

    def checked(self, log_probs: LogProbs) -> LogProbs:
        """The array, if it holds log-probabilities of this vocabulary."""
        array = np.asarray(log_probs)
        size = len(self.vocabulary)
        if array.ndim != 2 or array.shape[1] != size or array.dtype.kind != "f":
            raise RecognitionError(
                f"Log-probabilities must be an array of numbers of shape (frames, {size}), one "
                f"column for each label; this one is {array.dtype} of shape {array.shape}."
            )
        if array.size and not array.max() <= 0.01:
            raise RecognitionError(
                "These are not log-probabilities: they must be numbers of at most 0; take the "
                "logarithm of the network's softmax."
            )
        return array


def clarity(peaks: Sequence[float]) -> float:
    """The geometric mean of the probabilities of labels; 0 of none."""
    return float(np.exp(np.mean(peaks))) if len(peaks) else 0.0
