"""Sentences through a model, held to their masks and terms, by the example of pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eulalia.translation.adaptation import Match, TranslationMemory, reused
from eulalia.translation.masking import has_words
from eulalia.translation.model import MASKS, SentenceModel
from eulalia.translation.neighbours import NeighbourTranslator
from eulalia.translation.protection import Protected, is_intact, pieces, without_new_markup
from eulalia.translation.terminology_constraints import Terms

_RELATED = 8
"""So many pairs have a say in the translation of a sentence."""
Writer = Callable[[list[Protected]], list[str]]
"""Writes a translation of each sentence; masks in it may be lost or doubled."""


def translate_sentences(
    model: SentenceModel,
    sentences: Sequence[Protected],
    memory: TranslationMemory | None,
    terms: Terms,
    method: str,
    neighbours: Callable[[], NeighbourTranslator],
) -> list[str]:
    """A translation of each sentence, with each of its masks once.

    What the memory has word for word is taken from there; what it has something like serves as
    `method` says (`adaptation.METHODS`). `neighbours` opens what the method of that name needs.
    """
    done: dict[Protected, str] = {}
    left: dict[Protected, Match | None] = {}
    matches = memory.best(sentences) if memory else [None] * len(sentences)
    for sentence, match in zip(sentences, matches, strict=True):
        taken = reused(sentence, match, method) if match else None
        if not has_words(sentence.text):
            done[sentence] = sentence.text
        elif taken is not None and is_intact(taken, sentence):
            done[sentence] = taken
        else:
            left[sentence] = match

    def plain(asked: list[Protected]) -> list[str]:
        return model.translate([each.text for each in asked])

    def shown(asked: list[Protected]) -> list[str]:
        near = [left[each] for each in asked]
        return model.translate(
            [each.text for each in asked], [match.target if match else None for match in near]
        )

    def told(asked: list[Protected]) -> list[str]:
        assert memory is not None
        related = [memory.related(each, _RELATED) for each in asked]
        return neighbours().translate([each.text for each in asked], related)

    writers = [plain]
    if memory is not None and method == "neighbours":
        writers = [told, plain]
    elif any(left.values()) and method == "examples" and model.takes_examples:
        writers = [shown, plain]
    done |= _translated(list(left), writers, model)
    unruly = [each for each in done if not terms.is_honoured(each, done[each])]
    masked = {sentence: terms.masked(sentence) for sentence in unruly}
    again = _translated(list(dict.fromkeys(masked.values())), [plain], model)
    done |= {sentence: own.given(again[own]) for sentence, own in masked.items()}
    return [done[sentence] for sentence in sentences]


def _translated(
    sentences: list[Protected], writers: Sequence[Writer], model: SentenceModel
) -> dict[Protected, str]:
    """What the first writer that keeps its masks makes of each sentence, else what stands between
    the masks by itself."""
    done: dict[Protected, str] = {}
    left = [sentence for sentence in sentences if len(sentence.spans) <= MASKS]
    for write in writers:
        for sentence, text in zip(left, write(left), strict=True):
            clean = without_new_markup(text, sentence.text).strip()
            if is_intact(clean, sentence) and has_words(clean):
                done[sentence] = clean
        left = [each for each in left if each not in done]
    return done | _in_pieces(model, [each for each in sentences if each not in done])


def _in_pieces(model: SentenceModel, sentences: list[Protected]) -> dict[Protected, str]:
    """Translations of what stands between the masks of sentences, with the masks in their order."""
    cut = {sentence: pieces(sentence.text) for sentence in sentences}
    texts = [part.strip() for parts in cut.values() for part in parts[::2] if has_words(part)]
    written = iter(model.translate(texts))
    done = {}
    for sentence, parts in cut.items():
        for place in range(0, len(parts), 2):
            inner = parts[place].strip()
            if has_words(inner):
                clean = without_new_markup("".join(pieces(next(written))[::2]), inner).strip()
                parts[place] = parts[place].replace(inner, clean if has_words(clean) else inner)
        done[sentence] = "".join(parts)
    return done
