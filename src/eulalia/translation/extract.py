"""Parallel data from documents that people have translated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from eulalia.translation.alignment import PASSES, Bead, align_documents
from eulalia.translation.documents import Segment, open_document
from eulalia.translation.documents.gettext import Catalogue
from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Kind, has_words, mask
from eulalia.translation.pairing import DocumentPair
from eulalia.translation.pairs import Pair
from eulalia.translation.sentences import split_sentences

LOWEST = 0.52
"""Pairs that score less are left out."""
_UNTRANSLATED = 4
"""Texts of so many words that are the same on both sides have not been translated."""
STEPS = 2 * PASSES
"""How many steps the aligning of documents has after they are read."""


@dataclass
class Extraction:
    """The pairs that were found, and what was not taken."""

    pairs: list[Pair] = field(default_factory=list)
    unsure: int = 0
    """Pairs that scored too low."""
    untranslated: int = 0
    """Texts that are the same on both sides."""
    fuzzy: int = 0
    """Messages of catalogues whose translation is marked as a guess, or is missing."""
    unlinked: int = 0
    """Sentences of the source for which there is none in the target."""
    broken: list[str] = field(default_factory=list)
    """What is wrong with documents that could not be read, a sentence each."""


@dataclass(frozen=True)
class _Text:
    """One side of a pair of documents."""

    blocks: list[str]
    """All segments, with what is protected in its place."""
    sentences: list[str]
    ends: list[int]
    """How many sentences there are up to each block's end, from 0 before the first."""
    numbers: list[int]
    """The number of the block of each sentence."""


def extract(
    documents: Sequence[DocumentPair],
    source_language: str,
    target_language: str,
    stepped: Callable[[], None] = lambda: None,
) -> Extraction:
    """The sentences of documents that translate each other.

    Blocks are aligned first and then the sentences within them; a dictionary is learned from all
    documents together. `stepped` is called after each document and then STEPS times.
    """
    result = Extraction()
    names: list[str] = []
    texts: list[tuple[_Text, _Text]] = []
    for pair in documents:
        try:
            source, target = open_document(pair.source), open_document(pair.target)
        except TranslationError as error:
            result.broken.append(str(error))
        else:
            if isinstance(target, Catalogue):
                _take_messages(result, pair.name, target)
            else:
                names.append(pair.name)
                texts.append(
                    (
                        _read(source.segments, source_language),
                        _read(target.segments, target_language),
                    )
                )
        stepped()
    blocks = align_documents(
        [(ours.blocks, theirs.blocks) for ours, theirs in texts], None, stepped
    )
    within = [
        [_of_sentences(bead, ours, theirs) for bead in beads]
        for beads, (ours, theirs) in zip(blocks, texts, strict=True)
    ]
    sentences = [(ours.sentences, theirs.sentences) for ours, theirs in texts]
    found = align_documents(sentences, within, stepped)
    for name, beads, (ours, theirs) in zip(names, found, texts, strict=True):
        for bead in beads:
            _take(result, name, bead, ours, theirs, (source_language, target_language))
    return result


def _read(segments: Sequence[Segment], language: str) -> _Text:
    """A document's blocks and their sentences."""
    counts, sentences, numbers = [], [], []
    for number, segment in enumerate(segments):
        split = split_sentences(segment.masked.text, language) if segment.translatable else []
        sentences += [segment.masked.restore(sentence) for sentence in split]
        numbers += [number] * len(split)
        counts.append(len(split))
    ends = [0, *accumulate(counts)]
    return _Text([segment.masked.restore() for segment in segments], sentences, ends, numbers)


def _of_sentences(bead: Bead, ours: _Text, theirs: _Text) -> Bead:
    """A bead of blocks as one of their sentences."""
    source = range(ours.ends[bead.source.start], ours.ends[bead.source.stop])
    target = range(theirs.ends[bead.target.start], theirs.ends[bead.target.stop])
    return Bead(source, target, bead.score)


def _take(
    result: Extraction,
    name: str,
    bead: Bead,
    ours: _Text,
    theirs: _Text,
    languages: tuple[str, str],
) -> None:
    """Take a bead's sentences as a pair, or count why not."""
    if not bead.source or not bead.target:
        result.unlinked += len(bead.source)
        return
    texts = [
        _join([text.sentences[number] for number in side], language)
        for text, side, language in zip(
            (ours, theirs), (bead.source, bead.target), languages, strict=True
        )
    ]
    if not all(has_words(mask(text, Kind.MARKDOWN).text) for text in texts):
        return
    if texts[0] == texts[1] and len(texts[0].split()) >= _UNTRANSLATED:
        result.untranslated += 1
    elif bead.score < LOWEST:
        result.unsure += 1
    else:
        block = ours.numbers[bead.source.start]
        result.pairs.append(Pair(texts[0], texts[1], name, block, round(bead.score, 4)))


def _join(sentences: list[str], language: str) -> str:
    """Sentences one after the other, with a space where the language has one."""
    return ("" if language.split("-")[0] in ("zh", "ja") else " ").join(sentences)


def _take_messages(result: Extraction, name: str, catalogue: Catalogue) -> None:
    """Take a catalogue's messages that are translated; they are pairs already."""
    for number, message in enumerate(catalogue.messages):
        translations = [] if message.fuzzy else message.translations()
        result.fuzzy += not translations
        for source, target in translations:
            if not has_words(source):
                continue
            if source == target and len(source.split()) >= _UNTRANSLATED:
                result.untranslated += 1
            else:
                result.pairs.append(Pair(source, target, name, number))
