"""Notebooks as segments, and back."""

from __future__ import annotations

import json

import pytest

from eulalia.translation import TranslationError
from eulalia.translation.documents import notebook

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "\n", "Text with `x`."]},
    {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["1 + 1"]},
    {"cell_type": "markdown", "metadata": {}, "source": 'One "string" é\n'},
]


def written(indent, **fields):
    return json.dumps({"cells": CELLS, "nbformat": 4, **fields}, indent=indent, ensure_ascii=True)


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_only_the_translated_cell_is_written_anew(indent):
    text = written(indent) + "\n"
    book = notebook.read(text)
    assert [p.masked.text for p in book.segments] == [
        "Title",
        "Text with ⟦0⟧.",
        "1 + 1",
        'One "string" é',
    ]
    assert book.render({}) == text
    changed = book.render({0: "Titel", 1: "Mit ⟦0⟧."})
    expected = json.loads(text)
    expected["cells"][0]["source"] = ["# Titel\n", "\n", "Mit `x`."]
    assert json.loads(changed) == expected
    assert "\\u00e9" in changed  # the other cell keeps the way it was written
    if indent:
        assert changed.splitlines()[-3:] == text.splitlines()[-3:]
    assert json.loads(book.render({3: "Eine"}))["cells"][2]["source"] == "Eine\n"


def test_an_old_notebook_with_worksheets_is_read_too():
    old = {
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "markdown", "source": ["Old text"]},
                    {"cell_type": "code", "input": ["print()"]},
                    {"cell_type": "heading", "level": 1, "source": "A heading"},
                ]
            }
        ],
        "nbformat": 3,
    }
    segments = notebook.read(json.dumps(old)).segments
    assert [p.masked.text for p in segments if p.translatable] == ["Old text", "A heading"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        "{}",
        "[]",
        "null",
        '{"cells": 3}',
        '{"cells": [}',
        "not JSON",
        "[" * 100_000,
        '{"cells": [] } x',
        '{"a" 1}',
        '{"cells": {"a": [1 2]}}',
    ],
)
def test_what_is_no_notebook_is_named_in_one_sentence(text):
    with pytest.raises(TranslationError):
        notebook.read(text)


def test_cells_of_strange_make_are_passed_over():
    text = json.dumps(
        {
            "cells": [
                3,
                None,
                {},
                {"cell_type": "markdown", "source": [1]},
                {"cell_type": "markdown", "source": []},
            ]
        }
    )
    book = notebook.read(text)
    assert book.render({}) == text
    assert book.segments == ()
