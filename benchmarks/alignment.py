"""Sentence alignment beside Gale and Church's, and how long it takes.

    python benchmarks/alignment.py --data DIR

The hand-aligned German-French Text+Berg set (dev part, on which a few global settings were looked
at; another part is the true test), and documentation and everyday requests whose alignment is known
because they are cut up artificially here: sentences joined and left out at random. Beside ours, the
lengths alone (Gale and Church, 1993, written here anew), on the same texts. Times are those that
the processor spent on one core. Writes benchmarks/results/alignment.json.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import ast
import gzip
import itertools
import json
import math
import platform
import random
import resource
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from eulalia.datasets import Massive
from eulalia.translation import align
from eulalia.translation.scores import Link, score_links

RESULTS = Path(__file__).parent / "results" / "alignment.json"
Text = tuple[list[str], list[str], list[Link]]
PUBLISHED = {
    "Gale-Church": {"strict": 0.68, "lax": 0.80},
    "Bleualign with a translation system": {"strict": 0.81, "lax": 0.95},
    "Vecalign with LASER": {"strict": 0.90, "lax": 0.99},
}
"""On the test part of Text+Berg (Thompson and Koehn, 2019)."""
TABLES = {
    "en-es, TensorFlow": ("en-es.tensorflow-docs.tsv.gz", 4000, 500),
    "en-es, Python": ("en-es.python-docs.tsv.gz", 9000, 400),
    "en-zh, Django": ("en-zh.django-docs.tsv.gz", 6000, 500),
}
PRIORS = {(1, 1): 0.89, (1, 0): 0.00495, (0, 1): 0.00495, (2, 1): 0.0445, (1, 2): 0.0445,
          (2, 2): 0.011}  # fmt: skip
"""Gale and Church's table 5; what they give for both directions is halved."""


def main() -> None:
    """Score and time both on every set, and write what came out."""
    options = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    options.add_argument("--data", type=Path, default=os.environ.get("EULALIA_DATA"))
    data = options.parse_args().data
    if data is None:
        raise SystemExit("Name the folder of data sets by --data or EULALIA_DATA.")
    report: dict[str, object] = {"machine": platform.machine(), "published": PUBLISHED}
    table = Table("set", "sentences", "Eulalia strict / lax", "lengths alone", "seconds")
    sets: dict[str, object] = {}
    for name, (source, target, true) in texts(Path(data)):
        ours, seconds = timed(lambda s=source, t=target: links(s, t))
        theirs = gale_church(source, target)
        scores = [score_links(each, true) for each in (ours, theirs)]
        sets[name] = {
            "sentences": [len(source), len(target)],
            "eulalia": asdict(scores[0]) | {"seconds": seconds},
            "gale_church": asdict(scores[1]),
        }
        shown = [f"{score.strict:.3f} / {score.lax:.3f}" for score in scores]
        table.add_row(name, f"{len(source)} x {len(target)}", *shown, f"{seconds:.1f}")
    report["sets"] = sets
    source, target, true = cut(made_up(10_000), 0)
    ours, seconds = timed(lambda: links(source, target))
    report["large"] = {
        "sentences": [len(source), len(target)],
        "seconds": seconds,
        "strict": score_links(ours, true).strict,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    Console().print(table, report["large"])
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def timed(call: Callable[[], list[Link]]) -> tuple[list[Link], float]:
    """What a call returns, and the seconds of processor time that it took."""
    begun = time.process_time()
    found = call()
    return found, round(time.process_time() - begun, 2)


def links(source: list[str], target: list[str]) -> list[Link]:
    """Our links, without what is left out."""
    beads = align(source, target)
    return [(list(bead.source), list(bead.target)) for bead in beads if bead.source and bead.target]


def texts(data: Path) -> Iterator[tuple[str, Text]]:
    """The sets that there are: their name, both texts, the true links."""
    berg = data / "translation" / "text+berg-dev.tar.xz"
    if berg.exists():
        with tarfile.open(berg) as files:
            read = {
                Path(member.name).suffix: files.extractfile(member).read().decode()
                for member in files
                if member.isfile()
            }
        true = [
            tuple(ast.literal_eval(side) for side in line.split(":"))
            for line in read[".defr"].splitlines()
            if line.strip()
        ]
        yield "de-fr, Text+Berg (dev)", (read[".de"].splitlines(), read[".fr"].splitlines(), true)
    for seed, (name, (file, first, count)) in enumerate(TABLES.items()):
        with gzip.open(data / "translation" / file, "rt", encoding="utf-8") as lines:
            rows = (line.rstrip("\n").split("\t")[1:] for line in lines)
            pairs = [(a, b) for a, b in rows if a.strip() and b.strip()]
        yield name, cut(pairs[first : first + count], seed, "" if "zh" in name else " ")
    massive = Massive.open(sorted((data / "massive").glob("*.tar*"))[-1])
    sides = [
        {request.id: request.text for request in massive.requests(locale, "train")}
        for locale in ("de-DE", "fr-FR")
    ]
    pairs = [(sides[0][number], sides[1][number]) for number in list(sides[0])[:600]]
    yield "de-fr, MASSIVE", cut(pairs, 4)


def cut(pairs: list[tuple[str, str]], seed: int, glue: str = " ") -> Text:
    """Texts of which 16 in 100 pieces are joined on one side, and 4 begin something left out."""
    rng = random.Random(seed)
    source: list[str] = []
    target: list[str] = []
    true: list[Link] = []
    rest = iter(pairs)
    while taken := list(itertools.islice(rest, 1)):
        chance = rng.random()
        if chance < 0.04:
            taken += itertools.islice(rest, rng.choice([0, 0, 1, 4]))
            for one, other in taken:
                side, text = (source, one) if rng.random() < 0.5 else (target, other)
                side.append(text)
            continue
        if chance < 0.20:
            taken += itertools.islice(rest, rng.choice([1, 1, 2]))
        ours, theirs = [one for one, _ in taken], [other for _, other in taken]
        if rng.random() < 0.5:
            ours = [" ".join(ours)]
        else:
            theirs = [glue.join(theirs)]
        true.append(
            (
                list(range(len(source), len(source) + len(ours))),
                list(range(len(target), len(target) + len(theirs))),
            )
        )
        source += ours
        target += theirs
    return source, target, true


def made_up(count: int) -> list[tuple[str, str]]:
    """Pairs of sentences in two invented languages, with Zipf's frequencies and some numbers."""
    rng = np.random.default_rng(0)
    words = rng.zipf(1.3, size=(count, 30)) % 20_000
    lengths = rng.integers(5, 30, count)
    numbers = rng.integers(0, 5000, count)
    return [
        (
            " ".join(f"{_letters(word, 'bcdfg')}" for word in row[:length]) + f" {number}.",
            " ".join(f"{_letters(word, 'lmnpr')}" for word in row[:length]) + f" {number}.",
        )
        for row, length, number in zip(words, lengths, numbers, strict=True)
    ]


def _letters(number: int, consonants: str) -> str:
    digits = np.base_repr(int(number), 5)
    return "".join(consonants[int(digit)] + "aeiou"[int(digit)] for digit in digits)


def gale_church(source: list[str], target: list[str]) -> list[Link]:
    """The links by lengths alone: Gale and Church, 1993, with their constants."""
    lengths = [np.cumsum([0, *map(len, side)]) for side in (source, target)]
    best = {(0, 0): (0.0, (0, 0))}
    for i, j in itertools.product(range(len(source) + 1), range(len(target) + 1)):
        for (a, b), prior in PRIORS.items():
            if i < a or j < b:
                continue
            ours, theirs = lengths[0][i] - lengths[0][i - a], lengths[1][j] - lengths[1][j - b]
            delta = abs(theirs - ours) / math.sqrt(6.8 * max((ours + theirs) / 2, 1))
            tail = max(math.erfc(delta / math.sqrt(2)), 1e-300)
            cost = best[i - a, j - b][0] - math.log(tail) - math.log(prior)
            if (i, j) not in best or cost < best[i, j][0]:
                best[i, j] = (cost, (a, b))
    found: list[Link] = []
    i, j = len(source), len(target)
    while i or j:
        a, b = best[i, j][1]
        if a and b:
            found.append((list(range(i - a, i)), list(range(j - b, j))))
        i, j = i - a, j - b
    return found[::-1]


if __name__ == "__main__":
    main()
