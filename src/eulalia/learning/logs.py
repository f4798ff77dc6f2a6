"""Logs: files of turns, perhaps with their truth, as JSON lines or Parquet.

docs/ARCHITECTURE.md lists Parquet's columns. Both formats are read and written in a stream, so that
a log may be larger than memory.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
import uuid
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from eulalia.errors import EulaliaError
from eulalia.learning.state import slots, state
from eulalia.truth import Truth, TruthError
from eulalia.turn import Turn, TurnError

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]
    import pyarrow as pa  # type: ignore[import-untyped]

Pair = tuple[Turn, Truth | None]

PARQUET: Final = ".parquet"
_BATCH: Final = 5_000
"""Rows that are in memory at once."""


class LogError(EulaliaError):
    """A log that cannot be read or written; the sentence names the file and, if any, the line."""


def read(path: str | Path) -> Iterator[Pair]:
    """The turns of a log with their truth, in the file's order, read while they are gone through.

    Parquet (`.parquet`), packed (`.gz`) or plain JSON lines, by the file's ending; a line may be a
    turn alone. Raises LogError for a file that is absent, cut off or in another encoding, and for
    the first line that is no turn of a version that can be read.
    """
    path = Path(path)
    return _read_parquet(path) if path.suffix == PARQUET else _read_lines(path)


def write(path: str | Path, pairs: Iterable[Pair]) -> int:
    """Write a log, which appears only when all of it is there; how many turns it holds.

    Its name ends in `.jsonl`, `.jsonl.gz` or `.parquet`, and the same pairs make the same file. On
    a line of JSON, a turn whose truth is not known stands alone, as it is exported from a memory.
    Raises LogError when the file cannot be written, or a truth is another turn's.
    """
    path = Path(path)
    writers: dict[str, Callable[[Path, Iterable[Pair]], int]] = {
        ".jsonl": _write_lines,
        ".jsonl.gz": _write_packed_lines,
        PARQUET: _write_parquet,
    }
    ending = next((ending for ending in writers if path.name.endswith(ending)), None)
    if ending is None:
        raise LogError(f"{path} cannot be written; let its name end in {', '.join(writers)}.")
    try:
        with _whole(path) as part:
            return writers[ending](part, _matching(pairs))
    except OSError as error:
        raise LogError(f"{path} cannot be written ({error.strerror}); name another.") from error


def table(path: str | Path) -> ibis.Table:
    """A log as an Ibis table on DuckDB, one row a turn, with the columns of a Parquet log.

    JSON lines are first turned to Parquet in a temporary folder, which goes when the table does.
    Raises LogError as `read` does, and for Parquet that is no log.
    """
    ibis = _ibis()
    path = Path(path)
    connection = ibis.duckdb.connect()
    if path.suffix == PARQUET:
        _open_parquet(path).close()
        return connection.read_parquet(path)
    folder = tempfile.mkdtemp(prefix="eulalia-")
    weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    target = Path(folder) / "log.parquet"
    write(target, read(path))
    return connection.read_parquet(target)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write beside the path, which takes its place if all goes well."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _matching(pairs: Iterable[Pair]) -> Iterator[Pair]:
    for turn, truth in pairs:
        if truth is not None and truth.turn != turn.id:
            raise LogError(f"The truth beside turn {turn.id!r} is that of {truth.turn!r}.")
        yield turn, truth


# JSON lines


def _read_lines(path: Path) -> Iterator[Pair]:
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _pair(line, f"{path}, line {number}")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise LogError(f"{path} cannot be read ({reason}); name another.") from error


def _pair(line: bytes, place: str) -> Pair:
    try:
        # A file from Windows may begin with a byte order mark.
        plain = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LogError(f"{place}: This is no UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise LogError(f"{place} is not JSON ({error}).") from error
    match plain:
        case {"turn": dict(turn), **rest} if rest.keys() <= {"truth"}:
            return _checked_pair(json.dumps(turn), rest.get("truth"), place)
        case dict() if "turn" not in plain:  # a turn alone
            return _checked_pair(json.dumps(plain), None, place)
    raise LogError(f'{place} must be {{"turn": {{…}}, "truth": {{…}} or null}}.')


def _checked_pair(turn_text: str, plain_truth: Any, place: str) -> Pair:
    try:
        turn = Turn.from_json(turn_text)
        truth = None if plain_truth is None else Truth.from_plain(plain_truth)
    except (TurnError, TruthError) as error:
        raise LogError(f"{place}: {error}") from error
    if truth is not None and truth.turn != turn.id:
        raise LogError(f"{place} has the truth of {truth.turn!r} beside turn {turn.id!r}.")
    return turn, truth


def _write_lines(path: Path, pairs: Iterable[Pair]) -> int:
    with path.open("wb") as file:
        return _put_lines(file, pairs)


def _write_packed_lines(path: Path, pairs: Iterable[Pair]) -> int:
    # Neither name nor time: the same turns make the same file.
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        return _put_lines(packed, pairs)


def _put_lines(file: IO[bytes] | gzip.GzipFile, pairs: Iterable[Pair]) -> int:
    count = 0
    for turn, truth in pairs:
        text = turn.to_json()
        line = text if truth is None else f'{{"turn":{text},"truth":{truth.to_json()}}}'
        file.write(f"{line}\n".encode())
        count += 1
    return count


# Parquet


def _read_parquet(path: Path) -> Iterator[Pair]:
    file = _open_parquet(path)
    import pyarrow as pa

    number = 0
    try:
        with file:
            for batch in file.iter_batches(_BATCH, columns=["json", "truth"]):
                for turn, truth in zip(batch["json"], batch["truth"], strict=True):
                    number += 1
                    yield _stored_pair(turn.as_py(), truth.as_py(), f"{path}, row {number}")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise LogError(f"{path} cannot be read ({error}); name another.") from error


def _stored_pair(turn: str | None, truth: str | None, place: str) -> Pair:
    try:
        return _checked_pair(turn or "", None if truth is None else json.loads(truth), place)
    except (ValueError, RecursionError) as error:
        raise LogError(f"{place} has a truth that is not JSON ({error}).") from error


def _open_parquet(path: Path) -> Any:
    """The Parquet file, once its columns are those of a log."""
    parquet = _parquet()
    import pyarrow as pa

    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LogError(f"{path} cannot be read as Parquet ({reason}); name another.") from error
    for column in _schema():
        there = file.schema_arrow.get_field_index(column.name)
        if there < 0 or file.schema_arrow.field(there).type != column.type:
            file.close()
            raise LogError(
                f"{path} is not a log of turns: it lacks the column {column.name!r} "
                f"of type {column.type}."
            )
    return file


def _write_parquet(path: Path, pairs: Iterable[Pair]) -> int:
    parquet = _parquet()
    import pyarrow as pa

    schema, count = _schema(), 0
    rows = iter(_row(turn, truth) for turn, truth in pairs)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema))
            count += len(batch)
    return count


def _schema() -> pa.Schema:
    import pyarrow as pa

    texts = "rewritten", "intent", "slots", "state"
    return pa.schema(
        [
            *((name, pa.string()) for name in ("turn", "customer", "session", "locale")),
            ("time", pa.timestamp("us", "UTC")),
            ("text", pa.string()),
            *((name, pa.string()) for name in texts),
            ("confidence", pa.float64()),
            *((name, pa.string()) for name in ("outcome", "skill", "answer", "feedback")),
            ("json", pa.string()),
            ("truth", pa.string()),
        ]
    )


def _row(turn: Turn, truth: Truth | None) -> dict[str, Any]:
    meaning = turn.interpretation
    texts = {
        "turn": turn.id,
        "customer": turn.customer,
        "session": turn.session,
        "locale": turn.locale,
        "text": turn.text,
        "rewritten": turn.rewrite and turn.rewrite.text,
        "intent": meaning and meaning.intent,
        "slots": meaning and slots(meaning),
        "state": state(turn.text or "", meaning) or None,
        "outcome": turn.outcome,
        "skill": turn.skill,
        "answer": turn.answer and turn.answer.text,
        "feedback": ",".join(feedback.kind for feedback in turn.feedback),
        "json": turn.to_json(),
        "truth": truth and truth.to_json(),
    }
    encodable = {name: text and _encodable(text) for name, text in texts.items()}
    return {**encodable, "time": turn.time, "confidence": meaning and meaning.confidence}


def _encodable(text: str) -> str:
    """A text that UTF-8 can hold: half of a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _parquet() -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise LogError(
            "Parquet needs pyarrow; install it with `pip install 'eulalia[learn]'`."
        ) from error
    return parquet


def _ibis() -> Any:
    try:
        import ibis
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise LogError(
            "Tables of turns need Ibis with DuckDB; "
            "install them with `pip install 'eulalia[learn]'`."
        ) from error
    return ibis
