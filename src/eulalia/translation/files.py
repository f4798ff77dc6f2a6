"""Reading texts whole and saying what is wrong with them; writing them whole or not at all."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from eulalia.translation.errors import TranslationError

LARGEST = 64 * 2**20
"""Bytes of the largest document that is read at once."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with its byte order mark.

    Line ends stay as they are. Raises TranslationError for a file that is missing, larger than
    LARGEST, or in another encoding.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise TranslationError(
                f"{path} has {size / 2**20:,.0f} MiB, and documents are read whole up to "
                f"{LARGEST // 2**20} MiB; cut it into several."
            )
        data = path.read_bytes()
    except OSError as error:
        raise TranslationError(f"{path} cannot be read ({error.strerror}).") from error
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TranslationError(
            f"Line {line} of {path} is not {encoding.upper().removesuffix('-SIG')}; "
            "save the file in UTF-8."
        ) from error
    if "\0" in text:
        raise TranslationError(f"{path} has zero bytes and is not a text.")
    return text


def read_lines(path: Path) -> list[str]:
    """The lines of a file without their ends; as `read_text`."""
    lines = read_text(path).replace("\r\n", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8, whole or not at all; line ends stay as they are.

    Raises TranslationError when it cannot be written.
    """
    temporary = None
    try:
        with NamedTemporaryFile(
            "wb", dir=path.absolute().parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(text.encode())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise TranslationError(f"{path} cannot be written ({error.strerror}).") from error


def _umask() -> int:
    """What this process takes away from the rights of new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
