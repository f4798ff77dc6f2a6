"""Resolution: from what was said for a slot to the thing that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final

from eulalia.dialog import numbers, times
from eulalia.turn import Context, Entity, Interpretation, Slot

NEAR: Final = 0.72
"""How like a name must be to count as meant, from 0 to 1."""
_LONGEST_NAME: Final = 200
_TIME_SLOTS: Final = ("date", "timeofday", "time", "general_frequency")
_NUMBER_SLOTS: Final = frozenset({"change_amount"})
_NAMED: Final[dict[str, tuple[str, ...]]] = {
    "app_name": ("app",),
    "artist_name": ("artist",),
    "audiobook_name": ("audiobook",),
    "device_type": ("device",),
    "house_place": ("room", "place"),
    "list_name": ("list",),
    "person": ("contact",),
    "place_name": ("place",),
    "playlist_name": ("playlist",),
    "podcast_name": ("podcast",),
    "radio_name": ("station",),
    "relation": ("contact",),
    "song_name": ("song",),
}
"""The kinds of thing that a slot may name, likeliest first."""


def resolve(
    interpretation: Interpretation,
    context: Context,
    locale: str,
    now: datetime,
    catalog: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Entity, ...]:
    """The things that the slots mean, in the order of the slots; a slot may mean none.

    `catalog` lists the names there are by kind: {"room": ["kitchen", …], "song": […]}. A time is
    ISO 8601: a moment, a day, an interval "start/end", a duration "PT90S"; `now` gives the zone.
    Where the request names no room and the context has a place, that is the room.

    Raises LocaleError for an unknown locale.
    """
    catalog = catalog or {}
    entities = []
    for slot in interpretation.slots:
        entity = _time(slot, interpretation, locale, now) if slot.name in _TIME_SLOTS else None
        entity = entity or _number(slot, locale) or _named(slot, locale, catalog)
        if entity is not None:
            entities.append(entity)
    if context.place and not any(entity.kind == "room" for entity in entities):
        room = closest(context.place, catalog.get("room", ()), locale)
        if room is not None:
            entities.append(Entity("house_place", "room", room[0], 0.5 * room[1]))
    return tuple(entities)


def closest(text: str, names: Iterable[str], locale: str) -> tuple[str, float] | None:
    """The name that a text is most like and how like it is (0 to 1), or None where none is near.

    Case, accents and hyphens do not count; a name that stands whole in the text, or the text in
    a name, is nearly as good as the same. Likeness otherwise is the share of letters in common
    order (Ratcliff and Obershelp 1988, as in difflib).

    >>> closest("the Kitchen", ["kitchen", "bath"], "en-US")
    ('kitchen', 0.92)
    """
    said = _plain(text, locale)
    scored = [(_likeness(said, _plain(name, locale)), name) for name in names]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return (best[1], round(best[0], 4)) if best[0] >= NEAR else None


def _plain(text: str, locale: str) -> str:
    return " ".join(numbers.fold(text[:_LONGEST_NAME], locale).split())


def _likeness(said: str, name: str) -> float:
    if not said or not name:
        return 0.0
    if said == name:
        return 1.0
    spoken, named = said.split(), name.split()
    if _contains(spoken, named) or _contains(named, spoken):
        return 0.92
    # "на кухне" names the кухня: words around a name, or an inflected one, do not hide it.
    windows = range(max(len(spoken) - len(named), 0) + 1)
    parts = {said, *(" ".join(spoken[n : n + len(named)]) for n in windows)}
    return 0.91 * max(SequenceMatcher(None, part, name, autojunk=False).ratio() for part in parts)


def _contains(words: list[str], part: list[str]) -> bool:
    return any(words[n : n + len(part)] == part for n in range(len(words) - len(part) + 1))


def _time(slot: Slot, interpretation: Interpretation, locale: str, now: datetime) -> Entity | None:
    """The time of a slot; "seven" with "tomorrow" elsewhere in the request is tomorrow's seven."""
    parsed = None
    waking = interpretation.intent.startswith("alarm_")
    if slot.name == "time":
        said = sorted(
            (s for s in interpretation.slots if s.name in _TIME_SLOTS), key=lambda s: s.start
        )
        together = times.parse(" ".join(s.value for s in said), locale, now, waking=waking)
        parsed = together if together and together.kind in {"instant", "time"} else None
    parsed = parsed or times.parse(slot.value, locale, now, waking=waking)
    if parsed is None:
        return None
    if parsed.kind == "duration" and parsed.duration is not None:
        return Entity(slot.name, "duration", _iso_duration(parsed.duration))
    if parsed.kind == "recurrence":
        start = parsed.start.isoformat() if parsed.start else None
        return Entity(slot.name, "recurrence", {"every": parsed.every, "start": start})
    if parsed.start is None:
        return None
    if parsed.kind == "date":
        if parsed.grain == "day":
            return Entity(slot.name, "date", parsed.start.date().isoformat())
        end = f"/{parsed.end.isoformat()}" if parsed.end else ""
        return Entity(slot.name, "date", parsed.start.isoformat() + end)
    return Entity(slot.name, "time", parsed.start.isoformat())


def _iso_duration(duration: timedelta) -> str:
    seconds = duration.total_seconds()
    return f"PT{seconds:.0f}S" if seconds == int(seconds) else f"PT{seconds}S"


def _number(slot: Slot, locale: str) -> Entity | None:
    if slot.name not in _NUMBER_SLOTS:
        return None
    found = numbers.find(slot.value, locale)
    return Entity(slot.name, "number", found[0].value) if len(found) == 1 else None


def _named(slot: Slot, locale: str, catalog: Mapping[str, Iterable[str]]) -> Entity | None:
    for kind in _NAMED.get(slot.name, ()):
        found = closest(slot.value, catalog.get(kind, ()), locale)
        if found is not None:
            return Entity(slot.name, kind, found[0], found[1])
    return None
