"""A small town: a phrasebook written by hand, and an understander that knows it by heart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eulalia.datasets import Request
from eulalia.dialog import resolve
from eulalia.learning.simulation import Chain, Channel, Hearing, Rates, World
from eulalia.learning.simulation.confusions import Confusions
from eulalia.learning.simulation.phrasebook import Phrasebook
from eulalia.turn import Interpretation, Slot

ANNOTATED = """
alarm_set     wake me up at [time : seven am]
alarm_set     set an alarm for [time : eight am]
alarm_set     please get me up at [time : six am]
email_query   any mail from [person : anna]
email_query   did [person : peter] write to me
email_query   check my inbox for [person : susan]
email_query   are there letters from [person : maria]
play_music    play [song_name : yesterday]
play_music    i want to hear [song_name : thriller]
play_music    put on [song_name : imagine] please
iot_hue_lightoff   turn off the light in the [house_place : kitchen]
iot_hue_lightoff   make it dark in the [house_place : bedroom]
iot_hue_lightoff   no more light in the [house_place : garage]
weather_query      how is the weather
weather_query      will it be sunny
weather_query      tell me the forecast
"""
IMPOSSIBLE = ("paint my fence green", "walk the dog for me")
NOTHING = Rates(false_wake=0, asr=0, intent=0, slot=0, resolution=0, result=0, impossible=0)
SKILLS = {
    "alarm_set": "alarms",
    "email_query": "services",
    "play_music": "music",
    "iot_hue_lightoff": "home",
    "weather_query": "services",
}


def requests(locale: str = "en-US") -> list[Request]:
    result = []
    for number, line in enumerate(ANNOTATED.strip().splitlines()):
        intent, annotated = line.split(None, 1)
        text, slots = "", []
        for literal, name, value in re.findall(r"([^\[]*)(?:\[(\w+) : ([^\]]+)\])?", annotated):
            text += literal
            if name:
                slots.append(Slot(name, value, len(text), len(text) + len(value)))
                text += value
        result.append(
            Request(
                id=str(number),
                locale=locale,
                partition="train",
                scenario=intent.partition("_")[0],
                intent=intent,
                text=text,
                tokens=tuple(text.split()),
                starts=(),
                labels=(),
                slots=tuple(slots),
            )
        )
    return result


def phrasebook(locale: str = "en-US") -> Phrasebook:
    return Phrasebook(locale, requests(locale), IMPOSSIBLE)


def ears(book: Phrasebook) -> Hearing:
    return Channel(Confusions.open(), book.words, book.locale)


class PerfectEars:
    """Hears every word."""

    def hear(self, voice, said, effort, rng, force):  # type: ignore[no-untyped-def]
        from eulalia.learning.simulation import Heard
        from eulalia.turn import Hypothesis

        return Heard(said, (Hypothesis(said, 0.9),), seconds=1.0)


class KnowsByHeart:
    """Reads what fits a pattern of the phrasebook, and nothing else; counts what it is asked."""

    def __init__(self, book: Phrasebook) -> None:
        self.asked = 0
        self._patterns = []
        for pattern in book.patterns:
            gaps = (f"(?P<{name}>.+)" for name in (*pattern.names, None) if name)
            expression = "".join(
                re.escape(literal) + next(gaps, "") for literal in pattern.literals
            )
            self._patterns.append((re.compile(f"(?:no i meant )?{expression}"), pattern))

    def understand_all(
        self, texts: Iterable[str], locale: str
    ) -> Sequence[tuple[Interpretation, ...]]:
        listed = list(texts)
        self.asked += len(listed)
        return [self._read(text) for text in listed]

    def _read(self, text: str) -> tuple[Interpretation, ...]:
        for expression, pattern in self._patterns:
            if match := expression.fullmatch(text):
                slots = tuple(
                    Slot(name, value, match.start(name), match.end(name))
                    for name, value in match.groupdict().items()
                )
                others = [i for i in SKILLS if i != pattern.intent]
                return (
                    Interpretation(text, pattern.domain, pattern.intent, slots, 0.9),
                    Interpretation(text, others[0].partition("_")[0], others[0], slots, 0.05),
                )
        return (Interpretation(text, "general", "out_of_scope", (), 0.9),)


def town(
    customers: int = 20,
    seed: int = 1,
    *,
    rates: Rates = NOTHING,
    perfect: bool = False,
    locales: Sequence[str] = ("en-US",),
) -> tuple[World, Chain]:
    """The town and an assistant without faults of its own."""
    books = [phrasebook(locale) for locale in locales]
    world = World(
        books, customers, seed, hearing=(lambda _: PerfectEars()) if perfect else ears, rates=rates
    )
    return world, Chain(world, KnowsByHeart(books[0]), resolve, SKILLS)
