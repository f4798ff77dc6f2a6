"""HTML as segments, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.documents import html

PAGE = """<!DOCTYPE html>
<html><head><title>A title</title><style>p { x: y }</style></head>
<body><!-- a note --><h1>Heading</h1>
<p>Text with <b>bold</b>, <code>a < b</code> &amp; <a href="x>y">a link</a>.</p>
<ul><li>One<li>Two</ul><pre>kept   as is</pre>
<script>if (a < b) "text"</script><td>עברית</td>
</body></html>
"""


def test_blocks_give_their_text_and_code_and_scripts_stay():
    document = html.read(PAGE)
    assert [p.masked.text for p in document.segments if p.translatable] == [
        "A title",
        "Heading",
        "Text with ⟦0⟧bold⟦1⟧, ⟦2⟧ ⟦3⟧ ⟦4⟧a link⟦5⟧.",
        "One",
        "Two",
        "עברית",
    ]
    assert document.render({}) == PAGE
    numbers = {p.masked.text: n for n, p in enumerate(document.segments)}
    assert document.render({numbers["Two"]: "Zwei"}) == PAGE.replace("Two", "Zwei")


@pytest.mark.parametrize(
    "text", ["", "<", "<p", "<p>a<b>b", "</p></p>x", "<pre>open", "a & b", "<!--"]
)
def test_broken_html_keeps_every_byte(text):
    assert html.read(text).render({}) == text


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "<pre>",
                "<",
                ">",
                '"',
                "'",
                "&",
                "a",
                " ",
                "<!--",
                "-->",
                "<a href='",
                "<script>",
                "</script>",
                "字",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_text_comes_back(text):
    assert html.read(text).render({}) == text
