"""Listed phrases, and which means are used to favour them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eulalia.asr.automaton import Automaton
from eulalia.asr.beam_search import BeamSettings
from eulalia.asr.boosting import Boosting
from eulalia.asr.errors import RecognitionError
from eulalia.asr.vocabulary import BOUNDARY, Vocabulary
from eulalia.asr.writing import spellings

Phrases = Sequence[str] | Mapping[str, float]
"""Phrases, or phrases with how likely each is beside the others."""
PhraseKey = tuple[object, ...]
"""Phrases as something that can be looked up; long lists come again with every utterance."""


@dataclass(frozen=True, slots=True)
class BiasingOptions:
    """Which parts favour listed phrases. The defaults use all that a model can do.

    What is None is done where the model can, what is True is an error where it cannot.
    """

    adaptive: bool | None = None
    """In a search by spelling, lift labels that go on in a phrase by a share of the gap to the best
    prefix."""
    in_language: bool | None = None
    """Give phrases a class of their own in the language model: in a search by spelling the labels
    of that class, in one by sound the place of the unknown word."""
    rescoring: bool | None = None
    """In a search by spelling, choose among its texts by how well they fit the phones as well."""
    lookup: bool = True
    """Look phrases up in the phones, and put them in the place of words that fit worse."""
    variants: bool | None = None
    """Say each word of a phrase also in the other ways that its letters may stand for."""
    encoder: bool | None = None
    """Make the units of phrases likelier in the frames already, by the contextual adapter; None is
    as False as long as that hears no better than the other parts do without it."""
    whole: bool = True
    """Take an utterance for one of the phrases as a whole where that fits."""


def boosting(
    phrases: PhraseKey,
    settings: BeamSettings,
    options: BiasingOptions,
    most: float = Boosting.most,
) -> Boosting | None:
    """What the beam search favours, lifting a label by `most`; None when there is nothing to.

    Raises RecognitionError for a phrase that cannot be written, by name, or for an option that
    cannot be honoured.
    """
    if options.in_language and settings.language_model is None:
        raise RecognitionError(
            "Phrases cannot have a class in the language model, since there is none; "
            "leave in_language out, or give a language model."
        )
    in_language = options.in_language is not False and settings.language_model is not None
    adaptive = options.adaptive is not False
    if not phrases or not (adaptive or in_language):
        return None
    return _compiled(
        phrases,
        settings.vocabulary,
        settings.weight if in_language else 0.0,
        Boosting.share if adaptive else 0.0,
        most,
    )


def key(phrases: Phrases) -> PhraseKey:
    """Raises RecognitionError for one text in place of a list."""
    if isinstance(phrases, str):
        raise RecognitionError("Phrases come as a list of texts, not as one text.")
    return tuple(phrases.items() if isinstance(phrases, Mapping) else phrases)


@lru_cache(maxsize=8)
def _compiled(
    phrases: PhraseKey, vocabulary: Vocabulary, weight: float, share: float, most: float
) -> Boosting:
    texts, weights = [], []
    for phrase, how_likely in weighted(phrases):
        for words in spellings(phrase, vocabulary.letters):
            texts.append(BOUNDARY + BOUNDARY.join(words))
            weights.append(how_likely)
    automaton = Automaton.build(texts, vocabulary, weights)
    return Boosting(automaton, vocabulary, weight, share, most=most)


def weighted(phrases: PhraseKey) -> list[tuple[str, float]]:
    """Each phrase once, with its weight; 1 where none is given.

    Raises RecognitionError for what is no text, or a weight that is not above 0.
    """
    listed: dict[str, float] = {}
    for item in phrases:
        text, weight = item if isinstance(item, tuple) and len(item) == 2 else (item, 1.0)
        if not isinstance(text, str):
            raise RecognitionError(f"Phrases are texts; {text!r} is none.")
        if not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise RecognitionError(f"The weight of {text!r} must be a number above 0.")
        listed[text] = max(float(weight), listed.get(text, 0.0))
    return list(listed.items())
