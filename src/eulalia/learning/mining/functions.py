"""Functions that every engine has, each by a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eulalia.learning.mining.engine import Engine

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]


def number(text: ibis.Value) -> ibis.Value:
    """A number of 63 bits that stands for a text; another one on another engine."""
    # Ibis' own hash() has 32 bits on Spark, and on DuckDB goes by way of a text of 64 digits.
    if _is_spark(text):
        return _builtin("xxhash64", "string", "int64")(text) & 0x7FFF_FFFF_FFFF_FFFF
    return _builtin("hash", "string", "uint64")(text) & 0x7FFF_FFFF_FFFF_FFFF


def microseconds(time: ibis.Value) -> ibis.Value:
    """Since 1970, of a time with its zone, whatever zone the machine is in."""
    name = "unix_micros" if _is_spark(time) else "epoch_us"
    return _builtin(name, "timestamp('UTC')", "int64")(time)


def _is_spark(value: ibis.Value) -> bool:
    return str(value.get_backend().name) != Engine.DUCKDB


def _builtin(name: str, takes: str, gives: str) -> Any:
    """What an engine calls so, as a function of one column."""
    import ibis

    def function(value):  # type: ignore[no-untyped-def]
        ...

    return ibis.udf.scalar.builtin(function, name=name, signature=((takes,), gives))
