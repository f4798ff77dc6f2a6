"""What became of each block, for people to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eulalia.translation.synchronisation.draft import Draft, Finished
from eulalia.translation.synchronisation.state import Row

VERDICTS = {
    "kept": "untouched",
    "taken": "taken over",
    "repaired": "repaired",
    "translated": "translated",
    "stale": "in conflict",
}
"""What becomes of a block of text, and how it is told."""
_SHOWN = 60


@dataclass(frozen=True)
class Change:
    """A block of a translation and what becomes of it."""

    language: str
    document: str
    """The path of the translation."""
    verdict: str
    """One of VERDICTS, or `added`, `copied` or `removed`."""
    old_source: str
    new_source: str
    old_translation: str
    new_translation: str
    """Empty while it is not known."""
    machine: str = ""
    """What the machine wrote where a person changed it."""
    reason: str = ""
    """Why it is in conflict."""
    is_doubtful: bool = False
    """Whether it is unsure that source and translation belong together."""
    is_code: bool = False

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.verdict in ("kept", "added")

    def line(self) -> str:
        """What is wrong, on one line."""
        text = " ".join((self.new_source or self.old_source or self.old_translation).split())
        told = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        what = f"stale, {self.reason}" if self.verdict == "stale" else _TO_DO[self.verdict]
        return f"{self.document}: {what}: {told}"


_TO_DO = {
    "taken": "moved or renamed",
    "repaired": "changed",
    "translated": "missing or changed",
    "copied": "code or markup changed",
    "removed": "source is gone",
    "kept": "doubtful",
}


def summary(language: str, changes: Sequence[Change], *, is_done: bool = True) -> str:
    """How many blocks of a language became what, or are to become it, on one line."""
    counts = Counter(change.verdict for change in changes)
    parts = [
        f"{counts[verdict]} {'' if is_done or verdict in ('kept', 'stale') else 'to be '}{told}"
        for verdict, told in VERDICTS.items()
    ]
    for verdict in ("added", "copied", "removed"):
        if counts[verdict]:
            parts.append(f"{counts[verdict]} {_ASIDE[verdict]}")
    doubtful = sum(change.is_doubtful for change in changes)
    if doubtful:
        parts.append(f"{doubtful} doubtful")
    return f"{language}: {', '.join(parts)}"


_ASIDE = {
    "added": "people's own",
    "copied": "of code copied",
    "removed": "removed with their source",
}


def changes_of(
    draft: Draft, language: str, path: str, finished: Finished | None = None
) -> list[Change]:
    """The changes of a draft, with the new translations if it is finished."""
    rows = [unit.row for unit in draft.units] if finished is None else finished.rows
    changes = []
    for unit, row in zip(draft.units, rows, strict=True):
        if row is None:
            changes.append(Change(language, path, "added", "", "", unit.raw, unit.raw))
        elif not (row.is_code and unit.verdict == "kept"):
            old_source, old_translation = unit.before
            changes.append(
                Change(
                    language,
                    path,
                    unit.verdict,
                    old_source,
                    " ".join(row.current),
                    old_translation,
                    " ".join(row.translations),
                    row.machine,
                    unit.reason,
                    row.doubtful,
                    row.is_code,
                )
            )
    return changes + [_removed(row, language, path) for row in draft.removed]


def _removed(row: Row, language: str, path: str) -> Change:
    source, translation = " ".join(row.sources), " ".join(row.translations)
    return Change(language, path, "removed", source, "", translation, "")
