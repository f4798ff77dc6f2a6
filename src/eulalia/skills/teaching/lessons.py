"""Lessons: phrases that a customer taught, and the requests that they stand for.

They hold in the locale in which they were taught, and for nobody else. One may stand for another;
what leads in a circle is neither learned nor followed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from eulalia.skills.teaching import wordings

if TYPE_CHECKING:
    from eulalia.memory.records import Records

KIND: Final = "taught"
"""The kind of record; the key is the locale and the phrase as it is compared."""
AS_SAID: Final = "as_said"
"""The kind of record of phrases that are to mean what they say, by the same keys."""
MOST: Final = 500
"""Lessons of one customer."""
LONGEST_PHRASE: Final = 100
"""Characters; a key may have 200."""
LONGEST_REQUEST: Final = 300
"""Characters."""
_MOST_STEPS: Final = 8
"""Lessons that may stand for one another."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A phrase and what it stands for."""

    phrase: str
    request: str
    locale: str
    time: str
    """When it was taught, ISO 8601."""


class Verdict(StrEnum):
    """What came of a wish to teach."""

    LEARNED = "learned"
    CHANGED = "changed"
    """The phrase stood for something else before."""
    INCOMPLETE = "incomplete"
    """The phrase or the request is missing."""
    TOO_LONG = "too_long"
    RESERVED = "reserved"
    """The phrase stops or cancels something, answers or teaches."""
    CIRCLE = "circle"
    """The phrase would come to stand for itself."""
    FULL = "full"


def check(records: Records, customer: str, locale: str, phrase: str, request: str) -> Verdict:
    """What would come of teaching this; nothing is kept."""
    key, meant = wordings.key(phrase, locale), wordings.key(request, locale)
    if len(phrase) > LONGEST_PHRASE or len(key) > LONGEST_PHRASE or len(request) > LONGEST_REQUEST:
        return Verdict.TOO_LONG
    if not _has_words(key) or not _has_words(meant):
        return Verdict.INCOMPLETE
    if is_reserved(phrase, locale):
        return Verdict.RESERVED
    following = _steps(records, customer, locale, request)
    if key in (meant, *(wordings.key(step, locale) for step in following)):
        return Verdict.CIRCLE
    kept = find(records, customer, locale, phrase)
    if kept is not None:
        return Verdict.LEARNED if wordings.key(kept.request, locale) == meant else Verdict.CHANGED
    return Verdict.FULL if len(records.list(customer, KIND)) >= MOST else Verdict.LEARNED


def teach(
    records: Records, customer: str, locale: str, phrase: str, request: str, now: datetime
) -> Verdict:
    """Keep a lesson in place of the phrase's earlier one, if the verdict is that it may be."""
    verdict = check(records, customer, locale, phrase, request)
    if verdict in (Verdict.LEARNED, Verdict.CHANGED):
        lesson = Lesson(phrase, request, locale, now.isoformat())
        records.put(customer, KIND, _key(phrase, locale), asdict(lesson))
        records.delete(customer, AS_SAID, _key(phrase, locale))
    return verdict


def find(records: Records, customer: str, locale: str, phrase: str) -> Lesson | None:
    """The customer's lesson for that phrase, or None."""
    key = _key(phrase, locale)
    if len(key) > LONGEST_PHRASE + 20:
        return None
    return _lesson(records.get(customer, KIND, key))


def recall(records: Records, customer: str, locale: str, text: str) -> str | None:
    """The request that the text stands for, or None where it is taken as it is."""
    if not wordings.speaks(locale) or is_reserved(text, locale):
        return None
    steps = _steps(records, customer, locale, text)
    keys = [wordings.key(step, locale) for step in (text, *steps)]
    # Two who teach at once may close a circle that neither of them saw.
    return steps[-1] if steps and len(set(keys)) == len(keys) else None


def every(records: Records, customer: str, locale: str) -> list[Lesson]:
    """The customer's lessons in a locale, in the order in which they were first taught."""
    lessons = map(_lesson, records.list(customer, KIND).values())
    return [one for one in lessons if one is not None and one.locale == locale]


def forget(records: Records, customer: str, locale: str, phrase: str) -> bool:
    """Forget what a phrase stands for; whether it stood for anything."""
    if find(records, customer, locale, phrase) is None:
        return False
    keep_as_said(records, customer, locale, phrase)
    return records.delete(customer, KIND, _key(phrase, locale))


def forget_all(records: Records, customer: str) -> int:
    """Forget every lesson in every locale; how many there were."""
    kept = records.list(customer, KIND)
    for lesson in map(_lesson, kept.values()):
        if lesson is not None:
            keep_as_said(records, customer, lesson.locale, lesson.phrase)
    return sum(records.delete(customer, KIND, key) for key in kept)


def keep_as_said(records: Records, customer: str, locale: str, phrase: str) -> None:
    """Take a phrase by its words from now on, whatever else is learned, until it is taught."""
    if len(phrase) <= LONGEST_PHRASE:
        records.put(customer, AS_SAID, _key(phrase, locale), True)


def is_as_said(records: Records, customer: str, locale: str, text: str) -> bool:
    """Whether the customer wants a text taken by its words."""
    if len(text) > LONGEST_PHRASE + 20:
        return False
    return records.get(customer, AS_SAID, _key(text, locale)) is not None


def is_reserved(phrase: str, locale: str) -> bool:
    """Whether a phrase keeps its meaning: it stops something, answers a question, or teaches."""
    if any(wordings.is_said(kind, phrase, locale) for kind in ("stop", "yes", "no", "skip")):
        return True
    return wordings.read(phrase, locale) is not None


def _steps(records: Records, customer: str, locale: str, text: str) -> list[str]:
    """What a text stands for, and what that stands for in turn; a circle ends where it closes."""
    steps: list[str] = []
    keys = {wordings.key(text, locale)}
    while len(steps) < _MOST_STEPS:
        lesson = find(records, customer, locale, text)
        if lesson is None:
            break
        text = lesson.request
        steps.append(text)
        if wordings.key(text, locale) in keys:
            break
        keys.add(wordings.key(text, locale))
    return steps


def _key(phrase: str, locale: str) -> str:
    return f"{locale} {wordings.key(phrase, locale)}"


def _has_words(key: str) -> bool:
    return any(letter.isalnum() for letter in key)


def _lesson(value: Any) -> Lesson | None:
    """The lesson of a record; what somebody else wrote there is none."""
    if not isinstance(value, dict):
        return None
    texts = [value.get(name) for name in ("phrase", "request", "locale", "time")]
    if not all(isinstance(text, str) and text for text in texts):
        return None
    return Lesson(*map(str, texts))
