"""Texts from one language to another, by a model and by the example of parallel data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from eulalia.translation import checkpoints
from eulalia.translation.adaptation import METHODS, TranslationMemory
from eulalia.translation.errors import TranslationError
from eulalia.translation.languages import check_language
from eulalia.translation.masking import Kind, Masked, mask
from eulalia.translation.model import Model, SentenceModel
from eulalia.translation.neighbours import NeighbourTranslator
from eulalia.translation.pairs import ParallelData
from eulalia.translation.passages import cut, joined
from eulalia.translation.protection import protect, without_new_block
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

    def __init__(self, model: SentenceModel) -> None:
        self.model = model
        self._memory: TranslationMemory | None = None
        self._neighbours: NeighbourTranslator | None = None
        self._tuned: tuple[ParallelData, Engine] | None = None

    @classmethod
    def open(
        cls, source_language: str, target_language: str, model: str | Path | None = None
    ) -> Self:
        """The engine for two languages, by their codes.

        `model` is the folder of a model, or a checkpoint of the Marian, M2M or NLLB family: a
        folder as transformers saves it, or its name on the Hugging Face hub; without one, the model
        that comes along. A checkpoint is converted once. Raises TranslationError where there is no
        model, or it does not know the languages.
        """
        languages = check_language(source_language), check_language(target_language)
        folder = shipped(*languages) if model is None else checkpoints.converted(model)
        return cls(Model.open(folder, *languages))

    def translate(
        self,
        texts: Sequence[str],
        *,
        pairs: ParallelData | None = None,
        terminology: Mapping[str, str] | None = None,
        method: str = METHODS[0],
    ) -> list[str]:
        """The translations of texts, by the example of `pairs` and with the terms of `terminology`.

        Masks in the texts stay, and so does what would be masked. `method` says how pairs are used,
        one of `adaptation.METHODS`. Raises TranslationError for pairs of other languages.
        """
        masked = [mask_plain(text) for text in texts]
        translated = self.translate_masked(
            masked, pairs=pairs, terminology=terminology, method=method
        )
        return [each.restore(text) for each, text in zip(masked, translated, strict=True)]

    def translate_masked(
        self,
        texts: Sequence[Masked],
        *,
        pairs: ParallelData | None = None,
        terminology: Mapping[str, str] | None = None,
        method: str = METHODS[0],
    ) -> list[str]:
        """The same for the texts of documents' segments: links stay links; the masks are theirs."""
        if method not in METHODS:
            raise TranslationError(
                f"There is no method {method!r} of adaptation; there are {', '.join(METHODS)}."
            )
        if method == "tuned" and pairs is not None:
            return self._tune(pairs).translate_masked(texts, pairs=pairs, terminology=terminology)
        memory = None if pairs is None else self.recall(pairs)
        terms = Terms(terminology or {})
        protected = [protect(text) for text in texts]
        passages = [cut(each.text, self.model.source_language) for each in protected]
        sentences = [
            [whole.part(text) for text in passage.sentences]
            for whole, passage in zip(protected, passages, strict=True)
        ]
        flat = [sentence for each in sentences for sentence in each]
        done = iter(
            translate_sentences(self.model, flat, memory, terms, method, self._open_neighbours)
        )
        languages = self.model.source_language, self.model.target_language
        translated = []
        for whole, passage, each in zip(protected, passages, sentences, strict=True):
            parts = [sentence.given(next(done)) for sentence in each]
            text = whole.parted(joined(passage, parts, *languages))
            translated.append(whole.given(without_new_block(text, whole.text)))
        return translated

    def _tune(self, pairs: ParallelData) -> Engine:
        """The engine whose model has learned from the pairs; the last one is kept."""
        if self._tuned is None or self._tuned[0] is not pairs:
            folder = tuned(self._own_model().folder, pairs)
            languages = self.model.source_language, self.model.target_language
            self._tuned = pairs, Engine(Model.open(folder, *languages))
        return self._tuned[1]

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

    def recall(self, pairs: ParallelData) -> TranslationMemory:
        """Index pairs ahead of their use; the last ones are kept, as texts come in batches.

        Raises TranslationError for pairs of other languages.
        """
        if self._memory is None or self._memory.data is not pairs:
            wanted = self.model.source_language, self.model.target_language
            if (pairs.source_language, pairs.target_language) != wanted:
                raise TranslationError(
                    f"The parallel data is from {pairs.source_language} to "
                    f"{pairs.target_language}, the engine from {wanted[0]} to {wanted[1]}."
                )
            self._memory = TranslationMemory.of(pairs)
        return self._memory


def mask_plain(text: str) -> Masked:
    """A text of no known kind, with masks for what is protected in Markdown or in messages."""
    inner = mask(text, Kind.MARKDOWN)
    outer = mask(inner.text, Kind.MESSAGE)
    return Masked(outer.text, tuple(inner.restore(span) for span in outer.protected))
