"""Alarms and timers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from eulalia.dialog import times
from eulalia.skills import reminders
from eulalia.skills.moments import (
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

MOST: Final = 100
"""Alarms that one customer can have."""


class AlarmSkill:
    """Sets, tells and removes alarms and timers; `reminders.Bell` lets them go off."""

    name = "alarms"
    intents = frozenset({"alarm_set", "alarm_query", "alarm_remove"})

    def handle(self, request: Request) -> Reply:
        """Do what is asked with the customer's alarms."""
        match request.interpretation.intent:
            case "alarm_set":
                return self._set(request)
            case "alarm_query":
                return self._tell(request)
            case _:
                return self._remove(request)

    def _set(self, request: Request) -> Reply:
        say, now = request.answers.say, local_now(request)
        parsed = time_said(request)
        moment, every = moment_said(request)
        if parsed is None or moment is None:
            return Reply(say("What time should I set the alarm for?"), Outcome.UNAVAILABLE, False)
        if parsed.end is not None and parsed.grain != "part":
            return Reply(
                say("What time of that day should I set the alarm for?"),
                Outcome.UNAVAILABLE,
                False,
            )
        if moment <= now:
            return Reply(say("That time has already passed."), Outcome.UNAVAILABLE)
        alarms = kept(request, "alarm")
        if len(alarms) >= MOST:
            return Reply(
                say("You have too many alarms; please remove some first."), Outcome.UNAVAILABLE
            )
        timer = parsed.kind == "duration"
        keep(
            request,
            "alarm",
            {
                "time": moment.isoformat(),
                "every": every,
                "kind": "timer" if timer else "alarm",
                "title": request.said("event_name") or "",
                "locale": request.locale,
            },
        )
        answers, notes = request.answers, {"time": moment.isoformat()}
        if timer and parsed.duration:
            text = say(
                "The timer is set for {duration}.", duration=answers.duration(parsed.duration)
            )
        elif every:
            text = say(
                "The recurring alarm is set; it goes off next on {time}.",
                time=answers.datetime(moment),
            )
        elif moment.date() == now.date():
            text = say("The alarm is set for {time}.", time=answers.time(moment))
        else:
            text = say("The alarm is set for {time}.", time=answers.datetime(moment))
        return Reply(text, notes=notes)

    def _tell(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        alarms = _chosen(request, now)
        if not alarms:
            return Reply(answers.say("You have no alarms."))
        moments = [answers.moment(time_of(alarm, now), now) for alarm in alarms[:5]]
        return Reply(
            answers.say_plural(
                "You have one alarm: {times}.",
                "You have {n} alarms: {times}.",
                len(alarms),
                times=answers.list(moments),
            )
        )

    def _remove(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        parsed = time_said(request)
        if parsed is None and reminders.stop(request.records, request.customer):
            return Reply(answers.say("The alarm is off."))
        alarms = _chosen(request, now)
        if not alarms:
            return Reply(answers.say("There is no such alarm."), Outcome.UNAVAILABLE)
        everything = times.says_all(request.interpretation.text, request.locale)
        if parsed is None and len(alarms) > 1 and not everything:
            return Reply(answers.say("Which alarm should I remove?"), Outcome.UNAVAILABLE, False)
        for alarm in alarms:
            request.records.delete(request.customer, "alarm", alarm["key"])
        return Reply(
            answers.say_plural("The alarm is removed.", "{n} alarms are removed.", len(alarms))
        )


def _chosen(request: Request, now: datetime) -> list[dict[str, Any]]:
    """The customer's alarms, or those at the time that was said."""
    alarms = kept(request, "alarm")
    parsed = time_said(request)
    return [a for a in alarms if within(a, parsed, now)] if parsed else alarms
