"""MASSIVE: requests in 52 locales with intents and slots (FitzGerald et al. 2022), 1.0 and 1.1.

The official archive holds one file of JSON lines per locale. Tokens and their labels are found as
the data set's own scripts find them: white space separates tokens, but in Japanese and Chinese
every character of the annotated text is one, while pieces between white space that are all ASCII
stay whole. Labels carry the bare name of the slot, without marks of where one begins.
"""

from __future__ import annotations

import lzma
import re
import tarfile
import zlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.json_lines import read_objects, text_field
from eulalia.text import CHARACTER_LOCALES
from eulalia.turn import Slot

OTHER = "Other"
"""Label of a token that belongs to no slot."""

_LOCALE_FILE = re.compile(r"([a-z]{2}-[A-Z]{2})\.jsonl")


@dataclass(frozen=True, slots=True)
class Request:
    """One labelled request."""

    id: str
    """The same in every locale for translations of one another."""
    locale: str
    partition: str
    """train, dev or test."""
    scenario: str
    """What the request is about: alarm, music, weather …"""
    intent: str
    text: str
    """The request as a customer would type it."""
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    """Offset in the text of each token's first character; -1 where the text lacks the token."""
    labels: tuple[str, ...]
    """Of each token: the name of its slot, or Other."""
    slots: tuple[Slot, ...]
    """The slots as annotated, pointing into the text; two neighbours of one name stay two."""


class Massive:
    """The data set, opened from the official archive or a folder unpacked from it."""

    def __init__(self, files: dict[str, Path | bytes], name: str) -> None:
        self._files = files
        self._name = name

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a tar archive, a folder that holds `1.1/data` or `data`, or that data folder itself.

        An archive is unpacked into memory (some 150 MB for all locales). Raises DatasetError when
        there is no file LOCALE.jsonl in it.
        """
        path = Path(path)
        if path.is_dir():
            files = _folder_files(path)
        elif path.is_file():
            files = _archive_files(path)
        else:
            raise DatasetError(f"{path} does not exist; get it with `eulalia data get massive`.")
        if not files:
            raise DatasetError(
                f"{path} holds no file such as en-US.jsonl; "
                "name MASSIVE's archive or its folder 1.1/data."
            )
        return cls(files, str(path))

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales it has, in alphabetical order."""
        return tuple(sorted(self._files))

    def requests(
        self, locale: str, partition: str, *, published_labels: bool = False
    ) -> list[Request]:
        """The requests of a locale and partition, in the file's order; maybe none.

        A slot ends where the annotation closes it. The scripts that MASSIVE's published figures
        were made with do not see the end of a slot in Japanese and Chinese whose last piece is
        ASCII ("[music_genre : jazz] を再生"), and let its label run on to the next slot;
        `published_labels` repeats that in `labels`. `slots` are as annotated in either case.

        Raises DatasetError for an unknown locale and for the first broken line.
        """
        if locale not in self._files:
            raise DatasetError(
                f"{self._name} has no locale {locale!r}; it has {', '.join(self.locales)}."
            )
        file = self._files[locale]
        lines = (file if isinstance(file, bytes) else _read(file)).splitlines()
        return [
            _request(row, locale, place, published_labels)
            for place, row in read_objects(lines, f"{locale}.jsonl of {self._name}")
            if text_field(row, "partition", place) == partition
        ]


def _folder_files(folder: Path) -> dict[str, Path | bytes]:
    candidates = [folder, folder / "data", *sorted(folder.glob("*/data"), reverse=True)]
    for candidate in candidates:
        files: dict[str, Path | bytes] = {
            match[1]: path
            for path in candidate.glob("*.jsonl")
            if (match := _LOCALE_FILE.fullmatch(path.name))
        }
        if files:
            return files
    return {}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}).") from error


def _archive_files(path: Path) -> dict[str, Path | bytes]:
    files: dict[str, Path | bytes] = {}
    try:
        # One pass from front to back: jumping about in a compressed archive starts anew each time.
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                match = _LOCALE_FILE.fullmatch(Path(member.name).name)
                if match and member.isfile() and (file := archive.extractfile(member)):
                    files[match[1]] = file.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise DatasetError(
            f"{path} is not a whole tar archive ({error}); get MASSIVE's archive again."
        ) from error
    return files


def _request(row: dict[str, Any], locale: str, place: str, published_labels: bool) -> Request:
    if (named := text_field(row, "locale", place)) != locale:
        raise DatasetError(f"{place} says that it is {named}, in the file of {locale}.")
    text = text_field(row, "utt", place)
    if not text.strip():
        raise DatasetError(f"{place} has an empty 'utt'.")
    annotated = _segments(text_field(row, "annot_utt", place), place)
    if locale in CHARACTER_LOCALES:
        segments = [(name, _characters(pieces)) for name, pieces in annotated]
        tokens = tuple(token for _, segment in segments for token in segment)
        starts = _find(tokens, text)
    else:
        segments = annotated
        tokens = tuple(text.split())
        starts = tuple(match.start() for match in re.finditer(r"\S+", text))
    labels = tuple(name for name, segment in segments for _ in segment)
    if len(labels) != len(tokens):
        raise DatasetError(
            f"{place} has {len(tokens)} tokens in 'utt' and {len(labels)} in 'annot_utt'."
        )
    if published_labels and locale in CHARACTER_LOCALES:
        labels = _run_on(annotated)
    return Request(
        id=text_field(row, "id", place),
        locale=locale,
        partition=text_field(row, "partition", place),
        scenario=text_field(row, "scenario", place),
        intent=text_field(row, "intent", place),
        text=text,
        tokens=tokens,
        starts=starts,
        labels=labels,
        slots=_slots(segments, tokens, starts, text),
    )


def _segments(text: str, place: str) -> list[tuple[str, list[str]]]:
    """Name (Other outside slots) and white-space pieces of each part of an annotated request.

    >>> _segments("wake me [date : on friday] please", "here")
    [('Other', ['wake', 'me']), ('date', ['on', 'friday']), ('Other', ['please'])]
    """
    segments: list[tuple[str, list[str]]] = []
    outside: list[str] = []
    pieces = iter(text.split())
    for piece in pieces:
        if not piece.startswith("["):
            outside.append(piece)
            continue
        if outside:
            segments.append((OTHER, outside))
            outside = []
        name = piece.lstrip("[")
        if not name or next(pieces, None) != ":":
            raise DatasetError(f"{place} has a slot {piece!r} without a name or ' : ' behind it.")
        inside: list[str] = []
        for piece in pieces:
            value, bracket, behind = piece.partition("]")
            inside.extend([value] if value else [])
            if bracket:
                # In Chinese and Japanese the text may go on right behind the bracket.
                outside.extend([behind] if behind.strip("]") else [])
                break
        else:
            raise DatasetError(f"{place} has a slot {name!r} that is not closed by ']'.")
        segments.append((name, inside))
    if outside:
        segments.append((OTHER, outside))
    return segments


def _characters(pieces: list[str]) -> list[str]:
    """The tokens of white-space pieces: their characters, or the whole piece if it is ASCII."""
    return [token for piece in pieces for token in ([piece] if piece.isascii() else piece)]


def _run_on(segments: list[tuple[str, list[str]]]) -> tuple[str, ...]:
    """Labels of characters as MASSIVE's scripts give them, slots ending in ASCII left open."""
    labels: list[str] = []
    label = OTHER
    for name, pieces in segments:
        label = label if name == OTHER else name
        labels.extend(label for _ in _characters(pieces))
        if name != OTHER and pieces and not pieces[-1].isascii():
            label = OTHER
    return tuple(labels)


def _find(tokens: tuple[str, ...], text: str) -> tuple[int, ...]:
    """Where each token begins in a text that is spaced differently; -1 if it is not there."""
    positions = [number for number, letter in enumerate(text) if not letter.isspace()]
    there = "".join(text[position] for position in positions)
    wanted = "".join(tokens)
    offsets = [0, *accumulate(len(token) for token in tokens)][:-1]
    if there == wanted:
        return tuple(positions[offset] for offset in offsets)
    # An annotated text that departs from the request in a letter is aligned around that letter.
    found = {
        block.a + step: positions[block.b + step]
        for block in SequenceMatcher(None, wanted, there, autojunk=False).get_matching_blocks()
        for step in range(block.size)
    }
    return tuple(found.get(offset, -1) for offset in offsets)


def _slots(
    segments: list[tuple[str, list[str]]],
    tokens: tuple[str, ...],
    starts: tuple[int, ...],
    text: str,
) -> tuple[Slot, ...]:
    """The annotated slots as stretches of the text."""
    slots = []
    behind = 0
    for name, segment in segments:
        first, behind = behind, behind + len(segment)
        inside = [number for number in range(first, behind) if starts[number] >= 0]
        if name != OTHER and inside:
            start, end = starts[inside[0]], starts[inside[-1]] + len(tokens[inside[-1]])
            slots.append(Slot(name=name, value=text[start:end], start=start, end=end))
    return tuple(slots)
