"""Every format stays what it is, byte for byte, around its text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation import TranslationError
from eulalia.translation.synchronisation.blocks import read_page, written
from tests.translation.synchronisation.folders import contents, synchronise

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {},
         "source": ['# The "title"\n', "\n", "One line\n", "and another.\n", "\n", "Last of it."]},
        {"cell_type": "code", "metadata": {}, "outputs": [{"text": ["1\n"]}], "source": ["x = 1"]},
        {"cell_type": "markdown", "metadata": {}, "source": "Größe 😀 and `x`."},
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}  # fmt: skip
HTML = (
    "<!doctype html>\n<html><head><title>The page</title></head>\n<body>\n<h1>The title</h1>\n"
    '<p>One <b class="x">bold</b> word.</p>\n<pre>x = 1</pre>\n<p>The last one.</p>\n</body>\n'
)


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "en"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_notebook_is_kept_current_inside_its_json(book, indent, ascii_only):
    source, target = book / "a.ipynb", book.parent / "de" / "a.ipynb"

    def write(notebook):
        source.write_text(json.dumps(notebook, indent=indent, ensure_ascii=ascii_only))

    write(NOTEBOOK)
    assert synchronise(book) == [
        'The "title"',
        "One line and another.",
        "Last of it.",
        "Größe 😀 and `x`.",
    ]
    made = json.loads(target.read_text())
    assert made["cells"][1:2] == NOTEBOOK["cells"][1:2]
    assert made["cells"][2]["source"] == "GRÖSSE 😀 AND `x`."
    assert "".join(made["cells"][0]["source"]).startswith('# THE "TITLE"\n\nONE LINE AND')
    target.write_text(target.read_text().replace("LAST OF IT.", "Das Letzte."))
    changed = json.loads(json.dumps(NOTEBOOK))
    changed["cells"][1]["outputs"] = []
    changed["cells"][2]["source"] = "Another `x`."
    changed["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["New."]})
    write(changed)
    assert synchronise(book) == ["Another `x`.", "New."]
    made = json.loads(target.read_text())
    assert made["cells"][1] == changed["cells"][1]
    assert "".join(made["cells"][0]["source"]).endswith("Das Letzte.")
    assert [cell["source"] for cell in made["cells"][2:]] == ["ANOTHER `x`.", ["NEW."]]
    assert synchronise(book) == []


def test_html_is_kept_current_between_its_tags(book):
    source, target = book / "a.html", book.parent / "de" / "a.html"
    source.write_text(HTML)
    synchronise(book)
    expected = HTML
    for text in ("The page", "The title", "One ", "bold", " word.", "The last one."):
        expected = expected.replace(text, text.upper())
    assert target.read_text() == expected
    source.write_text(HTML.replace("The last one.", "The new one.").replace("x = 1", "x = 2"))
    assert synchronise(book) == ["The new one."]
    assert target.read_text() == expected.replace("LAST", "NEW").replace("x = 1", "x = 2")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff# A title\r\n\r\nSome words.\r\n",
        "---\ntitle: x\n---\n\n# A title\n\n* one item\n* two items\n\n> quoted words\n> go on",
        "| name | value |\n|---|---|\n| one thing | two things |\n",
        "A title\n=======\n\n1. first item\n2. second item\n\n   more of it\n",
    ],
)
def test_marks_line_ends_and_front_matter_stay(book, text):
    source, target = book / "a.md", book.parent / "de" / "a.md"
    source.write_bytes(text.encode())
    synchronise(book)
    assert target.read_bytes().startswith("\ufeff".encode()) == text.startswith("\ufeff")
    files = (path.read_bytes().decode("utf-8-sig") for path in (source, target))
    ours, theirs = (read_page(file, ".md") for file in files)
    assert [each.gap for each in ours.blocks] == [each.gap for each in theirs.blocks]
    assert ours.tail == theirs.tail
    before = contents(book.parent)
    assert synchronise(book) == []
    assert contents(book.parent) == before


def test_a_mark_at_the_beginning_of_a_translation_stays(book):
    source, target = book / "a.md", book.parent / "de" / "a.md"
    source.write_text("# A title\n\nSome words.\n")
    synchronise(book)
    target.write_bytes("\ufeff".encode() + target.read_bytes())
    source.write_text("# A title\n\nSome new words.\n")
    synchronise(book)
    assert target.read_bytes() == "\ufeff# A TITLE\n\nSOME NEW WORDS.\n".encode()


def test_front_matter_stays_first_when_the_title_goes(book):
    source, target = book / "a.md", book.parent / "de" / "a.md"
    source.write_text("---\nx: 1\n---\n\n# A title\n\nSome words.\n")
    synchronise(book)
    target.write_text(target.read_text().replace("A TITLE", "Ein Titel"))
    source.write_text("---\nx: 1\n---\n\nSome words.\n")
    synchronise(book)
    text = target.read_text()
    assert text.startswith("---\nx: 1\n---\n\n")
    assert text.count("x: 1") == 1
    assert "# Ein Titel\n" in text
    assert "SOME WORDS." in text


@given(st.text(st.sampled_from("ab #*`-\n|>1.\r\\$é😀\"'<")))
def test_a_page_is_its_text(text):
    page = read_page(text, ".md")
    assert page.text == text
    for start, block in zip(page.starts, page.blocks, strict=True):
        assert text[start:].startswith(block.raw)


@given(st.lists(st.text(st.sampled_from("ab #*`-\n>1.\\é😀\"'/")), max_size=3), st.booleans())
def test_a_notebook_is_its_text_and_its_blocks_are_json(sources, ascii_only):
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    cells += [{"cell_type": "markdown", "source": s.splitlines(True)} for s in sources]
    text = json.dumps({"cells": cells}, ensure_ascii=ascii_only)
    page = read_page(text, ".ipynb")
    assert page.text == text
    changed = "".join(
        block.gap + (block.raw if block.is_code else written('new "words"', ".ipynb"))
        for block in page.blocks
    )
    json.loads(changed + page.tail)


def test_half_a_letter_is_refused():
    with pytest.raises(TranslationError, match="halves"):
        read_page("a \ud800 b", ".md")
