"""DuckDB and Spark count the same."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ibis", reason="needs the extra learn")

from eulalia.learning import logs, mining
from eulalia.learning.mining import Engine, counts
from eulalia.learning.mining.steps import heard, steps
from eulalia.turn import Outcome, Turn
from tests.learning.making import make_turn

WORDS = ["play jazz", "Play JAS!", "spiel  Jazz", "ジャズをかけて", "l'été à Paris?", "play _ jazz"]


def any_turns(count: int) -> Iterator[Turn]:
    """Turns of everything that a log may hold, from a seed."""
    rng = random.Random(5)
    for number in range(count):
        customer = rng.choice("abcdef")
        yield make_turn(
            f"{number:04}",
            rng.choice([*WORDS, None, "", "?!"]),
            intent=rng.choice(["play_music", "play_game", "qa_factoid", "out_of_scope", None]),
            slots={"genre": "jazz"} if rng.random() < 0.3 else {},
            customer=customer,
            session=f"{customer}{number // 40}",
            locale=rng.choice(["en-US", "en-US", "ja-JP"]),
            seconds=number * rng.choice([0.5, 4.0]),
            feedback=tuple(rng.sample(["rephrase", "denial", "barge_in", "confirmation"], 1))
            if rng.random() < 0.3
            else (),
            outcome=rng.choice([*Outcome, None]),
        )


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Spark with two threads of this machine, in place of the cluster."""
    sql = pytest.importorskip("pyspark.sql", reason="needs the extra spark")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


def rows(table: Any) -> list[dict[str, Any]]:
    found = table.to_pyarrow().to_pylist()
    rounded = [
        {name: round(v, 6) if isinstance(v, float) else v for name, v in row.items()}
        for row in found
    ]
    return sorted(rounded, key=repr)


def counted(table: Any) -> list[dict[str, Any]]:
    """What was counted of wordings and of steps between them, in words for their numbers."""
    tried, texts = steps(heard(table)), counts.texts(table)
    visits = counts.visits(tried)
    names = {row["wording"]: (row["locale"], row["request"], row["state"]) for row in rows(texts)}
    found = [*rows(counts.wordings(visits, 1)), *rows(counts.edges(tried, visits, 1))]
    for row in found:
        row.pop("meaning", None)
        row |= {name: names[row[name]] for name in ("wording", "next_wording") if name in row}
    return sorted(found, key=repr)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_both_engines_count_the_same_and_find_the_same_rewrites(spark: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    logs.write(path, ((turn, None) for turn in any_turns(400)))
    tables = [mining.table(path, engine) for engine in Engine]
    on_duckdb, on_spark = (counted(table) for table in tables)
    assert len(on_duckdb) > 10
    assert on_duckdb == on_spark
    loose = mining.Settings(customers=1, score=0.01, lower_bound=0.0, alike=1.0)
    on_duckdb, on_spark = (mining.rewrites(table, loose) for table in tables)
    assert on_duckdb
    assert [(one.locale, one.request, one.text, one.state) for one in on_duckdb] == [
        (one.locale, one.request, one.text, one.state) for one in on_spark
    ]
    for mine, theirs in zip(on_duckdb, on_spark, strict=True):
        assert mine.evidence.score == pytest.approx(theirs.evidence.score)


def test_texts_are_normalised_as_everywhere_else(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    texts = [*WORDS, "a  b", " x ", "naïve café", "don't_do", "ÄÖÜ", "7 a.m.", "हिन्दी में"]
    logs.write(path, ((make_turn(str(n), text), None) for n, text in enumerate(texts)))
    found = {
        one["text"]: one["request"] for one in heard(mining.table(path)).to_pyarrow().to_pylist()
    }
    assert found == {text: logs.state(text, None) for text in texts}
