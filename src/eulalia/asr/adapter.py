"""The contextual adapter: listed words become likelier in the frames where they are said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.lookup import PhoneTrie


def windows(trie: PhoneTrie, size: int) -> NDArray[np.int64]:
    """By node, its label and those before it, (nodes, size); 0 before the word's first."""
    found = np.zeros((len(trie.parent), size), np.int64)
    found[1:, 0] = trie.phone[1:]
    for place in range(1, size):
        found[1:, place] = found[trie.parent[1:], place - 1]
    return found
