"""Events and reminders."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from eulalia.dialog import times
from eulalia.dialog.times import ParsedTime
from eulalia.skills.moments import (
    TIME_SLOTS,
    keep,
    kept,
    local_now,
    moment_said,
    time_of,
    time_said,
    within,
)
from eulalia.skills.skill import Reply, Request
from eulalia.turn import Outcome

MOST: Final = 1000
"""Events that one customer can have."""
LONGEST_TITLE: Final = 200


_REMIND: Final = {
    "en": r"(?:please )?(?:remind me|set a reminder|make a reminder)(?: to| that| about| of| for)?",
    "de": r"(?:bitte )?erinnere? mich(?: bitte)?(?: daran| an)?(?: dass)?",
    "fr": r"rappelle[sz]?[ -]moi(?: de| d'| que)?",
    "es": r"recuérdame(?: que| de)?",
    "it": r"ricordami(?: di| che)?",
    "pt": r"lembra-?\s?me(?: de| que)?",
    "ru": r"напомни(?:те)?(?: мне)?(?: о| об| что)?",
    "sw": r"nikumbushe(?: kuhusu)?",
}
"""What asks for a reminder and is no part of its name, by language."""
_BEFORE_TIMES: Final = re.compile(
    r"\s(?:at|on|in|for|by|um|am|in|à|a las|a la|alle|às|para|в|на|saa)$", re.IGNORECASE
)


class CalendarSkill:
    """Keeps a calendar; what is in it goes off at its time (see reminders)."""

    name = "calendar"
    intents = frozenset({"calendar_set", "calendar_query", "calendar_remove"})

    def handle(self, request: Request) -> Reply:
        """Do what is asked with the customer's calendar."""
        match request.interpretation.intent:
            case "calendar_set":
                return self._set(request)
            case "calendar_query":
                return self._tell(request)
            case _:
                return self._remove(request)

    def _set(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        title = _title(request)
        parsed = time_said(request)
        moment, every = moment_said(request)
        if not title:
            return Reply(answers.say("What should I put in your calendar?"),
                         Outcome.UNAVAILABLE, False)  # fmt: skip
        if parsed is None or moment is None:
            return Reply(answers.say("When should that be?"), Outcome.UNAVAILABLE, False)
        if (parsed.end is not None and parsed.end <= now) or (parsed.end is None and moment < now):
            return Reply(answers.say("That time has already passed."), Outcome.UNAVAILABLE)
        if len(kept(request, "event")) >= MOST:
            return Reply(answers.say("Your calendar is full; please remove some events first."),
                         Outcome.UNAVAILABLE)  # fmt: skip
        whole_day = parsed.kind == "date" and parsed.grain != "part"
        keep(
            request,
            "event",
            {
                "time": moment.isoformat(),
                "every": every,
                "title": title,
                "whole_day": whole_day,
                "locale": request.locale,
            },
        )
        when = answers.date(moment) if whole_day else answers.moment(moment, now)
        return Reply(
            answers.say("{title} is in your calendar for {time}.", title=title, time=when),
            notes={"time": moment.isoformat(), "rings": True},
        )

    def _tell(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        events = _matching(request, now)
        if not events:
            return Reply(answers.say("There is nothing in your calendar for that."))
        told = [
            answers.say("{title}, {time}", title=event["title"], time=_when(event, request, now))
            for event in events[:3]
        ]
        return Reply(
            answers.say_plural(
                "There is one event: {events}.",
                "There are {n} events: {events}.",
                len(events),
                events=answers.list(told),
            )
        )

    def _remove(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        chosen = (
            time_said(request) is not None
            or bool(_names(request))
            or times.says_all(request.interpretation.text, request.locale)
        )
        events = _matching(request, now)
        if not events:
            return Reply(answers.say("There is no such event in your calendar."),
                         Outcome.UNAVAILABLE)  # fmt: skip
        if not chosen and len(events) > 1:
            return Reply(answers.say("Which event should I remove?"), Outcome.UNAVAILABLE, False)
        for event in events:
            request.records.delete(request.customer, "event", event["key"])
        return Reply(
            answers.say_plural(
                "{title} is removed from your calendar.",
                "{n} events are removed from your calendar.",
                len(events),
                title=events[0]["title"],
            )
        )


def _names(request: Request) -> list[str]:
    """What the request calls the event and the people in it."""
    slots = request.interpretation.slots
    return [slot.value for slot in slots if slot.name in ("event_name", "person")]


def _title(request: Request) -> str:
    """The event's name with the people in it, or else the words that are left of the request."""
    event, person = request.said("event_name"), request.said("person")
    if event and person:
        return request.answers.say("{event} ({person})", event=event, person=person)[:LONGEST_TITLE]
    return (event or person or _what_is_left(request)).strip()[:LONGEST_TITLE]


def _what_is_left(request: Request) -> str:
    """The request without its times and without "remind me to"."""
    text = request.interpretation.text
    for slot in sorted(request.interpretation.slots, key=lambda slot: -slot.start):
        if slot.name in TIME_SLOTS:
            before = text[: slot.start].rstrip()
            text = f"{_BEFORE_TIMES.sub('', before)} {text[slot.end :].lstrip()}"
    beginning = _REMIND.get(request.locale.split("-")[0])
    left = re.sub(rf"^\W*{beginning}(?:\W+|(?<='))", "", text, flags=re.I) if beginning else text
    return left.strip(" ,.") or request.interpretation.text


def _matching(request: Request, now: datetime) -> list[dict[str, Any]]:
    """The coming events that fit the names and the time said."""
    names = [name.casefold() for name in _names(request)]
    parsed: ParsedTime | None = time_said(request)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    events = [e for e in kept(request, "event") if e.get("every") or time_of(e, now) >= today]
    if parsed is not None:
        events = [e for e in events if within(e, parsed, now) or _same_day(e, parsed, now)]
    return [e for e in events if all(name in str(e["title"]).casefold() for name in names)]


def _same_day(event: dict[str, Any], parsed: ParsedTime, now: datetime) -> bool:
    """Whether an event of a whole day is on the day of the moment that was said."""
    if not event.get("whole_day") or parsed.start is None:
        return False
    start = time_of(event, now)
    return start <= parsed.start < start + timedelta(days=1)


def _when(event: dict[str, Any], request: Request, now: datetime) -> str:
    moment = time_of(event, now)
    if event.get("whole_day"):
        return request.answers.date(moment)
    return request.answers.moment(moment, now)
