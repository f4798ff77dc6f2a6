"""CLINC150: English requests of 150 intents, and requests of none of them (Larson et al. 2019)."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from eulalia.datasets.errors import DatasetError

OUT_OF_SCOPE = "oos"
"""Intent of a request that none of the 150 fits."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A request and its intent."""

    text: str
    intent: str


class Clinc:
    """The data set, opened from its file `data_full.json` or one like it, gzipped or not."""

    def __init__(self, partitions: dict[str, list[LabelledText]], name: str) -> None:
        self._partitions = partitions
        self._name = name

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Read the file. Raises DatasetError when it is absent or has another form."""
        path = Path(path)
        try:
            data = path.read_bytes()
            content = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        except FileNotFoundError as error:
            raise DatasetError(
                f"{path} does not exist; get it with `eulalia data get clinc150`."
            ) from error
        except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
            raise DatasetError(f"{path} is not the JSON file of CLINC150 ({error}).") from error
        if not isinstance(content, dict):
            raise DatasetError(f"{path} must hold a JSON object of partitions.")
        return cls(
            {name: _rows(rows, f"{path}, {name}") for name, rows in content.items()}, str(path)
        )

    @property
    def partitions(self) -> tuple[str, ...]:
        """Names of its parts: train, val, test, and each again as oos_… for those out of scope."""
        return tuple(self._partitions)

    def requests(self, partition: str) -> list[LabelledText]:
        """The requests of a part. Raises DatasetError when the file has no such part."""
        if partition not in self._partitions:
            raise DatasetError(
                f"{self._name} has no partition {partition!r}; "
                f"it has {', '.join(self._partitions)}."
            )
        return list(self._partitions[partition])


def _rows(rows: Any, place: str) -> list[LabelledText]:
    if not isinstance(rows, list):
        raise DatasetError(f"{place} must be a list of [text, intent].")
    result = []
    for number, row in enumerate(rows, start=1):
        match row:
            case [str(text), str(intent)]:
                result.append(LabelledText(text, intent))
            case _:
                raise DatasetError(f"{place}, item {number} must be [text, intent], not {row!r}.")
    return result
