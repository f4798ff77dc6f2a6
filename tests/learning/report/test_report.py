"""The report: one page that works offline, in which customers' words are never markup."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eulalia.learning.experiments import Decision, Group
from eulalia.learning.failures import Verdict
from eulalia.learning.overruling import overrule
from eulalia.learning.report.figures import Figures, find_figures
from eulalia.learning.report.page import page
from eulalia.learning.report.report import ReportError, write_report
from eulalia.memory import Memory
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.truth import Failure
from eulalia.turn import Context
from tests.learning.experiments.test_decisions import CHESS, EVIDENCE, lived
from tests.learning.making import NOON, make_turn
from tests.learning.report.browser import chromium

EVIL = '</script><script>window.hurt = 1</script><img src=x onerror="hurt=1">\' $x^2$ \u202e\x1b'
HOSTILE = LearnedRewrite(
    "en-US", EVIL, EVIL[::-1] + EVIL, EVIDENCE, customer=EVIL, status=Status.KEPT
)


def figures(
    memory: Memory, *, days: int = 10, locale: str = "en-US", device: str = "speaker"
) -> Figures:
    turns, defects = lived(CHESS, treated=0.1, untreated=0.9, days=days)
    turns = [replace(turn, locale=locale, context=Context(device_type=device)) for turn in turns]
    kinds = [Failure.CORRECT if defect < 0.5 else Failure.ASR for defect in defects]
    verdicts = [Verdict(turn.id, kind, 0.9) for turn, kind in zip(turns, kinds, strict=True)]
    kept = memory.rewrites
    return find_figures(turns, defects, verdicts, kept.standings(), kept.history(), kept.revision)


@pytest.fixture
def memory(tmp_path: Path) -> Any:
    with Memory.open(tmp_path) as opened:
        opened.rewrites.change(
            [CHESS, HOSTILE, replace(HOSTILE, customer=None, status=Status.WITHDRAWN)],
            who=EVIL[:40].replace("\x1b", ""),
            why=EVIL.replace("\0", ""),
            since=NOON,
        )
        yield opened


class Tags(HTMLParser):
    """The elements of a page, which must be nested well."""

    EMPTY = frozenset({"meta", "input", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    return tags


def test_the_figures_tell_groups_cohorts_and_effects(memory: Memory) -> None:
    found = figures(memory)
    assert (found.turns, found.customers) == (200, 200)
    assert found.groups[Group.TREATMENT].value < 0.3 < 0.7 < found.groups[Group.CONTROL].value
    assert found.effect.high < 0.0
    assert not found.by_week
    for points in found.over_time.values():
        assert [day for day, _ in points] == sorted(day for day, _ in points)
    assert sum(rate.turns for points in found.over_time.values() for _, rate in points) == 200
    assert {(cohort.kind, cohort.name) for cohort in found.cohorts} == {
        ("locale", "en-US"),
        ("device", "speaker"),
        ("customer", "in the first week"),
    }
    assert Failure.CORRECT not in found.everybody.failures
    in_use = [item for item in found.rewrites if isinstance(item, Decision)]
    assert {item.before.status for item in in_use} == {Status.TRIAL, Status.KEPT}
    assert len(found.rewrites) == 3


def test_long_times_are_told_by_weeks(memory: Memory) -> None:
    found = figures(memory, days=100)
    assert found.by_week
    assert {day.weekday() for points in found.over_time.values() for day, _ in points} == {0}


def test_one_turn_makes_a_report(memory: Memory) -> None:
    turn, verdict = make_turn("t"), Verdict("t", Failure.CORRECT, 0.9)
    kept = memory.rewrites
    found = find_figures([turn], np.array([0.2]), [verdict], [], kept.history(), kept.revision)
    assert "1 turns of 1 customers" in page(found)


def test_hostile_words_stay_words(memory: Memory) -> None:
    text = page(figures(memory, locale=EVIL, device=EVIL))
    tags = parsed(text)
    names = [name for name, _ in tags.found]
    assert names.count("script") == 1
    assert "img" not in names
    handlers = [key for _, found in tags.found for key in found if key.startswith("on")]
    assert handlers == []
    assert "\x1b" not in text
    assert "\u202e" not in re.sub(r'data-rewrite="[^"]*"', "", text)
    identities = [json.loads(found["data-rewrite"] or "") for _, found in tags.found
                  if "data-rewrite" in found]  # fmt: skip
    assert [identity["request"] for identity in identities].count(EVIL) == 2


def test_the_page_loads_nothing_and_its_ids_are_unique(memory: Memory) -> None:
    tags = parsed(page(figures(memory)))
    ids = [found["id"] for _, found in tags.found if "id" in found]
    assert len(ids) == len(set(ids))
    references = [
        value for name, found in tags.found for key, value in found.items()
        if key in {"src", "href", "xlink:href"} and value and not value.startswith("#")
    ]  # fmt: skip
    assert references == []


def test_the_same_figures_make_the_same_page(memory: Memory) -> None:
    found = figures(memory)
    assert page(found) == page(found)


def test_a_page_that_cannot_be_written_leaves_nothing(memory: Memory, tmp_path: Path) -> None:
    turns = [make_turn("t")]
    with pytest.raises(ReportError, match="cannot be written"):
        write_report(tmp_path / "no" / "r.html", turns, np.array([0.1]), memory.rewrites)
    before = sorted(tmp_path.iterdir())
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ReportError, match="cannot be written"):
        write_report(tmp_path / "folder.html", turns, np.array([0.1]), memory.rewrites)
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "folder.html"])


def test_a_browser_shows_it_offline_and_saves_decisions_that_are_honoured(
    memory: Memory, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    report.write_text(page(figures(memory, locale=EVIL)), "utf-8")
    with chromium(tmp_path) as browser:
        browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
        browser.open(report)
        assert browser.evaluate("typeof window.hurt") == "undefined"
        assert browser.evaluate("document.querySelectorAll('svg').length") == 2
        assert browser.evaluate("document.querySelector('#save').disabled") is True
        choose = (
            "[...document.querySelectorAll('tr[data-rewrite]')].filter(row => "
            "JSON.parse(row.dataset.rewrite).request === {request}).forEach(row => "
            "row.querySelector('input[value={decision}]').click())"
        )
        for request, decision in ((CHESS.request, "approve"), (EVIL, "reject")):
            script = choose.format(request=json.dumps(request), decision=decision)
            browser.evaluate(script)
        assert browser.evaluate("document.querySelector('#count').textContent") == "3 decisions"
        find = "search.value = {!r}; search.dispatchEvent(new Event('input'))"
        browser.evaluate("var search = document.querySelector('#search');" + find.format("JAZZ"))
        visible = "[...document.querySelectorAll('tr[data-rewrite]')].filter(r => !r.hidden).length"
        assert browser.evaluate(visible) == 1
        browser.evaluate("document.querySelector('#save').click()")
        saved = tmp_path / "decisions.json"
        deadline = time.monotonic() + 20
        while not saved.exists() and time.monotonic() < deadline:
            browser.evaluate("1")
            time.sleep(0.05)
        assert {url.partition(":")[0] for url in browser.requests} <= {"file", "blob"}
    assert overrule(memory.rewrites, saved, "ada") == 3
    assert [rewrite.status for rewrite in memory.rewrites.all()] == [
        Status.KEPT,
        Status.REJECTED,
        Status.REJECTED,
    ]
    memory.rewrites.undo(who="ada", why="again")
    assert memory.rewrites.all()[0] == CHESS


def test_a_report_is_quick(memory: Memory) -> None:
    turns, defects = lived(CHESS, treated=0.1, untreated=0.9, each=100)
    verdicts = [Verdict(turn.id, Failure.CORRECT, 0.9) for turn in turns]
    many = [replace(CHESS, request=f"play {n}") for n in range(3_000)]
    memory.rewrites.change(many, who="x", why="y", since=NOON + timedelta(days=1))
    kept = memory.rewrites
    start = time.process_time()
    found = find_figures(turns, defects, verdicts, kept.standings(), kept.history(), 1)
    text = page(found)
    assert time.process_time() - start < 20
    assert "1,003 more are not shown" in text
