"""A translation to be: what stands in it, block by block, and how its file is put together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

from eulalia.translation.masking import Masked, mask
from eulalia.translation.synchronisation.blocks import is_plain, kind_of, read_page, written
from eulalia.translation.synchronisation.merging import Piece, joined
from eulalia.translation.synchronisation.state import Row, State


@dataclass(frozen=True)
class Setting:
    """What is the same for all blocks of a document."""

    suffix: str
    languages: tuple[str, str]
    memory: Mapping[str, Row] = field(default_factory=dict)
    """Rows of any document by the text of their source."""
    elsewhere: frozenset[tuple[tuple[str, ...], tuple[str, ...]]] = frozenset()
    """Sources and translations that stand in other documents."""
    commit: str = ""
    is_accepted: bool = False
    """Whether a person says that what is stale or doubtful is right as it stands."""


@dataclass(frozen=True)
class Unit:
    """A block of the translation to be, or several that belong together."""

    gap: str
    raw: str
    """What stands there, unless there are pieces."""
    row: Row | None
    """What will be known of it but for its translation; of what a person added, nothing."""
    verdict: str
    """kept, added, copied, taken, repaired, translated or stale."""
    pieces: tuple[Piece, ...] = ()
    before: tuple[str, str] = ("", "")
    """The source and the translation as they were."""
    reason: str = ""
    """Why it is stale."""
    stood: str = ""
    """What stands before it in the translation now."""
    begins: bool = False
    """Whether it is the first in its source or in the translation as it stands."""


@dataclass(frozen=True)
class Draft:
    """A translation to be, before what is new in it is translated."""

    document: str
    setting: Setting
    units: tuple[Unit, ...]
    rows: tuple[int | Row, ...]
    """In the source's order the numbers of units, and what a person left out."""
    tail: str
    end: str
    removed: tuple[Row, ...] = ()
    """What is gone with its source; nobody had touched it, or it stands elsewhere."""

    def wanted(self) -> Iterator[tuple[str, Masked]]:
        """The texts that are to be translated, and what an engine is shown of them."""
        kind = kind_of(self.setting.suffix)
        for unit in self.units:
            for piece in unit.pieces:
                if piece.text is None:
                    yield piece.source, mask(piece.source, kind)

    def finished(self, translations: Mapping[str, str]) -> Finished:
        """The file and what will be known of it; given are the wanted texts' translations."""
        made = [self._written(unit, translations) for unit in self.units]
        gaps = [unit.gap for unit in self.units]
        text, texts = self._joined(gaps, [raw for raw, _ in made])
        if is_plain(self.setting.suffix) and not all(texts):
            # What runs into its neighbour, as a cell does whose table is gone, is set apart.
            gaps = [
                gap if own else f"\n\n{mark_of(gap)}" for gap, own in zip(gaps, texts, strict=True)
            ]
            text, texts = self._joined(gaps, [raw for raw, _ in made])
        told = tuple(
            row and replace(row, translations=tuple(own))
            for (_, row), own in zip(made, texts, strict=True)
        )
        known = (each if isinstance(each, Row) else told[each] for each in self.rows)
        kept = tuple(row for row in known if row is not None)
        return Finished(text, State(self.document, kept, self.end), told)

    def _joined(self, gaps: list[str], raws: list[str]) -> tuple[str, list[list[str]]]:
        """The file, and the texts of the blocks that are found in it for each unit."""
        text = "".join(gap + raw for gap, raw in zip(gaps, raws, strict=True)) + self.tail
        ends = list(accumulate(len(gap) + len(raw) for gap, raw in zip(gaps, raws, strict=True)))
        texts: list[list[str]] = [[] for _ in raws]
        page = read_page(text, self.setting.suffix)
        for start, block in zip(page.starts, page.blocks, strict=True):
            number = bisect_right(ends, start)
            if number < len(ends):
                texts[number].append(block.text)
        return text, texts

    def _written(self, unit: Unit, translations: Mapping[str, str]) -> tuple[str, Row | None]:
        """What stands for a unit in the file, and its row."""
        if not unit.pieces or unit.row is None:
            return unit.raw, unit.row
        language = self.setting.languages[1]
        texts, machine = [], []
        for piece in unit.pieces:
            text = translations[piece.source] if piece.text is None else piece.text
            texts.append(text)
            machine.append(text if piece.text is None else piece.machine)
        row = replace(unit.row, by="person", machine=joined(list(filter(None, machine)), language))
        if machine == texts:
            row = replace(row, by="machine", machine="")
        return written(joined(texts, language), self.setting.suffix), row


@dataclass(frozen=True)
class Finished:
    """A translation that can be written."""

    text: str
    state: State
    rows: tuple[Row | None, ...]
    """What is known of each unit."""


def mark_of(gap: str) -> str:
    """What stands before a block on its own line, such as the mark of a heading."""
    return gap.rpartition("\n")[2]
