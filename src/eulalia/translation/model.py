"""One translation model under CTranslate2, with what cuts sentences into its pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from eulalia.translation.errors import TranslationError
from eulalia.translation.protection import MASK
from eulalia.translation.scripts import gains_spaces
from eulalia.translation.threads import threads

if TYPE_CHECKING:
    from ctranslate2 import Translator  # type: ignore[import-untyped]
    from sentencepiece import SentencePieceProcessor

DESCRIPTION = "translation.json"
"""The file that makes a folder one of these models."""
WAY_BACK = "way-back"
"""The folder in a model's own where the model for the other direction is, if there is one."""
MASKS = 16
"""So many masks are symbols of our own models."""
EXAMPLE = "␞"
"""Stands between a sentence and the translation of one like it (Bulte and Tezcan 2019)."""
TAGS = BOOK, DOCS, TALK = "⟨book⟩", "⟨docs⟩", "⟨talk⟩"
"""What a sentence is from, said before it, after the language that is wanted (`into`)."""
_UNSPACED_LETTERS = re.compile("[\u3001-\u303f\u3040-\u30ff\u4e00-\u9fff\uff01-\uff5e]")
_SAID_MASK = re.compile(r"\bX ?(\d+)(?!\d)")
"""How checkpoints that know no masks are told of them; most copy such words."""
_SAID_LANGUAGE = re.compile(r"⟨[a-z]{2,3}⟩")
_BEAM = 4
_WIDE_BEAM = 16
_NOT_TWICE = 4
"""Rows of so many pieces are not written twice in a sentence: small models fall into loops."""
_LENGTH_PENALTY = 1.2
"""The logarithmic probability is divided by the length to this power; small models stop early."""
_BATCH_PIECES = 512
"""Read at once by a thread."""
_SCORED_PIECES = 256
"""Read at once when translations are scored; of more the scores of all words leave the cache."""
_LONGEST = 320
"""Pieces of a sentence that are read; longer ones are cut before they come here."""


class SentenceModel(Protocol):
    """Whatever translates sentences with masks."""

    @property
    def source_language(self) -> str: ...

    @property
    def target_language(self) -> str: ...

    @property
    def takes_examples(self) -> bool:
        """Whether it was trained to read the translation of a sentence like the one at hand."""

    def translate(
        self, sentences: Sequence[str], examples: Sequence[str | None] | None = None
    ) -> list[str]:
        """A translation of each; masks in it may be lost or doubled."""

    def alternatives(self, sentences: Sequence[str]) -> list[list[str]]:
        """Several translations of each, the best first."""


@dataclass(frozen=True)
class Model:
    """A model of our own, or a converted checkpoint of the Marian, M2M or NLLB family."""

    translator: Translator
    source_pieces: SentencePieceProcessor
    target_pieces: SentencePieceProcessor
    family: str
    """eulalia, marian, m2m or nllb."""
    source_language: str
    target_language: str
    source_prefix: tuple[str, ...]
    """Pieces before each sentence, such as a language's."""
    target_prefix: tuple[str, ...]
    positions: int
    """Pieces that it can read, or write."""
    folder: Path
    tag: str | None = None
    """What sentences are from, one of TAGS, if another than the prefix says."""

    @cached_property
    def _never_written(self) -> list[list[str]] | None:
        """Pieces in the source's script, which small models leave in a translation into another.

        They are those of Chinese and Japanese in what models of our own write of these in languages
        with spaces.
        """
        two_scripts = gains_spaces(self.source_language, self.target_language)
        if self.family != "eulalia" or not two_scripts:
            return None
        count = self.target_pieces.get_piece_size()
        every = (self.target_pieces.id_to_piece(number) for number in range(count))
        return [[piece] for piece in every if _UNSPACED_LETTERS.search(piece)]

    @property
    def takes_examples(self) -> bool:
        """As SentenceModel says."""
        return self.family == "eulalia"

    @classmethod
    def open(
        cls, folder: Path, source_language: str, target_language: str, tag: str | None = None
    ) -> Self:
        """The model in a folder, on all processor threads that OpenMP is allowed.

        `tag`, one of TAGS, tells a model that knows tags what sentences are from. Raises
        TranslationError for another, and for a folder without a model, or none for these languages.
        """
        if tag is not None and tag not in TAGS:
            raise TranslationError(f"There is no tag {tag!r}; there are {', '.join(TAGS)}.")
        try:
            from ctranslate2 import Translator
            from sentencepiece import SentencePieceProcessor
        except ImportError as error:
            raise TranslationError(
                f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
            ) from error
        try:
            about = json.loads((folder / DESCRIPTION).read_text("utf-8"))
            positions = int(about["positions"])
            source = SentencePieceProcessor(model_file=str(folder / about["source_pieces"]))
            target = SentencePieceProcessor(model_file=str(folder / about["target_pieces"]))
            # Small matrices are not worth sharing: each thread has sentences of its own.
            translator = Translator(
                str(folder),
                device="cpu",
                compute_type="int8",
                inter_threads=threads(),
                intra_threads=1,
            )
            languages = source_language, target_language
            source_prefix = _prefix(about["source_prefixes"], *languages, folder)
            target_prefix = _prefix(about["target_prefixes"], *languages, folder)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise TranslationError(
                f"{folder} holds no translation model that can be read ({error})."
            ) from error
        return cls(
            translator,
            source,
            target,
            about["family"],
            source_language,
            target_language,
            source_prefix,
            target_prefix,
            positions,
            folder,
            tag,
        )

    def translate(
        self, sentences: Sequence[str], examples: Sequence[str | None] | None = None
    ) -> list[str]:
        """As SentenceModel says; sentences longer than 320 pieces are cut off."""
        return [own[0][0] for own in self._found(sentences, examples, _BEAM, 1)]

    def alternatives(self, sentences: Sequence[str]) -> list[list[str]]:
        """As SentenceModel says; they are searched for more widely than the one of `translate`."""
        found = self._found(sentences, None, _WIDE_BEAM, _WIDE_BEAM)
        return [[text for text, _ in own] for own in found]

    def candidates(
        self,
        sentences: Sequence[str],
        examples: Sequence[str | None] | None = None,
        *,
        beam: int,
        count: int,
    ) -> list[list[tuple[str, float]]]:
        """At most so many different translations of each, the best first, with their `scores`."""
        found = self._found(sentences, examples, beam, count)
        different: list[list[tuple[str, float]]] = []
        for own in found:
            # The same text may have been written in several rows of pieces.
            best: dict[str, float] = {}
            for text, score in own:
                best.setdefault(text, score)
            different.append(list(best.items()))
        return different

    def scores(self, sentences: Sequence[str], translations: Sequence[str]) -> list[float]:
        """How likely each translation is: the logarithm of its probability, divided by its length
        to a power."""
        written: Any = self.target_pieces.encode(list(translations), out_type=str)
        wanted = [[*self.target_prefix, *pieces[: self.positions - 8]] for pieces in written]
        results = self.translator.score_batch(
            [self.read(sentence) for sentence in sentences],
            wanted,
            max_batch_size=_SCORED_PIECES,
            batch_type="tokens",
            max_input_length=0,
            offset=len(self.target_prefix),
        )
        return [sum(each.log_probs) / len(each.log_probs) ** _LENGTH_PENALTY for each in results]

    def _found(
        self,
        sentences: Sequence[str],
        examples: Sequence[str | None] | None,
        beam: int,
        count: int,
    ) -> list[list[tuple[str, float]]]:
        """The best translations of sentences, so many of each, with their scores."""
        if not sentences:
            return []
        shown = examples or [None] * len(sentences)
        read = [self.read(*each) for each in zip(sentences, shown, strict=True)]
        results = self.translator.translate_batch(
            read,
            target_prefix=[list(self.target_prefix)] * len(read) if self.target_prefix else None,
            beam_size=beam,
            num_hypotheses=count,
            length_penalty=_LENGTH_PENALTY,
            no_repeat_ngram_size=_NOT_TWICE,
            suppress_sequences=self._never_written,
            max_batch_size=_BATCH_PIECES,
            batch_type="tokens",
            max_input_length=0,
            max_decoding_length=min(2 * max(map(len, read)) + 16, self.positions - 2),
            return_scores=True,
        )
        prefix = len(self.target_prefix)
        return [
            [
                (self.written(pieces[prefix:]), score)
                for pieces, score in zip(each.hypotheses, each.scores, strict=True)
            ]
            for each in results
        ]

    def read(self, sentence: str, example: str | None = None) -> list[str]:
        """The pieces of a sentence, and after it those of its example."""
        if self.family != "eulalia":
            sentence = MASK.sub(r"X\1", sentence)
        encoded: Any = self.source_pieces.encode(sentence, out_type=str)
        longest = min(_LONGEST, self.positions - 8)
        prefix = [(self.tag or piece) if piece in TAGS else piece for piece in self.source_prefix]
        pieces = [*prefix, *encoded[:longest]]
        if example is not None:
            shown: Any = self.target_pieces.encode(example, out_type=str)
            pieces += [EXAMPLE, *shown[:longest]]
        return [*pieces, "</s>"]

    def written(self, pieces: list[str]) -> str:
        """The text of pieces that the model wrote."""
        known = [
            piece
            for piece in pieces
            if piece not in ("<unk>", "</s>", EXAMPLE, *TAGS)
            and not _SAID_LANGUAGE.fullmatch(piece)
        ]
        text: str = self.target_pieces.decode(known)
        if self.family != "eulalia":
            text = _SAID_MASK.sub(r"⟦\1⟧", text)
        return text.strip()


def into(language: str) -> str:
    """The symbol that asks a model of our own for a language."""
    return f"⟨{language}⟩"


def _prefix(
    prefixes: dict[str, list[str]], source: str, target: str, folder: Path
) -> tuple[str, ...]:
    """The pieces that stand before a sentence, in a table by pairs such as en-zh, en-*, *-* ."""
    for one in (source, source.split("-")[0], "*"):
        for two in (target, target.split("-")[0], "*"):
            if f"{one}-{two}" in prefixes:
                return tuple(prefixes[f"{one}-{two}"])
    raise TranslationError(f"The model in {folder} does not know {source} to {target}.")
