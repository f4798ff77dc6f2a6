"""What is known of a translation: which source each of its blocks translates, and who wrote it.

Beside the translations lies a folder with a file for each document: JSON lines, one for each block
in the order of the source, so that git shows and merges it block by block. A file is made new under
another name, which tells the translation that it belongs to; what a killed program leaves behind is
finished or thrown away by the next one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eulalia.translation.errors import TranslationError
from eulalia.translation.files import read_lines, write_text

FOLDER = ".eulalia-sync"
_VERSION = 1
_NEXT = ".next"


@dataclass(frozen=True)
class Row:
    """A block of the source, or several that belong together, and its translation."""

    sources: tuple[str, ...]
    """What the translation translates, as `blocks.Block.text` tells it."""
    translations: tuple[str, ...]
    """The translation's blocks as they were last seen; none where a person left it out."""
    by: str
    """Who wrote it: `machine`, `person`, or `copy` for what is no text."""
    gap: str
    """The digest of what stood before it in the source."""
    machine: str = ""
    """What the machine had written where a person changed it."""
    now: tuple[str, ...] | None = None
    """What the source says now, if the translation is stale; nothing where it is gone."""
    doubtful: bool = False
    """Whether it is unsure that they translate each other."""
    commit: str = ""
    """The commit in which the source was so, if it was in git."""

    @property
    def current(self) -> tuple[str, ...]:
        """What the source said when it was last seen."""
        return self.sources if self.now is None else self.now

    @property
    def is_code(self) -> bool:
        return self.by == "copy"


@dataclass(frozen=True)
class State:
    """The rows of a document, and the digest of what its source ends with."""

    document: str
    """The source's path within its folder."""
    rows: tuple[Row, ...] = ()
    end: str = ""


def digest(texts: str | Iterable[str]) -> str:
    """What tells texts apart: 64 bits of SHA-256 in hexadecimal digits."""
    whole = texts if isinstance(texts, str) else "\0".join(texts)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def place(folder: Path, document: str) -> Path:
    """Where the state of a document's translation is kept, below the translations' folder."""
    return folder / FOLDER / f"{document}.jsonl"


def read_states(folder: Path, targets: Callable[[str], Path | None]) -> dict[str, State]:
    """The states of all documents by their names; `targets` tells where translations are.

    What a killed program left unfinished counts as if it were finished. Raises TranslationError for
    a file that is damaged, naming the line.
    """
    root = folder / FOLDER
    paths = {
        path.relative_to(root).as_posix().removesuffix(".jsonl"): path
        for path in sorted(root.rglob("*.jsonl"))
    }
    paths |= {document: path for document, path in _left_behind(folder, targets) if document}
    return {document: read_state(path, document) for document, path in sorted(paths.items())}


def recover(folder: Path, targets: Callable[[str], Path | None]) -> None:
    """Finish or throw away what a killed program left."""
    for document, path in _left_behind(folder, targets):
        if document:
            path.replace(place(folder, document))
        else:
            path.unlink(missing_ok=True)


def _left_behind(folder: Path, targets: Callable[[str], Path | None]) -> Iterator[tuple[str, Path]]:
    """Files that wait to be in force, and the documents whose translations they belong to.

    The name is empty where the translation is not what the file knows.
    """
    root = folder / FOLDER
    for path in sorted(root.rglob(f"*{_NEXT}")):
        name, _, known = path.name.removesuffix(_NEXT).rpartition(".jsonl.")
        document = (path.parent / name).relative_to(root).as_posix()
        target = targets(document)
        is_written = target is not None and target.is_file()
        if target is not None and is_written and _bytes_digest(target.read_bytes()) == known:
            yield document, path
        else:
            yield "", path


def commit(folder: Path, state: State, target: Path, content: str) -> None:
    """Write a translation and its state: both, or neither of them counts.

    Raises TranslationError when they cannot be written.
    """
    kept = place(folder, state.document)
    known = _bytes_digest(content.encode())
    waiting = kept.with_name(f"{kept.name}.{known}{_NEXT}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_text(waiting, _told(state))
        if not target.is_file() or target.read_bytes() != content.encode():
            write_text(target, content)
        waiting.replace(kept)
    except OSError as error:
        raise TranslationError(f"{target} cannot be written ({error.strerror}).") from error


def read_state(path: Path, document: str) -> State:
    """The state in a file. Raises TranslationError for one that is damaged, naming the line."""
    lines = read_lines(path)
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            if number == 1:
                if told["eulalia-sync"] != _VERSION:
                    raise ValueError("another version")
            elif "end" in told:
                return State(document, tuple(rows), str(told["end"]))
            else:
                rows.append(_row(told))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TranslationError(
                f"Line {number} of {path} is damaged; take the file from before its last change, "
                "or delete it to have the translations adopted anew."
            ) from error
    raise TranslationError(f"{path} breaks off; take the file from before its last change.")


def _row(told: dict[str, Any]) -> Row:
    row = Row(
        sources=_texts(told["source"]),
        translations=_texts(told["translation"]),
        by=str(told["by"]),
        gap=str(told["gap"]),
        machine=str(told.get("machine", "")),
        now=_texts(told["now"]) if "now" in told else None,
        doubtful=bool(told.get("doubtful", False)),
        commit=str(told.get("commit", "")),
    )
    if (told["hash"], told["written"]) != (digest(row.sources), digest(row.translations)):
        raise ValueError("a text does not have its hash")
    return row


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("no list of texts")
    return tuple(value)


def _told(state: State) -> str:
    """A state as JSON lines."""
    told: list[dict[str, Any]] = [{"eulalia-sync": _VERSION}]
    for row in state.rows:
        line: dict[str, Any] = {
            "hash": digest(row.sources),
            "written": digest(row.translations),
            "by": row.by,
            "source": list(row.sources),
            "translation": list(row.translations),
            "gap": row.gap,
        }
        if row.machine:
            line["machine"] = row.machine
        if row.now is not None:
            line["now"] = list(row.now)
        if row.doubtful:
            line["doubtful"] = True
        if row.commit:
            line["commit"] = row.commit
        told.append(line)
    told.append({"end": state.end})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told)


def _bytes_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Have a folder of translations to oneself.

    Raises TranslationError while another program has it, and where it cannot be written.
    """
    root = folder / FOLDER
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not (root / ".gitignore").exists():
            write_text(root / ".gitignore", "lock\n*.next\n")
    except OSError as error:
        raise TranslationError(f"{folder} cannot be written ({error.strerror}).") from error
    lock = sqlite3.connect(root / "lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise TranslationError(
            f"Another program is synchronising {folder}; wait until it is done."
        ) from error
    else:
        yield
    finally:
        lock.close()
