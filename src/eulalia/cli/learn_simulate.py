"""`eulalia learn simulate`: days of many customers, as a log of turns with their truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.errors import EulaliaError

if TYPE_CHECKING:
    from eulalia.datasets import Massive
    from eulalia.learning.simulation import Chain, Hearing, Rates, World
    from eulalia.truth import Truth
    from eulalia.turn import Turn

SPOKEN_LOCALES = ("en-US",)
"""Locales that the recogniser hears."""


def simulate(
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="LOG", help="A .jsonl, .jsonl.gz or .parquet file."),
    ],
    data: DataFolder = DEFAULT_DATA,
    customers: Annotated[int, typer.Option(help="How many households.")] = 100,
    days: Annotated[int, typer.Option(help="How many days.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same log.")] = 1,
    locales: Annotated[
        str, typer.Option(metavar="LIST", help="Separated by commas; customers are spread evenly.")
    ] = "en-US",
    spoken: Annotated[
        bool, typer.Option("--spoken", help="With sound and the real recogniser; far slower.")
    ] = False,
    rate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=SHARE",
            help="Share of turns with a failure of that kind put in, such as result=0.05; "
            "impossible is the share of wishes that nobody could fulfil.",
        ),
    ] = None,
) -> None:
    """Let customers ask, be misheard and misunderstood, and react; write what happened."""
    from eulalia.learning import logs

    wanted = tuple(part.strip() for part in locales.split(",") if part.strip())
    if spoken and set(wanted) - set(SPOKEN_LOCALES):
        raise EulaliaError(
            f"The recogniser hears {', '.join(SPOKEN_LOCALES)} only; "
            "leave --spoken away to simulate other locales."
        )
    rates = _rates(rate or [])
    # The log is opened before the world, which takes a while: a wrong name is told of at once.
    turns = _turns(data.expanduser(), customers, days, seed, wanted, rates, spoken)
    count = logs.write(output.expanduser(), turns)
    print(f"{output}: {count:,} turns of {customers:,} customers in {days:,} days")


def _turns(
    data: Path,
    customers: int,
    days: int,
    seed: int,
    locales: tuple[str, ...],
    rates: Rates,
    spoken: bool,
) -> Iterator[tuple[Turn, Truth]]:
    from eulalia.learning.simulation import simulate

    world = open_world(data, customers, seed, locales, rates, spoken)
    yield from _with_progress(simulate(world, chain(world), days, seed), world, days)


def open_world(
    data: Path,
    customers: int,
    seed: int,
    locales: tuple[str, ...],
    rates: Rates | None = None,
    spoken: bool = False,
) -> World:
    """The customers of a seed, from the data folder."""
    from eulalia.learning.simulation import World

    return World.open(
        _massive(data),
        customers,
        seed,
        locales=locales,
        rates=rates,
        impossible={"en-US": _impossible(data)},
        hearing=(lambda _: _ears()) if spoken else None,
    )


def chain(world: World) -> Chain:
    """The assistant without learning, of the parts that the real one has."""
    from eulalia.assistant import sure
    from eulalia.dialog import resolve
    from eulalia.learning.simulation import Chain
    from eulalia.nlu import Understander
    from eulalia.skills import find

    skills = {intent: skill.name for skill in find() for intent in sorted(skill.intents)}
    return Chain(world, Understander.open(), resolve, skills, sure)


def _with_progress(
    pairs: Iterator[tuple[Turn, Truth]], world: World, days: int
) -> Iterator[tuple[Turn, Truth]]:
    """The pairs, while a bar on standard error tells how many households' days are over."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("days of households", total=days * world.customers)
        customer = None
        for turn, truth in pairs:
            if turn.customer != customer:
                customer = turn.customer
                bar.advance(task)
            yield turn, truth


def _massive(data: Path) -> Massive:
    """MASSIVE among the data sets, or the data folder itself when it is MASSIVE's."""
    from eulalia.datasets import Massive

    archives = sorted((data / "massive").glob("*.tar*"))
    return Massive.open(archives[-1] if archives else data)


def _impossible(data: Path) -> tuple[str, ...]:
    """CLINC150's requests that are out of scope; none where it is not among the data."""
    from eulalia.datasets import Clinc
    from eulalia.datasets.clinc import OUT_OF_SCOPE

    for path in sorted((data / "nlu").glob("clinc150*")):
        clinc = Clinc.open(path)
        return tuple(
            request.text
            for part in clinc.partitions
            if "test" not in part
            for request in clinc.requests(part)
            if request.intent == OUT_OF_SCOPE
        )
    return ()


def _ears() -> Hearing:
    from eulalia.asr import Recognizer
    from eulalia.learning.simulation.speech import SpokenHearing

    return SpokenHearing(Recognizer.open())


def _rates(given: list[str]) -> Rates:
    from eulalia.learning.simulation import Rates

    names = [field.name for field in fields(Rates)]
    rates: dict[str, float] = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            rates[name] = float(number)
        except ValueError:
            rates[name] = -1.0
        if name not in names or rates[name] < 0:
            raise EulaliaError(
                f"{text!r} is no rate; write KIND=SHARE with a kind of {', '.join(names)} "
                "and a share such as 0.02."
            )
    return Rates(**rates)
