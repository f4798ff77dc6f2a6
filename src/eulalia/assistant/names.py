"""The names that a customer may say and nobody else would: what the recogniser should expect.

People, devices, lists with what is on them, songs with their artists, and taught words. They are
read anew for each turn from what the customer's records hold; what is slow to read, a folder of
music or a house across the network, is kept for as long as it stays the same or for ten minutes.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from eulalia.errors import EulaliaError
from eulalia.memory import Records
from eulalia.skills.teaching import lessons

MOST: Final = 2_000
"""Names of one customer that are expected; further songs are left out."""
LONGEST: Final = 60
"""Characters; longer ones are said in parts, if at all."""
_KEPT_SECONDS: Final = 600


def names(records: Records, customer: str, locale: str) -> tuple[str, ...]:
    """The customer's names, each once: people, taught words, devices, lists, then music.

    A record that somebody else wrote in another shape, a folder that is gone and a house that does
    not answer have none.
    """
    found = (" ".join(name.split()) for name in _every(records, customer, locale))
    listed = dict.fromkeys(name for name in found if _is_sayable(name))
    return tuple(islice(listed, MOST))


def _every(records: Records, customer: str, locale: str) -> Iterator[str]:
    for key, contact in records.list(customer, "contact").items():
        yield _text(contact, "name") or key
    for lesson in lessons.every(records, customer, locale):
        yield lesson.phrase
    house = records.get(customer, "setting", "home_assistant")
    if house:
        yield from _devices(json.dumps(house), int(time.monotonic() / _KEPT_SECONDS))
    for key, kept in records.list(customer, "list").items():
        yield _text(kept, "name") or key
        items = kept.get("items") if isinstance(kept, dict) else None
        if isinstance(items, list):
            yield from (item for item in items if isinstance(item, str))
    folder = records.get(customer, "setting", "music_folder")
    if isinstance(folder, str) and folder:
        yield from _songs(folder, _state_of(folder))


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""


def _is_sayable(name: str) -> bool:
    """Whether a name has letters or digits, and all of them are Latin ones."""
    written = [character for character in name if character.isalnum()]
    return bool(written) and len(name) <= LONGEST and all(ord(c) < 0x250 for c in written)


@lru_cache(maxsize=8)
def _devices(setting: str, _period: int) -> tuple[str, ...]:
    """The names of a real house's devices, asked for once in a while."""
    from eulalia.skills.home_assistant import HomeAssistant

    try:
        return tuple(
            device.name for device in HomeAssistant.from_setting(json.loads(setting)).devices()
        )
    except EulaliaError:
        return ()


def _state_of(folder: str) -> tuple[tuple[str, int], ...]:
    """What changes when a file comes into a folder, or into one below it, or goes."""
    try:
        below = [path for path, _, _ in os.walk(Path(folder).expanduser())]
        return tuple((path, Path(path).stat().st_mtime_ns) for path in below)
    except (OSError, RuntimeError):
        return ()


@lru_cache(maxsize=8)
def _songs(folder: str, _state: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """The artists and titles in a folder."""
    from eulalia.skills.music import read_folder

    try:
        songs = read_folder(folder)
    except EulaliaError:
        return ()
    return tuple(dict.fromkeys(name for song in songs for name in (song.artist, song.title)))
