"""Buckets: folders of one root folder, or those of a server that speaks Amazon S3."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from eulalia.translation.resources.errors import ParameterError, UnavailableError

_COPIED = 2**20


class Buckets(Protocol):
    """Where documents are read and written, by URIs such as `s3://bucket/folder/name`.

    `file:///folder/name` is this computer's. All calls raise UnavailableError when the bucket is
    not there or does not answer, and ParameterError for a URI that cannot be used.
    """

    def check(self, uri: str) -> None:
        """Raise an error unless the URI's bucket is there."""

    def sizes(self, uri: str) -> dict[str, int]:
        """The paths below a folder, in order, hidden ones left out, and their sizes in bytes."""

    def read(self, uri: str, limit: int) -> bytes:
        """What is at a URI, at most a byte more than the limit."""

    def copy(self, uri: str, path: Path, limit: int) -> None:
        """Write what is at a URI to a file; ParameterError if it has more bytes than the limit."""

    def write(self, uri: str, content: bytes) -> None:
        """Put something at a URI, whole or not at all, in place of what is there."""


@dataclass(frozen=True)
class FolderBuckets:
    """Each folder of `root` is a bucket."""

    root: Path

    def check(self, uri: str) -> None:
        """As Buckets says; a folder of this computer need not be there yet."""
        _, bucket, _ = parse(uri)
        if bucket and not (self.root / bucket).is_dir():
            raise UnavailableError(f"There is no bucket {bucket}: no folder {self.root / bucket}.")

    def sizes(self, uri: str) -> dict[str, int]:
        """As Buckets says."""
        folder = self._path(uri)
        self.check(uri)
        with _explaining(uri):
            if folder.is_file():
                return {"": folder.stat().st_size}
            found = (path for path in folder.rglob("*") if path.is_file())
            names = {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}
        return {name: names[name] for name in sorted(names) if not _is_hidden(name)}

    def read(self, uri: str, limit: int) -> bytes:
        """As Buckets says."""
        with _explaining(uri), self._path(uri).open("rb") as file:
            return file.read(limit + 1)

    def copy(self, uri: str, path: Path, limit: int) -> None:
        """As Buckets says."""
        with _explaining(uri), self._path(uri).open("rb") as file:
            _copy(file, path, uri, limit)

    def write(self, uri: str, content: bytes) -> None:
        """As Buckets says."""
        self.check(uri)
        path = self._path(uri)
        temporary = path.with_name(f".{uuid.uuid4().hex}")
        with _explaining(uri):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(content)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)

    def _path(self, uri: str) -> Path:
        scheme, bucket, key = parse(uri)
        return self.root / bucket / key if scheme == "s3" else Path("/") / key


@dataclass(frozen=True)
class S3Buckets:
    """Buckets of Amazon S3 or of another server that speaks its protocol.

    The keys are those that Amazon's own programs use: in the environment, or in `~/.aws`.
    """

    endpoint: str | None = None
    """The server's URL; Amazon's by default."""

    def check(self, uri: str) -> None:
        """As Buckets says."""
        scheme, bucket, _ = parse(uri)
        if scheme != "s3":
            FolderBuckets(Path("/")).check(uri)
            return
        with _explaining(uri):
            if not self._system.exists(bucket):
                raise UnavailableError(f"There is no bucket {bucket}.")

    def sizes(self, uri: str) -> dict[str, int]:
        """As Buckets says."""
        scheme, bucket, key = parse(uri)
        if scheme != "s3":
            return FolderBuckets(Path("/")).sizes(uri)
        self.check(uri)
        folder = f"{bucket}/{key}".rstrip("/")
        with _explaining(uri):
            found = self._system.find(folder, detail=True)
        if set(found) == {folder}:
            return {"": found[folder]["size"]}
        names = {path[len(folder) + 1 :]: facts["size"] for path, facts in found.items()}
        return {name: names[name] for name in sorted(names) if name and not _is_hidden(name)}

    def read(self, uri: str, limit: int) -> bytes:
        """As Buckets says."""
        scheme, bucket, key = parse(uri)
        if scheme != "s3":
            return FolderBuckets(Path("/")).read(uri, limit)
        with _explaining(uri), self._system.open(f"{bucket}/{key}", "rb") as file:
            content: bytes = file.read(limit + 1)
            return content

    def copy(self, uri: str, path: Path, limit: int) -> None:
        """As Buckets says."""
        scheme, bucket, key = parse(uri)
        if scheme != "s3":
            FolderBuckets(Path("/")).copy(uri, path, limit)
            return
        with _explaining(uri), self._system.open(f"{bucket}/{key}", "rb") as file:
            _copy(file, path, uri, limit)

    def write(self, uri: str, content: bytes) -> None:
        """As Buckets says."""
        scheme, bucket, key = parse(uri)
        if scheme != "s3":
            FolderBuckets(Path("/")).write(uri, content)
            return
        with _explaining(uri):
            # One request: the object is there whole, or the old one still is.
            self._system.pipe_file(f"{bucket}/{key}", content)

    @property
    def _system(self) -> Any:
        """The file system; s3fs itself keeps one for each endpoint and process."""
        try:
            import s3fs  # type: ignore[import-untyped]
        except ImportError as error:
            raise UnavailableError(
                "Buckets of S3 need one more package: pip install 'eulalia[s3]'."
            ) from error
        return s3fs.S3FileSystem(
            endpoint_url=self.endpoint, use_listings_cache=False, default_fill_cache=False
        )


def parse(uri: str) -> tuple[str, str, str]:
    """The scheme, the bucket and the key of a URI; the bucket of a file's is empty."""
    parts = urlsplit(uri, allow_fragments=False)
    bucket, key = parts.netloc, parts.path.lstrip("/")
    if parts.scheme == "s3" and bucket:
        key = uri.removeprefix(f"s3://{bucket}").lstrip("/")
    elif parts.scheme == "file" and not bucket:
        key = unquote(key)
    else:
        raise ParameterError(f"{uri!r} is neither s3://bucket/folder nor file:///folder.")
    if "\0" in key or {"..", "."} & {*key.split("/"), bucket}:
        raise ParameterError(f"{uri!r} holds names that no file may have.")
    return parts.scheme, bucket, key


def join(uri: str, name: str) -> str:
    """The URI of something in a folder."""
    if uri.startswith("file:"):
        from urllib.parse import quote

        name = quote(name)
    return f"{uri.rstrip('/')}/{name}"


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _copy(file: BinaryIO, path: Path, uri: str, limit: int) -> None:
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as copy:
            while piece := file.read(_COPIED):
                copy.write(piece)
                if copy.tell() > limit:
                    raise ParameterError(f"{uri} has more than {limit:,} bytes.")
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _explaining(uri: str) -> Iterator[None]:
    """Tell what fails below in one sentence: besides OSError, s3fs passes botocore's errors on."""
    try:
        yield
    except (ParameterError, UnavailableError):
        raise
    except FileNotFoundError as error:
        raise UnavailableError(f"There is nothing at {uri}.") from error
    except Exception as error:
        if not isinstance(error, OSError) and not type(error).__module__.startswith(
            ("botocore", "aiobotocore", "aiohttp", "asyncio", "fsspec")
        ):
            raise
        detail = " ".join(str(getattr(error, "strerror", None) or error).split())[:200]
        raise UnavailableError(f"{uri} cannot be used ({detail}).") from error
