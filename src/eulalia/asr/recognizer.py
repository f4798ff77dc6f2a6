"""Speech to text with Eulalia's own models, or a checkpoint of the wav2vec2 family."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol, Self

import numpy as np

from eulalia.asr import hugging_face
from eulalia.asr.adapter import Adapter, Catalogue
from eulalia.asr.audibility import audible
from eulalia.asr.beam_search import BeamSearch
from eulalia.asr.biasing import BiasingOptions, PhraseKey, Phrases, key, weighted
from eulalia.asr.boosting import Boosting
from eulalia.asr.decoder import Decoder
from eulalia.asr.encoder import Encoder
from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.grammar_search import GrammarSearch
from eulalia.asr.grammar_search import Path as SpokenPath
from eulalia.asr.language_model import LanguageModel
from eulalia.asr.letter_sounds import LetterSounds, VariantLexicon
from eulalia.asr.lexicon import Lexicon, Pronouncer, Spelling
from eulalia.asr.phrase_hearing import PhraseHearing, confidence
from eulalia.asr.phrase_search import PhraseSearch
from eulalia.asr.posteriors import LogProbs, Posteriors
from eulalia.asr.transcript import Mode, Transcript, Word
from eulalia.asr.vocabulary import Vocabulary
from eulalia.asr.word_search import Beam as WordBeam
from eulalia.asr.word_search import SearchOptions, WordSearch
from eulalia.asr.words import Words
from eulalia.audio import SAMPLE_RATE, Samples, check
from eulalia.text import Grammar
from eulalia.turn import Hypothesis

# How far a phone may on average fall behind the best phones of all, in log-probability, before the
# sound is taken for something that the grammar does not hold.
_WORST_SENTENCE: Final = 3.0
_BLOCK: Final = 30 * SAMPLE_RATE
# Where phrases are looked up in the phones as well, boosts lift a label by no more than this:
# stronger ones swallow the words beside a listed one.
_BESIDE_LOOKUP: Final = 1.0
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
        variants: Pronouncer | None = None,
        adapter: Adapter | None = None,
    ) -> None:
        """With `words`, an open vocabulary is searched by their sounds, else by spelling.

        `variants` says the words of phrases in more ways than `pronouncer`. The `adapter` is one
        that was trained for this very model.
        """
        self.model = model
        self.decoder = decoder
        self.pronouncer = pronouncer
        self.words = words
        self.variants = variants
        self.adapter = adapter
        # What is listened for changes less often than what is said.
        self._grammar = lru_cache(maxsize=8)(self._compile)
        self._phrases = lru_cache(maxsize=8)(self._listed)
        self._vocabulary = lru_cache(maxsize=8)(self._open)
        self._catalogue = lru_cache(maxsize=8)(self._embedded)

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
        sounds = files("eulalia") / "models" / "sounds-en" / "letters.json"
        variants = VariantLexicon(lexicon, LetterSounds.load(Path(str(sounds))))
        adapter = Adapter.open(folder) if Adapter.fits(folder) else None
        return cls(encoder, decoder, lexicon, words, variants, adapter)

    def transcribe(
        self,
        samples: Samples,
        *,
        phrases: Phrases = (),
        grammar: Grammar | None = None,
        biasing: BiasingOptions | None = None,
    ) -> Transcript:
        """What is said in samples of shape (n,) at 16 kHz.

        Speech that fits the grammar is read as a sentence of it; other speech with an open
        vocabulary, in which phrases are favoured, or as one of these as a whole. The transcript's
        mode tells which. Silence gives an empty text. `phrases` may tell how likely each is beside
        the others; `biasing` switches off parts of what favours them.

        Raises AudioError for what is no sound, RecognitionError for phrases or a grammar with a
        word that cannot be pronounced, and for options that cannot be honoured.
        """
        check(samples)
        stream = self.stream(phrases=phrases, grammar=grammar, biasing=biasing)
        for start in range(0, len(samples), _BLOCK):
            stream.hear(samples[start : start + _BLOCK])
        return stream.finish()

    def stream(
        self,
        *,
        phrases: Phrases = (),
        grammar: Grammar | None = None,
        biasing: BiasingOptions | None = None,
    ) -> Stream:
        """The same while the sound arrives: partial results, then the final one."""
        options = biasing or BiasingOptions()
        if self.words is not None and (options.adaptive or options.rescoring):
            raise RecognitionError(
                "This recogniser searches its words by their sound, where boosts are not adaptive "
                "and texts need no rescoring; leave out adaptive and rescoring."
            )
        if options.variants and self.variants is None:
            raise RecognitionError(
                "This recogniser knows no other sounds of letters; leave variants out."
            )
        if options.encoder and self.adapter is None:
            raise RecognitionError(
                "This recogniser has no adapter that fits its encoder, to favour phrases there; "
                "leave encoder out, or train one by `eulalia train adapter`."
            )
        if options.encoder and self.words is None and not (options.lookup or options.whole):
            raise RecognitionError(
                "This recogniser searches its words by spelling, and the adapter shifts phones, "
                "which it then only looks phrases up in; leave encoder out, or add lookup or whole."
            )
        if self.words is not None:
            options = replace(options, rescoring=False)
        varied = options.variants is not False and self.variants is not None
        listed = key(phrases)
        favoured = None
        if listed:
            favoured = PhraseHearing(self._phrases(listed, varied), options)
        # What the encoder is to bring out must be a word that the search can write.
        joined = listed if options.in_language is not False or options.encoder else ()
        plain = options.in_language is False
        return Stream(
            self,
            self._frames(listed, options),
            favoured,
            None if grammar is None else self._grammar(grammar),
            None if self.words is None else self._vocabulary(joined, varied, plain).search(),
            self.decoder.search(
                () if self.words else listed,
                options,
                _BESIDE_LOOKUP if options.lookup else Boosting.most,
            ),
        )

    def _frames(self, listed: PhraseKey, options: BiasingOptions) -> AcousticStream:
        if self.adapter is None or not options.encoder or not listed:
            return self.model.stream()
        assert isinstance(self.model, Encoder)
        return self.adapter.stream(self.model.stream(states=True), self._catalogue(listed))

    def listed(self, phrases: PhraseKey) -> tuple[PhraseSearch, Catalogue]:
        """A list as the adapter has it; only where there is one."""
        return self._phrases(phrases, False), self._catalogue(phrases)

    def _embedded(self, phrases: PhraseKey) -> Catalogue:
        assert self.adapter is not None
        return self.adapter.embed(self._phrases(phrases, False).trie)

    def _compile(self, grammar: Grammar) -> GrammarSearch:
        return GrammarSearch(grammar, self.pronouncer, self.model.vocabulary.blank)

    def _open(self, phrases: PhraseKey, varied: bool, plain: bool) -> WordSearch:
        """The vocabulary with phrases in it; `plain` ones are as likely as any unknown word."""
        assert self.words is not None
        listed = weighted(phrases)
        options = SearchOptions()
        if plain:
            bonus = options.word_bonus
            options = replace(options, phrase_bonus=bonus, crowding=0.0, brevity=0.0)
        return WordSearch(
            self.words,
            self._sayer(varied),
            [text for text, _ in listed],
            options,
            weights=[weight for _, weight in listed],
        )

    def _listed(self, phrases: PhraseKey, varied: bool) -> PhraseSearch:
        vocabulary = self.model.vocabulary
        texts, weights = zip(*weighted(phrases), strict=True)
        return PhraseSearch(
            texts, self._sayer(varied), vocabulary.blank, vocabulary.letters, weights
        )

    def _sayer(self, varied: bool) -> Pronouncer:
        return self.variants if varied and self.variants is not None else self.pronouncer


class Stream:
    """The recognition of one sound while it arrives."""

    def __init__(
        self,
        recognizer: Recognizer,
        acoustic: AcousticStream,
        phrases: PhraseHearing | None,
        grammar: GrammarSearch | None,
        by_sound: WordBeam | None,
        by_spelling: BeamSearch,
    ) -> None:
        self._recognizer = recognizer
        self._model = recognizer.model
        self._acoustic = acoustic
        self._phrases = phrases
        self._grammar = None if grammar is None else grammar.search()
        self._search = by_spelling
        self._words = by_sound
        self._unsearched: list[Posteriors] = []
        self._heard: list[LogProbs] = []
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
        if self._phrases is not None:
            self._phrases.hear(samples)
        self._take(self._acoustic.accept(samples))
        self._duration += len(samples) / SAMPLE_RATE

    def finish(self) -> Transcript:
        """What was said. Raises RecognitionError when called twice."""
        self.hear(np.zeros(0, np.float32))
        self._finished = True
        if self._duration > 0:
            self._take(self._acoustic.finish())
        heard = self._understood()
        if not self._heard:
            return heard
        return audible(
            heard,
            np.concatenate(self._heard),
            self._model.vocabulary.blank,
            self._model.frame_shift,
            None if self._phrases is None else self._phrases.spoken,
        )

    def _understood(self) -> Transcript:
        """What was said, if anything was."""
        if self._grammar is not None:
            paths = [path for path in self._grammar.best(_HYPOTHESES) if path.words]
            if paths and paths[0].gap <= _WORST_SENTENCE:
                return self._sentence(paths, mode=Mode.GRAMMAR, final=True)
        heard = self._open(final=True)
        if self._phrases is None:
            return heard
        return self._phrases.finish(heard, self._model.frame_shift, self._duration)

    def _take(self, frames: Posteriors) -> None:
        if not len(frames.phones):
            return
        self._heard.append(frames.phones)
        if self._grammar is not None:
            self._grammar.accept(frames.phones)
            # The open search is needed only when the grammar turns out not to fit.
            self._unsearched.append(frames)
        else:
            self._search_openly(frames)
        if self._phrases is not None:
            self._phrases.accept(frames.phones)

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

    def _sentence(self, paths: list[SpokenPath], *, mode: Mode, final: bool) -> Transcript:
        if not paths or not paths[0].words:
            return Transcript("", 0.0, mode=mode, final=final)
        scores = np.array([path.score for path in paths])
        shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
        sure = confidence(paths[0].gap)
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
                word.text, self._seconds(word.start), self._seconds(word.end), confidence(word.gap)
            )
            for word in path.words
        )

    def _seconds(self, frame: int) -> float:
        """When a frame begins; no later than the sound ends."""
        return self._within(frame * self._model.frame_shift)

    def _within(self, seconds: float) -> float:
        return min(seconds, self._duration)
