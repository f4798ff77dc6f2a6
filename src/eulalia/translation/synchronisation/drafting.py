"""One document: what becomes of each block of its translation.

Three texts are compared: the source as it was when it was last translated (the state's rows tell),
the source as it is, and the translation as it is. What only one side changed is taken from there;
where both did, sentences are merged, and what cannot be stays as people left it and is stale.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from eulalia.translation.masking import Kind, Masked, mask
from eulalia.translation.synchronisation.blocks import Block, Page, kind_of, read_page, written
from eulalia.translation.synchronisation.lines import merge_lines
from eulalia.translation.synchronisation.matching import arranged, match
from eulalia.translation.synchronisation.merging import LIKE, Piece, joined, merge
from eulalia.translation.synchronisation.state import Row, State, digest

Key = tuple[str, int]
"""What a unit is of: a `row`, a `new` block of the source, or a person's `own`, and its number."""


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
        if kind_of(self.setting.suffix) is Kind.MARKDOWN and not all(texts):
            # What runs into its neighbour, as a cell does whose table is gone, is set apart.
            gaps = [
                gap if own else f"\n\n{_mark(gap)}" for gap, own in zip(gaps, texts, strict=True)
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


def draft(state: State, source: Page, target: Page | None, setting: Setting) -> Draft:
    """What becomes of a translation; `target` is None where there is no file of it.

    Nothing that a person wrote is left out or changed, but for numbers and protected spans of a
    sentence in whose source nothing else has changed.
    """
    return _Drafting(state, source, target, setting).draft()


class _Drafting:
    """The work on one document."""

    def __init__(self, state: State, source: Page, target: Page | None, setting: Setting) -> None:
        self.state = state
        self.source = source
        self.target = target
        self.setting = setting
        self.removed: list[Row] = []
        self.ours = _runs(
            source.blocks, [row.current for row in state.rows], state.rows, LIKE, parted=True
        )
        theirs = target.blocks if target else ()
        self.theirs = _runs(
            theirs, [row.translations for row in state.rows], state.rows, 0.0, parted=False
        )

    def draft(self) -> Draft:
        """The draft."""
        ours = [_key(run, "new") for run in self.ours]
        theirs = [_key(run, "own") for run in self.theirs]
        blocks_of = dict(zip(ours, (run.numbers for run in self.ours), strict=True))
        stands_of = dict(zip(theirs, (run.numbers for run in self.theirs), strict=True))
        units: dict[Key, Unit] = {}
        left_out: dict[Key, Row] = {}
        for key in dict.fromkeys([*ours, *theirs]):
            made = self._unit(key, blocks_of.get(key), stands_of.get(key))
            if isinstance(made, Unit):
                first = 0 in (*blocks_of.get(key, ()), *stands_of.get(key, ()))
                units[key] = replace(made, begins=first)
            elif made is not None:
                left_out[key] = made
        moved = [number for kind, number in ours if kind == "row"]
        in_source = [key for key in ours if key in units]
        in_target = [key for key in theirs if key in units]
        if self.target is not None and moved == sorted(moved):
            order = arranged(in_target, in_source)
        else:
            order = arranged(in_source, in_target)
        places = {key: place for place, key in enumerate(order)}
        known = arranged(ours, order)
        rows = [left_out.get(key, places.get(key)) for key in known]
        tail, end, _ = self._gap(
            self.source.tail, self.target.tail if self.target else None, self.state.end
        )
        return Draft(
            self.state.document,
            self.setting,
            tuple(self._placed([units[key] for key in order])),
            tuple(each for each in rows if each is not None),
            tail,
            end,
            tuple(self.removed),
        )

    def _placed(self, units: list[Unit]) -> list[Unit]:
        """The units of a Markdown text, of which the first alone has what begins the file."""
        pages = [page for page in (self.target, self.source) if page is not None and page.blocks]
        heads = [page.blocks[0].gap for page in pages]
        if not heads or kind_of(self.setting.suffix) is not Kind.MARKDOWN:
            return units
        placed = []
        for place, unit in enumerate(units):
            begins = unit.begins and unit.gap in heads
            if place and begins:
                unit = replace(unit, gap=f"\n\n{_mark(unit.gap)}")
            elif not place and not begins:
                head = heads[0].removesuffix(_mark(heads[0]))
                unit = replace(unit, gap=head + _mark(unit.gap))
            placed.append(unit)
        return placed

    def _unit(
        self, key: Key, blocks: Sequence[int] | None, stands: Sequence[int] | None
    ) -> Unit | Row | None:
        """What becomes of a unit: one of the translation to be, a row without one, or nothing."""
        kind, number = key
        if kind == "new" and blocks is not None:
            return self._new(self.source.blocks[blocks[0]])
        if kind == "own" and stands is not None:
            block = self._stands(stands)
            return Unit(block.gap, block.raw, None, "added")
        row = self.state.rows[number]
        if blocks is None and stands is not None:
            return self._gone(row, stands)
        assert blocks is not None
        texts = tuple(self.source.blocks[i].text for i in blocks)
        if stands is not None:
            return self._both(row, blocks, texts, stands)
        if self.target is not None:
            stayed = row.now is None and texts == row.sources
            return replace(row, sources=texts, translations=(), now=None) if not stayed else row
        return self._restored(row, blocks, texts)

    def _new(self, block: Block) -> Unit:
        """A block of the source that is not known yet in this document."""
        row = Row((block.text,), (), "machine", digest(block.gap), commit=self.setting.commit)
        if block.is_code:
            return Unit(block.gap, block.raw, replace(row, by="copy"), "copied")
        known = self.setting.memory.get(block.text)
        if known is None:
            return Unit(block.gap, "", row, "translated", (Piece(block.text, None),))
        text = joined(known.translations, self.setting.languages[1])
        machine = text if known.by == "machine" else known.machine
        return Unit(block.gap, "", row, "taken", (Piece(block.text, text, machine=machine),))

    def _restored(self, row: Row, blocks: Sequence[int], texts: tuple[str, ...]) -> Unit | Row:
        """A unit of a file that is gone, by what is known of it."""
        first = self.source.blocks[blocks[0]]
        text = joined(row.translations, self.setting.languages[1])
        if not row.translations:
            return replace(row, sources=texts, now=None)
        if row.is_code:
            return self._new(first)
        if texts == row.sources:
            machine = text if row.by == "machine" else row.machine
            piece = Piece(joined(texts, self.setting.languages[0]), text, machine=machine)
            row = replace(row, gap=digest(first.gap), now=None)
            return Unit(first.gap, "", row, "taken", (piece,))
        merged = self._merged(row, texts, text, row.by == "machine")
        stale = replace(row, gap=digest(first.gap), now=texts)
        if merged is None:
            return Unit(first.gap, written(text, self.setting.suffix), stale, "stale")
        return replace(merged, gap=first.gap, row=replace(merged.row or row, gap=digest(first.gap)))

    def _gone(self, row: Row, stands: Sequence[int]) -> Unit | None:
        """A unit whose source is gone."""
        block = self._stands(stands)
        texts = self._texts(stands)
        is_edited = texts != row.translations
        if row.now == () and (is_edited or self.setting.is_accepted):
            return Unit(block.gap, block.raw, None, "added")
        if (row.sources, texts) in self.setting.elsewhere:
            self.removed.append(row)
            return None
        if not is_edited and (row.by == "machine" or (row.is_code and row.sources == texts)):
            self.removed.append(row)
            return None
        kept = replace(_seen(row, texts), now=())
        return Unit(
            block.gap,
            block.raw,
            kept,
            "stale",
            before=self._before(row),
            reason="its source is gone",
        )

    def _both(
        self, row: Row, blocks: Sequence[int], texts: tuple[str, ...], stands: Sequence[int]
    ) -> Unit:
        """A unit that has a source and a translation."""
        first, block = self.source.blocks[blocks[0]], self._stands(stands)
        own = self._texts(stands)
        gap, known, is_gap_stale = self._gap(first.gap, block.gap, row.gap)
        unit = self._merged_unit(row, blocks, texts, block, own)
        made = replace(unit, gap=gap, row=replace(unit.row or row, gap=known))
        if (
            _mark(gap) != _mark(block.gap)
            and "\n" in unit.raw
            and not row.is_code
            and len(own) == 1
        ):
            # A paragraph's lines may mean something else in a heading, or in a quote.
            made = replace(made, raw=written(own[0], self.setting.suffix))
        if is_gap_stale:
            reason = made.reason or "what stands before it has changed on both sides"
            made = replace(made, verdict="stale", reason=reason, before=self._before(row))
        return made

    def _merged_unit(
        self,
        row: Row,
        blocks: Sequence[int],
        texts: tuple[str, ...],
        block: Block,
        own: tuple[str, ...],
    ) -> Unit:
        """The same but for what stands before it."""
        is_edited = own != row.translations
        before = self._before(row)
        if row.now is not None and (is_edited or self.setting.is_accepted):
            # A person has seen the source as it was then.
            row = replace(row, sources=row.now, now=None, commit=self.setting.commit)
        if self.setting.is_accepted:
            row = replace(row, doubtful=False)
        seen = _seen(row, own)
        if texts == row.sources:
            return Unit("", block.raw, replace(seen, now=None), "kept")
        stale = replace(seen, now=texts)
        if row.now == texts and seen.by == "person":
            return Unit("", block.raw, stale, "stale", (), before, "its source has changed")
        if row.is_code:
            if not is_edited and row.sources == row.translations and len(blocks) == 1:
                raw = self.source.blocks[blocks[0]].raw
                fresh = replace(row, sources=texts, commit=self.setting.commit)
                return Unit("", raw, fresh, "copied", (), before)
            both = merge_lines(row.sources[0], texts[0], own[0])
            if both is not None and len(texts) == len(own) == len(row.sources) == 1:
                fresh = replace(row, sources=texts, now=None, commit=self.setting.commit)
                return Unit("", both, fresh, "copied", (), before)
            return Unit("", block.raw, stale, "stale", (), before, "it has changed on both sides")
        text = joined(own, self.setting.languages[1])
        if len(own) == 1:
            merged = self._merged(seen, texts, text, seen.by == "machine")
            if merged is not None:
                stands = [piece.text for piece in merged.pieces]
                if (
                    None not in stands
                    and joined(list(filter(None, stands)), self.setting.languages[1]) == text
                ):
                    # Its lines stay as they are.
                    merged = replace(merged, raw=block.raw, pieces=())
                return merged
        return Unit("", block.raw, stale, "stale", (), before, "its source has changed")

    def _merged(
        self, row: Row, texts: tuple[str, ...], translation: str, is_machine: bool
    ) -> Unit | None:
        """A unit whose source changed, sentence by sentence; None where it stays as it is."""
        source_language = self.setting.languages[0]
        old, new = joined(row.sources, source_language), joined(texts, source_language)
        machine = translation if is_machine else row.machine
        kind = kind_of(self.setting.suffix)
        pieces = merge(old, new, translation, machine, self.setting.languages, kind)
        if pieces is None:
            if not is_machine:
                return None
            pieces = [Piece(new, None, "translated")]
        verdicts = {piece.verdict for piece in pieces}
        fresh = replace(row, sources=texts, now=None, doubtful=False, commit=self.setting.commit)
        before = old, translation
        if "stale" not in verdicts:
            verdict = "translated" if "translated" in verdicts else "repaired"
            return Unit("", "", fresh, verdict, tuple(pieces), before)
        base = joined([piece.source for piece in pieces], source_language)
        row = replace(fresh, sources=(base,), now=texts)
        reason = "a sentence that a person wrote has another source"
        return Unit("", "", row, "stale", tuple(pieces), before, reason)

    def _gap(self, source: str, target: str | None, known: str) -> tuple[str, str, bool]:
        """What stands between two blocks, what is known of it then, and whether it is stale.

        Known is the digest of what stood there in the source.
        """
        ours = digest(source)
        if target is None:
            return source, ours, False
        if ours == known or source == target:
            return target, ours, False
        if digest(target) == known:
            return source, ours, False
        if self.setting.is_accepted or not source.strip():
            return target, ours, False
        return target, known, True

    def _stands(self, numbers: Sequence[int]) -> Block:
        """Blocks of the translation that belong together, as one."""
        assert self.target is not None
        blocks = self.target.blocks[numbers[0] : numbers[-1] + 1]
        raw = blocks[0].raw + "".join(block.gap + block.raw for block in blocks[1:])
        return replace(blocks[0], raw=raw)

    def _texts(self, numbers: Sequence[int]) -> tuple[str, ...]:
        assert self.target is not None
        return tuple(self.target.blocks[i].text for i in numbers)

    def _before(self, row: Row) -> tuple[str, str]:
        languages = self.setting.languages
        return joined(row.sources, languages[0]), joined(row.translations, languages[1])


@dataclass(frozen=True)
class _Run:
    """Blocks one after the other that belong to the same row, or one that belongs to none."""

    row: int | None
    numbers: Sequence[int]


def _runs(
    blocks: Sequence[Block],
    known: Sequence[tuple[str, ...]],
    rows: Sequence[Row],
    lowest: float,
    *,
    parted: bool,
) -> list[_Run]:
    """The blocks in runs by the rows whose texts, which are given, they are.

    If what belongs to a row has been `parted` it stays together all the same.
    """
    owners = [row for row, texts in enumerate(known) for _ in texts]
    flat = [text for texts in known for text in texts]
    found: list[int | None] = [None] * len(blocks)
    for is_code in (False, True):
        ours = [i for i, row in enumerate(owners) if rows[row].is_code == is_code]
        theirs = [j for j, block in enumerate(blocks) if block.is_code == is_code]
        old, new = [flat[i] for i in ours], [blocks[j].text for j in theirs]
        for j, i in zip(theirs, match(old, new, lowest), strict=True):
            found[j] = None if i is None else owners[ours[i]]
    numbers_of: dict[Key, list[int]] = {}
    last: Key | None = None
    for j, row in enumerate(found):
        key = ("", j) if row is None else ("row", row)
        if key in numbers_of and key != last and not parted:
            key = ("", j)
        numbers_of.setdefault(key, []).append(j)
        last = key
    return [
        _Run(number if kind else None, numbers) for (kind, number), numbers in numbers_of.items()
    ]


def _mark(gap: str) -> str:
    """What stands before a block on its own line, such as the mark of a heading."""
    return gap.rpartition("\n")[2]


def _key(run: _Run, kind: str) -> Key:
    return (kind, run.numbers[0]) if run.row is None else ("row", run.row)


def _seen(row: Row, texts: tuple[str, ...]) -> Row:
    """A row after its translation was looked at, which a person may have changed."""
    if texts == row.translations:
        return row
    machine = row.machine
    if row.by == "machine":
        machine = " ".join(row.translations)
    by = row.by if row.is_code else "person"
    return replace(row, translations=texts, by=by, machine=machine, doubtful=False)
