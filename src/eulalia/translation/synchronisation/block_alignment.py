"""Which blocks of documents and of their translations belong together.

Sentences are often merged in translation and seldom left out; with blocks it is the other way
round. So they are aligned by the same evidence as sentences (see `alignment`), but at other costs,
and a block of code goes with code alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from eulalia.translation.alignment import Bead, Costs, Flags, align_documents
from eulalia.translation.lattice import Gap
from eulalia.translation.synchronisation.blocks import Page

_COSTS = Costs([(1, 1), (1, 2), (2, 1)], Gap(first=-2.0, further=-1.0), further=-10.0, margin=48)


def align_blocks(
    documents: Sequence[tuple[Page, Page]], passed: Callable[[], None] = lambda: None
) -> list[list[Bead]]:
    """The beads that cover all blocks of each pair of documents, in order.

    A dictionary is learned from all documents together. `passed` is called after each of the
    `alignment.PASSES`.
    """
    texts = [(_texts(ours), _texts(theirs)) for ours, theirs in documents]
    kinds = [(_are_code(ours), _are_code(theirs)) for ours, theirs in documents]
    return align_documents(texts, passed=passed, costs=_COSTS, kinds=kinds)


def _texts(page: Page) -> list[str]:
    return [block.text for block in page.blocks]


def _are_code(page: Page) -> Flags:
    return np.array([block.is_code for block in page.blocks], np.bool_)
