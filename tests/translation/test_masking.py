"""What must stay stays, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.masking import Kind, has_words, mask

FRAGMENTS = st.sampled_from(
    [
        "`a`",
        "``b`c``",
        "$x_1$",
        "$$y$$",
        "$5",
        ":numref:`fig`",
        ":cite:`A.B`",
        "{ref}`x`",
        "](u)",
        "![",
        "[",
        "]",
        "](a(b)c)",
        "<b>",
        "<a href='x>y'>",
        "&amp;",
        "https://e.org/a.",
        "⟦0⟧",
        "⟦",
        "\\(",
        "\\)",
        "`",
        "$",
        "%s",
        "%(n)d",
        "{name}",
        "{{ x }}",
        " word ",
        "字",
        "\n",
        "  \n",
        "\\",
    ]
)


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=15), st.sampled_from(Kind))
def test_the_text_comes_back_whole(parts, kind):
    text = "".join(parts)
    assert mask(text, kind).restore() == text


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("the shape of `X` is $(n, d)$", ["`X`", "$(n, d)$"]),
        ("see :numref:`sec_x` and :cite:`A,B`.", [":numref:`sec_x`", ":cite:`A,B`"]),
        ("a [link](https://e.org/a(b) 'T') here", ["](https://e.org/a(b) 'T')"]),
        ("costs $5 or $10", []),
        ("``a `b` c`` and ``d``", ["``a `b` c``", "``d``"]),
        ("MyST's {doc}`a/b` role", ["{doc}`a/b`"]),
        ("![a picture](p.svg)", ["![", "](p.svg)"]),
    ],
)
def test_markdown_masks_code_formulas_references_and_addresses(text, protected):
    assert list(mask(text, Kind.MARKDOWN).protected) == protected


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("%(count)d of %s files, 50 % off", ["%(count)d", "%s"]),
        ("Hello {name}, :class:`str` <b>x</b>", ["{name}", ":class:`str`", "<b>", "</b>"]),
    ],
)
def test_messages_mask_what_is_filled_in(text, protected):
    assert list(mask(text, Kind.MESSAGE).protected) == protected


def test_a_mask_may_move_and_one_that_nobody_made_stays():
    masked = mask("use `a` before `b`", Kind.MARKDOWN)
    assert masked.restore("⟦1⟧ nach ⟦0⟧ ⟦7⟧ ⟦99999999999⟧") == "`b` nach `a` ⟦7⟧ ⟦99999999999⟧"


def test_a_text_of_masks_alone_has_no_words():
    assert not has_words(mask("`code` $x$ 12.", Kind.MARKDOWN).text)
    assert has_words("⟦0⟧ 字")
