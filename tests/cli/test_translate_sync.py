"""`eulalia translate sync` by the command line, and what goes wrong with it."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from eulalia.cli import translate_options
from eulalia.cli.app import app
from eulalia.translation.synchronisation import alone
from tests.translation.engines import PhraseBooks
from tests.translation.synchronisation.folders import contents

PAGE = "# The title of it\n\nOne sentence here. Another one there.\n\n- an item\n"


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book" / "en"
    (folder / "part").mkdir(parents=True)
    (folder / "a.md").write_text(PAGE)
    (folder / "part" / "b.md").write_text("Only this paragraph.\n")
    return folder


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(translate_options, "engines", lambda *named: PhraseBooks(tmp_path))
    monkeypatch.setenv("EULALIA_TRANSLATION", str(tmp_path / "store"))

    def run(*arguments, status=0):
        result = CliRunner().invoke(app, ["translate", *map(str, arguments)])
        assert result.exit_code == status, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.stdout if status == 0 else result.output

    return run


def test_several_languages_stand_beside_the_source(run, book):
    told = run("sync", book, "--to", "de,fr")
    assert "de: 0 untouched, 0 taken over, 0 repaired, 4 translated, 0 in conflict" in told
    for language in ("de", "fr"):
        text = (book.parent / language / "part" / "b.md").read_text()
        assert text == f"{language}: ONLY THIS PARAGRAPH.\n"
    assert "de: 4 untouched" in run("sync", book, "--to", "de,fr")


def test_check_tells_what_is_not_in_step_and_writes_nothing(run, book):
    told = run("sync", book, "--to", "de", "--check", status=1)
    assert told.count("missing or changed") == 4
    assert not (book.parent / "de").exists()
    run("sync", book, "--to", "de")
    assert "4 untouched" in run("sync", book, "--to", "de", "--check")
    (book / "a.md").write_text(PAGE.replace("Another one", "Another two"))
    before = contents(book.parent)
    told = run("sync", book, "--to", "de", "--check", status=1)
    assert "de/a.md: missing or changed: One sentence here. Another two there." in told
    assert contents(book.parent) == before


def test_code_that_changed_alone_is_not_in_step_either(run, book):
    (book / "a.md").write_text(f"{PAGE}\n```\nx = 1\n```\n")
    run("sync", book, "--to", "de")
    (book / "a.md").write_text(f"{PAGE}\n```\nx = 2\n```\n")
    assert "de/a.md: code or markup changed" in run("sync", book, "--to", "de", "--check", status=1)
    (book / "a.md").write_text(f"#{PAGE}\n```\nx = 1\n```\n")
    assert "de/a.md: code or markup changed" in run("sync", book, "--to", "de", "--check", status=1)


def test_a_conflict_is_told_and_can_be_accepted(run, book):
    run("sync", book, "--to", "de")
    translation = book.parent / "de" / "a.md"
    translation.write_text(translation.read_text().replace("ONE SENTENCE HERE.", "Ein Satz."))
    (book / "a.md").write_text(PAGE.replace("One sentence here.", "Many sentences are here."))
    told = run("sync", book, "--to", "de")
    assert "de/a.md: stale, a sentence that a person wrote has another source" in told
    assert "Ein Satz." in translation.read_text()
    assert "1 in conflict" in run("sync", book, "--to", "de", "--check", status=1)
    run("sync", book, "--to", "de", "--accept", "a.md")
    assert "0 in conflict" in run("sync", book, "--to", "de", "--check")


def test_sources_and_translations_may_share_a_folder(run, tmp_path):
    folder = tmp_path / "both"
    folder.mkdir()
    (folder / "a_origin.md").write_text(PAGE)
    rules = tmp_path / "rules.toml"
    rules.write_text('[[pairs]]\nsource = "{name}_origin.md"\ntarget = "{name}.md"\n')
    run("sync", folder, "--to", "de", "--output", folder, "--pairs", rules)
    assert (folder / "a.md").read_text().startswith("# de: THE TITLE")
    told = run("sync", folder, "--to", "de", "--output", folder, "--pairs", rules)
    assert "3 untouched" in told


class Page(HTMLParser):
    """Counts tags, and finds what a page asks for elsewhere."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.links = []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]


def test_the_report_shows_both_sides_and_asks_for_nothing_elsewhere(run, book, tmp_path):
    run("sync", book, "--to", "de")
    (book / "a.md").write_text(PAGE.replace("Another one", "Another <script>"))
    report = tmp_path / "report.html"
    run("sync", book, "--to", "de", "--report", report)
    text = report.read_text()
    page = Page()
    page.feed(text)
    assert page.links == []
    assert "script" not in page.tags
    assert "url(" not in text
    assert "@import" not in text
    assert {"details", "summary", "ins", "del"} <= set(page.tags)
    assert "TER between the new translations and the old ones" in text
    assert "prefers-color-scheme" in text or "color-scheme: light dark" in text


def test_the_report_tells_how_much_people_changed_what_the_machine_wrote(run, book, tmp_path):
    run("sync", book, "--to", "de")
    translation = book.parent / "de" / "part" / "b.md"
    translation.write_text("de: ONLY THIS ABSATZ.\n")
    run("sync", book, "--to", "de", "--report", tmp_path / "r.html")
    assert "what people made of it: 16.7 (1 blocks" in (tmp_path / "r.html").read_text()


def test_a_second_one_at_the_same_time_says_so(run, book):
    with alone(book.parent / "de"):
        told = run("sync", book, "--to", "de", status=1)
    assert "Another program is synchronising" in told
    run("sync", book, "--to", "de")


SCRIPT = """
import sys
from eulalia.cli import main, translate_options
from tests.translation.engines import PhraseBooks
translate_options.engines = lambda *named: PhraseBooks()
sys.argv = ["eulalia", "translate", "sync", sys.argv[1], "--to", "de"]
main()
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(run, book):
    (book / "part" / "b.md").write_text("A deadly paragraph.\n")
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(book)], capture_output=True, env={**os.environ}
    )
    assert killed.returncode == 9
    assert not (book.parent / "de" / "part" / "b.md").exists()
    assert (book.parent / "de" / "a.md").read_text().startswith("# de: THE TITLE")
    (book / "part" / "b.md").write_text("A paragraph.\n")
    assert "3 untouched, 0 taken over, 0 repaired, 1 translated" in run("sync", book, "--to", "de")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--to", "en"], "--to takes languages other than en"),
        (["--to", "de,de"], "each once"),
        (["--to", "klingon"], "is no language that is known"),
        (["--to", "de", "--accept", "none.md"], "none.md is no document"),
        (["--to", "de", "--check", "--accept", "a.md"], "--check writes nothing"),
        (["--to", "de", "--report", "x.txt"], "must end in .html"),
        (["--to", "de,fr", "--output", "out"], "several folders"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(run, book, arguments, sentence):
    before = contents(book.parent)
    assert sentence in " ".join(run("sync", book, *arguments, status=1).split())
    after = contents(book.parent)
    assert {name for name in after if ".eulalia-sync" not in name} == set(before)


def test_without_a_model_nothing_is_written(book):
    result = CliRunner().invoke(app, ["translate", "sync", str(book), "--to", "nl"])
    assert result.exit_code == 1
    assert "There is no engine from en to nl" in result.stderr
    assert not list((book.parent / "nl").glob("*.md"))


def test_a_broken_document_is_told_and_the_others_are_kept_current(run, book):
    (book / "bad.ipynb").write_text('{"cells": 5}')
    (book / "latin.md").write_bytes("Größe".encode("latin-1"))
    told = run("sync", book, "--to", "de", status=1)
    assert "bad.ipynb" in told
    assert "latin.md" in told
    assert (book.parent / "de" / "a.md").exists()


def test_a_damaged_state_is_named_by_its_line(run, book):
    run("sync", book, "--to", "de")
    state = book.parent / "de" / ".eulalia-sync" / "a.md.jsonl"
    lines = state.read_text().splitlines()
    state.write_text("\n".join([lines[0], "<<<<<<< HEAD", *lines[1:]]))
    before = contents(book.parent)
    assert "Line 2 of" in run("sync", book, "--to", "de", status=1)
    assert contents(book.parent) == before
    state.write_text("\n".join(lines[:-1]))
    assert "breaks off" in run("sync", book, "--to", "de", status=1)


def test_an_empty_folder_deletes_nothing(run, book):
    run("sync", book, "--to", "de")
    before = contents(book.parent / "de")
    (book / "a.md").unlink()
    (book / "part" / "b.md").unlink()
    assert "has no document to translate" in run("sync", book, "--to", "de", status=1)
    assert contents(book.parent / "de") == before


def test_a_document_that_is_gone_takes_the_machines_translation_along(run, book):
    run("sync", book, "--to", "de")
    (book / "part" / "b.md").unlink()
    assert "1 removed" in run("sync", book, "--to", "de")
    assert not (book.parent / "de" / "part" / "b.md").exists()


def test_the_state_knows_the_commit(run, book):
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e@x", *arguments],
            cwd=book,
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("add", "a.md")
    git("commit", "-qm", "first")
    run("sync", book, "--to", "de")
    states = book.parent / "de" / ".eulalia-sync"
    assert '"commit"' in (states / "a.md.jsonl").read_text()
    assert '"commit"' not in (states / "part" / "b.md.jsonl").read_text()
