"""A folder of translations brought in step with its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from eulalia.translation.errors import TranslationError
from eulalia.translation.jobs.engines import Translator
from eulalia.translation.pairs import Pair, ParallelData
from eulalia.translation.synchronisation import state as states
from eulalia.translation.synchronisation.blocks import kind_of, read_page
from eulalia.translation.synchronisation.draft import Draft, Finished
from eulalia.translation.synchronisation.drafting import draft
from eulalia.translation.synchronisation.layout import Layout
from eulalia.translation.synchronisation.merging import sentences
from eulalia.translation.synchronisation.planning import Plan, Work, memory_of

_BATCH = 32


@dataclass(frozen=True)
class Result:
    """What was done with a document."""

    work: Work
    draft: Draft
    finished: Finished


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
    results: list[Result] = []
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
        try:
            result = Result(work, drafted, drafted.finished(done))
        except TranslationError as error:
            plan.broken.append(
                f"{work.target} was left as it stands, as new it would break: {error}"
            )
            continue
        _write(plan.layout, result)
        results.append(result)
        yield result
    elsewhere = frozenset(
        (row.sources, row.translations)
        for result in results
        for row in result.finished.state.rows
        if row.now is None
    )
    for result in results:
        if any(row.now == () for row in result.finished.state.rows):
            # What a person wrote may stand in another document by now.
            page = read_page(result.finished.text, result.work.suffix)
            work = replace(
                result.work, state=result.finished.state, known=result.finished.state, page=page
            )
            setting = replace(result.draft.setting, elsewhere=elsewhere)
            again = draft(work.state, work.source, page, setting)
            if again.removed:
                _write(plan.layout, Result(work, again, again.finished({})))


def _write(layout: Layout, result: Result) -> None:
    """Write a document's translation and its state, or delete what has become nobody's."""
    work, finished = result.work, result.finished
    kept = states.place(layout.target, work.document)
    if (
        not work.source.blocks
        and not result.draft.units
        and not (layout.source / work.document).exists()
    ):
        work.target.unlink(missing_ok=True)
        kept.unlink(missing_ok=True)
        return
    stands = work.page is not None and work.old_target is None and work.page.text == finished.text
    if finished.state != work.known or not stands:
        states.commit(layout.target, finished.state, work.target, work.mark + finished.text)
    if work.old_name:
        if work.old_target is not None:
            work.old_target.unlink(missing_ok=True)
        states.place(layout.target, work.old_name).unlink(missing_ok=True)


def _examples(plan: Plan, pairs: ParallelData | None) -> ParallelData | None:
    """The pairs that were given and, behind them, what has been translated in the documents."""
    kind = kind_of(".md")
    own = []
    for row in memory_of(plan.rows).values():
        ours = sentences(row.sources[0], plan.languages[0], kind)
        theirs = sentences(row.translations[0], plan.languages[1], kind)
        if len(ours) == len(theirs):
            score = 1.0 if row.by == "person" else 0.5
            own += [Pair(a, b, score=score) for a, b in zip(ours, theirs, strict=True)]
    given = pairs.pairs if pairs is not None else ()
    if not own and pairs is None:
        return None
    return ParallelData(*plan.languages, [*given, *own])
