"""Parallel data from documents, by the command line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from eulalia.cli.app import app
from eulalia.translation import read_pairs

ENGLISH = """# Neural networks

A network has 3 layers. Each layer has 256 units!

| Name | Value |
|------|-------|
| rate | 0.1   |

```python
print(1)  # code 42
```

The formula $y = x^2$ of `Square` is shown in Figure 7. Paris is the capital of France.

This paragraph has no counterpart at all, for Berlin, London and Madrid are missing elsewhere.

The end of chapter 9.
"""
GERMAN = """# Neuronale Netze

Ein Netz hat 3 Schichten. Jede Schicht hat 256 Einheiten!

| Name | Wert |
|------|------|
| Rate | 0.1  |

```python
print(1)  # Code 42
```

Die Formel $y = x^2$ von `Square` ist in Abbildung 7 gezeigt. Paris ist die Hauptstadt Frankreichs.

Das Ende von Kapitel 9.
"""


def run(*arguments):
    return CliRunner().invoke(app, ["translate", *map(str, arguments)])


@pytest.fixture
def folders(tmp_path):
    for name, text in (("en", ENGLISH), ("de", GERMAN)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(text)
    return tmp_path


def extract(folder, output="pairs.csv", *more):
    languages = ("--source-language", "en", "--target-language", "de")
    return run("extract", folder / "en", folder / "de", *languages, "-o", folder / output, *more)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "tmx"])
def test_sentences_pair_and_code_stays_out(folders, suffix):
    result = extract(folders, f"pairs.{suffix}")
    assert result.exit_code == 0, result.output
    data = read_pairs(folders / f"pairs.{suffix}")
    pairs = {pair.source: pair.target for pair in data.pairs}
    assert pairs["A network has 3 layers."] == "Ein Netz hat 3 Schichten."
    assert pairs["Each layer has 256 units!"] == "Jede Schicht hat 256 Einheiten!"
    assert pairs["The formula $y = x^2$ of `Square` is shown in Figure 7."] == (
        "Die Formel $y = x^2$ von `Square` ist in Abbildung 7 gezeigt."
    )
    assert pairs["The end of chapter 9."] == "Das Ende von Kapitel 9."
    assert not any("no counterpart" in source or "print" in source for source in pairs)
    assert {pair.document for pair in data.pairs} == {"a.md"}
    assert [pair.block for pair in data.pairs] == sorted(pair.block for pair in data.pairs)
    assert "1 sentences of the source without a counterpart" in result.output


def test_catalogues_pair_by_their_messages_and_guesses_are_counted(folders):
    (folders / "de" / "m.po").write_text(
        'msgid "Open"\nmsgstr "Öffnen"\n\n#, fuzzy\nmsgid "Shut"\nmsgstr "Auf"\n', encoding="utf-8"
    )
    result = extract(folders)
    pairs = {pair.source: pair for pair in read_pairs(folders / "pairs.csv").pairs}
    assert (pairs["Open"].target, pairs["Open"].document) == ("Öffnen", "m.po")
    assert "Shut" not in pairs
    assert "1 messages left out" in result.output


def test_a_broken_document_is_named_and_the_others_are_read(folders):
    for name in ("en", "de"):
        (folders / name / "b.ipynb").write_text("{")
        (folders / name / "c.md").write_bytes(b"\xff\xfe\xff")
        (folders / name / "d.md").write_text("")
    result = extract(folders)
    assert result.exit_code == 0
    assert "b.ipynb: It is not the JSON of a notebook" in result.stderr
    assert "c.md" in result.stderr
    assert "2 pairs of documents left out" in result.stdout
    assert read_pairs(folders / "pairs.csv").pairs


def test_a_text_that_nobody_translated_is_counted_and_left_out(folders):
    (folders / "de" / "a.md").write_text(ENGLISH)
    result = extract(folders)
    assert all(len(p.source.split()) < 4 for p in read_pairs(folders / "pairs.csv").pairs)
    assert "the same on both sides" in result.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--source-language", "klingonish"], "no language"),
        (["-o", "pairs.docx"], "must end in"),
        (["-o", "none/pairs.csv"], "no folder"),
        (["--pairs", "none.toml"], "cannot be read"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_nothing_is_written(folders, monkeypatch, change, said):
    monkeypatch.chdir(folders)
    result = extract(folders, "pairs.csv", *change)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (folders / "pairs.csv").exists()


def align(folder, ours, theirs, *more):
    (folder / "s.txt").write_bytes(ours)
    (folder / "t.txt").write_bytes(theirs)
    languages = ("--source-language", "en", "--target-language", "de")
    return run("align", folder / "s.txt", folder / "t.txt", *languages, *more)


def test_align_writes_links_of_line_numbers(tmp_path):
    ours = b"Peter came in 1999.\r\nHe saw Anna and the 42 dogs.\r\nThe end.\r\n"
    theirs = b"Peter kam 1999.\nEr sah Anna.\nUnd die 42 Hunde.\nDas Ende.\n"
    result = align(tmp_path, ours, theirs, "--json", tmp_path / "links.json")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "links.json").read_text())
    assert report["links"] == [[[0], [0]], [[1], [1, 2]], [[2], [3]]]
    assert len(report["scores"]) == 3


def test_align_of_an_empty_text_links_nothing_and_prints_json(tmp_path):
    result = align(tmp_path, b"", b"Ein Satz.\n")
    assert json.loads(result.stdout)["links"] == []


def test_align_says_what_is_wrong_with_a_file(tmp_path):
    assert "UTF-8" in align(tmp_path, b"\xe4", b"a").stderr
    assert "zero bytes" in align(tmp_path, b"a\0b", b"a").stderr
