"""SLURP: requests to a home assistant, annotated and read aloud (Bastianelli et al. 2020).

A prompt was read by several people, each reading recorded by one or two microphones. Predictions
are what a recogniser heard in a recording and what an understanding made of it, in the format of
the data set's own evaluation.
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.json_lines import read_objects, text_field
from eulalia.truth import TrueSlot

PARTITIONS = ("train", "train_synthetic", "devel", "test")
_SLOT = re.compile(r"\[\s*(?P<name>[^\s:\]]+)\s*:\s*(?P<value>[^\]]*?)\s*\]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request as written, with its annotation."""

    id: str
    text: str
    scenario: str
    action: str
    slots: tuple[TrueSlot, ...]
    """In the order of the text."""
    recordings: tuple[str, ...]
    """Names of the sound files."""

    @property
    def intent(self) -> str:
        """Scenario and action in one name, as in MASSIVE."""
        return f"{self.scenario}_{self.action}"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a pipeline made of one recording."""

    recording: str
    """Name of the sound file."""
    heard: str
    scenario: str
    action: str
    slots: tuple[TrueSlot, ...]

    @property
    def intent(self) -> str:
        """Scenario and action in one name, as in MASSIVE."""
        return f"{self.scenario}_{self.action}"


def read_prompts(path: str | Path) -> list[Prompt]:
    """The prompts of a file, or of a folder's train, train_synthetic, devel and test.

    Files end in .jsonl or .jsonl.gz. Raises DatasetError when there are none, and for the first
    broken line.
    """
    path = Path(path)
    files = [path]
    if path.is_dir():
        names = [f"{name}.jsonl{packed}" for name in PARTITIONS for packed in ("", ".gz")]
        files = [path / name for name in names if (path / name).is_file()]
    if not files:
        raise DatasetError(
            f"{path} holds none of {', '.join(PARTITIONS)} as .jsonl or .jsonl.gz; "
            "name the folder of SLURP's annotations."
        )
    return [
        _prompt(row, place)
        for file in files
        for place, row in read_objects(_lines(file), str(file))
    ]


def read_predictions(path: str | Path) -> list[Prediction]:
    """The predictions of a file of JSON lines, gzipped or not, one for each recording.

    Raises DatasetError for the first broken line, and for a recording that comes twice.
    """
    path = Path(path)
    predictions: dict[str, Prediction] = {}
    for place, row in read_objects(_lines(path), str(path)):
        prediction = _prediction(row, place)
        if prediction.recording in predictions:
            raise DatasetError(f"{place} has {prediction.recording!r} for the second time.")
        predictions[prediction.recording] = prediction
    return list(predictions.values())


def _lines(path: Path) -> list[bytes]:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).splitlines()
    except FileNotFoundError as error:
        raise DatasetError(f"{path} does not exist; name SLURP's files.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path} cannot be read to its end ({error}).") from error


def _prompt(row: dict[str, Any], place: str) -> Prompt:
    annotated = text_field(row, "sentence_annotation", place)
    recordings = row.get("recordings", [])
    if "slurp_id" not in row:
        raise DatasetError(f"{place} has no 'slurp_id'.")
    if not isinstance(recordings, list) or not all(isinstance(r, dict) for r in recordings):
        raise DatasetError(f"{place} must have a list of objects for 'recordings'.")
    # 'entities' name tokens, of which some lost letters; the annotated sentence has them all.
    return Prompt(
        id=str(row["slurp_id"]),
        text=text_field(row, "sentence", place),
        scenario=text_field(row, "scenario", place),
        action=text_field(row, "action", place),
        slots=tuple(TrueSlot(m["name"], m["value"]) for m in _SLOT.finditer(annotated)),
        recordings=tuple(text_field(recording, "file", place) for recording in recordings),
    )


def _prediction(row: dict[str, Any], place: str) -> Prediction:
    entities = row.get("entities", [])
    if not isinstance(entities, list) or not all(isinstance(e, dict) for e in entities):
        raise DatasetError(f"{place} must have a list of objects for 'entities'.")
    return Prediction(
        recording=text_field(row, "file", place),
        heard=text_field(row, "text", place),
        scenario=text_field(row, "scenario", place),
        action=text_field(row, "action", place),
        slots=tuple(
            TrueSlot(text_field(entity, "type", place), text_field(entity, "filler", place))
            for entity in entities
        ),
    )
