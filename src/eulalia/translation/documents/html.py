"""HTML, whole pages or pieces of them; what is broken is taken as it stands."""

from __future__ import annotations

import re

from eulalia.translation.documents.document import Document, Segment, anchor, in_order, segment
from eulalia.translation.masking import Kind

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark math "
    "q ruby rp rt s samp small span strike strong sub sup svg time tt u var wbr".split()
)
_TAG = re.compile(
    r"<!--.*?-->|<[?!][^<>]*>"
    r"|<(?P<whole>script|style|pre|textarea|template|head)\b[^<>]*>.*?</(?P=whole)\s*>"
    r"|</?(?P<name>[A-Za-z][\w:-]*)(?:\"[^\"]*\"|'[^']*'|[^'\"<>]){0,2000}>",
    re.DOTALL | re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^<>]*>(?P<title>[^<]*)</title", re.IGNORECASE)


def read(text: str) -> Document:
    """The segments of an HTML text: what stands between the tags of blocks, and the title.

    Tags within a block are masked, code among them with its content. Attributes are left alone, as
    are scripts and styles.
    """
    found: list[Segment] = []
    begin = 0
    for tag in _TAG.finditer(text):
        whole = (tag["whole"] or "").lower()
        if (tag["name"] and tag["name"].lower() in _INLINE) or tag[0].startswith("<!--"):
            continue
        found.extend(_block(text, begin, tag.start()))
        begin = tag.end()
        title = _TITLE.search(text, tag.start(), tag.end()) if whole == "head" else None
        if title:
            found.extend(_block(text, *title.span("title")))
        elif whole == "pre":
            found.append(anchor(text, tag.start(), tag.end()))
    found.extend(_block(text, begin, len(text)))
    return Document(text, in_order(found))


def _block(text: str, begin: int, end: int) -> list[Segment]:
    """What stands there without the white space around it, if there is text in it."""
    inner = text[begin:end]
    begin += len(inner) - len(inner.lstrip())
    end = begin + len(inner.strip())
    block = segment(text, begin, end, Kind.HTML)
    return [block] if block.translatable else []
