"""Resources and jobs of translation by the command line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from eulalia.cli import translate_options
from eulalia.cli.app import app
from tests.translation.engines import PhraseBooks


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(translate_options, "engines", lambda *named: PhraseBooks(tmp_path))
    monkeypatch.setenv("EULALIA_TRANSLATION", str(tmp_path / "store"))

    def run(*arguments, ok=True, **more):
        result = CliRunner().invoke(app, ["translate", *map(str, arguments)], **more)
        assert result.exit_code == (0 if ok else 1), result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.stdout if ok else result.stderr

    return run


def test_parallel_data_is_created_told_updated_listed_and_deleted(run, tmp_path):
    file = tmp_path / "pairs of mine.csv"
    file.write_text("en,de\nHello.,Servus.\n,nothing\n")
    created = run(
        "parallel-data", "create", "mine", tmp_path / "x" / ".." / file.name, "--description", "d"
    )
    assert "imported     1" in created
    assert "Line 3: It has no text" in created
    assert "mine" in run("parallel-data", "create", "mine", file, ok=False)
    told = json.loads(run("parallel-data", "get", "mine", "--json"))
    assert (told["imported"], told["skipped"], told["status"]) == (1, 1, "ACTIVE")
    bad = tmp_path / "bad.tsv"
    bad.write_text("x\ty\na\tb\n")
    assert "was not imported" in run("parallel-data", "update", "mine", bad, ok=False)
    assert json.loads(run("parallel-data", "get", "mine", "--json"))["imported"] == 1
    assert "mine" in run("parallel-data", "list")
    text = ("text", "Hello.\nBye.", "--source-language", "en", "--target-language", "de")
    assert run(*text, "--parallel-data", "mine") == "Servus.\nde: BYE.\n"
    run("parallel-data", "delete", "mine")
    assert json.loads(run("parallel-data", "list", "--json")) == []
    assert "no parallel data" in run("parallel-data", "get", "mine", ok=False)


def test_a_terminology_is_imported_and_used(run, tmp_path):
    file = tmp_path / "terms.csv"
    file.write_text("de,en\nHaus,house\n")
    assert run("terminology", "import", "words", file, "--multi").startswith("1 terms in de en")
    assert "MULTI" in run("terminology", "get", "words")
    assert [t["name"] for t in json.loads(run("terminology", "list", "--json"))] == ["words"]
    options = ("--source-language", "en", "--target-language", "de", "--terminology", "words")
    assert run("text", *options, input="my house") == "de: MY Haus\n"
    run("terminology", "delete", "words")
    assert "no terminology" in run("text", "a", *options, ok=False)


def test_a_job_translates_a_folder_and_can_be_left_and_resumed(run, tmp_path):
    (tmp_path / "book" / "deep").mkdir(parents=True)
    (tmp_path / "book" / "a.md").write_text("# Title\n")
    (tmp_path / "book" / "deep" / "b.md").write_text("Text\n")
    (tmp_path / "book" / "picture.png").write_bytes(b"\x89PNG")
    ask = (
        "job",
        "start",
        tmp_path / "book",
        tmp_path / "x" / ".." / "out",
        "--source-language",
        "en",
    )
    done = run(*ask, "--target-language", "de", "--target-language", "zh")
    job = done.splitlines()[0]
    assert "COMPLETED: 4 of 4" in done
    folder = tmp_path / "out" / f"000000000000-TranslateText-{job}"
    assert (folder / "zh.a.md").read_text() == "# zh: TITLE\n"
    assert (folder / "deep" / "de.b.md").read_text() == "de: TEXT\n"
    left = run(*ask, "--target-language", "fr", "--detach").strip()
    assert json.loads(run("job", "describe", left, "--json"))["status"] == "SUBMITTED"
    assert "COMPLETED: 2 of 2" in run("job", "resume")
    assert run("job", "stop", left).strip() == "COMPLETED"
    assert [each["id"] for each in json.loads(run("job", "list", "--json"))] == [left, job]
    assert run("job", "resume") == ""


def test_what_went_wrong_in_a_job_is_told(run, tmp_path):
    (tmp_path / "book").mkdir()
    ask = ("job", "start", tmp_path / "book", tmp_path / "out", "--source-language", "en")
    assert "no documents" in run(*ask, "--target-language", "de", ok=False)
    told = run(*ask, "--target-language", "de", "--detach", "--method", "reuse", ok=False)
    assert "name it there" in told
    (tmp_path / "book" / "a.md").write_bytes(b"\xff")
    assert "1 documents could not" in run(*ask, "--target-language", "de", ok=False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("parallel-data", "create", "a b", "x.csv"), "no name"),
        (("parallel-data", "create", "a", "x.pdf"), "must end in"),
        (("parallel-data", "create", "a", "none.csv"), "nothing at"),
        (("terminology", "import", "a", "none.csv"), "cannot be read"),
        (("terminology", "delete", "a"), "no terminology"),
        (("job", "describe", "a"), "no job"),
        (("job", "list", "--status", "LOST"), "no status"),
        (("text", "a", "--source-language", "en", "--target-language", "sw"), "no engine"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(run, arguments, sentence, monkeypatch, tmp_path):
    from eulalia.translation.jobs import InstalledEngines

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(translate_options, "engines", lambda *named: InstalledEngines())
    told = run(*arguments, ok=False)
    assert sentence in told
    assert told.strip().count("\n") == 0


def test_models_are_named_by_languages_and_path(tmp_path):
    engines = translate_options.engines(["en-zh=/models/a", "zh-TW-en=b"], "reuse")
    assert ("en", "zh") in engines.pairs()
    result = CliRunner().invoke(
        app,
        "translate text a --source-language en --target-language de --model nonsense".split(),
    )
    assert (result.exit_code, "en-zh=PATH" in result.stderr) == (1, True)
