"""A data set's files, in a folder, in a tar archive or one alone."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from pathlib import Path

from eulalia.datasets.errors import DatasetError


def read_members(path: str | Path, ending: str) -> list[tuple[str, bytes]]:
    """Name and content of the files with that ending, in the order of their names.

    `path` is such a file, a folder that holds some at any depth, or a tar archive of them. Raises
    DatasetError when there are none, or one cannot be read.
    """
    path = Path(path)
    try:
        if path.is_dir():
            found = [(str(file), file.read_bytes()) for file in sorted(path.rglob(f"*{ending}"))]
        elif path.name.endswith(ending):
            found = [(str(path), path.read_bytes())]
        else:
            found = _unpack(path, ending)
    except FileNotFoundError as error:
        raise DatasetError(f"{path} does not exist; name a file, folder or archive.") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror or error}).") from error
    if not found:
        raise DatasetError(f"{path} holds no file that ends in {ending}; name another.")
    return found


def _unpack(path: Path, ending: str) -> list[tuple[str, bytes]]:
    found = []
    try:
        # Not as a stream, in which an archive that was cut off between two files seems whole.
        with tarfile.open(path) as archive:
            for member in archive:
                if member.name.endswith(ending) and (file := archive.extractfile(member)):
                    found.append((f"{member.name} of {path}", file.read()))
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise DatasetError(
            f"{path} is neither a {ending} file nor a whole tar archive ({error})."
        ) from error
    return sorted(found)
