"""Which document is whose translation, by their paths."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from eulalia.translation.documents import SUFFIXES
from eulalia.translation.errors import TranslationError

_HOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Rule:
    """Patterns of paths, `/` between folders, in which `{name}` stands for any text."""

    source: str
    target: str


@dataclass(frozen=True)
class DocumentPair:
    """A document and its translation, and the source's path within its folder."""

    name: str
    source: Path
    target: Path


def read_rules(path: Path) -> list[Rule]:
    """The rules in a TOML file: tables `[[pairs]]` with a `source` and a `target` pattern.

    Raises TranslationError for a file that has none, or wrong ones.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("pairs")
    except OSError as error:
        raise TranslationError(f"{path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TranslationError(f"{path} is no TOML: {error}.") from error
    if not isinstance(tables, list) or not tables:
        raise TranslationError(f"{path} has no tables [[pairs]], each with a source and a target.")
    rules = []
    for table in tables:
        texts = isinstance(table, dict) and all(isinstance(text, str) for text in table.values())
        if not texts or set(table) != {"source", "target"}:
            raise TranslationError(
                f"Each table [[pairs]] of {path} must have a source and a target, which are texts."
            )
        rule = Rule(table["source"], table["target"])
        ours, theirs = (_HOLDER.findall(text) for text in (rule.source, rule.target))
        if not ours or set(ours) != set(theirs) or len(set(ours)) < len(ours):
            raise TranslationError(
                f"{rule.source!r} and {rule.target!r} in {path} must have the same names in "
                "braces, at least one, and the source each of them once."
            )
        rules.append(rule)
    return rules


def pair_documents(
    source: Path, target: Path, rules: Sequence[Rule] = ()
) -> tuple[list[DocumentPair], list[Path]]:
    """The pairs of documents of two folders, and the documents that have no counterpart.

    Without rules the same path within the folder makes a pair; of the rules the first that matches
    counts. Two files make one pair. Raises TranslationError when nothing pairs.
    """
    if source.is_file() and target.is_file():
        return [DocumentPair(source.name, source, target)], []
    for folder in (source, target):
        if not folder.is_dir():
            raise TranslationError(f"There is no folder {folder}.")
    pairs = []
    names = documents_in(source, SUFFIXES)
    for name in names:
        other = counterpart(name, rules)
        if other is not None and (target / other).is_file():
            pairs.append(DocumentPair(name, source / name, target / other))
    taken = {pair.source for pair in pairs} | {pair.target for pair in pairs}
    if not rules and source.resolve() == target.resolve():
        raise TranslationError(
            f"{source} is both folders; say by --pairs which of its files translate which."
        )
    # A catalogue carries its source along and needs no counterpart.
    everything = dict.fromkeys([source / name for name in names])
    everything |= dict.fromkeys(target / name for name in documents_in(target, SUFFIXES))
    left = [path for path in everything if path not in taken]
    alone = [path for path in left if path.suffix == ".po" and target in path.parents]
    pairs += [DocumentPair(path.relative_to(target).as_posix(), path, path) for path in alone]
    if not pairs:
        raise TranslationError(
            f"No document of {source} has a counterpart in {target}; documents pair by the same "
            "path, or by the rules of --pairs."
        )
    return pairs, [path for path in left if path not in alone]


def documents_in(folder: Path, suffixes: Collection[str]) -> list[str]:
    """The paths of all documents in a folder whose names end so, hidden ones left out."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
    names = (path.relative_to(folder).as_posix() for path in found if path.is_file())
    return sorted(name for name in names if not re.search(r"(^|/)\.", name))


def counterpart(name: str, rules: Sequence[Rule]) -> str | None:
    """The path of a document's translation, by the first rule that matches; else None."""
    if not rules:
        return name
    for rule in rules:
        pattern = re.sub(r"[^\w{}]", lambda letter: re.escape(letter[0]), rule.source)
        found = re.fullmatch(_HOLDER.sub(r"(?P<\1>.+)", pattern), name)
        if found:
            return rule.target.format_map(found.groupdict())
    return None
