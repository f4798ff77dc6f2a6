"""PocketSphinx behind the same protocol: an HMM recogniser with an English model of its own.

Needs the extra `pocketsphinx`. Its grammars are finite-state ones; words that its dictionary lacks
are said as espeak-ng says them, in the phones of CMUdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final, Self
from weakref import ref

import numpy as np

from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.phones import PHONES
from eulalia.asr.transcript import Mode, Transcript, Word
from eulalia.audio import SAMPLE_RATE, Samples, check
from eulalia.text import Grammar
from eulalia.turn import Hypothesis

_ARPABET: Final = dict(
    zip(
        PHONES,
        "P B T D K G F V TH DH S Z SH ZH HH CH JH M N NG L R W Y "
        "IY IH EH AE AA AO UH UW AH AH ER EY AY OY AW OW".split(),
        strict=True,
    )
)
"""CMUdict's phones by ours; it has one phone for both ʌ and ə."""

_FRAME: Final = 0.01  # seconds
_QUIETEST: Final = 1e-3  # peak; -60 dBFS
_HYPOTHESES: Final = 8
_CANDIDATES: Final = 50  # of the n-best list looked through for a sentence of the grammar
_SURE_GAP: Final = 3.0
"""How far frames may fall behind the best states of all, in log-probability, beyond all doubt.

A reading held to a grammar that falls back farther is believed only if it falls back no farther
than the open vocabulary's reading of the same sound.
"""
_GRAMMAR_SETTINGS: Final = {
    "bestpath": False,  # its word lattice ends in the middle of a grammar
    "beam": 1e-80,
    "pbeam": 1e-80,
    "wbeam": 1e-60,
    "maxhmmpf": -1,
    "wip": 0.05,
}
"""Wider beams and dearer words than for the open vocabulary: a grammar leaves fewer paths."""
_PHRASE_MARGIN: Final = 4.0
"""How much farther a phrase may fall back: one short word has little context to be known by."""


class PocketSphinxRecognizer:
    """Hears English with PocketSphinx.

    >>> PocketSphinxRecognizer.open().transcribe(samples).text  # doctest: +SKIP
    'go forward ten meters'
    """

    def __init__(self, decoder: Any) -> None:
        """`decoder` is a `pocketsphinx.Decoder` with a search named `open`."""
        self.decoder = decoder
        self._lexicon = Lexicon(["<blank>", *PHONES])
        self._searches = 0
        # A search that was made stays in the decoder; they are few.
        self._grammar_search = lru_cache(maxsize=None)(self._add_grammar)
        self._busy: ref[PocketSphinxStream] | None = None

    @classmethod
    def open(cls) -> Self:
        """The recogniser with the model that its package carries.

        Raises ModelError when the extra is not installed.
        """
        if find_spec("pocketsphinx") is None:
            raise ModelError(
                "PocketSphinx is not installed; install it with "
                'pip install "eulalia[pocketsphinx]".'
            )
        import pocketsphinx  # type: ignore[import-untyped]

        decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
        decoder.add_lm_file("open", pocketsphinx.get_model_path("en-us/en-us.lm.bin"))
        decoder.activate_search("open")
        # Searches read the settings when they are made, so these are the grammars' alone.
        for name, value in _GRAMMAR_SETTINGS.items():
            decoder.config[name] = value
        return cls(decoder)

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        """What is said in samples of shape (n,) at 16 kHz.

        Speech that fits the grammar is read as a sentence of it; else, if it fits one of the
        phrases as a whole, as that phrase; else with an open vocabulary. Words come in lower case,
        the only one that PocketSphinx knows.

        Raises AudioError for what is no sound, RecognitionError for a word that nobody can say.
        """
        check(samples)
        for mode, held_to in self._modes(phrases, grammar):
            transcript = self.decode(samples, mode, held_to)
            if transcript is not None:
                return transcript
        return Transcript("", 0.0)

    def stream(
        self, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> PocketSphinxStream:
        """The same while the sound arrives. The decoder hears one stream at a time."""
        return PocketSphinxStream(self, self._modes(phrases, grammar))

    def _modes(
        self, phrases: Sequence[str], grammar: Grammar | None
    ) -> list[tuple[Mode, Grammar | None]]:
        """What to hold the decoder to, in turn."""
        if isinstance(phrases, str):
            raise RecognitionError("Phrases come as a list of texts, not as one text.")
        if not all(phrase.split() for phrase in phrases):
            raise RecognitionError("A phrase to favour must have at least one word.")
        modes: list[tuple[Mode, Grammar | None]] = []
        if grammar is not None:
            modes.append((Mode.GRAMMAR, _lower(grammar)))
        if phrases:
            modes.append((Mode.PHRASES, Grammar.of(phrase.lower() for phrase in phrases)))
        for _, held_to in modes:
            if held_to is not None:
                self._grammar_search(held_to)
        return [*modes, (Mode.OPEN, None)]

    def claim(self, stream: PocketSphinxStream | None) -> None:
        """Have the decoder for a stream, or for a sound at once.

        Raises RecognitionError while another stream has it; one that was dropped has it no more.
        """
        if self._busy is not None:
            if self._busy() is not None:
                raise RecognitionError(
                    "PocketSphinx hears one stream at a time; finish the other one first."
                )
            self.decoder.end_utt()
        self._busy = None if stream is None else ref(stream)

    def release(self) -> None:
        """Let others have the decoder."""
        self._busy = None

    def activate(self, grammar: Grammar | None) -> None:
        """Hold the decoder to a grammar, or to none."""
        self.decoder.activate_search("open" if grammar is None else self._grammar_search(grammar))

    def _add_grammar(self, grammar: Grammar) -> str:
        plain = grammar.without_epsilons()
        if not plain.finals:
            raise RecognitionError("No sentence can be said by this grammar; give it one.")
        self._learn(plain.words)
        ways = Counter(source for source, _, _ in plain.arcs)
        # PocketSphinx wants one final state, and knows words in lower case.
        transitions: list[tuple[Any, ...]] = [
            (source, target, 1 / ways[source], str(word).lower())
            for source, word, target in plain.arcs
        ]
        transitions += [(state, plain.states, 1.0) for state in plain.finals]
        self._searches += 1
        name = f"grammar-{self._searches}"
        self.decoder.add_fsg(
            name, self.decoder.create_fsg(name, plain.start, plain.states, transitions)
        )
        return name

    def _learn(self, words: Iterable[str]) -> None:
        """Give the decoder pronunciations of the words that it does not know."""
        unknown = sorted({w.lower() for w in words if self.decoder.lookup_word(w.lower()) is None})
        said = {
            word: [
                " ".join(_ARPABET[PHONES[label - 1]] for label in way)
                for way in self._lexicon.pronunciations(word)
            ]
            for word in unknown
        }
        for word, ways in said.items():
            for number, way in enumerate(dict.fromkeys(ways), 1):
                self.decoder.add_word(word if number == 1 else f"{word}({number})", way, True)

    def decode(self, samples: Samples, mode: Mode, grammar: Grammar | None) -> Transcript | None:
        """What is said in a whole sound; None when it does not fit the grammar."""
        if float(np.abs(samples).max()) < _QUIETEST:
            # To an HMM, digital silence is as good a vowel as any.
            return Transcript("", 0.0)
        heard = self._hear(samples, grammar)
        if grammar is None:
            return self._transcript(heard, mode, samples)
        sentence = _longest_sentence(heard, grammar)
        if not sentence:
            return None
        readings = self._readings(sentence)
        margin = _PHRASE_MARGIN if mode is Mode.PHRASES else 0.0
        gap = _gap(sentence)
        if gap > _SURE_GAP and gap > _gap(self._hear(samples, None)) + margin:
            return None
        readings = [(text, s) for text, s in readings if grammar.accepts(text.split())]
        return self._transcript(sentence, mode, samples, readings)

    def _hear(self, samples: Samples, grammar: Grammar | None) -> list[_Segment]:
        # Without a new start, what is heard would depend on the noise in earlier sounds.
        self.claim(None)
        self.activate(grammar)
        self.decoder.reinit_feat()
        self.decoder.start_utt()
        self.decoder.process_raw(_bytes(samples), full_utt=True)
        self.decoder.end_utt()
        return _segments(self.decoder)

    def _readings(self, best: list[_Segment]) -> list[tuple[str, float]]:
        """Texts of the n-best list, the best first, with their scores."""
        hypothesis = self.decoder.hyp()
        if hypothesis is None:
            return []
        readings = {" ".join(segment.word for segment in best): float(hypothesis.score)}
        for other, _ in zip(self.decoder.nbest(), range(_CANDIDATES), strict=False):
            # The list may hold paths that no hypothesis was made of.
            written = "" if other is None else other.hypstr or ""
            text = " ".join(_plain(word) for word in written.split())
            if text:
                readings.setdefault(text, float(other.score))
        return list(readings.items())

    def _transcript(
        self,
        segments: list[_Segment],
        mode: Mode,
        samples: Samples,
        readings: list[tuple[str, float]] | None = None,
    ) -> Transcript:
        if not segments:
            return Transcript("", 0.0, mode=mode)
        readings = self._readings(segments) if readings is None else readings
        duration = len(samples) / SAMPLE_RATE
        words = tuple(
            Word(s.word, min(s.start, duration), min(s.end, duration), s.confidence)
            for s in segments
        )
        sure = float(np.exp(np.mean(np.log([max(word.confidence, 1e-6) for word in words]))))
        # Scores are powers of the log-probability beside the best states of all.
        best = readings[0][1] if readings else 1.0
        hypotheses = [
            Hypothesis(text, sure * min(1.0, score / best) / (1 if number == 0 else 2))
            for number, (text, score) in enumerate(readings[:_HYPOTHESES])
        ]
        text = " ".join(segment.word for segment in segments)
        return Transcript(text, sure, words, tuple(hypotheses), mode)


class PocketSphinxStream:
    """The recognition of one sound while it arrives."""

    def __init__(
        self, recognizer: PocketSphinxRecognizer, modes: list[tuple[Mode, Grammar | None]]
    ) -> None:
        self._recognizer = recognizer
        self._modes = modes
        self._parts: list[Samples] = []
        self._open = False
        self._finished = False

    def accept(self, samples: Samples) -> Transcript:
        """What is heard so far.

        Raises AudioError for what is no sound, RecognitionError after `finish` or while another
        stream of this recogniser is open.
        """
        self._begin()
        check(samples, empty=True)
        mode = self._modes[0][0]
        if len(samples):
            self._parts.append(samples.copy())
            self._recognizer.decoder.process_raw(_bytes(samples))
        if not self._parts:
            return Transcript("", 0.0, mode=mode, final=False)
        segments = _segments(self._recognizer.decoder)
        text = " ".join(segment.word for segment in segments)
        words = tuple(Word(s.word, s.start, s.end, s.confidence) for s in segments)
        confidence = float(np.mean([word.confidence for word in words])) if words else 0.0
        return Transcript(text, confidence, words, (), mode, final=False)

    def finish(self) -> Transcript:
        """What was said. Raises RecognitionError when called twice.

        The whole sound is heard once more, since the decoder is surer when it knows how loud all
        of it is.
        """
        self._begin()
        self._recognizer.decoder.end_utt()
        self._recognizer.release()
        self._finished = True
        samples = np.concatenate([np.zeros(0, np.float32), *self._parts])
        if not len(samples):
            return Transcript("", 0.0)
        for mode, grammar in self._modes:
            transcript = self._recognizer.decode(samples, mode, grammar)
            if transcript is not None:
                return transcript
        return Transcript("", 0.0)

    def _begin(self) -> None:
        if self._finished:
            raise RecognitionError("This stream has finished; begin another for another sound.")
        if self._open:
            return
        self._recognizer.claim(self)
        self._recognizer.activate(self._modes[0][1])
        self._recognizer.decoder.reinit_feat()
        self._recognizer.decoder.start_utt()
        self._open = True


@dataclass(frozen=True, slots=True)
class _Segment:
    """A word of the decoder's best path."""

    word: str
    start: float
    end: float
    confidence: float
    gap: float
    """How far it falls behind the best states of all, in log-probability."""


def _segments(decoder: Any) -> list[_Segment]:
    if decoder.hyp() is None:
        return []
    return [
        _Segment(
            _plain(segment.word),
            segment.start_frame * _FRAME,
            (segment.end_frame + 1) * _FRAME,
            float(min(max(segment.prob, 0.0), 1.0)),
            -float(np.log(max(segment.ascore, 1e-300))),
        )
        for segment in decoder.seg()
        if segment.word[:1] not in ("<", "[", "(") and not segment.word.startswith("++")
    ]


def _longest_sentence(segments: list[_Segment], grammar: Grammar) -> list[_Segment]:
    """The longest beginning of the path that is a sentence.

    Noise behind a sentence often reads as the beginning of more.
    """
    for length in range(len(segments), 0, -1):
        if grammar.accepts([segment.word for segment in segments[:length]]):
            return segments[:length]
    return []


def _lower(grammar: Grammar) -> Grammar:
    arcs = tuple((start, word and word.lower(), end) for start, word, end in grammar.arcs)
    return Grammar(grammar.states, arcs, grammar.start, grammar.finals)


def _gap(segments: list[_Segment]) -> float:
    """How far a frame of the words falls behind the best states of all, on average."""
    frames = sum(segment.end - segment.start for segment in segments) / _FRAME
    return sum(segment.gap for segment in segments) / max(frames, 1)


def _plain(word: str) -> str:
    """The word without the number of its pronunciation."""
    return word.split("(")[0]


def _bytes(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes()
