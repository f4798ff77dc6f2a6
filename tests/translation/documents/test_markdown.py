"""Markdown as segments, and back."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation.documents import markdown

PAGE = """---
title: Not text
---
# A title
:label:`sec_title`

A paragraph with `code`, $x^2$ and
a [link](https://e.org/a_(b)).

> A quote
> of two lines
>
> * an item
>   that goes on
>   1. a nested one

| Left | Right |
|:-----|------:|
| `a`  | two \\| three |

![A picture](p.svg)
:width:`500px`
:label:`fig_p`

$$
y = x
+ 1
$$
:eqlabel:`eq_y`

```python
# a comment
```

:begin_tab:`pytorch`
Only for PyTorch.
:end_tab:

```{note}
A note inside.
```

:::{tip}
A tip inside.
:::

<div class="x">Inside <b>HTML</b></div>

[reference]: https://e.org

Set
===
"""
TEXTS = [
    "A title",
    "A paragraph with ⟦0⟧, ⟦1⟧ and a [link⟦2⟧.",
    "A quote of two lines",
    "an item that goes on",
    "a nested one",
    "Left",
    "Right",
    "two | three",
    "⟦0⟧A picture⟦1⟧",
    "Only for PyTorch.",
    "A note inside.",
    "A tip inside.",
    "Inside ⟦0⟧HTML⟦1⟧",
    "Set",
]


def texts(document):
    return [part.masked.text for part in document.segments if part.translatable]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_kind_of_block_gives_its_text(end):
    document = markdown.read(PAGE.replace("\n", end))
    assert texts(document) == TEXTS
    assert document.render({}) == PAGE.replace("\n", end)


def test_only_what_is_translated_changes():
    document = markdown.read(PAGE)
    number = next(
        n
        for n, part in enumerate(document.segments)
        if "code" not in part.masked.text and part.masked.text == "an item that goes on"
    )
    rendered = document.render({number: "ein Punkt"})
    assert rendered == PAGE.replace("an item\n>   that goes on", "ein Punkt")


def test_masked_spans_come_back_where_the_translation_puts_them():
    document = markdown.read("Use `a` and $b$.\n")
    assert document.render({0: "⟦1⟧ und ⟦0⟧."}) == "$b$ und `a`.\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "```\nnever closed",
        "$$\nnever closed\n\nText",
        "> " * 200 + "deep",
        "- " * 100 + "x",
        "<div",
        "[a](b",
        "| a |\n|--|\n| b",
        "\ufeff# A mark\n",
        "שלום `עולם` עברית\n",
        "a\rb\r\n\rc",
        "```{note}\nnever closed",
        "| a | b |\n|---|---|\n| c |\n",
    ],
)
def test_broken_markdown_keeps_every_byte(text):
    document = markdown.read(text)
    assert document.render({}) == text
    for part in document.segments:
        assert 0 <= part.start <= part.end <= len(text)


MARKS = st.sampled_from(
    [
        *"#>*-`$|:~<>[]()!\\ \t\n\r",
        "```",
        "$$",
        "\n\n",
        "1. ",
        "    ",
        ":::",
        "{note}",
        "word",
        "字",
        "| a |",
        "|--|",
        ":label:`x`",
        "---\n",
        "<b>",
        "\r\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKS, max_size=40).map("".join))
def test_any_text_comes_back_and_segments_stay_apart(text):
    document = markdown.read(text)
    assert document.render({}) == text
    ends = [0]
    for part in document.segments:
        assert ends[-1] <= part.start <= part.end
        ends.append(part.end)


@pytest.mark.data
@pytest.mark.slow
def test_all_of_dive_into_deep_learning_survives_byte_for_byte():
    if "EULALIA_DATA" not in os.environ:
        pytest.skip("EULALIA_DATA does not name the folder of data sets")
    archives = sorted(Path(os.environ["EULALIA_DATA"], "translation").glob("d2l-*.tar.gz"))
    if not archives:
        pytest.skip("there is no d2l-*.tar.gz among the data sets")
    documents = segments = 0
    for archive in archives:
        with tarfile.open(archive) as files:
            for member in files:
                if not member.name.endswith(".md"):
                    continue
                data = files.extractfile(member)
                assert data is not None
                text = data.read().decode()
                document = markdown.read(text)
                assert document.render({}) == text
                documents += 1
                for part in document.segments:
                    raw = text[part.start : part.end]
                    if part.translatable and "\n" not in raw:
                        assert part.masked.restore() == raw
                    # Each protected span is in the document as it is.
                    assert all(span in text or "\n" in span for span in part.masked.protected)
                    segments += 1
    assert documents > 1000
    assert segments > 50_000
