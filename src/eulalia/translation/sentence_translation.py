"""Sentences through a model, held to their masks and terms, by the example of pairs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from eulalia.translation.adaptation import Match, TranslationMemory, reused
from eulalia.translation.masking import has_words
from eulalia.translation.model import MASKS, SentenceModel
from eulalia.translation.neighbours import NeighbourTranslator
from eulalia.translation.protection import Protected, is_intact, pieces, without_new_markup
from eulalia.translation.punctuation import spaced
from eulalia.translation.scripts import gains_spaces, is_foreign
from eulalia.translation.terminology_constraints import Terms

_LIKE_WORDS = ("$", "`", ":", "%", "{")
"""What begins with one of these stands in a sentence like a word."""
_WITHIN_WORD = re.compile(r"(?<=[A-Za-z0-9_])⟦\d+⟧|⟦\d+⟧(?=[A-Za-z0-9_])")
_BESIDE_MASK = re.compile(
    r"(?P<before>\w?)⟦(?P<number>\d+)⟧(?=(?P<after>(?!(?:s|d|st|nd|rd|th)\b)\w)?)"
)
_RELATED = 8
"""So many pairs have a say in the translation of a sentence."""
Writer = Callable[[list[Protected]], list[list[str]]]
"""Writes translations of each sentence, the best first; masks in them may be lost or doubled."""


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
    done, left = _taken_over(sentences, memory, method)

    def plain(asked: list[Protected]) -> list[list[str]]:
        return [[text] for text in model.translate([each.text for each in asked])]

    def several(asked: list[Protected]) -> list[list[str]]:
        return model.alternatives([each.text for each in asked])

    def shown(asked: list[Protected]) -> list[list[str]]:
        matches = [left[each] for each in asked]
        examples = [match.target if match else None for match in matches]
        return [[text] for text in model.translate([each.text for each in asked], examples)]

    def told(asked: list[Protected]) -> list[list[str]]:
        assert memory is not None
        related = [memory.related(each, _RELATED) for each in asked]
        texts = [each.text for each in asked]
        return [[text] for text in neighbours().translate(texts, related)]

    writers = [plain, several]
    if memory is not None and method == "neighbours":
        writers = [told, *writers]
    elif any(left.values()) and method == "examples" and model.takes_examples:
        writers = [shown, *writers]
    done |= _translated(list(left), writers, model)
    unruly = [
        each for each in done if not terms.is_honoured(each, done[each], by_person=each not in left)
    ]
    masked = {sentence: terms.masked(sentence) for sentence in unruly}
    again = _translated(list(dict.fromkeys(masked.values())), [plain, several], model)
    done |= {sentence: own.given(again[own]) for sentence, own in masked.items()}
    return [done[sentence] for sentence in sentences]


def _taken_over(
    sentences: Sequence[Protected], memory: TranslationMemory | None, method: str
) -> tuple[dict[Protected, str], dict[Protected, Match | None]]:
    """Translations that the memory has; and for the others the pair that is most like each."""
    done: dict[Protected, str] = {}
    left: dict[Protected, Match | None] = {}
    matches = memory.best(sentences) if memory else [None] * len(sentences)
    for sentence, match in zip(sentences, matches, strict=True):
        taken = reused(sentence, match, method) if match and has_words(sentence.text) else None
        if taken is not None and is_intact(taken, sentence):
            done[sentence] = taken
        else:
            left[sentence] = match
    return done, left


def _translated(
    sentences: list[Protected], writers: Sequence[Writer], model: SentenceModel
) -> dict[Protected, str]:
    """The first translation that keeps its masks, of the first writer that has one; else what
    stands between the masks by itself."""
    done: dict[Protected, str] = {}
    left = [each for each in sentences if len(each.spans) <= MASKS and _is_for(model, each.text)]
    for write in writers:
        for sentence, texts in zip(left, write(left), strict=True):
            clean = (without_new_markup(text, sentence.text).strip() for text in texts)
            good = (text for text in clean if is_intact(text, sentence) and has_words(text))
            if (found := next(good, None)) is not None:
                done[sentence] = found
        left = [each for each in left if each not in done]
    done |= _in_pieces(model, [each for each in sentences if each not in done])
    if not gains_spaces(model.source_language, model.target_language):
        return done
    return {sentence: _apart(text, sentence).strip() for sentence, text in done.items()}


def _in_pieces(model: SentenceModel, sentences: list[Protected]) -> dict[Protected, str]:
    """Translations of what stands between the masks of sentences, with the masks in their order."""
    cut = {sentence: pieces(sentence.text) for sentence in sentences}
    texts = [part.strip() for parts in cut.values() for part in parts[::2] if _is_for(model, part)]
    written = iter(model.translate(texts))
    done = {}
    for sentence, parts in cut.items():
        for place in range(0, len(parts), 2):
            inner = parts[place].strip()
            if _is_for(model, inner):
                clean = without_new_markup("".join(pieces(next(written))[::2]), inner).strip()
                parts[place] = parts[place].replace(inner, clean if has_words(clean) else inner)
            elif gains_spaces(model.source_language, model.target_language):
                parts[place] = spaced(parts[place])
        done[sentence] = "".join(parts)
    return done


def _is_for(model: SentenceModel, text: str) -> bool:
    """Whether a text has words, and these are of the language that the model reads."""
    return has_words(text) and not is_foreign(text, model.source_language)


def _apart(text: str, sentence: Protected) -> str:
    """A translation with a space wherever a word stands beside code or a formula.

    Where the sentence itself has a letter beside it they belong together.
    """
    together = {int(found[0][1:-1]) for found in _WITHIN_WORD.finditer(sentence.text)}

    def parted(found: re.Match[str]) -> str:
        number = int(found["number"])
        if number in together or not sentence.spans[number].startswith(_LIKE_WORDS):
            return found[0]
        before = f"{found['before']} " if found["before"] else ""
        return f"{before}⟦{number}⟧{' ' if found['after'] else ''}"

    return _BESIDE_MASK.sub(parted, text)
