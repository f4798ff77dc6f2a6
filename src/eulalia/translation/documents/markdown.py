"""Markdown: CommonMark with tables, formulas, MyST and Sphinx roles, and Dive into Deep Learning's.

What is a block is markdown-it's decision; its lines say where the block stands in the text.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from eulalia.translation.documents import html
from eulalia.translation.documents.document import Document, Segment, anchor, in_order, segment
from eulalia.translation.masking import Kind

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
"""A line as markdown-it understands it, with its end."""
_ALONE = re.compile(
    r":[A-Za-z]\w*:(?:`[^`]*`)?\s*$"  # :label:`…`, :begin_tab:`…`, :end_tab:
    r"|:{3,}.*$"  # MyST's colon fences, whose content is Markdown
)
_DIRECTIVE = re.compile(
    r"\s*(?P<fence>`{3,}|~{3,})\{(?:note|tip|hint|important|warning|caution|danger|attention|error"
    r"|admonition|seealso|epigraph|margin|sidebar|topic|dropdown|card|grid|tab-item|tab-set"
    r"|prf:\w+|theorem|proof)\}"
)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_FORMULAS = (
    (re.compile(r"\$\$"), re.compile(r"\$\$(?:\s*\([\w:.-]+\))?\s*$")),
    (re.compile(r"\\\["), re.compile(r"\\\]\s*$")),
    (re.compile(r"\\begin\{(\w+\*?)\}"), re.compile(r"\\end\{(\w+\*?)\}\s*$")),
)


def read(text: str) -> Document:
    """The segments of a Markdown text; broken Markdown is whatever CommonMark makes of it."""
    lines = _LINE.findall(text)
    starts = [0, *accumulate(len(line) for line in lines)]
    found: list[Segment] = []
    cells = None
    for token in _parser().parse(text, {"directives": _directives(lines)}):
        first, last = token.map or (0, 0)
        if token.type == "tr_open":
            cells = (starts[first], starts[last])
        elif token.type == "tr_close":
            cells = None
        elif token.type == "inline" and token.content:
            if cells is not None:
                span = _cell(text, token.content, *cells)
                cells = (span[1], cells[1])
            else:
                span = _span(lines[first:last], starts[first], token.content)
            if span[0] < span[1]:
                found.append(segment(text, *span, Kind.MARKDOWN, token.content))
        elif token.type == "html_block":
            inner = html.read(text[starts[first] : starts[last]])
            found.extend(part.moved(starts[first]) for part in inner.segments)
        elif token.type in ("fence", "code_block", "formula"):
            found.append(anchor(text, starts[first], starts[last]))
    return Document(text, in_order(found))


def _parser() -> MarkdownIt:
    """CommonMark, with tables and the blocks below."""
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    interrupts: Any = {"alt": ["paragraph", "reference", "blockquote", "list", "table"]}
    parser.block.ruler.before("table", "front_matter", _front_matter)
    parser.block.ruler.before("table", "formula", _formula, interrupts)
    parser.block.ruler.before("table", "alone", _alone, interrupts)
    return parser


def _directives(lines: list[str]) -> set[int]:
    """The lines that open and close the directives whose content is Markdown."""
    found = set()
    waiting: list[tuple[int, str, bool]] = []
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if waiting and line.strip() == line.strip()[0] * len(line.strip()):
            opened, mark, is_directive = waiting[-1]
            if fence[1][0] == mark[0] and len(fence[1]) >= len(mark):
                waiting.pop()
                if is_directive:
                    found |= {opened, number}
                continue
        if not waiting or waiting[-1][2]:
            waiting.append((number, fence[1], _DIRECTIVE.match(line) is not None))
    return found


def _line(state: StateBlock, number: int) -> str:
    """A line of the block that is read, without its indentation."""
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _front_matter(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """YAML between lines of three dashes, at the very beginning."""
    if start or _line(state, 0).rstrip() != "---":
        return False
    for number in range(1, end):
        if _line(state, number).rstrip() in ("---", "..."):
            return _protect(state, "front_matter", 0, number + 1, silent)
    return False


def _formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula on lines of its own."""
    text = _line(state, start)
    for opening, closing in _FORMULAS:
        opened = opening.match(text)
        if opened is None:
            continue
        for number in range(start, end):
            line = text[opened.end() :] if number == start else _line(state, number)
            if number > start and not line.strip():
                break
            if closing.search(line):
                return _protect(state, "formula", start, number + 1, silent)
    return False


def _alone(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line that is no text: a label, a tab's beginning or end, a directive's."""
    if start in state.env["directives"] or _ALONE.match(_line(state, start)):
        return _protect(state, "alone", start, start + 1, silent)
    return False


def _protect(state: StateBlock, kind: str, start: int, end: int, silent: bool) -> bool:
    """Take lines as a block of its own."""
    if not silent:
        state.line = end
        token: Any = state.push(kind, "", 0)
        token.map = [start, end]
    return True


def _cell(text: str, content: str, begin: int, end: int) -> tuple[int, int]:
    """Where a table's cell stands in its row; at its end, empty, if it cannot be found."""
    for written in (content, content.replace("|", r"\|")):
        place = text.find(written, begin, end)
        if place >= 0:
            return place, place + len(written)
    return begin, begin


def _span(lines: list[str], start: int, content: str) -> tuple[int, int]:
    """Where a block's content stands in its lines; empty if it cannot be found.

    The lines may begin with the marks of quotes and lists, which the content lacks.
    """
    inner = content.split("\n")
    begin = end = start
    for number, line in enumerate(lines):
        if number == len(inner):
            break
        place = line.find(inner[number].strip())
        if place < 0:
            return start, start
        if number == 0:
            begin = start + place
        end = start + place + len(inner[number].strip())
        start += len(line)
    return begin, end
