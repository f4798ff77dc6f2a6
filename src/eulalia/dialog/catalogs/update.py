"""Brings the catalogues in step with the sentences in the code.

`python -m eulalia.dialog.catalogs.update` adds new sentences to every .po file, with nothing for
their translation, drops those that are gone, and compiles the .mo files beside them.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER: Final = Path(__file__).parent
CODE: Final = FOLDER.parent.parent
SPEAKING: Final = ("assistant", "skills")
"""The packages that say something."""

Message: TypeAlias = str | tuple[str, str]
"""A sentence, or its forms for one and for many."""


def messages() -> list[Message]:
    """Every sentence that the skills and the assistant may say, in the order of the files.

    What is handed to `say` and `say_plural` as it stands, and whatever else in the skills is
    written as a sentence: it is on its way to `say` in a variable or a table.
    """
    found: dict[Message, None] = {}
    for package in SPEAKING:
        for path in sorted((CODE / package).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for message in _said(tree, sentences=package == "skills"):
                found.setdefault(message)
    return list(found)


def compiled(source: Path) -> bytes:
    """The .mo file of a .po file."""
    with source.open("rb") as file:
        catalog = read_po(file, locale=source.stem, domain="answers")
    binary = io.BytesIO()
    write_mo(binary, catalog)
    return binary.getvalue()


def update() -> None:
    """Bring every catalogue in this folder in step."""
    template = Catalog(charset="utf-8")
    for message in messages():
        template.add(message)
    for source in sorted(FOLDER.glob("*.po")):
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.stem, domain="answers")
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        text = io.BytesIO()
        write_po(text, catalog, width=100, omit_header=False)
        source.write_bytes(text.getvalue())
        source.with_suffix(".mo").write_bytes(compiled(source))


def _said(tree: ast.Module, *, sentences: bool) -> Iterator[Message]:
    plurals: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            texts = [text for text in map(_text, node.args[:2]) if text is not None]
            if name == "say" and texts:
                yield texts[0]
            elif name == "say_plural" and len(texts) == 2:
                plurals.update(texts)
                yield texts[0], texts[1]
    if sentences:
        for text in _constants(tree.body):
            looks = text[:1] in "{ABCDEFGHIJKLMNOPQRSTUVWXYZ" and text[-1:] in ".?!" and " " in text
            if looks and text not in plurals:
                yield text


def _constants(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The texts in the code that are neither documentation nor part of an error."""
    for node in nodes:
        if isinstance(node, ast.Raise | ast.JoinedStr):
            continue
        if isinstance(node, ast.Expr) and _text(node.value) is not None:
            continue
        if (text := _text(node)) is not None:
            yield text
        yield from _constants(ast.iter_child_nodes(node))


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


if __name__ == "__main__":
    update()
