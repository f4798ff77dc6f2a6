"""Pages of the web, asked for politely: as robots.txt allows, and one at a time from each host.

Koster et al.: Robots Exclusion Protocol, RFC 9309 (2022).
"""

from __future__ import annotations

import hashlib
import re
import time
from email.message import Message
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from urllib.robotparser import RobotFileParser

from eulalia.translation.errors import TranslationError
from eulalia.translation.files import write_text

AGENT = "eulalia"
_SECONDS = 20.0
_LARGEST = 10 * 2**20
_KINDS = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)


class Pages:
    """Fetches pages and keeps them in a folder, so that none is asked for twice."""

    def __init__(self, folder: Path, seconds_between: float = 1.0) -> None:
        """A host is asked again after `seconds_between`, or later if its robots.txt says so."""
        self._folder = folder
        self._seconds_between = seconds_between
        self._robots: dict[str, RobotFileParser] = {}
        self._asked: dict[str, float] = {}
        self._opener = build_opener(_Watched(self))

    def get(self, url: str) -> Path:
        """The file of a page, in UTF-8.

        Raises TranslationError for a page that robots.txt forbids, that cannot be had, is too large
        or is not HTML.
        """
        url = _encoded(url)
        path = self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.html"
        if not path.exists():
            self.check_allowed(url)
            self._wait(url)
            headers, body = self._asked_for(url)
            kind = headers.get_content_type()
            if kind not in _KINDS:
                raise TranslationError(f"{url} is {kind}, and only HTML is read.")
            self._folder.mkdir(parents=True, exist_ok=True)
            write_text(path, _decoded(url, headers, body))
        return path

    def check_allowed(self, url: str) -> None:
        """Raise TranslationError for a page that its host's robots.txt keeps from us."""
        if not self._robots_of(url).can_fetch(AGENT, url):
            raise TranslationError(f"robots.txt of {urlsplit(url).netloc} does not allow {url}.")

    def _robots_of(self, url: str) -> RobotFileParser:
        parts = urlsplit(url)
        if parts.netloc not in self._robots:
            robots = RobotFileParser()
            try:
                _, body = self._asked_for(
                    urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
                )
                robots.parse(body.decode("utf-8", "replace").splitlines())
            except _RefusedError as error:
                # A host without the file allows all; of one that fails it is not known.
                if not error.is_missing:
                    raise
                robots.parse([])
            self._robots[parts.netloc] = robots
        return self._robots[parts.netloc]

    def _wait(self, url: str) -> None:
        host = urlsplit(url).netloc
        delay = float(self._robots_of(url).crawl_delay(AGENT) or 0)
        since = time.monotonic() - self._asked.get(host, float("-inf"))
        time.sleep(max(0.0, max(delay, self._seconds_between) - since))
        self._asked[host] = time.monotonic()

    def _asked_for(self, url: str) -> tuple[Message, bytes]:
        request = Request(url, headers={"User-Agent": AGENT})
        try:
            with self._opener.open(request, timeout=_SECONDS) as response:
                body: bytes = response.read(_LARGEST + 1)
                headers: Message = response.headers
        except HTTPError as error:
            error.close()
            raise _RefusedError(f"{url} answered {error.code}.", 400 <= error.code < 500) from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise _RefusedError(f"{url} cannot be reached ({reason}).", False) from error
        if len(body) > _LARGEST:
            raise TranslationError(f"{url} has more than {_LARGEST // 2**20} MiB.")
        return headers, body


class _RefusedError(TranslationError):
    """A host that does not give what it was asked for."""

    def __init__(self, message: str, is_missing: bool) -> None:
        super().__init__(message)
        self.is_missing = is_missing


class _Watched(HTTPRedirectHandler):
    """Follows a redirection where robots.txt of its host allows it."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        """As HTTPRedirectHandler says."""
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise TranslationError(f"{req.full_url} leads to {newurl}, which is no page.")
        # robots.txt itself may be moved without leave.
        if urlsplit(newurl).path != "/robots.txt":
            self._pages.check_allowed(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _encoded(url: str) -> str:
    """The URL with its letters outside ASCII encoded, without its fragment."""
    parts = urlsplit(url)
    try:
        host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    except UnicodeError as error:
        raise TranslationError(f"{url} is no address of a page.") from error
    path, query = (quote(part, safe="/%:=&?~+!$,;'@()*[]#") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path or "/", query, ""))


def _decoded(url: str, headers: Message, body: bytes) -> str:
    found = _CHARSET.search(body[:4096])
    for charset in (headers.get_content_charset(), found and found[1].decode(), "utf-8"):
        try:
            if charset:
                return body.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    raise TranslationError(f"{url} is in no encoding that it says, nor in UTF-8.")
