"""A page that shows what became of translations: one file that asks for nothing elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from html import escape
from importlib.resources import files
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.files import write_text
from eulalia.translation.scoring import score
from eulalia.translation.synchronisation.changes import VERDICTS, Change

_WORD = re.compile(r"\s+|[^\W_\u3040-\u30ff\u3400-\u9fff]+|.", re.DOTALL)
_MOST_WORDS = 4000
"""Texts with more words are shown without marks."""
_ASIDE = {
    "added": "added by people",
    "copied": "code or markup copied",
    "removed": "removed with their source",
}


def check_report(path: Path) -> None:
    """Raise TranslationError unless a page can be written under this name."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise TranslationError(f"{path} must end in .html.")
    if not path.absolute().parent.is_dir():
        raise TranslationError(f"There is no folder {path.absolute().parent} for {path.name}.")


def write_report(path: Path, changes: Sequence[Change], title: str) -> None:
    """Write the page, whole or not at all.

    It tells for each document how many blocks became what, shows those that changed side by side,
    and how much work was saved. Raises TranslationError when it cannot be written.
    """
    check_report(path)
    documents: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        documents[change.language, change.document].append(change)
    languages = dict.fromkeys(change.language for change in changes)
    style = (files(__package__) / "report.css").read_text("utf-8")
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n",
        _table(("language",), [([each], _of(changes, each)) for each in languages]),
        *(_saved(each, _of(changes, each)) for each in languages),
        "<h2>Documents</h2>\n",
        _table(("document",), [([name], own) for (_, name), own in documents.items()]),
        "<h2>Changes</h2>\n",
        *(_document(name, own) for (_, name), own in documents.items()),
        "</body>\n</html>\n",
    ]
    write_text(path, "".join(parts))


def share_saved(changes: Iterable[Change]) -> float | None:
    """The share of the source's words in text that nobody has to look at; None without any."""
    total = saved = 0
    for change in changes:
        words = len(change.new_source.split())
        if change.verdict in VERDICTS and not change.is_code:
            total += words
            saved += words * (change.verdict in ("kept", "taken", "repaired"))
    return saved / total if total else None


def _of(changes: Sequence[Change], language: str) -> list[Change]:
    return [change for change in changes if change.language == language]


def _table(heads: Sequence[str], rows: Sequence[tuple[Sequence[str], Sequence[Change]]]) -> str:
    """How many blocks became what, row by row."""
    columns = {**VERDICTS, **_ASIDE}
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in (*heads, *columns.values()))
    lines = []
    for names, own in rows:
        counts = [sum(change.verdict == verdict for change in own) for verdict in columns]
        cells = "".join(f"<td>{escape(str(each))}</td>" for each in (*names, *counts))
        lines.append(f"<tr>{cells}</tr>\n")
    body = "".join(lines)
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n{body}</table></div>\n'


def _saved(language: str, changes: Sequence[Change]) -> str:
    """How much work was saved, in sentences."""
    told = []
    share = share_saved(changes)
    if share is not None:
        told.append(f"{share:.1%} of the source's words needed no new translation.")
    for pairs, what in (
        (
            [
                (change.new_translation, change.old_translation)
                for change in changes
                if change.verdict in ("repaired", "translated")
            ],
            "between the new translations and the old ones that they replace",
        ),
        (
            [(change.machine, change.new_translation) for change in changes if change.machine],
            "between what the machine wrote and what people made of it",
        ),
    ):
        both = [(one, other) for one, other in pairs if one.strip() and other.strip()]
        if both:
            ones, others = zip(*both, strict=True)
            ter = score(ones, others, language).ter
            told.append(f"TER {what}: {ter:.1f} ({len(both)} blocks; 0 is no edit).")
    return f"<p><b>{escape(language)}</b> {' '.join(told)}</p>\n" if told else ""


def _document(name: str, changes: Sequence[Change]) -> str:
    """The blocks of a document that changed."""
    shown = [change for change in changes if not change.is_current or change.is_doubtful]
    if not shown:
        return ""
    stale = sum(change.verdict == "stale" for change in shown)
    count = f"{len(shown)} changed" + (f", {stale} in conflict" if stale else "")
    inner = "".join(map(_change, shown))
    opened = " open" if stale else ""
    return f"<details{opened}><summary>{escape(name)}: {count}</summary>\n{inner}</details>\n"


def _change(change: Change) -> str:
    what = {**VERDICTS, **_ASIDE}[change.verdict]
    if change.reason:
        what += f": {change.reason}"
    if change.is_doubtful:
        what += "; doubtful whether they belong together"
    old_source, new_source = marked(change.old_source, change.new_source)
    old, new = marked(change.old_translation, change.new_translation)
    language = escape(change.language)
    return (
        f'<div class="change {change.verdict}"><p class="what">{escape(what)}</p>\n'
        f'<div class="sides"><div>{old_source}</div><div>{new_source}</div>'
        f'<div lang="{language}">{old}</div><div lang="{language}">{new}</div></div></div>\n'
    )


def marked(old: str, new: str) -> tuple[str, str]:
    """Two texts as HTML, in which the words are marked that the other one has not."""
    ours, theirs = _WORD.findall(old), _WORD.findall(new)
    if not old or not new or len(ours) + len(theirs) > _MOST_WORDS:
        return escape(old), escape(new)
    sides: tuple[list[str], list[str]] = [], []
    for what, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        for side, words, tag in ((sides[0], ours[a:b], "del"), (sides[1], theirs[c:d], "ins")):
            text = escape("".join(words))
            side.append(text if what == "equal" or not text else f"<{tag}>{text}</{tag}>")
    return "".join(sides[0]), "".join(sides[1])
