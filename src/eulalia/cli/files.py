"""Files that commands write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from eulalia.errors import EulaliaError


def check_folder(path: Path | None) -> None:
    """Raise EulaliaError, before any work, when there is no folder for the file."""
    if path is not None and not path.absolute().parent.is_dir():
        raise EulaliaError(f"There is no folder {path.absolute().parent}; make it or name another.")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file, whole or not at all. Raises EulaliaError when it cannot be written."""
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
        part.replace(path)
    except OSError as error:
        raise EulaliaError(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
