"""A million shared rewrites: how long it takes to find what a request should be taken for.

    python benchmarks/rewriting.py [--rewrites 1000000] [--requests 1000]

Takes the processor time, on one thread and one request after the other, of what the assistant does
before it understands: looking up words, sounds and neighbours, reading the candidates and ranking
them, for a customer with 300 turns behind him and a recogniser with three other hypotheses. Beside
it rapidfuzz.process.extractOne looks through the same requests. Writes
benchmarks/results/rewriting.json. The rewrites are made up of a few hundred words, so that every
request has many that are almost like it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import rapidfuzz

from eulalia.assistant import sure
from eulalia.learning.rewriting import History, Meaning, Request, Rewriter, Shared
from eulalia.learning.rewriting.candidates import candidates
from eulalia.learning.rewriting.rewriter import shipped
from eulalia.learning.state import normalize
from eulalia.nlu import Understander
from eulalia.rewrites import Evidence, LearnedRewrite, Status
from eulalia.text.vectors import Vectors
from eulalia.turn import Outcome, Turn

RESULTS = Path(__file__).parent / "results" / "rewriting.json"
LOCALE = "en-US"
PEER_REQUESTS = 20
VERBS = "play start find show read open call tell stop pause resume put".split()
THINGS = (
    "jazz rock news weather lights lamp alarm timer music radio podcast email calendar list recipe "
    "traffic joke song album playlist kitchen bedroom coffee vacuum heating volume meeting movie "
    "taxi train pizza milk eggs bread birthday reminder message photo story book game score stocks"
).split()
PLACES = (
    "in the kitchen|for tomorrow|at seven|on friday|from anna|by the beatles|in the morning|to bob|"
    "near me|this weekend|at home|for dinner|with sarah|of next week|in berlin|tonight|after lunch|"
    "again|please|on the shopping list|before nine|about football|in the garage|every day"
).split("|")


def rewrites(count: int, rng: Random) -> Iterator[LearnedRewrite]:
    """So many rewrites of different requests: a letter or two of what works are others."""
    seen = set()
    evidence = Evidence(20, 4, 6, 0.6, 0.1, 0.8, 0.5)
    while len(seen) < count:
        text = request(rng)
        heard = misheard(text, rng)
        if heard != text and heard not in seen:
            seen.add(heard)
            yield LearnedRewrite(LOCALE, heard, text, evidence, status=Status.KEPT)


def request(rng: Random) -> str:
    """Something that may be asked."""
    parts = [rng.choice(VERBS), rng.choice(THINGS), "and", rng.choice(THINGS), rng.choice(PLACES)]
    return " ".join(parts if rng.random() < 0.7 else [parts[0], parts[1], parts[4]])


def misheard(text: str, rng: Random) -> str:
    """The text with one or two of its words heard as others, as a recogniser's words are."""
    words = text.split()
    for place in rng.sample(range(len(words)), rng.choice((1, 2))):
        words[place] = rng.choice(_alike(words[place]))
    return normalize(" ".join(words))


@cache
def _alike(word: str) -> list[str]:
    """Forty words that differ from this one in a letter."""
    rng = Random(word)
    return [
        word[:place] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :]
        for place in rng.choices(range(len(word)), k=40)
    ]


def history(vectors: Vectors, rng: Random, turns: int = 300) -> History:
    """What a customer asked so far."""
    made = History(vectors, LOCALE)
    time = datetime(2026, 1, 5, tzinfo=UTC)
    for number in range(turns):
        turn = Turn(
            id=str(number),
            session=str(number),
            customer="ada",
            locale=LOCALE,
            time=time + timedelta(hours=number),
            text=request(rng),
            outcome=Outcome.ANSWERED,
        )
        made.learn([turn])
    return made


def timed(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds that half, and 99 of 100, stay below, and the longest."""
    p50, p99 = np.percentile(seconds, [50, 99])
    return {
        "p50_ms": round(1e3 * p50, 3),
        "p99_ms": round(1e3 * p99, 3),
        "max_ms": round(1e3 * max(seconds), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rewrites", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=1_000)
    options = parser.parse_args()
    rng = Random(1)
    vectors = Vectors.open()
    understander = Understander.open()
    learned = list(rewrites(options.rewrites, rng))
    with tempfile.TemporaryDirectory(prefix="eulalia-") as folder:
        began = time.process_time()
        Shared(vectors, learned).save(Path(folder) / "shared")
        built = time.process_time() - began
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        began = time.process_time()
        shared = Shared.open(Path(folder) / "shared")
        opened = time.process_time() - began
        known = history(vectors, rng)
        rewriter = Rewriter(vectors, shipped(), shared)

        def read(texts: Sequence[str]) -> list[Meaning]:
            meanings = []
            for text, readings in zip(
                texts, understander.understand_all(texts, LOCALE), strict=True
            ):
                best = next(iter(sure(readings)), None)
                meanings.append(Meaning.of(text, best))
            return meanings

        asked = [misheard(request(rng), rng) for _ in range(options.requests)]
        drawn = rng.sample(learned, len(asked[::4]))
        asked[::4] = [rewrite.request for rewrite in drawn]
        requests = [
            Request(
                text,
                LOCALE,
                8,
                heard=0.5,
                alternatives=tuple((misheard(text, rng), 0.1) for _ in range(3)),
            )
            for text in asked
        ]
        retrieval, whole = [], []
        for each in requests[:50]:  # pages of the files come into memory
            rewriter.rewrite(each, known, read)
        for each in requests:
            began = time.process_time()
            candidates(each, vectors, known, shared)
            retrieval.append(time.process_time() - began)
            began = time.process_time()
            rewriter.rewrite(each, known, read)
            whole.append(time.process_time() - began)
        found = sum(
            rewrite.text in {c.text for c in candidates(each, vectors, None, shared)}
            for rewrite, each in zip(drawn, requests[::4], strict=True)
        )
        peer = []
        choices = [rewrite.request for rewrite in learned]
        for text in asked[:PEER_REQUESTS]:
            began = time.process_time()
            rapidfuzz.process.extractOne(text, choices)
            peer.append(time.process_time() - began)
    result = {
        "rewrites": len(learned),
        "requests": len(requests),
        "candidates": timed(retrieval),
        "rewriting": timed(whole),
        "known_requests_found": round(found / len(drawn), 3),
        "build_seconds": round(built, 1),
        "open_ms": round(1e3 * opened, 2),
        "megabytes_on_disk": round(size / 1e6, 1),
        "rapidfuzz_extract_one": timed(peer) | {"requests": len(peer)},
        "ratio_of_medians": round(float(np.median(peer) / np.median(whole)), 1),
        "time": "processor time of one thread",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
