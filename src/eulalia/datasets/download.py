"""Fetching files that may be large, over lines that may break, onto disks that may be full.

A download grows in `NAME.part` beside its target and takes the target's name only when it is whole
and its SHA-256 is the known one. Where none is published, the first download's is kept beside the
file as `NAME.sha256`, and later downloads must agree with it.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import re
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eulalia.datasets.errors import DatasetError

Progress = Callable[[int, int | None], None]
"""Called with the bytes had so far and the bytes in all, if that is known."""

_CHUNK = 1 << 18
_PATIENCE = 5
"""Attempts in a row that may bring nothing before a download gives up."""
_TIMEOUT = 30.0
"""Seconds without a byte before an attempt counts as failed."""

_BROKEN_LINE = (
    urllib.error.URLError,
    http.client.HTTPException,
    ConnectionError,
    ssl.SSLError,
)


class DownloadError(DatasetError):
    """A file that could not be fetched whole; what has arrived is kept and can be resumed."""


def download(
    source: str,
    target: str | Path,
    *,
    sha256: str | None = None,
    progress: Progress | None = None,
    pause: float = 1.0,
) -> Path:
    """Fetch a URL, or copy a local file, and check it.

    A file that is already there and agrees with its checksum is left alone. An interrupted
    download goes on where it stopped, in this call (`pause` seconds after a broken connection,
    doubling) or in the next one. Returns the target's path.

    Raises DownloadError when the address gives no file, the line stays broken, the disk is full or
    the checksum differs.
    """
    target = Path(target)
    expected = sha256.lower() if sha256 else _pinned(target)
    if target.is_file() and expected:
        if _digest(target) == expected:
            return target
        if sha256 is None:
            raise DownloadError(
                f"{target} is not what was first downloaded (its SHA-256 is not the one in "
                f"{_pin(target)}); remove both to get it anew."
            )
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if re.match(r"https?://", source):
            _Transfer(source, part, progress or _silent, pause).run()
        else:
            _copy(Path(source), part, progress or _silent)
        found = _digest(part)
        if expected and found != expected:
            _discard(part)
            origin = "that was given" if sha256 else f"of the first download, in {_pin(target)}"
            raise DownloadError(
                f"What {source} sent was damaged or is another version, and was removed: its "
                f"SHA-256 is {found}, not {expected}, the one {origin}."
            )
        if not expected:
            _pin(target).write_text(f"{found}  {target.name}\n", "utf-8")
        part.replace(target)
        _validator(part).unlink(missing_ok=True)
    except OSError as error:
        raise _disk_error(error, part) from error
    return target


@dataclass
class _Transfer:
    """One download by HTTP."""

    url: str
    part: Path
    progress: Progress
    pause: float

    def run(self) -> None:
        """Fetch until the file is whole, or until several attempts in a row brought nothing."""
        fruitless = 0
        while True:
            before = _size(self.part)
            try:
                if self._attempt(before):
                    return
                reason = "the connection ended early"
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code not in (408, 429):
                    raise DownloadError(
                        f"{self.url} cannot be had (HTTP {error.code} {error.reason})."
                    ) from error
                reason = f"HTTP {error.code} {error.reason}"
            except _BROKEN_LINE as error:
                reason = str(getattr(error, "reason", error)) or type(error).__name__
            except TimeoutError:
                reason = f"nothing came for {_TIMEOUT:.0f} seconds"
            except ValueError as error:
                raise DownloadError(f"{self.url} is not an address ({error}).") from error
            fruitless = 0 if _size(self.part) > before else fruitless + 1
            if fruitless >= _PATIENCE:
                raise DownloadError(
                    f"{self.url} could not be fetched ({reason}); "
                    f"{_size(self.part):,} bytes are kept, and the same command goes on from there."
                )
            time.sleep(self.pause * 2**fruitless)

    def _attempt(self, have: int) -> bool:
        """Fetch what is missing; whether the file is whole now."""
        request = urllib.request.Request(self.url, headers={"User-Agent": "eulalia"})
        validator = _validator(self.part)
        # Without a mark of the version, a rest could belong to another file of the same name.
        if have and validator.is_file():
            request.add_header("Range", f"bytes={have}-")
            request.add_header("If-Range", validator.read_text("utf-8"))
        else:
            have = 0
        try:
            response = urllib.request.urlopen(request, timeout=_TIMEOUT)
        except urllib.error.HTTPError as error:
            if error.code != 416:
                raise
            # All of it is here already, or more than all.
            whole = error.headers.get("Content-Range", "") == f"bytes */{have}"
            if not whole:
                _discard(self.part)
            return whole
        with response:
            if response.status == 206:
                start, total = _content_range(response.headers.get("Content-Range", ""))
                if start != have:
                    _discard(self.part)
                    return False
            else:
                have = 0
                length = response.headers.get("Content-Length", "")
                total = int(length) if length.isdigit() else None
                mark = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
                # A weak mark (W/"…") does not promise the same bytes.
                _discard(self.part)
                if mark and not mark.startswith("W/"):
                    validator.write_text(mark, "utf-8")
            _check_room(self.part, have, total)
            with self.part.open("ab") as file:
                self.progress(have, total)
                while chunk := response.read(_CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    self.progress(have, total)
        return total is None or have == total


def _copy(source: Path, part: Path, progress: Progress) -> None:
    if not source.is_file():
        raise DownloadError(f"{source} is neither a file nor an address that begins with http.")
    total = source.stat().st_size
    _discard(part)
    _check_room(part, 0, total)
    done = 0
    with source.open("rb") as reader, part.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            writer.write(chunk)
            done += len(chunk)
            progress(done, total)


def _content_range(text: str) -> tuple[int, int | None]:
    """First byte and size of the whole from a Content-Range header; -1 if it is none."""
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", text)
    if not match:
        return -1, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _check_room(part: Path, have: int, total: int | None) -> None:
    needed = (total or 0) - have
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise DownloadError(
            f"{part.parent} has {free / 1e9:.1f} GB free and {needed / 1e9:.1f} GB more are "
            "needed; make room or choose another folder."
        )


def _disk_error(error: OSError, part: Path) -> DownloadError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DownloadError(
            f"The disk is full; {_size(part):,} bytes are kept in {part}: make room and repeat "
            "the command to go on from there, or remove that file."
        )
    return DownloadError(f"{error.filename or part} cannot be written ({error.strerror or error}).")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pin(target: Path) -> Path:
    return target.with_name(target.name + ".sha256")


def _pinned(target: Path) -> str | None:
    """The checksum that the first download left."""
    try:
        words = _pin(target).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        return None
    return words[0] if words and re.fullmatch("[0-9a-f]{64}", words[0]) else None


def _validator(part: Path) -> Path:
    """Where the server's mark of the version being downloaded is kept."""
    return part.with_name(part.name + ".etag")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator(part).unlink(missing_ok=True)


def _silent(done: int, total: int | None) -> None:
    pass
