"""Blocks find their translations, code among code and text among text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation.synchronisation.block_alignment import align_blocks
from eulalia.translation.synchronisation.blocks import Page, read_page

CODE = "```python\n{}\n```"
BLOCKS = st.lists(
    st.sampled_from(["The cat sleeps.", "Die Katze schläft.", "Ja.", CODE.format("cat = 3")]),
    max_size=8,
)


def page(blocks: list[str]) -> Page:
    return read_page("\n\n".join(blocks), ".md")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(BLOCKS, BLOCKS), max_size=3))
def test_beads_cover_all_blocks_in_order_and_never_mix_code_with_text(documents):
    pages = [(page(source), page(target)) for source, target in documents]
    found = align_blocks(pages)
    assert len(found) == len(pages)
    for beads, (ours, theirs) in zip(found, pages, strict=True):
        assert [i for bead in beads for i in bead.source] == list(range(len(ours.blocks)))
        assert [j for bead in beads for j in bead.target] == list(range(len(theirs.blocks)))
        for bead in beads:
            blocks = [ours.blocks[i] for i in bead.source]
            blocks += [theirs.blocks[j] for j in bead.target]
            assert len({block.is_code for block in blocks}) == 1


def test_code_is_no_translation_of_text_in_the_same_words():
    words = "the cat sleeps under the red table"
    (beads,) = align_blocks([(page([CODE.format(words)]), page([words]))])
    assert not any(bead.source and bead.target for bead in beads)
