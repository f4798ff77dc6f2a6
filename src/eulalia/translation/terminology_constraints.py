"""Terms that must be translated in one way.

A translation that uses the term's translation is left alone, so that it can inflect around it. Any
other is made anew with the term behind a mask, which comes back as its translation. Names that stay
as they are, are terms that translate themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from eulalia.translation.model import MASKS
from eulalia.translation.protection import Protected


class Terms:
    """A terminology: source terms and their translations."""

    def __init__(self, terminology: Mapping[str, str], names: str = r"(?!)") -> None:
        """`names` is a pattern of what stays as it is, if the terminology does not have it."""
        self.terminology = {term: text for term, text in terminology.items() if term.strip()}
        longest_first = sorted(self.terminology, key=len, reverse=True)
        self._pattern = re.compile("|".join([*map(_whole, longest_first), names]))

    def is_honoured(self, source: Protected, translation: str, *, by_person: bool) -> bool:
        """Whether a translation has each term's translation as often as its source the term.

        A name may be said less often, and a person may have said it otherwise.
        """
        found: list[str] = self._pattern.findall(source.text)
        wanted = [self.terminology[each] for each in found if each in self.terminology]
        names = [each for each in found if each not in self.terminology]
        written = source.restored(translation)
        return all(written.count(text) >= wanted.count(text) for text in wanted) and (
            by_person or all(name in written for name in names)
        )

    def masked(self, source: Protected) -> Protected:
        """The same with masks for its terms; given are its own masks, and terms' translations.

        Names get none where the sentence has as many as a model knows.
        """
        spans = list(source.spans)
        written = [f"⟦{number}⟧" for number in range(len(spans))]

        def put_aside(found: re.Match[str]) -> str:
            if found[0] not in self.terminology and len(spans) >= MASKS:
                return found[0]
            text = self.terminology.get(found[0], found[0])
            spans.append(text)
            written.append(text)
            return f"⟦{len(spans) - 1}⟧"

        text = self._pattern.sub(put_aside, source.text)
        return Protected(text, tuple(spans), tuple(written), source.twos)


def _whole(term: str) -> str:
    """A pattern for the term as a whole word, where its script parts words."""
    before = r"(?<!\w)" if _parts_words(term[0]) else ""
    after = r"(?!\w)" if _parts_words(term[-1]) else ""
    return f"{before}{re.escape(term)}{after}"


def _parts_words(letter: str) -> bool:
    return letter.isalnum() and not "\u3040" <= letter <= "\u9fff"
