"""Ten million turns to rewrites: time and memory, and how they grow.

    python benchmarks/rewrites.py [--turns 1000000,3000000,10000000] [--threads 2] [--folder DIR]

Each size is mined by `eulalia learn rewrites` in a process of its own. Writes
benchmarks/results/rewrites.json. The turns are made up: wishes and their wordings follow Zipf's
law, three in ten are misheard, of the mishearings some are common and most are rare, and who is not
understood tries again within seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as parquet

RESULTS = Path(__file__).parent / "results" / "rewrites.json"
INTENTS = 60
NAMES = 20_000
WISHES = 400_000
"""Different wishes that anybody has: an intent with the values of its slots."""
WORDINGS = 5
"""Usual ways to say each."""
MISHEARINGS = 400
"""Ways to mishear each; the later ones are rare."""
CUSTOMER_TURNS = 60
_CHUNK = 500_000

Numbers = npt.NDArray[np.int64]


def write_log(path: Path, turns: int, seed: int = 1) -> None:
    """A log of so many made-up turns, written in chunks."""
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("turn", "customer", "session", "locale")),
            ("time", pa.timestamp("us", "UTC")),
            *((name, pa.string()) for name in ("text", "rewritten", "intent", "slots", "state")),
            ("confidence", pa.float64()),
            *((name, pa.string()) for name in ("outcome", "skill", "answer", "feedback")),
            ("json", pa.string()),
            ("truth", pa.string()),
        ]
    )
    rng = np.random.default_rng(seed)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, turns, _CHUNK):
            writer.write_table(_turns(start, min(_CHUNK, turns - start), rng, schema))


def _turns(start: int, count: int, rng: np.random.Generator, schema: pa.Schema) -> pa.Table:
    wish_of, attempt, is_last = _attempts(count, rng)
    wish = _zipf(int(wish_of[-1]) + 1, WISHES, rng)[wish_of]
    fails = ~is_last | (rng.random(count) < 0.1)
    wording = np.where(fails, WORDINGS, 0) + np.where(
        fails, _zipf(count, MISHEARINGS, rng), _zipf(count, WORDINGS, rng)
    )
    heard = _mixed(wish * (WORDINGS + MISHEARINGS) + wording)
    read = np.where(fails, heard % WISHES, wish)
    customer = (start + np.arange(count)) // CUSTOMER_TURNS
    session_starts = (attempt == 0) & (rng.random(count) < 0.4)
    session = np.cumsum(session_starts) + start
    gap = np.where(attempt > 0, rng.integers(5, 15, count), rng.integers(20, 120, count))
    seconds = np.cumsum(np.where(session_starts, 20_000, gap)) % 30_000_000
    intent = _texts("intent_{}", INTENTS, read % INTENTS)
    name = _texts("name{}", NAMES, _mixed(read) % NAMES)
    slots = _glued("", ("name=", name))
    outcome = np.where(fails & (rng.random(count) < 0.3), 1, 0)
    constant = {"locale": "en-US", "feedback": "", "json": "{}"}
    columns = {
        "turn": _numbered("t", start + np.arange(count)),
        "customer": _numbered("c", customer),
        "session": _numbered("s", session),
        "time": pa.array(1_700_000_000_000_000 + seconds * 1_000_000, pa.timestamp("us", "UTC")),
        "text": _said(wish, wording, heard),
        "intent": intent,
        "slots": slots,
        "state": _glued("", ("", intent), ("{", slots), ("}", None)),
        "confidence": pa.array(np.where(fails, 0.7, 0.9)),
        "outcome": pa.array(["answered", "not_understood"]).take(pa.array(outcome)),
    }
    return pa.table(
        [
            columns[field.name].cast(field.type)
            if field.name in columns
            else pa.array([constant.get(field.name)] * count, field.type)
            for field in schema
        ],
        schema=schema,
    )


def _attempts(count: int, rng: np.random.Generator) -> tuple[Numbers, Numbers, Any]:
    """For each turn its wish, which attempt it is, and whether it is the last."""
    lengths = np.minimum(rng.geometric(0.7, count), 5)
    wish_of = np.repeat(np.arange(count), lengths)[:count]
    first = np.flatnonzero(np.diff(wish_of, prepend=-1))
    attempt = np.arange(count) - np.repeat(first, np.diff(np.append(first, count)))
    return wish_of, attempt, attempt == lengths[wish_of] - 1


def _said(wish: Numbers, wording: Numbers, heard: Numbers) -> pa.Array:
    """Five to seven words: the wish's, with those of the wording, and one misheard."""
    verbs = _texts("verb{}", 200, (wish + wording) % 200)
    name = _texts("name{}", NAMES, _mixed(wish) % NAMES)
    misheard = np.where(wording >= WORDINGS, heard % 50_000, wish % 50_000)
    words = _texts("word{}", 50_000, misheard)
    return _glued("", ("please ", verbs), (" the ", name), (" with ", words))


def _zipf(count: int, most: int, rng: np.random.Generator) -> Numbers:
    """Numbers below `most`, of which n is drawn in proportion to 1 / (n + 1)."""
    return np.minimum(np.exp(rng.random(count) * np.log(most + 1)).astype(np.int64) - 1, most - 1)


def _mixed(numbers: Numbers) -> Numbers:
    """Numbers without order in them (a step of Fibonacci hashing)."""
    return (numbers * 2_654_435_761 >> 7) & 0x7FFFFFFF


def _texts(pattern: str, count: int, numbers: Numbers) -> pa.Array:
    return pa.array([pattern.format(n) for n in range(count)]).take(pa.array(numbers))


def _numbered(prefix: str, numbers: Numbers) -> pa.Array:
    return _glued("", (prefix, pa.array(numbers).cast(pa.string())))


def _glued(separator: str, *parts: tuple[str, pa.Array | None]) -> pa.Array:
    import pyarrow.compute as pc

    pieces = [piece for text, column in parts for piece in (pa.scalar(text), column)]
    return pc.binary_join_element_wise(*(p for p in pieces if p is not None), separator)


def mine(log: Path, folder: Path, threads: int) -> dict[str, Any]:
    """Seconds, seconds of all processors together, and the peak of memory (GiB, resident) of the
    command on a log. On a machine with other work the former says little."""
    output = folder / "rewrites.jsonl"
    code = (
        "import resource, sys, time; from eulalia.cli import main; "
        "start = time.perf_counter(); "
        f"sys.argv = ['eulalia', 'learn', 'rewrites', '--turns', {str(log)!r}, '-o', "
        f"{str(output)!r}]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    seconds, processor, kibibytes = result.stdout.split()[-3:]
    return {
        "seconds": round(float(seconds), 2),
        "processor_seconds": round(float(processor), 2),
        "peak_gib": round(int(kibibytes) / 2**20, 3),
        "rewrites": sum(1 for _ in output.open(encoding="utf-8")),
    }


def _slope(rows: list[dict[str, Any]], name: str) -> float | None:
    """What a million more turns add; None where there is but one size."""
    if len(rows) < 2:
        return None
    millions = [row["turns"] / 1e6 for row in rows]
    return round(float(np.polyfit(millions, [row[name] for row in rows], 1)[0]), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", default="1000000,3000000,10000000")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep the logs here, for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        rows = []
        for turns in map(int, options.turns.split(",")):
            log = folder / f"{turns}.parquet"
            start = time.perf_counter()
            if not log.exists():
                write_log(log, turns)
            made = time.perf_counter() - start
            rows.append({"turns": turns, **mine(log, folder, options.threads)})
            print(rows[-1], f"(made in {made:.0f} s)", flush=True)
    report = {
        "machine": {"processor": platform.processor(), "cores": os.cpu_count()},
        "engine": "duckdb",
        "sizes": rows,
        "per_million_more": {
            name: _slope(rows, name) for name in ("seconds", "processor_seconds", "peak_gib")
        },
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
