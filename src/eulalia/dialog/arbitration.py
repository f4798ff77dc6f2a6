"""Arbitration: which skill gets the request, and with which reading.

Every candidate brings the confidence of its reading. Rules about the situation multiply its odds;
the rules that spoke are kept with the candidate, so that a trace can show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from eulalia.turn import Context, Interpretation

_LEAST = 1e-6
"""Odds need a probability that is neither 0 nor 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A skill that would act on a reading of the request."""

    skill: str
    interpretation: Interpretation
    score: float
    """Probability from 0 to 1 that the skill should have the request."""
    reasons: tuple[str, ...] = ()
    """The rules that changed the score."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """Something about a situation that speaks for or against a candidate."""

    reason: str
    odds: float
    """What the candidate's odds are multiplied by where the rule applies."""
    applies: Callable[[Candidate, Context], bool]


def arbitrate(candidates: Iterable[Candidate], context: Context) -> list[Candidate]:
    """The candidates in order, best first, their scores changed by what the context tells.

    Candidates that come out alike keep the order in which they were given.
    """
    weighed = [_weigh(candidate, context) for candidate in candidates]
    return sorted(weighed, key=lambda candidate: -candidate.score)


def _weigh(candidate: Candidate, context: Context) -> Candidate:
    rules = [rule for rule in _RULES if rule.applies(candidate, context)]
    if not rules:
        return candidate
    probability = min(max(candidate.score, _LEAST), 1 - _LEAST)
    odds = probability / (1 - probability)
    for rule in rules:
        odds *= rule.odds
    reasons = (*candidate.reasons, *(rule.reason for rule in rules))
    return replace(candidate, score=odds / (1 + odds), reasons=reasons)


def _begins(candidate: Candidate, *beginnings: str) -> bool:
    return candidate.interpretation.intent.startswith(beginnings)


def _is_going_on(context: Context, *words: str) -> bool:
    activity = (context.activity or "").casefold()
    return any(word in activity for word in words)


def _asks_elsewhere(candidate: Candidate) -> bool:
    """Whether the reading names a place or a day, which no appliance has."""
    names = {"place_name", "date", "time", "timeofday", "weather_descriptor"}
    said = {slot.name for slot in candidate.interpretation.slots}
    return bool(said & (names - {"weather_descriptor"}))


def _heats(context: Context) -> bool:
    """Whether an appliance with a temperature of its own is running."""
    return any(
        state.casefold() in {"on", "heat", "heating", "running"}
        and any(word in device.casefold() for word in ("oven", "thermostat", "climate", "grill"))
        for device, state in context.states.items()
    )


_RULES = (
    _Rule(
        "the skill's own template matches the whole request",
        4.0,
        lambda candidate, _: candidate.interpretation.source == candidate.skill,
    ),
    _Rule(
        "an alarm or timer rings",
        3.0,
        lambda candidate, context: (
            _is_going_on(context, "alarm", "timer", "ring") and _begins(candidate, "alarm_")
        ),
    ),
    _Rule(
        "something plays",
        2.0,
        lambda candidate, context: (
            _is_going_on(context, "music", "play", "radio", "podcast")
            and _begins(candidate, "music_", "audio_volume_")
        ),
    ),
    _Rule(
        "the device has a screen for films and games",
        2.0,
        lambda candidate, context: (
            context.has_screen and _begins(candidate, "recommendation_movies", "play_game")
        ),
    ),
    _Rule(
        "the device has no screen to show it on",
        0.5,
        lambda candidate, context: (
            not context.has_screen and _begins(candidate, "recommendation_movies")
        ),
    ),
    _Rule(
        "an oven or thermostat is running here",
        0.25,
        lambda candidate, context: (
            _heats(context) and _begins(candidate, "weather_") and not _asks_elsewhere(candidate)
        ),
    ),
    _Rule(
        "an oven or thermostat is running here",
        3.0,
        lambda candidate, context: (
            _heats(context) and _begins(candidate, "iot_temperature", "iot_thermostat")
        ),
    ),
)
