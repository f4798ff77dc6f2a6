"""Listed phrases in a sound: as the whole utterance, or anywhere inside of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from eulalia.asr.biasing import BiasingOptions
from eulalia.asr.lookup import Lookup
from eulalia.asr.phrase_search import Match, PhraseSearch
from eulalia.asr.posteriors import LogProbs
from eulalia.asr.rescoring import FAVOUR, Piece, fit, pieces, placed, put_in
from eulalia.asr.transcript import Mode, Transcript, Word
from eulalia.audio import Samples, SpeechDetector, SpeechState
from eulalia.turn import Hypothesis

# How far a phone of a whole utterance may on average fall behind the best phones of all, in
# log-probability, before the sound is taken for something else.
_WORST_PHRASE: Final = 5.0
# The gap at which a reading is as likely wrong as right, and how sharply that turns.
_EVEN_GAP: Final = 1.5
_GAP_SCALE: Final = 0.4
_PHONES_WEIGHT: Final = 0.3
"""How much the phones count beside the subwords where texts of the beam are compared."""
_READINGS: Final = 4
_HYPOTHESES: Final = 8
_WHOLE: Final = 3.0
"""What more speaks for a phrase of a short list that is all that was said, in log-probability."""
_MOST_WHOLE: Final = 100
"""Phrases of a list that are tried as whole utterances. A longer one always has some that sound
like a cough; its phrases are found as others are, inside of what was said."""


class PhraseHearing:
    """The search for phrases through the frames of one sound while they arrive."""

    def __init__(self, search: PhraseSearch, options: BiasingOptions) -> None:
        self._search = search
        self._options = options
        self._lookup = Lookup(search.trie, search.blank)
        self._heard: list[LogProbs] = []
        # Of a single short word the detector may make out but its loudest moment.
        detector = SpeechDetector(minimum_speech=0.03)
        self._voice = detector.endpointer(limit_seconds=float("inf"))

    def hear(self, samples: Samples) -> None:
        """Listen for whether anybody speaks at all; phrases are not heard in noise."""
        if not self.spoken:
            self._voice.accept(samples)

    @property
    def spoken(self) -> bool:
        """Whether a voice was detected so far."""
        return self._voice.state is not SpeechState.WAITING

    def accept(self, phones: LogProbs) -> None:
        """Take in frames of shape (frames, phones)."""
        self._heard.append(phones)
        self._lookup.accept(phones)

    def finish(self, heard: Transcript, frame_shift: float, duration: float) -> Transcript:
        """What was said, given what was heard openly; times are in seconds."""
        if not self._heard:
            return heard
        phones, search = np.concatenate(self._heard), self._search
        text = pieces(heard.words, search)
        spoken = self.spoken
        if not spoken:
            text = [piece for piece in text if not piece.listed]
        if spoken and self._options.rescoring is not False and len(heard.hypotheses) > 1:
            text = self._fitting(text, heard, phones)
        if spoken and self._options.lookup:
            text = put_in(text, search, self._lookup.spots(), phones)
        others: list[Piece] = []
        if spoken and self._options.whole and (whole := self._whole(text, phones)):
            text, others = whole[:1], whole[1:]
        if not any(piece.listed for piece in text) and text_of(text) == heard.text:
            return heard
        return self._transcript(text, others, heard, frame_shift, duration)

    def _transcript(
        self,
        text: Sequence[Piece],
        others: Sequence[Piece],
        heard: Transcript,
        frame_shift: float,
        duration: float,
    ) -> Transcript:
        if not text:
            return Transcript("", 0.0)
        words = _words(text, frame_shift, duration)
        written = " ".join(word.text for word in words)
        sure = float(np.exp(np.mean([np.log(max(word.confidence, 1e-9)) for word in words])))
        readings = {written: sure}
        for piece in others:
            readings.setdefault(piece.text, min(sure, confidence(piece.gap or 0.0)))
        if any(piece.listed for piece in text):
            for hypothesis in heard.hypotheses:
                readings.setdefault(hypothesis.value, min(sure, hypothesis.confidence))
        ordered = sorted(readings.items(), key=lambda reading: -reading[1])[:_HYPOTHESES]
        mode = Mode.PHRASES if len(text) == 1 and text[0].listed else Mode.OPEN
        return Transcript(
            written, sure, words, tuple(Hypothesis(*reading) for reading in ordered), mode
        )

    def _fitting(self, text: list[Piece], heard: Transcript, phones: LogProbs) -> list[Piece]:
        """The one of the best texts that fits best, its share of the beam reckoned in."""
        others = heard.hypotheses[1:_READINGS]
        texts = [text] + [
            pieces([Word(word, 0.0, 0.0, other.confidence) for word in other.value.split()],
                   self._search)
            for other in others
        ]  # fmt: skip
        shares = [heard.confidence, *(other.confidence for other in others)]
        scores = np.log(np.maximum(shares, 1e-9))
        best = int(np.argmax(scores + _PHONES_WEIGHT * fit(texts, self._search, phones)))
        # The beam tells the times of its best text alone.
        return placed(texts[best], self._search, phones)

    def _whole(self, text: Sequence[Piece], phones: LogProbs) -> list[Piece]:
        """The phrases that the utterance may be as a whole, if one of them is likelier."""
        search = self._search
        if len(search.phrases) > _MOST_WHOLE:
            return []
        matches = search.matches(phones, _HYPOTHESES)
        if not matches or matches[0].gap > _WORST_PHRASE:
            return []
        (score,) = fit([text], search, phones)
        favoured = FAVOUR * sum(piece.listed for piece in text)
        if matches[0].score + FAVOUR + _WHOLE < score + favoured:
            return []
        return [_as_piece(match, len(phones)) for match in matches]


def text_of(text: Sequence[Piece]) -> str:
    """The words of a text."""
    return " ".join(piece.text for piece in text)


def confidence(gap: float) -> float:
    """How likely a reading is right whose phones fall that far behind the best of all."""
    return float(1 / (1 + np.exp((gap - _EVEN_GAP) / _GAP_SCALE)))


def _as_piece(match: Match, frames: int) -> Piece:
    return Piece(match.phrase, (), (), 0, frames, match.gap, listed=True)


def _words(text: Sequence[Piece], frame_shift: float, duration: float) -> tuple[Word, ...]:
    """The words of the text with their times, phrases as they are listed."""
    words: list[Word] = []
    at = 0.0
    for piece in text:
        for word in _said(piece, frame_shift):
            start = min(max(at, word.start), duration)
            at = min(max(start, word.end), duration)
            words.append(replace(word, start=start, end=at))
    return tuple(words)


def _said(piece: Piece, frame_shift: float) -> Sequence[Word]:
    """The words of a piece; those of a phrase share its time by their letters."""
    if not piece.listed and piece.words and piece.words[-1].end > 0:
        return piece.words
    start, end = piece.start * frame_shift, piece.end * frame_shift
    if piece.words and piece.words[-1].end > 0:
        start, end = piece.words[0].start, piece.words[-1].end
    sure = confidence(piece.gap) if piece.gap is not None else min(
        (word.confidence for word in piece.words), default=0.0
    )  # fmt: skip
    parts = piece.text.split()
    edges = start + (end - start) * np.cumsum([0, *map(len, parts)]) / sum(map(len, parts))
    return [
        Word(part, float(first), float(last), sure)
        for part, first, last in zip(parts, edges[:-1], edges[1:], strict=True)
    ]
