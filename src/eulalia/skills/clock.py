"""Date and time, here and in any city."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.core import get_global

from eulalia.dialog import times
from eulalia.dialog.locales import cldr
from eulalia.dialog.numbers import fold
from eulalia.skills import preferences
from eulalia.skills.moments import local_now
from eulalia.skills.skill import Reply, Request
from eulalia.turn import Outcome

_ABBREVIATIONS: Final = {
    "gmt": "Etc/GMT", "utc": "Etc/UTC", "est": "America/New_York", "edt": "America/New_York",
    "eastern": "America/New_York", "cst": "America/Chicago", "central": "America/Chicago",
    "mst": "America/Denver", "mountain": "America/Denver", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "pacific": "America/Los_Angeles", "ist": "Asia/Kolkata",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "bst": "Europe/London",
    "jst": "Asia/Tokyo", "msk": "Europe/Moscow", "eat": "Africa/Nairobi",
}  # fmt: skip
_CITIES: Final = {
    "new york city": "America/New_York", "nyc": "America/New_York", "boston": "America/New_York",
    "washington": "America/New_York", "washington dc": "America/New_York",
    "miami": "America/New_York", "atlanta": "America/New_York", "florida": "America/New_York",
    "philadelphia": "America/New_York", "ottawa": "America/Toronto",
    "montreal": "America/Toronto", "texas": "America/Chicago", "dallas": "America/Chicago",
    "houston": "America/Chicago", "austin": "America/Chicago", "des moines": "America/Chicago",
    "arizona": "America/Phoenix", "colorado": "America/Denver", "las vegas": "America/Los_Angeles",
    "california": "America/Los_Angeles", "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "san diego": "America/Los_Angeles",
    "hawaii": "Pacific/Honolulu", "alaska": "America/Anchorage", "rio": "America/Sao_Paulo",
    "rio de janeiro": "America/Sao_Paulo", "brasilia": "America/Sao_Paulo",
    "barcelona": "Europe/Madrid", "valencia": "Europe/Madrid", "milan": "Europe/Rome",
    "milano": "Europe/Rome", "munich": "Europe/Berlin", "münchen": "Europe/Berlin",
    "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin",
    "lyon": "Europe/Paris", "marseille": "Europe/Paris", "geneva": "Europe/Zurich",
    "edinburgh": "Europe/London", "scotland": "Europe/London", "england": "Europe/London",
    "manchester": "Europe/London", "porto": "Europe/Lisbon", "st petersburg": "Europe/Moscow",
    "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata", "chennai": "Asia/Kolkata", "beijing": "Asia/Shanghai",
    "北京": "Asia/Shanghai", "guangzhou": "Asia/Shanghai", "osaka": "Asia/Tokyo",
    "kyoto": "Asia/Tokyo", "大阪": "Asia/Tokyo", "abu dhabi": "Asia/Dubai", "mecca": "Asia/Riyadh",
    "مكة": "Asia/Riyadh", "جدة": "Asia/Riyadh", "abuja": "Africa/Lagos",
    "cape town": "Africa/Johannesburg", "dodoma": "Africa/Dar_es_Salaam",
    "mombasa": "Africa/Nairobi", "canberra": "Australia/Sydney", "america": "America/New_York",
    "usa": "America/New_York", "us": "America/New_York", "uk": "Europe/London",
    "दिल्ली": "Asia/Kolkata", "मुंबई": "Asia/Kolkata", "москва": "Europe/Moscow",
}  # fmt: skip
"""Places that people ask for and that neither name a zone nor have one alone."""
_CAPITALS: Final = {
    "US": "America/New_York", "RU": "Europe/Moscow", "CA": "America/Toronto",
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "MX": "America/Mexico_City",
    "CN": "Asia/Shanghai", "ID": "Asia/Jakarta", "ES": "Europe/Madrid", "PT": "Europe/Lisbon",
    "CL": "America/Santiago", "AR": "America/Argentina/Buenos_Aires", "NZ": "Pacific/Auckland",
    "KZ": "Asia/Almaty", "MN": "Asia/Ulaanbaatar", "UA": "Europe/Kiev", "DE": "Europe/Berlin",
    "CD": "Africa/Kinshasa", "EC": "America/Guayaquil", "MY": "Asia/Kuala_Lumpur",
    "UZ": "Asia/Tashkent", "CY": "Asia/Nicosia", "PS": "Asia/Hebron", "GL": "America/Nuuk",
}  # fmt: skip
"""The zone of the seat of government in countries with several."""


@cache
def _zones(locale: str) -> dict[str, str]:
    """Zone by folded name of city or country, in English and in the locale's language."""
    known = available_timezones()
    table: dict[str, str] = {}

    def put(name: str, zone: str) -> None:
        clean = _clean(name, locale)
        if clean and zone in known:
            table.setdefault(clean, zone)

    for name, zone in (_CITIES | _ABBREVIATIONS).items():
        put(name, zone)
    for code in (locale, "en-US"):
        data = cldr(code)
        for zone, names in data.time_zones.items():
            if isinstance(names, Mapping) and "city" in names:
                put(str(names["city"]), zone)
        for territory, zones in get_global("territory_zones").items():
            seat = _CAPITALS.get(territory) or (zones[0] if len(zones) == 1 else "")
            if seat and territory in data.territories:
                put(data.territories[territory], seat)
    for zone in sorted(known):
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/")):
            put(zone.rpartition("/")[2].replace("_", " "), zone)
    return table


def _clean(name: str, locale: str) -> str:
    return " ".join(re.sub(r"[.,'?!]", " ", fold(name, locale)).split())


def zone_of(place: str, locale: str) -> ZoneInfo | None:
    """The time zone of a city, a country or a zone's own name, or None for a place unknown.

    >>> zone_of("Munich", "en-US"), zone_of("東京", "ja-JP")
    (zoneinfo.ZoneInfo(key='Europe/Berlin'), zoneinfo.ZoneInfo(key='Asia/Tokyo'))

    Raises LocaleError for an unknown locale.
    """
    table = _zones(locale)
    clean = _clean(place[:200], locale)
    zone = table.get(clean) or table.get(clean.replace(" ", ""))
    if zone is None:
        words = clean.split()
        # "new york time", "the moscow", "in berlin": the longest run of words that is a place.
        runs = (
            " ".join(words[start : start + length])
            for length in range(min(len(words), 5), 0, -1)
            for start in range(len(words) - length + 1)
        )
        zone = next((table[run] for run in runs if len(run) > 2 and run in table), None)
    if zone is None and len(clean) >= 5:
        # Cases change the ends of names: Москве, Berlinissä.
        zone = next(
            (
                table[name]
                for name in sorted(table, key=len, reverse=True)
                if len(name) >= 5 and clean.startswith(name[: max(4, len(name) - 1)])
                and abs(len(clean) - len(name)) <= 4
            ),
            None,
        )  # fmt: skip
    if zone is None:
        return None
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


class ClockSkill:
    """Tells the time and the date, here and elsewhere, and what a time is in another place."""

    name = "clock"
    intents = frozenset({"datetime_query", "datetime_convert"})

    def handle(self, request: Request) -> Reply:
        """Answer from the context's clock and the time zones of the world."""
        if request.interpretation.intent == "datetime_convert":
            return self._convert(request)
        return self._tell(request)

    def _tell(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        place = request.said("place_name") or request.said("time_zone")
        if place:
            zone = zone_of(place, request.locale)
            if zone is None:
                return _unknown(request, place)
            there = now.astimezone(zone)
            if there.date() == now.date():
                text = answers.say(
                    "In {place} it is {time}.", place=place, time=answers.time(there)
                )
            else:
                text = answers.say("In {place} it is {time} on {date}.", place=place,
                                   time=answers.time(there), date=answers.date(there))  # fmt: skip
            return Reply(text, notes={"zone": zone.key})
        said = " ".join(
            slot.value for slot in request.interpretation.slots if slot.name in ("date", "time")
        )
        parsed = times.parse(said, request.locale, now) if said else None
        if parsed and parsed.kind == "date" and parsed.start and parsed.end:
            return Reply(self._days(request, parsed.start, parsed.end, now))
        if request.said("event_name"):
            return Reply(answers.say("I do not know when that is."), Outcome.UNAVAILABLE)
        return Reply(
            answers.say("It is {time} on {date}.", time=answers.time(now), date=answers.date(now))
        )

    def _days(self, request: Request, start: datetime, end: datetime, now: datetime) -> str:
        answers = request.answers
        if start.date() == now.date() and end - start <= timedelta(days=1):
            return answers.say("Today is {date}.", date=answers.date(start))
        if end - start <= timedelta(days=1, hours=1):
            return answers.say("That is {date}.", date=answers.date(start))
        return answers.say(
            "That is from {start} to {end}.",
            start=answers.date(start),
            end=answers.date(end - timedelta(hours=12)),
        )

    def _convert(self, request: Request) -> Reply:
        answers, now = request.answers, local_now(request)
        places = [
            slot.value
            for slot in request.interpretation.slots
            if slot.name in ("place_name", "time_zone")
        ]
        home = preferences.get(request.records, request.customer, "home")
        if not places and home and zone_of(home, request.locale) is not None:
            places = [home]
        zones = []
        for place in places[:2]:
            zone = zone_of(place, request.locale)
            if zone is None:
                return _unknown(request, place)
            zones.append((place, zone))
        if not zones:
            return Reply(
                answers.say("For which place do you want to know the time?"),
                Outcome.UNAVAILABLE,
                False,
            )
        (target, target_zone), here = zones[-1], now
        if len(zones) == 2:
            here = now.astimezone(zones[0][1])
        said = " ".join(
            slot.value
            for slot in request.interpretation.slots
            if slot.name in ("time", "timeofday", "date")
        )
        if not said:
            # The time may stand in no slot; the places stand in its way.
            said = request.interpretation.text
            for place in places:
                said = said.replace(place, ",")
        parsed = times.parse(said, request.locale, here)
        moment = parsed.start if parsed and parsed.start and parsed.end is None else here
        there = moment.astimezone(target_zone)
        text = answers.say(
            "When it is {time} in {place}, it is {other_time} in {other_place}.",
            time=answers.time(moment),
            place=zones[0][0],
            other_time=answers.time(there),
            other_place=target,
        )
        if len(zones) == 1:
            text = answers.say(
                "When it is {time} here, it is {other_time} in {other_place}.",
                time=answers.time(moment),
                other_time=answers.time(there),
                other_place=target,
            )
        return Reply(text, notes={"zone": target_zone.key})


def _unknown(request: Request, place: str) -> Reply:
    return Reply(
        request.answers.say("I do not know the time zone of {place}.", place=place[:100]),
        Outcome.UNAVAILABLE,
    )
