"""Where the documents are, and where their translations into a language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.pairing import Rule, counterpart, documents_in
from eulalia.translation.synchronisation.blocks import SUFFIXES


@dataclass(frozen=True)
class Layout:
    """A folder of documents, and one of their translations into one language."""

    source: Path
    target: Path
    rules: tuple[Rule, ...] = ()

    def target_of(self, document: str) -> Path | None:
        """The path of a document's translation; None for what the rules do not name."""
        other = counterpart(document, self.rules)
        return None if other is None else self.target / other


def lay_out(
    source: Path, languages: Sequence[str], output: str | None, rules: Sequence[Rule] = ()
) -> dict[str, Layout]:
    """The layout for each language.

    `output` is a folder, in which `{language}` stands for the language; by default that is the
    folder beside the source's which is named like the language. Raises TranslationError where
    translations would stand in the place of their sources or of each other.
    """
    if not source.is_dir():
        raise TranslationError(f"There is no folder {source}.")
    pattern = str(source.absolute().parent / "{language}") if output is None else output
    if len(languages) > 1 and "{language}" not in pattern:
        raise TranslationError(
            f"Translations into several languages need several folders; write {{language}} where "
            f"it goes in {pattern}."
        )
    layouts = {}
    for language in languages:
        target = Path(pattern.replace("{language}", language))
        if target.resolve() == source.resolve() and not rules:
            raise TranslationError(
                f"The translations into {language} would stand in the place of {source}; name "
                "another folder with --output, or rules with --pairs."
            )
        if target.exists() and not target.is_dir():
            raise TranslationError(f"{target} is no folder.")
        layouts[language] = Layout(source, target, tuple(rules))
    return layouts


def documents(layout: Layout, others: Sequence[Layout]) -> dict[str, Path]:
    """The documents to be translated and the paths of their translations.

    What lies in a folder of translations, or is hidden, is none. Raises TranslationError where
    there is none at all, or two have one path.
    """
    within = [
        each.target.resolve() for each in others if each.target.resolve() != layout.source.resolve()
    ]
    found: dict[str, Path] = {}
    for name in documents_in(layout.source, SUFFIXES):
        target = layout.target_of(name)
        inside = any(folder in (layout.source / name).resolve().parents for folder in within)
        if target is not None and not inside:
            found[name] = target
    if not found:
        raise TranslationError(
            f"{layout.source} has no document to translate: {', '.join(sorted(SUFFIXES))}."
        )
    paths = [path.resolve() for path in found.values()]
    sources = {(layout.source / name).resolve() for name in found}
    if len(set(paths)) < len(paths) or sources & set(paths):
        raise TranslationError(
            "By these rules two documents have one translation, or a document is its own."
        )
    return found
