"""Files with one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from eulalia.datasets.errors import DatasetError


def read_objects(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place ("FILE, line 7") and the object on it; empty lines are passed over.

    Raises DatasetError at the first line that is not UTF-8, not JSON or not an object.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{name}, line {number}"
        try:
            # A file from Windows may begin with a byte order mark.
            content = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{place} is not JSON in UTF-8 ({error}).") from error
        if not isinstance(content, dict):
            raise DatasetError(f"{place} must be a JSON object, not {type(content).__name__}.")
        yield place, content


def text_field(row: dict[str, Any], field: str, place: str) -> str:
    """A field that must be a text.

    Raises DatasetError when it is absent or something else.
    """
    if field not in row:
        raise DatasetError(f"{place} has no {field!r}.")
    value = row[field]
    if not isinstance(value, str):
        raise DatasetError(f"{place} has {value!r} for {field!r}, which must be a text.")
    return value
