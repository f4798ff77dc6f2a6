"""Alarms and timers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from eulalia.dialog import times
from eulalia.dialog.numbers import fold
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
from eulalia.turn import Interpretation, Outcome

MOST: Final = 100
"""Alarms that one customer can have."""
_REMOVE: Final[dict[str, tuple[str, ...]]] = {
    "en": ("cancel", "stop", "delete", "remove", "turn off", "clear", "end the"),
    "de": ("lösch", "stopp", "brich", "abbrechen", "beende", "entfern", "schalte"),
    "fr": ("annule", "arrete", "supprime", "enleve", "stop"),
    "es": ("cancela", "para el", "deten", "borra", "elimina", "quita"),
    "it": ("annulla", "ferma", "cancella", "elimina", "togli"),
    "pt": ("cancela", "para o", "apaga", "elimina", "remove"),
    "ru": ("отмени", "останови", "удали", "выключи", "убери"),
    "zh": ("取消", "停止", "删除", "刪除", "关闭", "關閉"),
    "ja": ("キャンセル", "止め", "とめ", "取り消", "削除"),
    "ar": ("الغ", "اوقف", "احذف"),
    "hi": ("रद्द", "बंद", "हटा"),
    "sw": ("futa", "ghairi", "simamisha", "ondoa"),
}
_LEFT: Final[dict[str, tuple[str, ...]]] = {
    "en": ("how long", "how much", "left", "remaining", "what timer", "which timer"),
    "de": ("wie lange", "wie viel", "wieviel", "welche timer", "übrig"),
    "fr": ("combien", "reste"),
    "es": ("cuanto", "queda", "falta"),
    "it": ("quanto", "manca", "resta"),
    "pt": ("quanto", "falta", "resta"),
    "ru": ("сколько", "осталось"),
    "zh": ("多久", "多少", "剩"),
    "ja": ("残り", "あとどれ", "あと何"),
    "ar": ("كم", "باقي", "تبقى"),
    "hi": ("कितना", "बाकी", "बचा"),
    "sw": ("muda gani", "umebaki", "imebaki"),
}
"""What people say to these ends, by language; whole words or their beginnings."""


class AlarmSkill:
    """Sets, tells and removes alarms and timers; `reminders.Bell` lets them go off."""

    name = "alarms"
    intents = frozenset({"alarm_set", "alarm_query", "alarm_remove"})

    def read(self, text: str, locale: str) -> Interpretation | None:
        """What is asked of a timer, which the understanding was hardly taught; or None.

        A length sets one, whatever the language; to remove one or to ask what is left of it takes
        the words of `_REMOVE` and `_LEFT`.
        """
        if not times.says_timer(text, locale):
            return None
        said = times.parse(text, locale, datetime.now(UTC))
        has_length = said is not None and said.kind in ("duration", "instant")
        if _says(_LEFT, text, locale):
            intent = "alarm_query"
        elif _says(_REMOVE, text, locale, first=has_length):
            intent = "alarm_remove"
        elif has_length:
            intent = "alarm_set"
        else:
            return None
        return Interpretation(text, "alarm", intent, source=self.name)

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
        answers, notes = request.answers, {"time": moment.isoformat(), "rings": True}
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
        if times.says_timer(request.interpretation.text, request.locale):
            return self._tell_timers(request, alarms, now)
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

    def _tell_timers(self, request: Request, timers: list[dict[str, Any]], now: datetime) -> Reply:
        answers = request.answers
        if not timers:
            return Reply(answers.say("No timer is running."))
        left = [answers.duration(time_of(timer, now) - now) for timer in timers[:5]]
        return Reply(answers.say("Time left: {durations}.", durations=answers.list(left)))

    def _remove(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        parsed = time_said(request)
        if parsed is None and reminders.stop(request.records, request.customer):
            return Reply(answers.say("The alarm is off."))
        alarms = _chosen(request, now)
        timers = times.says_timer(request.interpretation.text, request.locale)
        if not alarms:
            answer = "No timer is running." if timers else "There is no such alarm."
            return Reply(answers.say(answer), Outcome.UNAVAILABLE)
        everything = times.says_all(request.interpretation.text, request.locale)
        if parsed is None and len(alarms) > 1 and not everything:
            which = "Which timer should I remove?" if timers else "Which alarm should I remove?"
            return Reply(answers.say(which), Outcome.UNAVAILABLE, False)
        for alarm in alarms:
            request.records.delete(request.customer, "alarm", alarm["key"])
        if timers:
            return Reply(
                answers.say_plural("The timer is removed.", "{n} timers are removed.", len(alarms))
            )
        return Reply(
            answers.say_plural("The alarm is removed.", "{n} alarms are removed.", len(alarms))
        )


def _says(
    table: dict[str, tuple[str, ...]], text: str, locale: str, *, first: bool = False
) -> bool:
    """Whether the text has one of the language's words in it, or begins with one."""
    folded = fold(text, locale)
    words = [fold(word, locale) for word in table.get(locale.split("-")[0], ())]
    return any(folded.startswith(word) if first else word in folded for word in words)


def _chosen(request: Request, now: datetime) -> list[dict[str, Any]]:
    """The customer's alarms, or those at the time that was said; timers where timers are named."""
    alarms = kept(request, "alarm")
    parsed = time_said(request)
    if times.says_timer(request.interpretation.text, request.locale):
        alarms = [alarm for alarm in alarms if alarm.get("kind") == "timer"]
        if parsed is not None and parsed.kind == "duration":
            return alarms  # "the ten minute timer": how long each was is not kept
    return [a for a in alarms if within(a, parsed, now)] if parsed else alarms
