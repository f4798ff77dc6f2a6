import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.masking import Kind, mask
from eulalia.translation.protection import (
    is_intact,
    protect,
    protect_pair,
    without_new_markup,
)

_MARKDOWN = st.text(st.sampled_from("ab1 .[](){}*_~`$<>/!⟦⟧\\是，"), max_size=60)


def protected(text):
    return protect(mask(text, Kind.MARKDOWN))


def test_code_formulas_links_and_emphasis_become_masks():
    text = "See [the **docs** here](https://a.b/c) for `x` and $y_1$."
    own = protected(text)
    assert own.text == "See ⟦0⟧the ⟦1⟧docs⟦2⟧ here⟦3⟧ for ⟦4⟧ and ⟦5⟧."
    assert own.spans == ("[", "**", "**", "](https://a.b/c)", "`x`", "$y_1$")
    assert own.twos == ((0, 3), (1, 2))


def test_the_brackets_around_emphasis_go_with_it():
    own = protected("We [**load the data**] and (~~nothing else~~).")
    assert own.text == "We ⟦0⟧load the data⟦1⟧ and ⟦2⟧nothing else⟦3⟧."
    assert own.spans == ("[**", "**]", "(~~", "~~)")


@pytest.mark.parametrize(
    "text", ["2 * 3 * 4", "snake_case_name", "a ** b", "f(*args, **kwargs)", "[not a link]"]
)
def test_what_only_looks_like_markup_is_left_alone(text):
    assert protected(text).spans == ()


def test_tags_belong_in_twos():
    assert protected("<b>a</b><br>c").twos == ((0, 1),)


@given(_MARKDOWN)
def test_protected_texts_come_back_byte_for_byte(text):
    masked = mask(text, Kind.MARKDOWN)
    own = protect(masked)
    assert own.given(own.text) == masked.text
    assert own.restored(own.text) == masked.restore()
    assert is_intact(own.text, own) or own.twos


@given(_MARKDOWN, st.data())
def test_a_part_has_masks_of_its_own_and_gives_those_of_the_whole(text, data):
    own = protected(text)
    cuts = [0, *(i + 1 for i, letter in enumerate(own.text) if letter == "⟧"), len(own.text)]
    start, end = sorted((data.draw(st.sampled_from(cuts)), data.draw(st.sampled_from(cuts))))
    piece = own.text[start:end]
    assert own.part(piece).given(own.part(piece).text) == piece


@pytest.mark.parametrize(
    ("translation", "whole"),
    [
        ("看⟦0⟧文档⟦1⟧和⟦2⟧", True),
        ("⟦2⟧：⟦0⟧文档⟦1⟧", True),
        ("看⟦0⟧文档⟦1⟧", False),
        ("看⟦0⟧文档⟦1⟧和⟦2⟧⟦2⟧", False),
        ("看⟦1⟧文档⟦0⟧和⟦2⟧", False),
        ("看⟦0⟧文档⟦1⟧和⟦2⟧⟦3⟧", False),
    ],
)
def test_a_translation_is_whole_with_each_mask_once_and_twos_in_order(translation, whole):
    source = protected("See [docs](a) and `x`")
    assert source.text == "See ⟦0⟧docs⟦1⟧ and ⟦2⟧"
    assert is_intact(translation, source) is whole


def test_markup_that_the_source_has_not_goes():
    assert without_new_markup("a `b| ⟦0⟧ <c>", "a | ⟦0⟧") == "a b| ⟦0⟧ c"
    assert without_new_markup("a &gt;b https://c.d/e f", "a ⟦0⟧") == "a b  f"
    assert without_new_markup("see www &amp; co", "www &amp; co") == "see www &amp; co"


def test_addresses_and_formulas_do_not_run_into_what_follows():
    own = protected("See https://a.b/c and $x$ $y$ 2")
    assert own.parted("看⟦0⟧我们⟦1⟧⟦2⟧3") == "看⟦0⟧ 我们⟦1⟧ ⟦2⟧ 3"
    assert own.parted("看⟦0⟧，我们⟦1⟧。") == "看⟦0⟧，我们⟦1⟧。"
    assert protected("One  \nand `two`.").parted("一 ⟦0⟧和 ⟦1⟧。") == "一⟦0⟧和 ⟦1⟧。"


def test_pairs_share_masks_where_they_share_spans():
    source, target = protect_pair(
        mask("Set `a` to $b$ and `a`.", Kind.MARKDOWN), mask("把`a`设为$c$。", Kind.MARKDOWN)
    )
    assert source.text == "Set ⟦0⟧ to ⟦1⟧ and ⟦2⟧."
    assert target == "把⟦0⟧设为$c$。"
