"""Manifests: recordings and what is said in them, one JSON object a line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.json_lines import read_objects, text_field
from eulalia.datasets.sample import evenly_spaced


@dataclass(frozen=True, slots=True)
class Recording:
    """One line of a manifest."""

    audio: Path
    """The file with the sound."""
    text: str | None = None
    """What is said, where that is known; empty for silence."""
    speaker: str | None = None
    duration: float | None = None
    """Seconds, where the manifest says so."""
    phrases: tuple[str, ...] = ()
    """Words and phrases to favour."""
    rare: tuple[str, ...] = ()
    """Those phrases that count as rare."""
    intent: str | None = None
    slots: dict[str, str] = field(default_factory=dict)
    """Values by slot name."""
    notes: dict[str, Any] = field(default_factory=dict)
    """All other fields of the line: gender, age, accent, segments …"""


@dataclass(frozen=True)
class Manifest:
    """The recordings of a set."""

    path: Path
    recordings: tuple[Recording, ...]

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a manifest, or the `manifest.jsonl` of a folder.

        `audio_filepath` is relative to the manifest's folder. Raises DatasetError when the manifest
        or a sound file that it names is absent, at the first broken line, and when it is empty.
        """
        path = Path(path)
        if path.is_dir():
            path = path / "manifest.jsonl"
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise DatasetError(f"{path} cannot be read ({error.strerror}).") from error
        recordings = tuple(
            _recording(row, path.parent, place) for place, row in read_objects(lines, str(path))
        )
        if not recordings:
            raise DatasetError(f"{path} names no recordings; give it one JSON object a line.")
        return cls(path, recordings)

    def limit(self, count: int | None) -> Self:
        """So many recordings, evenly spaced; all of them for None."""
        return type(self)(self.path, tuple(evenly_spaced(self.recordings, count)))

    def __iter__(self) -> Iterator[Recording]:
        return iter(self.recordings)

    def __len__(self) -> int:
        return len(self.recordings)


def _recording(row: dict[str, Any], folder: Path, place: str) -> Recording:
    notes = dict(row)
    audio = folder / text_field(row, "audio_filepath", place)
    if not audio.is_file():
        raise DatasetError(f"{place} names {audio}, which does not exist.")
    del notes["audio_filepath"]
    return Recording(
        audio=audio,
        text=_optional_text(notes, "text", place),
        speaker=_optional_text(notes, "speaker", place),
        duration=_seconds(notes, place),
        phrases=_texts(notes, "phrases", place),
        rare=_texts(notes, "rare", place),
        intent=_optional_text(notes, "intent", place),
        slots=_slots(notes, place),
        notes=notes,
    )


def _optional_text(notes: dict[str, Any], name: str, place: str) -> str | None:
    if notes.get(name) is None:
        notes.pop(name, None)
        return None
    value = text_field(notes, name, place)
    del notes[name]
    return value


def _seconds(notes: dict[str, Any], place: str) -> float | None:
    value = notes.pop("duration", None)
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise DatasetError(f"{place} has {value!r} for 'duration', which must be in seconds.")
    return float(value)


def _texts(notes: dict[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = notes.pop(name, None) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DatasetError(f"{place} has {value!r} for {name!r}, which must be a list of texts.")
    return tuple(value)


def _slots(notes: dict[str, Any], place: str) -> dict[str, str]:
    value = notes.pop("slots", None) or {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise DatasetError(f"{place} has {value!r} for 'slots', which must be texts by name.")
    return dict(value)
