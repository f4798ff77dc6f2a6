"""What learning takes away of the defects of customers whom it has not learned from.

    python benchmarks/learning.py --data DIR [--seeds 20] [--customers 30] [--days 20]
        [--teachers 300] [--arms none,exact,…]

For each seed, some households (`--teachers`) live with the assistant that learns nothing; rewrites
are mined from their turns. Then other households live the same days with each arm:

    none      learns nothing
    exact     rewrites requests that were heard word for word; the simplest there is
    global    everybody's rewrites, found by likeness and ranked
    personal  global, and what each household's own turns have shown
    all       personal, and what customers teach in so many words

Reported are the share of defective turns that an arm takes away, by number (the households want the
same in every arm) and by rate (fewer turns are needed, so that this is less); and wins and losses:
changed turns that went well in this arm and not without it, and the other way round, by the truth,
among turns with the same words in both. Intervals are over seeds (Student's t). Writes
benchmarks/results/learning.json.
"""

from __future__ import annotations

import os

# Before NumPy and its like are imported: every library here is to use one thread.
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy import stats

from eulalia.assistant import sure
from eulalia.cli.files import write_json
from eulalia.datasets import Massive
from eulalia.dialog import resolve
from eulalia.errors import EulaliaError
from eulalia.learning import defects, logs, mining
from eulalia.learning.rewriting.usual import usual_wordings
from eulalia.learning.simulation import Assistant, Chain, Reading, World, simulate
from eulalia.learning.state import normalize
from eulalia.learning.successes import successes
from eulalia.learning.wording import Wording
from eulalia.nlu import Understander
from eulalia.rewrites import LearnedRewrite
from eulalia.skills import find
from eulalia.skills.teaching import lessons, wordings
from eulalia.truth import Failure, Truth
from eulalia.turn import Answer, Interpretation, Outcome, Rewrite, Turn

RESULTS = Path(__file__).parent / "results" / "learning.json"
CONSOLE = Console(stderr=True)
ARMS = ("none", "exact", "global", "personal", "all")
OTHERS = 10_000
"""What is added to a seed for the households that are not learned from."""

Log = list[tuple[Turn, Truth]]


@dataclass(frozen=True)
class Learned:
    """What one seed's teachers have taught."""

    mined: Sequence[LearnedRewrite]
    known: Sequence[LearnedRewrite]
    """Requests that work, each as a rewrite into itself."""
    usual: Mapping[str, Wording]
    """How usual words are in what works, by locale."""


# The arms


class Exact:
    """Rewrites what is heard word for word as it was learned."""

    def __init__(self, answering: Assistant, rewrites: Sequence[LearnedRewrite]) -> None:
        self._answering = answering
        self._texts = {(one.locale, one.request): one.text for one in rewrites}

    def answer_all(self, turns: Sequence[Turn]) -> Sequence[Turn]:
        return self._answering.answer_all([self._rewritten(turn) for turn in turns])

    def read_all(self, texts: Sequence[tuple[str, str]]) -> Sequence[Reading]:
        return self._answering.read_all(texts)

    def learn(self, turns: Sequence[Turn]) -> None:
        self._answering.learn(turns)

    def _rewritten(self, turn: Turn) -> Turn:
        text = self._texts.get((turn.locale, normalize(turn.text or "")))
        if text is None:
            return turn
        return replace(turn, rewrite=Rewrite(turn.text or "", text, "global", 1.0))


class Taught:
    """Keeps what customers teach and takes "no, I meant …" for what was meant."""

    def __init__(self, answering: Assistant, chain: Assistant) -> None:
        """What is taught goes to the chain as it is, the rest to `answering`."""
        self._answering = answering
        self._chain = chain
        self._notebook = Notebook()

    def answer_all(self, turns: Sequence[Turn]) -> list[Turn]:
        taught = {turn.id: self._taught(turn) for turn in turns}

        others = [self._meant(turn) for turn in turns if taught[turn.id] is None]
        meant = [turn for turn in others if turn.rewrite is not None]
        plain = [turn for turn in others if turn.rewrite is None]
        answered = {turn.id: turn for turn in self._chain.answer_all(meant)}
        answered |= {turn.id: turn for turn in self._answering.answer_all(plain)}
        return [taught[turn.id] or answered[turn.id] for turn in turns]

    def read_all(self, texts: Sequence[tuple[str, str]]) -> Sequence[Reading]:
        return self._answering.read_all(texts)

    def learn(self, turns: Sequence[Turn]) -> None:
        self._answering.learn(turns)

    def _taught(self, turn: Turn) -> Turn | None:
        said = wordings.read(turn.text or "", turn.locale)
        if said is None or said.kind != "teach":
            return None
        phrase, request = said.words("phrase"), said.words("request")
        verdict = lessons.teach(
            self._notebook, turn.customer, turn.locale, phrase, request, turn.time
        )  # type: ignore[arg-type]
        learned = verdict in (lessons.Verdict.LEARNED, lessons.Verdict.CHANGED)
        return replace(
            turn,
            interpretation=Interpretation(turn.text or "", "preference", "preference_teach"),
            outcome=Outcome.ANSWERED if learned else Outcome.UNAVAILABLE,
            skill="teaching",
            answer=Answer("I will remember that.", "en-US"),
        )

    def _meant(self, turn: Turn) -> Turn:
        text = turn.text or ""
        said = wordings.read(text, turn.locale)
        if said is not None and said.kind == "correct":
            meant: str | None = said.words("request")
        else:
            meant = lessons.recall(self._notebook, turn.customer, turn.locale, text)  # type: ignore[arg-type]
        return replace(turn, rewrite=Rewrite(text, meant, "taught", 1.0)) if meant else turn


class Notebook:
    """Records in a dictionary; a simulation need not outlive the program."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)

    def get(self, customer: str, kind: str, key: str) -> Any:
        return self._kept[customer, kind].get(key)

    def put(self, customer: str, kind: str, key: str, value: Any) -> None:
        self._kept[customer, kind][key] = value

    def delete(self, customer: str, kind: str, key: str) -> bool:
        return self._kept[customer, kind].pop(key, None) is not None

    def list(self, customer: str, kind: str) -> dict[str, Any]:
        return dict(self._kept[customer, kind])


def arm(name: str, chain: Chain, world: World, learned: Learned) -> Assistant:
    """The assistant of that name, before which nobody lived with it."""
    if name == "none":
        return chain
    if name == "exact":
        return Exact(chain, learned.mined)
    from eulalia.learning.rewriting.rewriter import Rewriter, shipped
    from eulalia.learning.rewriting.shared import Shared
    from eulalia.learning.rewriting.simulated import RewritingAssistant
    from eulalia.text.vectors import Vectors

    vectors = Vectors.open()
    shared = Shared(vectors, [*learned.mined, *learned.known], learned.usual)
    rewriter = Rewriter(vectors, shipped(), shared)
    rewriting = RewritingAssistant(chain, rewriter, personal=name != "global", names=world.names)
    return Taught(rewriting, chain) if name == "all" else rewriting


# A seed


def measure(massive: Massive, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """The counts of one seed by arm."""
    understander = Understander.open()
    skills = {intent: skill.name for skill in find() for intent in sorted(skill.intents)}

    def chain(world: World) -> Chain:
        return Chain(world, understander, resolve, skills, sure)

    teachers = World.open(massive, options.teachers, seed)
    learned = learn(simulate(teachers, chain(teachers), options.days, seed))
    counts: dict[str, Any] = {"mined": len(learned.mined)}
    without: Log = []
    # One world and one chain for all arms: they keep nothing but what comes out the same again.
    world = World.open(massive, options.customers, OTHERS + seed)
    answering = chain(world)
    for name in options.arms:
        assistant = arm(name, answering, world, learned)
        log = list(simulate(world, assistant, options.days, OTHERS + seed))
        without = without or log
        counts[name] = count(log, without)
    return counts


def learn(pairs: Iterator[tuple[Turn, Truth]]) -> Learned:
    """What is mined from turns, without a look at their truth."""
    turns = [turn for turn, _ in pairs]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        logs.write(path, ((turn, None) for turn in turns))
        mined = mining.rewrites(logs.table(path))
    defective = defects.probabilities(turns)
    return Learned(mined, successes(turns, defective), usual_wordings(turns, defective))


def count(log: Log, without: Log) -> dict[str, int]:
    """Turns, defects, and what became of the changed turns that are in both logs."""
    twins = {turn.id: (turn.text, truth.failure) for turn, truth in without}
    counts: dict[str, int] = defaultdict(int)
    for turn, truth in log:
        is_right = truth.failure is Failure.CORRECT
        counts["turns"] += 1
        counts["defects"] += not is_right
        if turn.rewrite is None:
            continue
        counts["changed"] += 1
        text, failure = twins.get(turn.id, (None, None))
        if text == turn.text:
            was_right = failure is Failure.CORRECT
            counts["compared"] += 1
            counts["wins"] += is_right and not was_right
            counts["losses"] += was_right and not is_right
    names = ("turns", "defects", "changed", "compared", "wins", "losses")
    return {name: int(counts[name]) for name in names}


# All seeds


def summarize(seeds: Sequence[dict[str, Any]], arms: Sequence[str]) -> dict[str, Any]:
    """The figures of each arm over the seeds."""
    base = seeds_of(seeds, arms[0])
    report = {}
    for name in arms:
        found = seeds_of(seeds, name)
        fewer = 1.0 - found["defects"] / base["defects"]
        rates = 1.0 - (found["defects"] / found["turns"]) / (base["defects"] / base["turns"])
        wins, losses = found["wins"].sum(), found["losses"].sum()
        report[name] = {
            **{key: int(values.sum()) for key, values in found.items()},
            "defect_rate": float(found["defects"].sum() / found["turns"].sum()),
            "defects_taken_away": interval(fewer),
            "defect_rate_taken_away": interval(rates),
            "wins_per_loss": float(wins / max(losses, 1)),
            "wins_per_loss_interval": ratio_interval(found["wins"], found["losses"]),
        }
    return report


def seeds_of(seeds: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Each figure of an arm as an array over seeds."""
    return {key: np.array([seed[name][key] for seed in seeds]) for key in seeds[0][name]}


def interval(values: Any) -> list[float]:
    """The mean, and its 95 % interval by Student's t."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return [mean, mean, mean]
    radius = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return [mean, mean - radius, mean + radius]


def ratio_interval(wins: Any, losses: Any) -> list[float]:
    """95 % of the ratios of sums over seeds drawn with replacement (Efron 1979)."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(wins), (2_000, len(wins)))
    ratios = wins[drawn].sum(axis=1) / np.maximum(losses[drawn].sum(axis=1), 1)
    return [float(value) for value in np.quantile(ratios, [0.025, 0.975])]


def table(report: dict[str, Any]) -> Table:
    """The figures for people."""
    drawn = Table(box=None)
    for heading in ("arm", "turns", "defect rate", "fewer defects", "lower rate", "wins : losses"):
        drawn.add_column(heading, justify="left" if heading == "arm" else "right")
    for name, figures in report.items():
        fewer, lower = figures["defects_taken_away"], figures["defect_rate_taken_away"]
        low, high = figures["wins_per_loss_interval"]
        drawn.add_row(
            name,
            f"{figures['turns']:,}",
            f"{figures['defect_rate']:.3f}",
            "{:.3f} ({:.3f} to {:.3f})".format(*fewer),
            "{:.3f} ({:.3f} to {:.3f})".format(*lower),
            f"{figures['wins']:,} : {figures['losses']:,} = {figures['wins_per_loss']:.1f} "
            f"({low:.1f} to {high:.1f})",
        )
    return drawn


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    data = os.environ.get("EULALIA_DATA")
    parser.add_argument("--data", type=Path, default=data and Path(data), required=not data)
    for name, usual in (("seeds", 20), ("customers", 30), ("days", 20), ("teachers", 300)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--arms", type=lambda text: text.split(","), default=list(ARMS))
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    if options.arms[0] != "none" or set(options.arms) - set(ARMS):
        parser.error(f"--arms begins with none and has {', '.join(ARMS)}")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all seeds, print a table and write the figures."""
    options = parse(arguments)
    archives = sorted((options.data / "massive").glob("*.tar*"))
    massive = Massive.open(archives[-1] if archives else options.data)
    numbers = range(options.first_seed, options.first_seed + options.seeds)
    seeds = []
    for seed in track(numbers, "seeds", console=CONSOLE):
        seeds.append(measure(massive, seed, options))
        CONSOLE.print(f"seed {seed}:", seeds[-1], highlight=False)
    report = {
        "seeds": options.seeds,
        "customers": options.customers,
        "teachers": options.teachers,
        "days": options.days,
        "arms": summarize(seeds, options.arms),
    }
    Console().print(table(report["arms"]))
    options.json.parent.mkdir(exist_ok=True)
    write_json(options.json, report)


if __name__ == "__main__":
    try:
        main()
    except EulaliaError as error:
        sys.exit(str(error))
