"""Times in text."""

from __future__ import annotations

import json
import os
import re
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.dialog import times
from eulalia.dialog.locales import LOCALES
from eulalia.dialog.times.lexicon import timer_names

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 15, tzinfo=BERLIN)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "locale", "start"),
    [
        ("seven thirty pm", "en-US", "03-11 19:30"),
        ("half past six", "en-US", "03-11 18:30"),
        ("quarter to nine", "en-US", "03-11 20:45"),
        ("eight oh five", "en-US", "03-11 20:05"),
        ("seven", "en-US", "03-11 19:00"),
        ("eleven", "en-US", "03-11 11:00"),
        ("midnight", "en-US", "03-12 00:00"),
        ("12 pm", "en-US", "03-11 12:00"),
        ("12 am", "en-US", "03-12 00:00"),
        ("friday nine am", "en-US", "03-13 09:00"),
        ("tomorrow three", "en-US", "03-12 15:00"),
        ("19:30", "de-DE", "03-11 19:30"),
        ("sieben uhr", "de-DE", "03-12 07:00"),
        ("halb sieben", "de-DE", "03-12 06:30"),
        ("morgen um acht", "de-DE", "03-12 08:00"),
        ("à sept heures", "fr-FR", "03-12 07:00"),
        ("sept heures moins dix", "fr-FR", "03-12 06:50"),
        ("15h30", "fr-FR", "03-11 15:30"),
        ("las siete y media", "es-ES", "03-12 07:30"),
        ("sete e meia", "pt-PT", "03-12 07:30"),
        ("sette e mezza", "it-IT", "03-12 07:30"),
        ("половина седьмого", "ru-RU", "03-12 06:30"),
        ("七点半", "zh-CN", "03-12 07:30"),
        ("明天早上八点", "zh-CN", "03-12 08:00"),
        ("七時半", "ja-JP", "03-12 07:30"),
        ("明日の朝七時", "ja-JP", "03-12 07:00"),
        ("साढ़े सात बजे", "hi-IN", "03-11 19:30"),
        ("السابعة والنصف", "ar-SA", "03-11 19:30"),
        ("saa mbili asubuhi", "sw-KE", "03-12 08:00"),
        ("saat yedi buçukta", "tr-TR", "03-12 07:30"),
        ("in ten minutes", "en-US", "03-11 10:25"),
        ("dans dix minutes", "fr-FR", "03-11 10:25"),
        ("через час", "ru-RU", "03-11 11:15"),
        ("three days ago", "en-US", "03-08 10:15"),
        ("every weekday eight", "en-US", "03-12 08:00"),
    ],
)
def test_a_moment_is_read(text: str, locale: str, start: str) -> None:
    parsed = times.parse(text, locale, NOW)
    assert parsed is not None
    assert parsed.start is not None
    assert f"{parsed.start:%m-%d %H:%M}" == start
    assert parsed.start.tzinfo is BERLIN


@pytest.mark.parametrize(
    ("text", "locale", "start", "end"),
    [
        ("tomorrow", "en-US", "2026-03-12", "2026-03-13"),
        ("next week", "en-US", "2026-03-16", "2026-03-23"),
        ("this weekend", "en-US", "2026-03-14", "2026-03-16"),
        ("june fifth", "en-US", "2026-06-05", "2026-06-06"),
        ("february 29", "en-US", "2028-02-29", "2028-03-01"),
        ("5/6", "en-US", "2026-05-06", "2026-05-07"),
        ("5.6.", "de-DE", "2026-06-05", "2026-06-06"),
        ("the fifteenth", "en-US", "2026-03-15", "2026-03-16"),
        ("december", "en-US", "2026-12-01", "2027-01-01"),
        ("questo mese", "it-IT", "2026-03-01", "2026-04-01"),
        ("下周", "zh-CN", "2026-03-16", "2026-03-23"),
        ("三月十五号", "zh-CN", "2026-03-15", "2026-03-16"),
    ],
)
def test_days_are_read(text: str, locale: str, start: str, end: str) -> None:
    parsed = times.parse(text, locale, NOW)
    assert parsed is not None
    assert parsed.kind == "date"
    assert (f"{parsed.start:%Y-%m-%d}", f"{parsed.end:%Y-%m-%d}") == (start, end)


@pytest.mark.parametrize(
    ("text", "locale", "minutes"),
    [
        ("ten minutes", "en-US", 10),
        ("two and a half hours", "en-US", 150),
        ("an hour and a half", "en-US", 90),
        ("one hour and thirty minutes", "en-US", 90),
        ("zehn minuten", "de-DE", 10),
        ("十分钟", "zh-CN", 10),
        ("dakika kumi", "sw-KE", 10),
        ("දස", "en-US", None),
    ],
)
def test_a_duration_is_read(text: str, locale: str, minutes: int | None) -> None:
    parsed = times.parse(text, locale, NOW)
    if minutes is None:
        assert parsed is None
    else:
        assert parsed is not None
        assert (parsed.kind, parsed.duration) == ("duration", timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("text", "every"),
    [("every day", "day"), ("weekly", "week"), ("every monday and friday", "monday,friday")],
)
def test_a_recurrence_is_read(text: str, every: str) -> None:
    parsed = times.parse(text, "en-US", NOW)
    assert parsed is not None
    assert (parsed.kind, parsed.every) == ("recurrence", every)


@pytest.mark.parametrize(
    "text",
    ["", "banana", "31 february", "25:99", "9" * 500, "in 99999999999999 hours", "\x00", "-"],
)
def test_what_says_no_time_is_none(text: str) -> None:
    assert times.parse(text, "en-US", NOW) is None


def test_a_number_among_other_words_is_no_time() -> None:
    assert times.parse("call one of my friends", "en-US", NOW) is None


def test_hours_pass_the_same_when_clocks_change() -> None:
    before = datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    parsed = times.parse("in one hour", "en-US", before)
    assert parsed is not None
    assert parsed.start is not None
    assert parsed.start.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=1)
    assert parsed.start.hour == 3


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(times.TimeError):
        times.parse("noon", "en-US", datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("every", "day"),
    [("day", 12), ("weekday", 12), ("week", 18), ("monday,thursday", 12), ("sunday", 15)],
)
def test_what_recurs_advances(every: str, day: int) -> None:
    assert times.advance(NOW, every) == NOW.replace(day=day)


def test_months_end_where_they_end() -> None:
    assert times.advance(datetime(2026, 1, 31, tzinfo=UTC), "month").day == 28


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(LOCALES)), st.text(max_size=40))
def test_any_text_can_be_read(locale: str, text: str) -> None:
    parsed = times.parse(text, locale, NOW)
    assert parsed is None or parsed.kind in ("instant", "time", "date", "duration", "recurrence")


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(sorted(LOCALES)))
def test_digital_clock_times_are_read_everywhere(hour: int, minute: int, locale: str) -> None:
    parsed = times.parse(f"{hour:02}:{minute:02}", locale, NOW)
    assert parsed is not None
    assert parsed.start is not None
    assert parsed.start > NOW
    assert (parsed.start.hour % 12, parsed.start.minute) == (hour % 12, minute)


SHARES = {
    "en-US": 0.95, "de-DE": 0.93, "es-ES": 0.93, "fr-FR": 0.93, "it-IT": 0.9, "pt-PT": 0.9,
    "zh-CN": 0.93, "ja-JP": 0.93, "ar-SA": 0.9, "hi-IN": 0.9, "ru-RU": 0.92, "sw-KE": 0.9,
}  # fmt: skip


@pytest.mark.data
def test_most_time_slots_of_massive_parse() -> None:
    folder = os.environ.get("EULALIA_DATA")
    archives = sorted(Path(folder).glob("massive/*.tar.gz")) if folder else []
    if not archives:
        pytest.skip("EULALIA_DATA names no folder with massive/*.tar.gz")
    shares = {}
    # One pass: a compressed archive cannot be entered in the middle.
    with tarfile.open(archives[0], "r|gz") as archive:
        for member in archive:
            locale = Path(member.name).stem
            file = archive.extractfile(member) if locale in SHARES else None
            if file is not None:
                shares[locale] = _share(file.read().decode("utf-8"), locale)
    assert shares.keys() == SHARES.keys()
    assert {code for code, share in shares.items() if share < SHARES[code]} == set()


def _share(lines: str, locale: str) -> float:
    """The share of a tenth of the train partition's time and date slots that parse."""
    rows = [json.loads(line) for line in lines.splitlines()]
    values = [
        value.strip()
        for row in rows
        if row["partition"] == "train"
        for value in re.findall(r"\[(?:time|date) : ([^\]]+)\]", row["annot_utt"])
    ][::10]
    return sum(times.parse(value, locale, NOW) is not None for value in values) / len(values)


@pytest.mark.parametrize(
    ("text", "locale", "hour"),
    [("huomenna seitsemältä", "fi-FI", 7), ("jutro o siódmej", "pl-PL", 7)],
)
def test_inflected_hours_are_hours(text: str, locale: str, hour: int) -> None:
    parsed = times.parse(text, locale, NOW)
    assert parsed is not None
    assert parsed.start == datetime(2026, 3, 12, hour, tzinfo=BERLIN)


@pytest.mark.parametrize(("waking", "hour"), [(False, 18), (True, 6)])
def test_who_wants_to_be_woken_at_six_means_the_morning(waking: bool, hour: int) -> None:
    parsed = times.parse("six tomorrow", "en-US", NOW, waking=waking)
    assert parsed is not None
    assert parsed.start == datetime(2026, 3, 12, hour, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "locale", "named"),
    [
        ("set a timer", "en-US", True),
        ("what time is it", "en-US", False),
        ("поставь таймера", "ru-RU", True),
        ("计时器", "zh-CN", True),
        ("om to timer", "da-DK", False),
        ("", "en-US", False),
    ],
)
def test_timers_are_told_from_hours(text: str, locale: str, named: bool) -> None:
    assert times.says_timer(text, locale) is named


@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_has_a_name_for_a_timer(locale: str) -> None:
    names = timer_names(locale)
    assert names
    assert all(names)
