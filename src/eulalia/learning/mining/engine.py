"""Where the queries run: DuckDB on this machine, or Spark on one or many."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eulalia.learning import logs
from eulalia.learning.mining.settings import MiningError

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]


_MEMORY: Final = "2GB"
"""What DuckDB may take; the chain takes its own."""


class Engine(StrEnum):
    """What works out the counts."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def table(path: str | Path, engine: Engine = Engine.DUCKDB) -> ibis.Table:
    """A log as a table of that engine. Raises LogError for what is no log, and MiningError where
    Spark is not installed or does not start.

    Spark is the session that runs already, or else one with the settings of its own files and
    environment (`spark-defaults.conf`, `spark-submit`), which is this machine's by default.
    """
    on_duckdb = logs.table(path)
    if engine is Engine.DUCKDB:
        _bound(on_duckdb.get_backend())
        return on_duckdb
    session = _session()
    import ibis

    connection = ibis.pyspark.connect(session)
    if Path(path).suffix == logs.PARQUET:
        return connection.read_parquet(str(path))
    folder = tempfile.mkdtemp(prefix="eulalia-")
    weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    target = Path(folder) / "log.parquet"
    logs.write(target, logs.read(path))
    return connection.read_parquet(str(target))


def _bound(connection: Any) -> None:
    """Let a connection put on disk what exceeds its share of memory."""
    folder = tempfile.mkdtemp(prefix="eulalia-")
    weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    settings = {"memory_limit": _MEMORY, "temp_directory": folder}
    for name, value in settings.items():
        connection.raw_sql(f"SET {name} = '{value}'")
    connection.raw_sql("SET preserve_insertion_order = false")


def _session() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MiningError(
            "Mining on Spark needs pyspark and Java; "
            "install the former with `pip install 'eulalia[learn,spark]'`."
        ) from error
    try:
        return SparkSession.builder.appName("eulalia").getOrCreate()
    except Exception as error:  # whatever comes out of Java's start
        raise MiningError(
            f"Spark does not start ({type(error).__name__}); see that Java 17 or later is there."
        ) from error


@contextmanager
def kept(table: ibis.Table) -> Iterator[ibis.Table]:
    """The rows of a table, worked out once for several queries."""
    connection = table.get_backend()
    if connection.name != Engine.DUCKDB:
        with table.cache() as cached:
            yield cached
        return
    # What Ibis caches on DuckDB it cannot drop with every sqlglot, hence a table and a statement.
    name = f"kept_{uuid.uuid4().hex}"
    try:
        yield connection.create_table(name, table, temp=True)
    finally:
        connection.raw_sql(f'DROP TABLE IF EXISTS "{name}"')
