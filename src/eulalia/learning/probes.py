"""Probes that wait: what the assistant is to find out when a request is made again.

A night chooses them and keeps them in the memory's records; the assistant takes one when it comes
to it, and with it the customer's day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from eulalia.learning.experiments import Group, group
from eulalia.learning.state import OUT_OF_SCOPE, normalize
from eulalia.turn import Turn

if TYPE_CHECKING:
    from eulalia.learning.labels.exploration import Probe
    from eulalia.memory import Records

RECORDS: Final = "probes"
"""The kind of record that a waiting probe is; its key is the normalised request."""
BUDGET: Final = 1
"""Probes that a night chooses from a day of a customer."""
RECENT: Final = timedelta(days=28)
"""How far a night looks back."""
PEACE: Final = timedelta(days=1)
"""How long a customer is left in peace after a probe."""
TRIED: Final = "tried"
"""The note of the span nlu that tells which intent was tried."""
SPAN: Final = "asking"
"""The span of a turn whose customer was asked."""
HARMLESS: Final = frozenset(
    """
    calendar_query cooking_recipe datetime_convert datetime_query general_joke
    iot_hue_lightchange iot_hue_lightdim iot_hue_lightoff iot_hue_lighton iot_hue_lightup
    lists_query music_query news_query play_audiobook play_music play_podcasts play_radio
    qa_currency qa_definition qa_factoid qa_maths qa_stock recommendation_events
    recommendation_locations recommendation_movies transport_query transport_traffic weather_query
    """.split()
)
"""Intents that may be tried, and in whose place another may be: they tell something, play
something or switch lights. What wakes, sends, buys, deletes or unlocks is none of them."""
_TAKEN: Final = ("asking", "last")
"""The record that tells when a customer's last probe was taken."""
_TEACHING: Final = "teaching"
_LONGEST: Final = 200
"""Characters of a request that can be the key of a record."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A probe whose request is made again."""

    intent: str | None
    """The intent to try; None for a question."""


def may_try(intent: str, instead_of: str) -> bool:
    """Whether it does no harm to do the one and leave the other undone.

    >>> may_try("play_radio", "play_music"), may_try("play_radio", "alarm_set")
    (True, False)
    """
    return intent in HARMLESS and instead_of in HARMLESS | {OUT_OF_SCOPE}


def choose_probes(turns: Sequence[Turn], success: Sequence[float]) -> dict[str, dict[str, Any]]:
    """The records of the probes for the last four weeks of these turns, by customer and request.

    `success` has for each turn the probability that it succeeded. No customer is asked about a
    request, or tried on, twice within these weeks, and none who is held out is at all. What may do
    harm when it is tried is asked about instead.
    """
    # Only here, since the assistant looks up what was chosen and never chooses.
    from eulalia.learning.labels.exploration import choose

    if not turns:
        return {}
    begin = max(turn.time for turn in turns) - RECENT
    recent = [
        (turn, float(chance))
        for turn, chance in zip(turns, success, strict=True)
        if turn.time > begin
    ]
    probed = {_request(turn) for turn, _ in recent if _was_probed(turn)}
    eligible = [
        pair for pair in recent if _may_be_probed(pair[0]) and _request(pair[0]) not in probed
    ]
    by_id = {turn.id: turn for turn, _ in eligible}
    chosen = choose([turn for turn, _ in eligible], BUDGET, [chance for _, chance in eligible])
    found: dict[str, dict[str, Any]] = {}
    for probe in chosen:
        turn = by_id[probe.turn]
        own = found.setdefault(turn.customer, {})
        # Where somebody says the same in two languages, what is worth more comes first.
        own.setdefault(normalize(turn.text or ""), _record(probe, turn))
    return found


def find(records: Records, customer: str, locale: str, text: str, now: datetime) -> Waiting | None:
    """The probe that waits for this request, if the customer was left in peace for long enough."""
    key = normalize(text)
    if not 0 < len(key) <= _LONGEST:
        return None
    match records.get(customer, RECORDS, key):
        case {"kind": "ask", "locale": str(of)} if of == locale:
            waiting = Waiting(None)
        case {"kind": "try", "intent": str(intent), "locale": str(of)} if of == locale:
            waiting = Waiting(intent)
        case _:
            return None
    return waiting if _is_at_peace(records, customer, now) else None


def take(records: Records, customer: str, text: str, now: datetime) -> bool:
    """Take the probe that was found: once, whoever else has found it; whether it is ours."""
    if not records.delete(customer, RECORDS, normalize(text)):
        return False
    records.put(customer, *_TAKEN, {"time": now.isoformat()})
    return True


def _is_at_peace(records: Records, customer: str, now: datetime) -> bool:
    last: Any = records.get(customer, *_TAKEN)
    try:
        passed = now - datetime.fromisoformat(last["time"])
    except (TypeError, KeyError, ValueError):
        return True
    # A clock that was put back must not silence us for ever.
    return not timedelta(0) <= passed < PEACE


def _record(probe: Probe, turn: Turn) -> dict[str, Any]:
    first = turn.span("nlu")
    instead_of = first.hypotheses[0].value if first is not None and first.hypotheses else ""
    if (
        probe.hypothesis is not None
        and may_try(probe.hypothesis, instead_of)
        and turn.rewrite is None
    ):
        return {"kind": "try", "intent": probe.hypothesis, "locale": turn.locale}
    return {"kind": "ask", "intent": None, "locale": turn.locale}


def _was_probed(turn: Turn) -> bool:
    nlu = turn.span("nlu")
    return turn.span(SPAN) is not None or (nlu is not None and TRIED in nlu.notes)


def _may_be_probed(turn: Turn) -> bool:
    return (
        turn.skill != _TEACHING
        and len(normalize(turn.text or "")) <= _LONGEST
        and group(turn.customer) is not Group.HOLDOUT
    )


def _request(turn: Turn) -> tuple[str, str, str]:
    return turn.customer, turn.locale, normalize(turn.text or "")
