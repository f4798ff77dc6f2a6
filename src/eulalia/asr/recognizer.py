"""Speech to text with Eulalia's own models, or a checkpoint of the wav2vec2 family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol, Self

import numpy as np

from eulalia.asr import hugging_face
from eulalia.asr.decoder import Decoder
from eulalia.asr.encoder import Encoder, join
from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.grammar_search import GrammarSearch
from eulalia.asr.grammar_search import Path as SpokenPath
from eulalia.asr.language_model import LanguageModel
from eulalia.asr.lexicon import Lexicon, Pronouncer, Spelling
from eulalia.asr.phrase_search import PhraseSearch
from eulalia.asr.posteriors import Posteriors
from eulalia.asr.transcript import Mode, Transcript, Word
from eulalia.asr.vocabulary import Vocabulary
from eulalia.asr.word_search import WordSearch
from eulalia.asr.words import Words
from eulalia.audio import SAMPLE_RATE, Samples, check
from eulalia.text import Grammar
from eulalia.turn import Hypothesis

# How far a phone may on average fall behind the best phones of all, in log-probability, before the
# sound is taken for something that the grammar or the phrases do not hold.
_WORST_SENTENCE: Final = 3.0
_WORST_PHRASE: Final = 5.0
# The gap at which a reading is as likely wrong as right, and how sharply that turns.
_EVEN_GAP: Final = 1.5
_GAP_SCALE: Final = 0.4

_BLOCK: Final = 30 * SAMPLE_RATE
_HYPOTHESES: Final = 8


class AcousticStream(Protocol):
    """Frames of one sound while it arrives."""

    def accept(self, samples: Samples) -> Posteriors: ...

    def finish(self) -> Posteriors: ...


class AcousticModel(Protocol):
    """Sound to frames of log-probabilities."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def frame_shift(self) -> float: ...

    def stream(self) -> AcousticStream: ...


class Recognizer:
    """Hears what is said.

    >>> Recognizer.open().transcribe(samples).text  # doctest: +SKIP
    'wake me up at seven'
    """

    def __init__(
        self,
        model: AcousticModel,
        decoder: Decoder,
        pronouncer: Pronouncer,
        words: Words | None = None,
    ) -> None:
        """With `words`, an open vocabulary is searched by their sounds, else by spelling."""
        self.model = model
        self.decoder = decoder
        self.pronouncer = pronouncer
        self.words = words
        # What is listened for changes less often than what is said.
        self._grammar = lru_cache(maxsize=8)(self._compile)
        self._phrases = lru_cache(maxsize=8)(self._listed)
        self._vocabulary = lru_cache(maxsize=8)(self._open)

    @classmethod
    def open(cls, path: str | Path | None = None) -> Self:
        """The recogniser of a model folder; without one, the English one that comes along.

        A folder with a checkpoint of the wav2vec2 family, as transformers saves it, is converted
        once, into a folder `eulalia` inside it.

        Raises ModelError for a folder that holds no such model.
        """
        folder = Path(str(files("eulalia") / "models" / "asr-en") if path is None else path)
        folder = folder.expanduser()
        if not folder.is_dir():
            raise ModelError(f"There is no folder {folder}; name the folder of a recogniser.")
        if hugging_face.is_checkpoint(folder):
            folder = hugging_face.converted(folder)
        if hugging_face.is_converted(folder):
            letters = hugging_face.LetterEncoder.open(folder)
            decoder = Decoder(letters.vocabulary, frame_shift=letters.frame_shift)
            return cls(letters, decoder, Spelling(letters.vocabulary))
        encoder = Encoder.open(folder)
        language_model = LanguageModel.load(folder / "lm.npz")
        if language_model.size != len(encoder.vocabulary):
            raise ModelError(
                f"{folder} mixes two models: its language model has {language_model.size} labels, "
                f"its vocabulary {len(encoder.vocabulary)}."
            )
        lexicon = Lexicon(encoder.config.phones, silence=encoder.config.phone_silence)
        decoder = Decoder(encoder.vocabulary, language_model, frame_shift=encoder.frame_shift)
        words = Words.load(folder) if (folder / "words.npz").exists() else None
        return cls(encoder, decoder, lexicon, words)

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        """What is said in samples of shape (n,) at 16 kHz.

        Speech that fits the grammar is read as a sentence of it; else, if it fits one of the
        phrases as a whole, as that phrase; else with an open vocabulary. The transcript's mode
        tells which. Silence gives an empty text.

        Raises AudioError for what is no sound, RecognitionError for phrases or a grammar with a
        word that cannot be pronounced.
        """
        check(samples)
        stream = self.stream(phrases=phrases, grammar=grammar)
        for start in range(0, len(samples), _BLOCK):
            stream.hear(samples[start : start + _BLOCK])
        return stream.finish()

    def stream(self, *, phrases: Sequence[str] = (), grammar: Grammar | None = None) -> Stream:
        """The same while the sound arrives: partial results, then the final one."""
        if isinstance(phrases, str):
            raise RecognitionError("Phrases come as a list of texts, not as one text.")
        listed = tuple(dict.fromkeys(phrases))
        return Stream(
            self,
            self._phrases(listed) if listed else None,
            None if grammar is None else self._grammar(grammar),
            self._vocabulary(listed),
        )

    def _compile(self, grammar: Grammar) -> GrammarSearch:
        return GrammarSearch(grammar, self.pronouncer, self.model.vocabulary.blank)

    def _open(self, phrases: tuple[str, ...]) -> WordSearch | None:
        return None if self.words is None else WordSearch(self.words, self.pronouncer, phrases)

    def _listed(self, phrases: tuple[str, ...]) -> PhraseSearch:
        return PhraseSearch(phrases, self.pronouncer, self.model.vocabulary.blank)


class Stream:
    """The recognition of one sound while it arrives."""

    def __init__(
        self,
        recognizer: Recognizer,
        phrases: PhraseSearch | None,
        grammar: GrammarSearch | None,
        vocabulary: WordSearch | None,
    ) -> None:
        self._recognizer = recognizer
        self._model = recognizer.model
        self._acoustic = self._model.stream()
        self._phrases = phrases
        self._grammar = None if grammar is None else grammar.search()
        self._search = recognizer.decoder.search()
        self._words = None if vocabulary is None else vocabulary.search()
        self._unsearched: list[Posteriors] = []
        self._heard: list[Posteriors] = []
        self._duration = 0.0
        self._finished = False

    def accept(self, samples: Samples) -> Transcript:
        """What is heard so far.

        Raises AudioError for what is no sound, RecognitionError after `finish`.
        """
        self.hear(samples)
        if self._grammar is not None:
            paths = self._grammar.best(1, partial=True)
            return self._sentence(paths, mode=Mode.GRAMMAR, final=False)
        return self._open(final=False)

    def hear(self, samples: Samples) -> None:
        """Take in samples without asking for a result."""
        if self._finished:
            raise RecognitionError("This stream has finished; begin another for another sound.")
        check(samples, empty=True)
        self._take(self._acoustic.accept(samples))
        self._duration += len(samples) / SAMPLE_RATE

    def finish(self) -> Transcript:
        """What was said. Raises RecognitionError when called twice."""
        self.hear(np.zeros(0, np.float32))
        self._finished = True
        if self._duration > 0:
            self._take(self._acoustic.finish())
        if self._grammar is not None:
            paths = [path for path in self._grammar.best(_HYPOTHESES) if path.words]
            if paths and paths[0].gap <= _WORST_SENTENCE:
                return self._sentence(paths, mode=Mode.GRAMMAR, final=True)
        if self._phrases is not None and self._heard:
            transcript = self._phrase(self._phrases)
            if transcript is not None:
                return transcript
        return self._open(final=True)

    def _take(self, frames: Posteriors) -> None:
        if not len(frames.phones):
            return
        if self._grammar is not None:
            self._grammar.accept(frames.phones)
            # The open search is needed only when the grammar turns out not to fit.
            self._unsearched.append(frames)
        else:
            self._search_openly(frames)
        if self._phrases is not None:
            self._heard.append(frames)

    def _search_openly(self, frames: Posteriors) -> None:
        if self._words is not None:
            self._words.accept(frames.phones)
        else:
            self._search.accept(frames.subwords)

    def _open(self, final: bool) -> Transcript:
        for frames in self._unsearched:
            self._search_openly(frames)
        self._unsearched.clear()
        if self._words is not None:
            paths = self._words.best(_HYPOTHESES if final else 1, partial=not final)
            return self._sentence(paths, mode=Mode.OPEN, final=final)
        decoder = self._recognizer.decoder
        candidates = self._search.best(decoder.beam if final else 1, ended=final)
        best, *others = decoder.readings(candidates, _HYPOTHESES)
        if not best.text:
            return Transcript("", 0.0, final=final)
        others.sort(key=lambda reading: -reading.confidence)
        hypotheses = [(best.text, best.confidence)] + [
            (other.text, min(other.confidence, best.confidence)) for other in others if other.text
        ]
        return Transcript(
            best.text,
            best.confidence,
            tuple(
                replace(word, start=self._within(word.start), end=self._within(word.end))
                for word in best.words
            ),
            tuple(Hypothesis(value, share) for value, share in hypotheses[:_HYPOTHESES]),
            Mode.OPEN,
            final,
        )

    def _phrase(self, search: PhraseSearch) -> Transcript | None:
        """The phrase that the whole utterance is, or None when none fits."""
        phones = join(*self._heard).phones
        matches = search.matches(phones, _HYPOTHESES)
        if not matches or matches[0].gap > _WORST_PHRASE:
            return None
        scores = np.array([match.score for match in matches])
        shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
        best = matches[0]
        aligned = GrammarSearch(Grammar.of([best.phrase]), search.pronouncer, search.blank).decode(
            phones, 1
        )
        sure = _confidence(best.gap)
        return Transcript(
            best.phrase,
            sure * shares[0],
            self._spoken(aligned[0]) if aligned else (),
            tuple(
                Hypothesis(match.phrase, sure * share)
                for match, share in zip(matches, shares, strict=True)
            ),
            Mode.PHRASES,
        )

    def _sentence(self, paths: list[SpokenPath], *, mode: Mode, final: bool) -> Transcript:
        if not paths or not paths[0].words:
            return Transcript("", 0.0, mode=mode, final=final)
        scores = np.array([path.score for path in paths])
        shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
        sure = _confidence(paths[0].gap)
        return Transcript(
            paths[0].text,
            sure * shares[0],
            self._spoken(paths[0]),
            tuple(
                Hypothesis(path.text, sure * share)
                for path, share in zip(paths, shares, strict=True)
                if path.text
            ),
            mode,
            final,
        )

    def _spoken(self, path: SpokenPath) -> tuple[Word, ...]:
        return tuple(
            Word(
                word.text, self._seconds(word.start), self._seconds(word.end), _confidence(word.gap)
            )
            for word in path.words
        )

    def _seconds(self, frame: int) -> float:
        """When a frame begins; no later than the sound ends."""
        return self._within(frame * self._model.frame_shift)

    def _within(self, seconds: float) -> float:
        return min(seconds, self._duration)


def _confidence(gap: float) -> float:
    """How likely a reading is right whose phones fall that far behind the best of all."""
    return float(1 / (1 + np.exp((gap - _EVEN_GAP) / _GAP_SCALE)))
