"""Logs of turns with their truth, in both formats."""

from __future__ import annotations

import gc
import gzip
import json
import os
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.learning import logs
from eulalia.learning.logs import LogError
from eulalia.truth import Failure, TrueSlot, Truth
from eulalia.turn import Rewrite, Turn
from tests.test_truth import TRUTHS
from tests.test_turn import TURNS

from .making import NOON, make_turn

pa = pytest.importorskip("pyarrow", reason="Parquet needs the extra learn")

# DuckDB 2 would have Ibis 12 call something else.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

ENDINGS = [".jsonl", ".jsonl.gz", ".parquet"]
PAIR = (
    replace(
        make_turn("1", "wake me at Five", intent="alarm_set", slots={"time": "Five"}),
        rewrite=Rewrite("wake be", "wake me at Five", "global", 0.5),
    ),
    Truth("1", "wake me at five", "alarm_set", (TrueSlot("time", "five"),), Failure.CORRECT),
)
OTHER = (make_turn("2", "half \ud800", intent=None, feedback=("denial", "rephrase")), None)


@settings(deadline=None, max_examples=25)
@given(
    ending=st.sampled_from(ENDINGS),
    pairs=st.lists(st.tuples(TURNS, st.none() | TRUTHS), max_size=4),
)
def test_what_was_written_is_read(ending: str, pairs: list[logs.Pair]) -> None:
    pairs = [(turn, truth and replace(truth, turn=turn.id)) for turn, truth in pairs]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log{ending}"
        assert logs.write(path, pairs) == len(pairs)
        assert list(logs.read(path)) == pairs


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_turns_make_the_same_file(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    logs.write(first, [PAIR, OTHER])
    logs.write(second, [PAIR, OTHER])
    assert first.read_bytes() == second.read_bytes()


def test_lines_hold_the_turn_and_its_truth_or_the_turn_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    logs.write(path, [PAIR, OTHER])
    first, second = path.read_text().splitlines()
    assert json.loads(first).keys() == {"turn", "truth"}
    assert Turn.from_json(second) == OTHER[0]


def test_null_is_no_truth_and_empty_lines_and_byte_order_marks_are_passed_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f'\ufeff{{"turn": {PAIR[0].to_json()}, "truth": null}}\n\n', encoding="utf-8")
    assert list(logs.read(path)) == [(PAIR[0], None)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"\xff\xfe{", "line 2: This is no UTF-8"),
        ("ä".encode("latin-1"), "line 2: This is no UTF-8"),
        (b"{", "line 2 is not JSON"),
        (b"[" * 100_000, "line 2 is not JSON"),
        (b"[]", 'line 2 must be {"turn"'),
        (b'{"turn": []}', 'line 2 must be {"turn"'),
        (b'{"turn": {}, "trut": null}', 'line 2 must be {"turn"'),
        (b'{"turn": {}}', "line 2: This turn has version None"),
        (b"{}", "line 2: This turn has version None"),
        (PAIR[0].to_json().replace('"version":1', '"version":2').encode(), "version 2; 1 can"),
        (b'{"turn": %s, "truth": 7}' % PAIR[0].to_json().encode(), "line 2: A truth is one"),
        (
            b'{"turn": %s, "truth": {"turn": "7"}}' % PAIR[0].to_json().encode(),
            "line 2 has the truth of '7' beside turn '1'",
        ),
    ],
)
def test_a_broken_line_is_named_after_what_came_before(
    tmp_path: Path, line: bytes, complaint: str
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(OTHER[0].to_json().encode() + b"\n" + line + b"\n")
    log = logs.read(path)
    assert next(log) == OTHER
    with pytest.raises(LogError) as caught:
        next(log)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("ending", [".jsonl.gz", ".parquet"])
@pytest.mark.parametrize("cut", [0.0, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, ending: str, cut: float) -> None:
    path = tmp_path / f"log{ending}"
    logs.write(path, [PAIR, OTHER] * 50)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    if ending == ".jsonl.gz" and not cut:
        assert list(logs.read(path)) == []  # as gzip has it
        return
    with pytest.raises(LogError, match="cannot be read"):
        list(logs.read(path))


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_absent_file_and_a_folder_are_one_sentence(tmp_path: Path, ending: str) -> None:
    for path in (tmp_path / f"none{ending}", tmp_path / f"folder{ending}"):
        if path.stem.startswith("folder"):
            path.mkdir()
        with pytest.raises(LogError, match="cannot be read"):
            list(logs.read(path))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_log_that_breaks_leaves_the_earlier_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    logs.write(path, [PAIR])
    before = path.read_bytes()

    def breaking() -> Iterator[logs.Pair]:
        yield OTHER
        raise RuntimeError("a power cut")

    with pytest.raises(RuntimeError):
        logs.write(path, breaking())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_truth_of_another_turn_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="truth beside turn '2' is that of '1'"):
        logs.write(tmp_path / "log.jsonl", [(OTHER[0], PAIR[1])])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["log.csv", "log", "none/log.jsonl"])
def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(LogError, match="cannot be written"):
        logs.write(tmp_path / name, [PAIR])
    assert list(tmp_path.iterdir()) == []


def test_a_turn_that_is_no_json_leaves_nothing(tmp_path: Path) -> None:
    broken = replace(PAIR[0], interpretation=None, id="\ud800" * 2)
    logs.write(tmp_path / "log.parquet", [(broken, None)])
    assert list(logs.read(tmp_path / "log.parquet")) == [(broken, None)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_has_a_column_for_each_fact(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    logs.write(path, [PAIR, OTHER])
    first, second = logs.table(path).order_by("turn").to_pyarrow().to_pylist()
    assert Turn.from_json(first.pop("json")) == PAIR[0]
    assert Truth.from_json(first.pop("truth")) == PAIR[1]
    assert first == {
        "turn": "1",
        "customer": "c",
        "session": "s",
        "locale": "en-US",
        "time": NOON,
        "text": "wake me at Five",
        "rewritten": "wake me at Five",
        "intent": "alarm_set",
        "slots": "time=five",
        "state": "alarm_set{time=five}",
        "confidence": 0.9,
        "outcome": "answered",
        "skill": None,
        "answer": None,
        "feedback": "",
    }
    assert second["text"] == "half ?"
    assert second["state"] == "half"
    assert second["feedback"] == "denial,rephrase"
    assert second["intent"] is second["slots"] is second["truth"] is None


def test_a_table_of_lines_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, scratch = tmp_path / "log.jsonl", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    logs.write(path, [PAIR])
    table = logs.table(path)
    assert table.count().to_pyarrow().as_py() == 1
    assert len(list(scratch.iterdir())) == 1
    del table
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_a_table_of_a_broken_log_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, scratch = tmp_path / "log.jsonl", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path.write_text("{}\n")
    with pytest.raises(LogError, match="line 1"):
        logs.table(path)
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_parquet_that_is_no_log_is_one_sentence(tmp_path: Path) -> None:
    from pyarrow import parquet

    path = tmp_path / "log.parquet"
    parquet.write_table(pa.table({"turn": [1]}), path)
    for read in (logs.table, lambda path: list(logs.read(path))):
        with pytest.raises(LogError, match="not a log of turns: it lacks the column 'turn'"):
            read(path)


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    from pyarrow import parquet

    path = tmp_path / "log.parquet"
    logs.write(path, [PAIR, OTHER])
    table = parquet.read_table(path)
    place = table.schema.get_field_index("json")
    texts = [PAIR[0].to_json(), "{}"]
    parquet.write_table(table.set_column(place, "json", pa.array(texts)), path)
    with pytest.raises(LogError, match="row 2: This turn has version None"):
        list(logs.read(path))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_long_log_is_not_held_in_memory(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    turn = replace(PAIR[0], text="word" * 2_500)
    assert logs.write(path, ((turn, None) for _ in range(1_000))) == 1_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in logs.read(path)) == 1_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000 * 10_000 / 10


def test_packed_lines_are_ordinary_gzip(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl.gz"
    logs.write(path, [OTHER])
    with gzip.open(path) as file:
        assert Turn.from_json(file.read().decode()) == OTHER[0]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_log_is_readable_as_other_files_are(tmp_path: Path) -> None:
    plain, log = tmp_path / "plain", tmp_path / "log.jsonl"
    plain.touch()
    logs.write(log, [OTHER])
    assert plain.stat().st_mode == log.stat().st_mode


def test_without_the_extra_lines_work_and_the_rest_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = tmp_path / "log.parquet"
    logs.write(parquet, [PAIR])
    for name in ("pyarrow", "ibis"):
        monkeypatch.setitem(sys.modules, name, None)
    lines = tmp_path / "log.jsonl"
    logs.write(lines, [PAIR])
    assert list(logs.read(lines)) == [PAIR]
    for call in (
        lambda: list(logs.read(parquet)),
        lambda: logs.write(tmp_path / "other.parquet", [PAIR]),
        lambda: logs.table(lines),
    ):
        with pytest.raises(LogError, match="pip install 'eulalia\\[learn\\]'"):
            call()
    assert sorted(tmp_path.iterdir()) == [lines, parquet]
