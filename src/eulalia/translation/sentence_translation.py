"""Sentences through a model, held to their masks and terms, by the example of pairs."""

from __future__ import annotations

from collections.abc import Sequence

from eulalia.translation.adaptation import TranslationMemory, reused
from eulalia.translation.masking import has_words
from eulalia.translation.model import MASKS, SentenceModel
from eulalia.translation.protection import Protected, is_intact, pieces, without_new_markup
from eulalia.translation.terminology_constraints import Terms


def translate_sentences(
    model: SentenceModel,
    sentences: Sequence[Protected],
    memory: TranslationMemory | None,
    terms: Terms,
    method: str,
) -> list[str]:
    """A translation of each sentence, with each of its masks once.

    What the memory has word for word is taken from there; what it has something like serves as
    `method` says (`adaptation.METHODS`).
    """
    done: dict[Protected, str] = {}
    asked: dict[Protected, str | None] = {}
    matches = memory.best(sentences) if memory else [None] * len(sentences)
    for sentence, match in zip(sentences, matches, strict=True):
        taken = reused(sentence, match, method) if match else None
        if not has_words(sentence.text):
            done[sentence] = sentence.text
        elif taken is not None and is_intact(taken, sentence):
            done[sentence] = taken
        else:
            shown = match is not None and method == "examples" and model.takes_examples
            asked[sentence] = match.target if match and shown else None
    done |= _translated(model, asked)
    unruly = [each for each in done if not terms.is_honoured(each, done[each])]
    masked = {sentence: terms.masked(sentence) for sentence in unruly}
    again = _translated(model, dict.fromkeys(masked.values()))
    done |= {sentence: own.given(again[own]) for sentence, own in masked.items()}
    return [done[sentence] for sentence in sentences]


def _translated(model: SentenceModel, asked: dict[Protected, str | None]) -> dict[Protected, str]:
    """What the model makes of sentences by their examples, mended where it loses masks."""
    done: dict[Protected, str] = {}
    left = [sentence for sentence in asked if len(sentence.spans) <= MASKS]
    for examples in ([asked[sentence] for sentence in left], None):
        written = model.translate([sentence.text for sentence in left], examples)
        for sentence, text in zip(left, written, strict=True):
            clean = without_new_markup(text, sentence.text).strip()
            if is_intact(clean, sentence) and has_words(clean):
                done[sentence] = clean
        # Without its example a sentence may fare better.
        left = [each for each in left if each not in done and asked[each] is not None]
    return done | _in_pieces(model, [each for each in asked if each not in done])


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
