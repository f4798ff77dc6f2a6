"""Words by themselves, kept at hand because few of them make up most of what is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eulalia.nlu.linear import Votes
from eulalia.text.features import Table, character_keys, normalize

_MOST = 16_384
"""Words that are kept, which takes some 15 MB."""


class Word(NamedTuple):
    """What is known of a word wherever it stands."""

    form: str
    """Normalised."""
    letters: NDArray[np.float32]
    """(dimension,) its embedded character n-grams."""
    features: NDArray[np.intp]
    """(n-grams,) its character n-grams as its locale's votes know them."""
    label_votes: NDArray[np.float32]
    """(labels,) the votes of its character n-grams for its label, whatever stands around it."""


class Lexicon:
    """The words that were asked for last. Threads may share it."""

    def __init__(self, letters: Table) -> None:
        """From the embedding table of character n-grams."""
        self._letters = letters
        self._kept: dict[tuple[str, str], Word] = {}

    def words(
        self, texts: Sequence[str], locale: str, votes: Votes, label_votes: Votes
    ) -> list[Word]:
        """What is known of each word; the votes, for intents and for labels, are the locale's."""
        kept = [self._kept.get((locale, text)) for text in texts]
        words = [word for word in kept if word is not None]
        if len(words) == len(texts):
            return words
        missing = [text for text, word in zip(texts, kept, strict=True) if word is None]
        missing = list(dict.fromkeys(missing))
        new = dict(zip(missing, self._describe(missing, votes, label_votes), strict=True))
        if len(self._kept) + len(new) > _MOST:
            # It fills up again in no time; to drop the oldest alone would need a lock.
            self._kept.clear()
        self._kept.update({(locale, text): word for text, word in new.items()})
        return [word or new[text] for text, word in zip(texts, kept, strict=True)]

    def _describe(self, texts: Sequence[str], votes: Votes, label_votes: Votes) -> Iterator[Word]:
        forms = [normalize(text) for text in texts]
        by_word = [character_keys(form) for form in forms]
        sizes = [len(keys) for keys in by_word]
        keys = np.array(list(chain.from_iterable(by_word)), np.uint32)
        vectors = self._letters.embed(keys, sizes)
        features = votes.find(keys)
        votes_of_labels = label_votes.bag_scores(label_votes.find(keys), sizes)
        borders = pairwise(accumulate(sizes, initial=0))
        described = zip(forms, vectors, borders, votes_of_labels, strict=True)
        for form, vector, (start, end), own_votes in described:
            yield Word(form, vector, features[start:end], own_votes)
