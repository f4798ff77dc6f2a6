"""A folder of translations brought in step with its sources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.files import read_text
from eulalia.translation.jobs.engines import Translator
from eulalia.translation.pairs import Pair, ParallelData
from eulalia.translation.synchronisation import state as states
from eulalia.translation.synchronisation.adoption import adopt
from eulalia.translation.synchronisation.blocks import Page, kind_of, read_page
from eulalia.translation.synchronisation.changes import Change, changes_of
from eulalia.translation.synchronisation.commits import Commits
from eulalia.translation.synchronisation.drafting import Draft, Finished, Setting, draft
from eulalia.translation.synchronisation.layout import Layout
from eulalia.translation.synchronisation.merging import sentences
from eulalia.translation.synchronisation.state import Row, State, digest

_BATCH = 32
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
    broken: tuple[str, ...]
    """What is wrong with documents that cannot be read, a sentence each."""

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


@dataclass(frozen=True)
class Result:
    """What was done with a document."""

    work: Work
    draft: Draft
    finished: Finished


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
    memory = _memory(rows)
    drafts = []
    for work in works:
        stayed = [block.text for block in work.source.blocks] == [
            text for row in work.state.rows for text in row.current
        ]
        is_accepted = work.document in accepted
        commit = "" if stayed and not is_accepted else commits.of(work.document)
        setting = Setting(work.suffix, languages, memory, commit=commit, is_accepted=is_accepted)
        drafts.append((work, draft(work.state, work.source, work.page, setting)))
    return Plan(layout, languages, tuple(drafts), rows, tuple(broken))


def carry_out(
    plan: Plan,
    engine: Translator | None,
    *,
    pairs: ParallelData | None = None,
    terminology: Mapping[str, str] | None = None,
    stepped: Callable[[int], None] = lambda count: None,
) -> Iterator[Result]:
    """Translate and write document after document; each is told when it is on disk.

    Without texts to translate no `engine` is needed. `stepped` is told how many texts more have
    been translated. Raises TranslationError when a file cannot be written; the documents before it
    are in step then.
    """
    examples = _examples(plan, pairs) if plan.wanted() else None
    done: dict[str, str] = {}
    finished: list[Result] = []
    for work, drafted in plan.drafts:
        wanted = {text: masked for text, masked in drafted.wanted() if text not in done}
        texts = list(wanted)
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            masked = [wanted[text] for text in batch]
            assert engine is not None
            made = engine.translate_masked(masked, pairs=examples, terminology=terminology)
            restored = (each.restore(text) for each, text in zip(masked, made, strict=True))
            done |= zip(batch, restored, strict=True)
            stepped(len(batch))
        result = _write(plan.layout, work, drafted, done)
        finished.append(result)
        yield result
    elsewhere = frozenset(
        (row.sources, row.translations)
        for result in finished
        for row in result.finished.state.rows
        if row.now is None
    )
    for result in finished:
        if any(row.now == () for row in result.finished.state.rows):
            # What a person wrote may stand in another document by now.
            page = read_page(result.finished.text, result.work.suffix)
            work = replace(
                result.work, state=result.finished.state, known=result.finished.state, page=page
            )
            setting = replace(result.draft.setting, elsewhere=elsewhere)
            again = draft(work.state, work.source, page, setting)
            if again.removed:
                _write(plan.layout, work, again, {})


def _write(layout: Layout, work: Work, drafted: Draft, done: Mapping[str, str]) -> Result:
    """Write a document's translation and its state, or delete what has become nobody's."""
    finished = drafted.finished(done)
    result = Result(work, drafted, finished)
    kept = states.place(layout.target, work.document)
    if (
        not work.source.blocks
        and not drafted.units
        and not (layout.source / work.document).exists()
    ):
        work.target.unlink(missing_ok=True)
        kept.unlink(missing_ok=True)
        return result
    stands = work.page is not None and work.old_target is None and work.page.text == finished.text
    if finished.state != work.known or not stands:
        states.commit(layout.target, finished.state, work.target, work.mark + finished.text)
    if work.old_name:
        if work.old_target is not None:
            work.old_target.unlink(missing_ok=True)
        states.place(layout.target, work.old_name).unlink(missing_ok=True)
    return result


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
        works.append(Work(known.document, suffix, Page(), target, page, mark, known, known))
    return works


def _memory(rows: Sequence[Row]) -> dict[str, Row]:
    """Rows by the text of their source; people's go before the machine's."""
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


def _examples(plan: Plan, pairs: ParallelData | None) -> ParallelData | None:
    """The pairs that were given and, behind them, what has been translated in the documents."""
    kind = kind_of(".md")
    own = []
    for row in _memory(plan.rows).values():
        ours = sentences(row.sources[0], plan.languages[0], kind)
        theirs = sentences(row.translations[0], plan.languages[1], kind)
        if len(ours) == len(theirs):
            score = 1.0 if row.by == "person" else 0.5
            own += [Pair(a, b, score=score) for a, b in zip(ours, theirs, strict=True)]
    given = pairs.pairs if pairs is not None else ()
    if not own and pairs is None:
        return None
    return ParallelData(*plan.languages, [*given, *own])
