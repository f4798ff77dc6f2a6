"""`eulalia settings` and `eulalia ring`: what is kept for the skills, and what goes off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eulalia.memory import Memory

from .conftest import Run


def test_what_is_set_is_listed_until_it_is_removed(run: Run, tmp_path: Path) -> None:
    at = ("--memory", tmp_path)
    token = {"url": "http://house", "token": "secret"}
    assert run("settings", "set", "music_folder", "12", *at).status == 0
    assert run("settings", "set", "home_assistant", json.dumps(token), *at).status == 0
    listed = json.loads(run("settings", "list", "--json", *at).output)
    assert listed == {"music_folder": "12", "home_assistant": token}
    assert run("settings", "remove", "home_assistant", *at).status == 0
    assert run("settings", "list", *at).output == 'music_folder = "12"\n'


def test_settings_are_each_customers_own(run: Run, tmp_path: Path) -> None:
    run("settings", "set", "music_folder", "a", "--customer", "ada", "--memory", tmp_path)
    assert run("settings", "list", "--memory", tmp_path).output == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("remove", "music_folder"),
        ("set", "home_assistant", '{"url": '),
        ("set", "musik_folder", "~/Music"),
        ("set", "", "~/Music"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(refuse: Run, arguments: tuple[str, ...]) -> None:
    refuse("settings", *arguments)


def test_what_is_due_rings_once(run: Run, tmp_path: Path) -> None:
    with Memory.open(tmp_path) as memory:
        for title, minutes in (("eggs", -1), ("bread", 60)):
            moment = datetime.now(UTC) + timedelta(minutes=minutes)
            alarm = {"time": moment.isoformat(), "title": title, "kind": "timer", "key": title}
            memory.records.put("default", "alarm", title, alarm)
    first = run("ring", "--once", "--memory", tmp_path).output
    assert "timer eggs" in first
    assert "bread" not in first
    assert run("ring", "--once", "--memory", tmp_path).output == ""


def test_a_name_that_no_skill_looks_at_is_told_with_those_that_some_do(
    run: Run, tmp_path: Path
) -> None:
    told = run("settings", "set", "musik_folder", "~/Music", "--memory", tmp_path)
    assert told.status == 1
    assert "home_assistant, music_folder" in told.complaint
    assert run("settings", "list", "--memory", tmp_path).output == ""
