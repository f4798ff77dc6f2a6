"""One document: what becomes of each block of its translation.

Three texts are compared: the source as it was when it was last translated (the state's rows tell),
the source as it is, and the translation as it is. What only one side changed is taken from there;
where both did, sentences are merged, and what cannot be stays as people left it and is stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eulalia.translation.synchronisation.blocks import Block, Page, is_plain, kind_of, written
from eulalia.translation.synchronisation.draft import Draft, Setting, Unit, mark_of
from eulalia.translation.synchronisation.lines import merge_lines
from eulalia.translation.synchronisation.matching import arranged
from eulalia.translation.synchronisation.merging import LIKE, Piece, joined, merge
from eulalia.translation.synchronisation.runs import Key, find_runs
from eulalia.translation.synchronisation.state import Row, State, digest


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
        rows = state.rows
        current = [row.current for row in rows]
        known = [row.translations for row in rows]
        # Where a format nests, one block is better replaced by another than put beside it.
        lowest = LIKE if is_plain(setting.suffix) else 0.0
        self.ours = find_runs(source.blocks, rows, current, kind="new", lowest=lowest, parted=True)
        self.theirs = find_runs(
            target.blocks if target else (), rows, known, kind="own", lowest=0.0, parted=False
        )

    def draft(self) -> Draft:
        """The draft."""
        ours, theirs = list(self.ours), list(self.theirs)
        units: dict[Key, Unit] = {}
        left_out: dict[Key, Row] = {}
        for key in dict.fromkeys([*ours, *theirs]):
            blocks, stands = self.ours.get(key, []), self.theirs.get(key, [])
            made = self._unit(key, blocks, stands)
            if isinstance(made, Unit):
                units[key] = replace(made, begins=0 in (*blocks, *stands))
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
        """The units, of which the first alone has what begins the file before it."""
        pages = [page for page in (self.target, self.source) if page is not None and page.blocks]
        heads = [page.blocks[0].gap for page in pages]
        is_markdown = is_plain(self.setting.suffix)
        placed = []
        for place, unit in enumerate(units):
            begins = unit.begins and unit.gap in heads
            if place and begins and is_markdown:
                unit = replace(unit, gap=f"\n\n{mark_of(unit.gap)}")
            elif place and begins and unit.stood:
                unit = replace(unit, gap=unit.stood)
            elif heads and not place and not begins and is_markdown:
                head = heads[0].removesuffix(mark_of(heads[0]))
                unit = replace(unit, gap=head + mark_of(unit.gap))
            placed.append(unit)
        return placed

    def _unit(self, key: Key, blocks: list[int], stands: list[int]) -> Unit | Row | None:
        """What becomes of blocks of the source and of the translation that belong together.

        A unit of the translation to be; a row, where a person left it out; or nothing.
        """
        kind, number = key
        if kind == "new":
            return self._new(self.source.blocks[blocks[0]])
        if kind == "own":
            block = self._stands(stands)
            return Unit(block.gap, block.raw, None, "added")
        row = self.state.rows[number]
        if not blocks:
            return self._gone(row, stands)
        first = self.source.blocks[blocks[0]]
        texts = tuple(self.source.blocks[i].text for i in blocks)
        if stands:
            return self._both(row, first, texts, stands)
        if self.target is None:
            return self._restored(row, first, texts)
        if row.now is None and texts == row.sources:
            return row
        return replace(row, sources=texts, translations=(), now=None)

    def _new(self, block: Block) -> Unit:
        """A block of the source that is not known yet in this document."""
        row = Row((block.text,), (), "machine", digest(block.gap), commit=self.setting.commit)
        if block.is_code:
            return Unit(block.gap, block.raw, replace(row, by="copy"), "copied")
        known = self.setting.memory.get(block.text)
        if known is None:
            return Unit(block.gap, "", row, "translated", (Piece(block.text, None),))
        text = self._joined(known.translations)
        machine = text if known.by == "machine" else known.machine
        return Unit(block.gap, "", row, "taken", (Piece(block.text, text, machine=machine),))

    def _restored(self, row: Row, first: Block, texts: tuple[str, ...]) -> Unit | Row:
        """A unit of a file that is gone, by what is known of it."""
        text = self._joined(row.translations)
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

    def _gone(self, row: Row, stands: list[int]) -> Unit | None:
        """A unit whose source is gone."""
        block, texts = self._stands(stands), self._texts(stands)
        is_edited = texts != row.translations
        if row.now == () and (is_edited or self.setting.is_accepted):
            return Unit(block.gap, block.raw, None, "added")
        is_ours = row.by == "machine" or (row.is_code and row.sources == texts)
        if (is_ours and not is_edited) or (row.sources, texts) in self.setting.elsewhere:
            self.removed.append(row)
            return None
        kept, reason = replace(_seen(row, texts), now=()), "its source is gone"
        return Unit(block.gap, block.raw, kept, "stale", (), self._before(row), reason)

    def _both(self, row: Row, first: Block, texts: tuple[str, ...], stands: list[int]) -> Unit:
        """A unit that has a source, whose first block is given, and a translation."""
        block, own = self._stands(stands), self._texts(stands)
        gap, known, is_stale = self._gap(first.gap, block.gap, row.gap)
        unit = self._text(row, first, texts, block, own)
        unit = replace(unit, gap=gap, stood=block.gap, row=replace(unit.row or row, gap=known))
        has_lines = "\n" in unit.raw and not row.is_code and len(own) == 1
        if has_lines and mark_of(gap) != mark_of(block.gap):
            # A paragraph's lines may mean something else in a heading, or in a quote.
            unit = replace(unit, raw=written(own[0], self.setting.suffix))
        if is_stale:
            reason = unit.reason or "what stands before it has changed on both sides"
            unit = replace(unit, verdict="stale", reason=reason, before=self._before(row))
        return unit

    def _text(
        self, row: Row, first: Block, texts: tuple[str, ...], block: Block, own: tuple[str, ...]
    ) -> Unit:
        """The same but for what stands before it."""
        before = self._before(row)
        if row.now is not None and (own != row.translations or self.setting.is_accepted):
            # A person has seen the source as it was then.
            row = replace(row, sources=row.now, now=None, commit=self.setting.commit)
        if self.setting.is_accepted:
            row = replace(row, doubtful=False)
        seen = _seen(row, own)
        if texts == row.sources:
            return Unit("", block.raw, replace(seen, now=None), "kept")
        reason = "its source has changed"
        if row.is_code:
            raw = _merged_code(row, first, texts, own)
            if raw is not None:
                fresh = replace(row, sources=texts, now=None, commit=self.setting.commit)
                return Unit("", raw, fresh, "copied", (), before)
            reason = "it has changed on both sides"
        elif len(own) == 1 and (row.now != texts or seen.by == "machine"):
            merged = self._merged(seen, texts, own[0], seen.by == "machine")
            if merged is not None:
                told = [piece.text for piece in merged.pieces if piece.text is not None]
                stays = len(told) == len(merged.pieces) and self._joined(told) == own[0]
                # Then its lines stay as they are.
                return replace(merged, raw=block.raw, pieces=()) if stays else merged
        return Unit("", block.raw, replace(seen, now=texts), "stale", (), before, reason)

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

    def _stands(self, numbers: list[int]) -> Block:
        """Blocks of the translation that belong together, as one."""
        assert self.target is not None
        blocks = self.target.blocks[numbers[0] : numbers[-1] + 1]
        raw = blocks[0].raw + "".join(block.gap + block.raw for block in blocks[1:])
        return replace(blocks[0], raw=raw)

    def _texts(self, numbers: list[int]) -> tuple[str, ...]:
        assert self.target is not None
        return tuple(self.target.blocks[i].text for i in numbers)

    def _joined(self, translations: Sequence[str]) -> str:
        return joined(translations, self.setting.languages[1])

    def _before(self, row: Row) -> tuple[str, str]:
        return joined(row.sources, self.setting.languages[0]), self._joined(row.translations)


def _seen(row: Row, texts: tuple[str, ...]) -> Row:
    """A row after its translation was looked at, which a person may have changed."""
    if texts == row.translations:
        return row
    machine = row.machine
    if row.by == "machine":
        machine = " ".join(row.translations)
    by = row.by if row.is_code else "person"
    return replace(row, translations=texts, by=by, machine=machine, doubtful=False)


def _merged_code(
    row: Row, first: Block, texts: tuple[str, ...], own: tuple[str, ...]
) -> str | None:
    """Code with the changes of its source and of people; None where these meet."""
    if not len(row.sources) == len(texts) == len(own) == 1:
        return None
    return first.raw if own == row.sources else merge_lines(row.sources[0], texts[0], own[0])
