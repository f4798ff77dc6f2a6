"""What is to be done for a folder of translations: documents are read, found again and drafted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.files import read_text
from eulalia.translation.synchronisation import state as states
from eulalia.translation.synchronisation.adoption import adopt
from eulalia.translation.synchronisation.blocks import Page, read_page
from eulalia.translation.synchronisation.changes import Change, changes_of
from eulalia.translation.synchronisation.commits import Commits
from eulalia.translation.synchronisation.draft import Draft, Setting
from eulalia.translation.synchronisation.drafting import draft
from eulalia.translation.synchronisation.layout import Layout
from eulalia.translation.synchronisation.state import Row, State, digest

_SAME_FILE = 0.5
"""A document with this share of another's blocks is that one under a new name."""
_MARK = "\ufeff"


@dataclass(frozen=True)
class Work:
    """One document that is looked at."""

    document: str
    suffix: str
    source: Page
    target: Path
    page: Page | None
    """The translation as it stands; None where there is none."""
    mark: str
    """The byte order mark that it begins with, or nothing."""
    state: State
    known: State | None
    """The state that is on disk."""
    old_name: str = ""
    old_target: Path | None = None
    """What it was called before."""


@dataclass(frozen=True)
class Plan:
    """What is to be done for one language."""

    layout: Layout
    languages: tuple[str, str]
    drafts: tuple[tuple[Work, Draft], ...]
    rows: tuple[Row, ...]
    """Of all documents, as they were."""
    broken: list[str]
    """What is wrong with documents that cannot be read or written, a sentence each."""

    def wanted(self) -> int:
        """How many texts are to be translated."""
        return len({text for _, draft in self.drafts for text, _ in draft.wanted()})

    def changes(self) -> list[Change]:
        """What becomes of each block."""
        found = []
        for work, drafted in self.drafts:
            path = self.path(work)
            own = changes_of(drafted, self.languages[1], path)
            is_open = any(not change.is_current for change in own)
            # Otherwise what stands between the blocks may differ, or their order.
            if not is_open and (work.page is None or drafted.finished({}).text != work.page.text):
                own.append(Change(self.languages[1], path, "copied", "", "", "", ""))
            found += own
        return found

    def path(self, work: Work) -> str:
        """How the translation of a document is called."""
        return f"{self.languages[1]}/{work.target.relative_to(self.layout.target).as_posix()}"


def plan(
    layout: Layout,
    found: Mapping[str, Path],
    languages: tuple[str, str],
    accepted: Collection[str] = (),
    stepped: Callable[[], None] = lambda: None,
) -> Plan:
    """What is to be done with documents, whose translations' paths are given; nothing is written.

    `accepted` are documents whose translations a person says are right as they stand. `stepped` is
    called after each document. Raises TranslationError for a state that is damaged.
    """
    kept = states.read_states(layout.target, layout.target_of)
    commits = Commits(layout.source)
    broken: list[str] = []
    works: list[Work] = []
    for name, target in found.items():
        try:
            works.append(_read(layout, name, target, kept.get(name)))
        except TranslationError as error:
            broken.append(str(error))
        stepped()
    gone = [name for name in kept if name not in found]
    works = _renamed(works, {name: kept[name] for name in gone}, layout)
    gone = [name for name in gone if name not in {work.old_name for work in works}]
    works = _adopted(works, commits)
    works += _without_source(layout, [kept[name] for name in gone], broken)
    rows = tuple(row for each in kept.values() for row in each.rows)
    rows += tuple(row for work in works if work.known is None for row in work.state.rows)
    memory = memory_of(rows)
    drafts = []
    for work in works:
        stayed = [block.text for block in work.source.blocks] == [
            text for row in work.state.rows for text in row.current
        ]
        is_accepted = work.document in accepted
        commit = "" if stayed and not is_accepted else commits.of(work.document)
        setting = Setting(work.suffix, languages, memory, commit=commit, is_accepted=is_accepted)
        drafts.append((work, draft(work.state, work.source, work.page, setting)))
    return Plan(layout, languages, tuple(drafts), rows, broken)


def _read(layout: Layout, name: str, target: Path, known: State | None) -> Work:
    """A document, its translation if there is one, and what is known of it."""
    suffix = Path(name).suffix
    mark, source = _page(layout.source / name)
    page = None
    if target.exists():
        mark, page = _page(target)
    if page is not None and known is None and not page.text.strip():
        page = None
    return Work(name, suffix, source, target, page, mark, known or State(name), known)


def _page(path: Path) -> tuple[str, Page]:
    """A file's byte order mark and its blocks."""
    text = read_text(path)
    content = path.read_bytes()
    mark = _MARK if content.startswith(_MARK.encode()) else ""
    if content != (mark + text).encode():
        raise TranslationError(f"{path} is not UTF-8; save it so.")
    try:
        return mark, read_page(text, path.suffix)
    except TranslationError as error:
        raise TranslationError(f"{path}: {error}") from error


def _renamed(works: list[Work], gone: dict[str, State], layout: Layout) -> list[Work]:
    """The documents, with the states of those that have another name now."""
    blocks = {
        name: {text for row in known.rows for text in row.current} for name, known in gone.items()
    }
    for place, work in enumerate(works):
        if work.known is not None:
            continue
        own = {block.text for block in work.source.blocks}
        shares = {
            name: len(own & texts) / max(len(own), len(texts), 1) for name, texts in blocks.items()
        }
        name = max(shares, key=lambda each: shares[each], default="")
        if not name or shares[name] < _SAME_FILE:
            continue
        old = layout.target_of(name)
        mark, page = work.mark, work.page
        if old is not None and old.is_file():
            if page is not None:
                continue
            mark, page = _page(old)
        del blocks[name]
        works[place] = replace(
            work,
            mark=mark,
            page=page,
            state=replace(gone[name], document=work.document),
            old_name=name,
            old_target=old,
        )
    return works


def _adopted(works: list[Work], commits: Commits) -> list[Work]:
    """The documents, with rows for translations of which nothing is known yet."""
    new = [work for work in works if work.page is not None and not work.state.rows]
    new = [work for work in new if work.known is None]
    rows = adopt([(work.source, work.page) for work in new if work.page is not None])
    made = {}
    for work, own in zip(new, rows, strict=True):
        commit = commits.of(work.document)
        told = tuple(replace(row, commit=commit) for row in own)
        made[work.document] = replace(
            work, state=State(work.document, told, digest(work.source.tail))
        )
    return [made.get(work.document, work) for work in works]


def _without_source(layout: Layout, gone: Sequence[State], broken: list[str]) -> list[Work]:
    """Documents whose source is gone, and that did not get another name."""
    works = []
    for known in gone:
        target = layout.target_of(known.document)
        if target is None or (layout.source / known.document).exists():
            continue
        suffix = Path(known.document).suffix
        try:
            mark, page = _page(target) if target.exists() else ("", Page())
        except TranslationError as error:
            broken.append(str(error))
            continue
        nothing = Page((), page.tail)
        works.append(Work(known.document, suffix, nothing, target, page, mark, known, known))
    return works


def memory_of(rows: Sequence[Row]) -> dict[str, Row]:
    """The rows that can be taken over elsewhere, by their source; people's before the machine's."""
    sure = [
        row
        for row in rows
        if len(row.sources) == len(row.translations) == 1
        and row.now is None
        and not row.is_code
        and not row.doubtful
    ]
    ordered = sorted(sure, key=lambda row: row.by == "person")
    return {row.sources[0]: row for row in ordered}
