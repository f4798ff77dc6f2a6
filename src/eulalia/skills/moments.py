"""What a request says about time, and the things that skills keep, in the order of their times."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eulalia.dialog import times
from eulalia.dialog.times import ParsedTime
from eulalia.skills.skill import Request

TIME_SLOTS: Final = ("time", "date", "timeofday", "general_frequency")
_FINE: Final = ("second", "minute", "hour")
FAR: Final = timedelta(days=3660)
"""Nothing is kept for longer than ten years ahead."""


def local_now(request: Request) -> datetime:
    """The moment of the request in the time zone of its context."""
    try:
        return request.now.astimezone(ZoneInfo(request.context.timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return request.now


def time_said(request: Request) -> ParsedTime | None:
    """What the time slots say together; the whole text where there are none.

    "Friday" and "nine am" are two slots of one moment, so they are read side by side. An alarm
    goes off at some hour: where the slots name none, the text around them may.
    """
    said = [slot.value for slot in request.interpretation.slots if slot.name in TIME_SLOTS]
    parsed = _parse(" ".join(said) if said else request.interpretation.text, request)
    if said and _is_alarm(request) and (parsed is None or parsed.grain not in _FINE):
        whole = _parse(request.interpretation.text, request)
        if whole is not None and whole.grain in _FINE:
            return whole
    return parsed


def _parse(text: str, request: Request) -> ParsedTime | None:
    now = local_now(request)
    parsed = times.parse(text, request.locale, now, waking=_is_alarm(request))
    return parsed if parsed is not None and _sensible(parsed, now) else None


def _is_alarm(request: Request) -> bool:
    return request.interpretation.intent.startswith("alarm_")


def _sensible(parsed: ParsedTime, now: datetime) -> bool:
    if parsed.duration is not None and parsed.duration > FAR:
        return False
    return parsed.start is None or abs(parsed.start - now) <= FAR


def moment_said(request: Request) -> tuple[datetime | None, str | None]:
    """The moment at which something is to happen, and how often, or None and None."""
    parsed = time_said(request)
    if parsed is None:
        return None, None
    if parsed.kind == "duration" and parsed.duration:
        return local_now(request) + parsed.duration, None
    return parsed.start, parsed.every


def keep(request: Request, kind: str, thing: dict[str, Any]) -> None:
    """Write a thing to the customer's records under a key of its own."""
    key = uuid.uuid4().hex
    request.records.put(request.customer, kind, key, {**thing, "key": key})


def kept(request: Request, kind: str) -> list[dict[str, Any]]:
    """The customer's things of a kind, earliest first."""
    things = list(request.records.list(request.customer, kind).values())
    return sorted(things, key=lambda thing: datetime.fromisoformat(thing["time"]))


def time_of(thing: dict[str, Any], now: datetime) -> datetime:
    """When a kept thing is, on the clock of `now`."""
    return datetime.fromisoformat(thing["time"]).astimezone(now.tzinfo)


def within(thing: dict[str, Any], parsed: ParsedTime, now: datetime) -> bool:
    """Whether a kept thing is at the moment, or in the stretch of days, that was said."""
    moment = time_of(thing, now)
    if parsed.start is None:
        return False
    if parsed.end is not None:
        return parsed.start <= moment < parsed.end
    if parsed.kind in ("time", "recurrence"):
        return _minute(moment) in (_minute(parsed.start), (_minute(parsed.start) + 720) % 1440)
    return abs(moment - parsed.start) < timedelta(minutes=1)


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
