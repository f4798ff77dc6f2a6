"""Texts from one language to another, by a model and by the example of parallel data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from eulalia.translation import checkpoints
from eulalia.translation.adaptation import METHODS, TranslationMemory, Vectors
from eulalia.translation.errors import TranslationError
from eulalia.translation.languages import check_language
from eulalia.translation.masking import Kind, Masked, mask
from eulalia.translation.model import Model, SentenceModel
from eulalia.translation.neighbours import NeighbourTranslator
from eulalia.translation.noisy_channel import open_both_ways
from eulalia.translation.pairs import ParallelData
from eulalia.translation.passages import Passage, cut, joined, rejoined
from eulalia.translation.protection import Protected, protect, without_new_block
from eulalia.translation.scripts import names_pattern
from eulalia.translation.sentence_translation import translate_sentences
from eulalia.translation.shipped import shipped
from eulalia.translation.terminology_constraints import Terms
from eulalia.translation.transformer import Transformer
from eulalia.translation.tuned import tuned


class Engine:
    """Translates texts; code, formulas, links, placeholders and tags in them stay as they are.

    >>> Engine.open("en", "zh").translate(["Hello."])  # doctest: +SKIP
    ['你好。']
    """

    def __init__(self, model: SentenceModel, method: str | None = None) -> None:
        """`method` says how pairs are used, one of `adaptation.METHODS`.

        Without one it is `tuned` where that can be had: with a model of our own, and with torch;
        else `examples`. Raises TranslationError for one that there is not.
        """
        if method is not None and method not in METHODS:
            raise TranslationError(
                f"There is no method {method!r} of adaptation; there are {', '.join(METHODS)}."
            )
        self.model = model
        self.method = method or self._usual_method()
        self._memory: TranslationMemory | None = None
        self._learned = model
        """What has learned from the pairs of the memory, with the method `tuned`."""
        self._neighbours: NeighbourTranslator | None = None

    @classmethod
    def open(
        cls,
        source_language: str,
        target_language: str,
        model: str | Path | None = None,
        method: str | None = None,
        tag: str | None = None,
    ) -> Self:
        """The engine for two languages, by their codes.

        `model` is the folder of a model, or a checkpoint of the Marian, M2M or NLLB family: a
        folder as transformers saves it, or its name on the Hugging Face hub; without one, the model
        that comes along. A checkpoint is converted once. `method` says how pairs are used, one of
        `adaptation.METHODS` or the best that can be had; `tag` what texts are from, one of
        `model.TAGS`, to models that know of it. Raises TranslationError where there is no model, or
        it does not know the languages.
        """
        languages = check_language(source_language), check_language(target_language)
        folder = shipped(*languages) if model is None else checkpoints.converted(model)
        return cls(Model.open(folder, *languages, tag), method)

    def translate(
        self,
        texts: Sequence[str],
        *,
        pairs: ParallelData | None = None,
        terminology: Mapping[str, str] | None = None,
    ) -> list[str]:
        """The translations of texts, by the example of `pairs` and with the terms of `terminology`.

        Masks in the texts stay, and so does what would be masked. Raises TranslationError for pairs
        of other languages.
        """
        masked = [mask_plain(text) for text in texts]
        translated = self.translate_masked(masked, pairs=pairs, terminology=terminology)
        return [each.restore(text) for each, text in zip(masked, translated, strict=True)]

    def translate_masked(
        self,
        texts: Sequence[Masked],
        *,
        pairs: ParallelData | None = None,
        terminology: Mapping[str, str] | None = None,
    ) -> list[str]:
        """The same for the texts of documents' segments: links stay links; the masks are theirs."""
        model, memory = self.model, None
        if pairs is not None:
            self.prepare(pairs)
            model, memory = self._learned, self._memory
        languages = self.model.source_language, self.model.target_language
        terms = Terms(terminology or {}, names_pattern(*languages))
        protected = [protect(text) for text in texts]
        passages = [self._passage(each, memory) for each in protected]
        sentences = [
            [whole.part(text) for text in passage.sentences]
            for whole, passage in zip(protected, passages, strict=True)
        ]
        flat = [sentence for each in sentences for sentence in each]
        done = iter(
            translate_sentences(model, flat, memory, terms, self.method, self._open_neighbours)
        )
        translated = []
        for whole, passage, each in zip(protected, passages, sentences, strict=True):
            parts = [sentence.given(next(done)) for sentence in each]
            text = whole.parted(joined(passage, parts, *languages))
            translated.append(whole.given(without_new_block(text, whole.text)))
        return translated

    def prepare(
        self, pairs: ParallelData, stepped: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """Index pairs, and with `tuned` learn from them, ahead of their use.

        The last pairs are kept, as texts come in batches. `stepped` is told how many steps of
        learning are done, and of how many. Raises TranslationError for pairs of other languages.
        """
        if self._memory is not None and self._memory.data is pairs:
            return
        languages = self.model.source_language, self.model.target_language
        if (pairs.source_language, pairs.target_language) != languages:
            raise TranslationError(
                f"The parallel data is from {pairs.source_language} to {pairs.target_language}, "
                f"the engine from {languages[0]} to {languages[1]}."
            )
        self._learned = self.model
        if self.method == "tuned" and pairs.pairs:
            own = self._own_model()
            folder = tuned(own.folder, pairs, stepped)
            self._learned = open_both_ways(folder, *languages, own.tag)
        vectors = Vectors.of_model(self._own_model()) if self.method == "neighbours" else None
        self._memory = TranslationMemory.of(pairs, vectors=vectors)

    def _passage(self, text: Protected, memory: TranslationMemory | None) -> Passage:
        """The sentences of a text; what the memory has word for word is not cut."""
        before, inner, after = text.unframed()
        if before and memory is not None and _is_known(memory, text, text.text):
            before, inner, after = "", text.text, ""
        passage = cut(inner, self.model.source_language)
        if memory is not None:
            passage = rejoined(passage, partial(_is_known, memory, text))
        return passage.framed(before, after)

    def _open_neighbours(self) -> NeighbourTranslator:
        if self._neighbours is None:
            model = self._own_model()
            self._neighbours = NeighbourTranslator(model, Transformer.open(model.folder))
        return self._neighbours

    def _own_model(self) -> Model:
        if not isinstance(self.model, Model) or not self.model.takes_examples:
            raise TranslationError(
                "The methods neighbours and tuned need a model of our own; use another method."
            )
        return self.model

    def _usual_method(self) -> str:
        own = isinstance(self.model, Model) and self.model.takes_examples
        return "tuned" if own and find_spec("torch") is not None else "examples"


def _is_known(memory: TranslationMemory, text: Protected, part: str) -> bool:
    """Whether a part of a text is a pair word for word."""
    (match,) = memory.best([text.part(part)])
    return match is not None and match.likeness == 1


def mask_plain(text: str) -> Masked:
    """A text of no known kind, with masks for what is protected in Markdown or in messages."""
    inner = mask(text, Kind.MARKDOWN)
    outer = mask(inner.text, Kind.MESSAGE)
    return Masked(outer.text, tuple(inner.restore(span) for span in outer.protected))
