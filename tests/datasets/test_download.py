"""Downloads from a real server on this machine that breaks off, changes its mind and lies."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from eulalia.datasets import download as module
from eulalia.datasets.download import DownloadError, download

CONTENT = random.Random(1).randbytes(900_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """What is offered, and what goes wrong."""

    content = CONTENT
    etag: str | None = '"first"'
    ranges = True
    announces_length = True
    status = 200
    break_after: int | None = None
    """Bytes after which the next answers break off; None for never."""
    breaks: int = 10**9
    """How many answers break off."""
    requested: ClassVar[list[str | None]]
    """The Range header of every request so far."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file.bin"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        span = self.headers.get("Range")
        server.requested.append(span)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = 0
        if span and server.ranges and self.headers.get("If-Range") == server.etag:
            start = int(span.removeprefix("bytes=").removesuffix("-"))
        if start >= len(server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            end = len(server.content) - 1
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(server.content)}")
        if server.announces_length:
            self.send_header("Content-Length", str(len(body)))
        if server.etag:
            self.send_header("ETag", server.etag)
        self.end_headers()
        if server.break_after is not None and server.breaks > 0:
            server.breaks -= 1
            self.wfile.write(body[: server.break_after])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.requested = []
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "sets" / "file.bin"


def files(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()}


def test_a_file_arrives_whole_and_its_checksum_is_kept(server: Server, target: Path) -> None:
    assert download(server.url, target) == target
    assert target.read_bytes() == CONTENT
    assert files(target) == {"file.bin", "file.bin.sha256"}
    assert target.with_name("file.bin.sha256").read_text().split() == [SHA256, "file.bin"]


def test_a_known_checksum_needs_no_note(server: Server, target: Path) -> None:
    download(server.url, target, sha256=SHA256)
    assert files(target) == {"file.bin"}


def test_a_file_that_is_there_is_not_fetched_again(server: Server, target: Path) -> None:
    download(server.url, target)
    download(server.url, target)
    download(server.url, target, sha256=SHA256)
    assert len(server.requested) == 1


def test_progress_tells_bytes_had_and_bytes_in_all(server: Server, target: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    download(server.url, target, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert seen == sorted(seen)


def test_a_line_that_breaks_is_taken_up_where_it_broke(server: Server, target: Path) -> None:
    server.break_after = 300_000
    server.breaks = 2
    download(server.url, target, sha256=SHA256, pause=0)
    assert target.read_bytes() == CONTENT
    assert server.requested == [None, "bytes=300000-", "bytes=600000-"]


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(server: Server, target: Path) -> None:
    server.break_after = 200_000
    server.breaks = 1
    part = target.with_name("file.bin.part")

    def interrupt(done: int, total: int | None) -> None:
        if done >= 200_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(server.url, target, progress=interrupt)
    had = part.stat().st_size
    assert had == 200_000
    assert not target.exists()
    download(server.url, target)
    assert target.read_bytes() == CONTENT
    assert server.requested == [None, f"bytes={had}-"]
    assert files(target) == {"file.bin", "file.bin.sha256"}


def test_a_line_that_stays_broken_is_one_sentence_and_keeps_what_came(
    server: Server, target: Path
) -> None:
    download(server.url, target.with_name("other.bin"))
    server.break_after = 0
    with pytest.raises(DownloadError, match="0 bytes are kept, and the same command goes on"):
        download(server.url, target, pause=0)
    assert not target.exists()


def test_a_server_without_ranges_starts_anew(server: Server, target: Path) -> None:
    server.ranges = False
    server.break_after = 300_000
    server.breaks = 1
    download(server.url, target, sha256=SHA256, pause=0)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_mark_of_the_version_no_rest_is_asked_for(
    server: Server, target: Path, etag: str | None
) -> None:
    server.etag = etag
    server.break_after = 300_000
    server.breaks = 1
    download(server.url, target, sha256=SHA256, pause=0)
    assert server.requested == [None, None]
    assert target.read_bytes() == CONTENT


def test_halves_of_two_versions_are_never_joined(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(b"old" * 1000)
    target.with_name("file.bin.part.etag").write_text('"older"')
    download(server.url, target)
    assert server.requested == ["bytes=3000-"]
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_already_whole_is_finished(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(CONTENT)
    target.with_name("file.bin.part.etag").write_text('"first"')
    download(server.url, target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert server.requested == [f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_too_long_is_fetched_anew(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(CONTENT + b"more")
    target.with_name("file.bin.part.etag").write_text('"first"')
    download(server.url, target, sha256=SHA256, pause=0)
    assert target.read_bytes() == CONTENT


def test_a_server_that_tells_no_length_is_believed(server: Server, target: Path) -> None:
    server.announces_length = False
    download(server.url, target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing_behind(server: Server, target: Path) -> None:
    with pytest.raises(DownloadError, match=f"SHA-256 is {SHA256}, not {'0' * 64}"):
        download(server.url, target, sha256="0" * 64)
    assert files(target) == set()


def test_another_version_than_the_first_is_refused(server: Server, target: Path) -> None:
    download(server.url, target)
    target.unlink()
    server.content = CONTENT[::-1]
    server.etag = '"second"'
    with pytest.raises(DownloadError, match=r"the one of the first download, in .*\.sha256"):
        download(server.url, target)
    assert not target.exists()


def test_a_file_that_was_damaged_since_is_named(server: Server, target: Path) -> None:
    download(server.url, target)
    target.write_bytes(b"damaged")
    with pytest.raises(DownloadError, match="is not what was first downloaded"):
        download(server.url, target)
    download(server.url, target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_an_address_without_a_file_is_one_sentence(server: Server, target: Path) -> None:
    server.status = 404
    with pytest.raises(DownloadError, match=r"cannot be had \(HTTP 404 Not Found\)"):
        download(server.url, target)
    assert len(server.requested) == 1


def test_a_server_that_is_busy_is_asked_again(server: Server, target: Path) -> None:
    server.status = 503
    with pytest.raises(DownloadError, match=r"could not be fetched \(HTTP 503"):
        download(server.url, target, pause=0)
    assert len(server.requested) == 5


def test_nobody_listening_is_one_sentence(target: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(DownloadError, match="could not be fetched"):
        download(f"http://127.0.0.1:{port}/x", target, pause=0)


@pytest.mark.parametrize("address", ["http://", "http://[", "https://exa mple/\n"])
def test_a_broken_address_is_one_sentence(target: Path, address: str) -> None:
    with pytest.raises(DownloadError) as caught:
        download(address, target, pause=0)
    assert str(caught.value)


def test_a_local_file_is_copied_and_checked(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "mine.bin"
    source.write_bytes(CONTENT)
    download(str(source), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    with pytest.raises(DownloadError, match="SHA-256"):
        download(str(source), target.with_name("other"), sha256="f" * 64)
    with pytest.raises(DownloadError, match="neither a file nor an address"):
        download(str(tmp_path / "nowhere"), target.with_name("other"))


def test_too_small_a_disk_is_noticed_before_anything_is_written(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = module.shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DownloadError, match=r"has 0\.0 GB free and 0\.0 GB more are needed"):
        download(server.url, target)
    assert not target.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_is_one_sentence(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "mine.bin"
    source.write_bytes(CONTENT)
    target.mkdir(parents=True)
    # A folder in the target's place and a full device: both are told, neither is a traceback.
    with pytest.raises(DownloadError, match="cannot be written"):
        download(str(source), target)
    error = module._disk_error(_full(), tmp_path / "mine.bin")
    assert "The disk is full; 900,000 bytes are kept" in str(error)


def _full() -> OSError:
    """The error of a device that is full, from such a device."""
    try:
        with Path("/dev/full").open("wb") as file:
            file.write(b"x")
    except OSError as error:
        return error
    raise AssertionError("/dev/full took a byte")
