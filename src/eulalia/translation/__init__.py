"""Documents from one language to another: parallel data from translations that exist."""

from eulalia.translation.alignment import Bead, align
from eulalia.translation.errors import TranslationError
from eulalia.translation.files import read_lines, read_text, write_text
from eulalia.translation.languages import check_language
from eulalia.translation.pairs import Pair, ParallelData, read_pairs, write_pairs

__all__ = [
    "Bead",
    "Pair",
    "ParallelData",
    "TranslationError",
    "align",
    "check_language",
    "read_lines",
    "read_pairs",
    "read_text",
    "write_pairs",
    "write_text",
]
