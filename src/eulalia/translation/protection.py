"""Texts as a model sees them: all that must survive translation is a mask.

Masks (see `masking`) stand for spans that are whole by themselves. A link's `[`, the marks of
emphasis and tags belong in twos, around text that is translated; they become masks too, so that
whether a translation still has all of them, in an order that makes sense, can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eulalia.translation.masking import Kind, Masked

MASK = re.compile(r"⟦(\d+)⟧")
_EMPHASIS = re.compile(
    r"(?P<open>\[(?:\*\*|~~)|\((?:\*\*|~~)|(?<![\w*])\*{1,3}|~~|(?<!\w)_{1,2})(?=[^\s*_~])"
    r"(?P<inner>(?:[^*_~]|(?<=\w)_(?=\w))+?)(?<=[^\s*_~])(?P<close>[*~_]+[\])]?)(?!\w)"
)
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)[^<>]*?(/?)>")
_LAST_MASK = re.compile(r"⟦(\d+)⟧\Z")
_AFTER_SPACE = re.compile(r"[ \t]+(⟦\d+⟧)")
_BEFORE_TEXT = re.compile(r"⟦(\d+)⟧([.,:;!?]*)(?=(?P<letter>\w?)(?:⟦(?P<next>\d+)⟧)?)")
_BLOCK = re.compile(r"(?:[-+*>#=|]+|\d{1,9}[.)])\s+")
_BRACKET = re.compile(r"⟦\d+⟧|[\[\]]")
_BRACKETS = {"[": "]", "(": ")"}
_MARKUP = "`$<>[]{}|\\*_#~⟦⟧"
"""Letters that a translation may have only if its source has them."""


@dataclass(frozen=True)
class Protected:
    """A text whose masks are numbered from 0 in their order, and what they stand for."""

    text: str
    spans: tuple[str, ...]
    """What each mask protects."""
    written: tuple[str, ...]
    """What stands for each in the text that was given: a mask of its own, or the span itself."""
    twos: tuple[tuple[int, int], ...]
    """Numbers of masks that open and close the same thing."""

    def part(self, text: str) -> Protected:
        """A part of the text with masks numbered from 0; given are the masks of the whole."""
        numbers = [int(number) for number in MASK.findall(text)]
        new = {number: place for place, number in enumerate(numbers)}
        return Protected(
            MASK.sub(lambda found: f"⟦{new[int(found[1])]}⟧", text),
            tuple(self.spans[number] for number in numbers),
            tuple(f"⟦{number}⟧" for number in numbers),
            tuple((new[a], new[b]) for a, b in self.twos if a in new and b in new),
        )

    def unframed(self) -> tuple[str, str, str]:
        """The marks before all of the text, what they stand around, and those after it."""
        before, after, text = "", "", self.text
        while (first := MASK.match(text)) and (last := _LAST_MASK.search(text)):
            if (int(first[1]), int(last[1])) not in self.twos:
                break
            before, after = before + first[0], last[0] + after
            text = text[first.end() : last.start()]
        return before, text, after

    def given(self, text: str) -> str:
        """A text with these masks, as the text that was given writes them."""
        return MASK.sub(lambda found: self.written[int(found[1])], text)

    def parted(self, text: str) -> str:
        """A text with spaces between masks and what would otherwise be read as a part of them.

        An address goes on in the letters after it, a formula or code in another one. Spaces before
        a break of lines, which are a part of it, go.
        """

        def part(found: re.Match[str]) -> str:
            span, after = self.spans[int(found[1])], found[2]
            following = found["next"] and self.spans[int(found["next"])]
            runs_on = span[-1:] in "$`" and (
                (not after and following and following[0] == span[-1])
                or (not after and not following and span[-1] == "$" and found["letter"].isdigit())
            )
            address = span.startswith(("http://", "https://")) and found["letter"]
            return f"⟦{found[1]}⟧{after}{' ' if runs_on or address else ''}"

        def at_break(found: re.Match[str]) -> str:
            return found[1] if self.restored(found[1])[:1].isspace() else found[0]

        return _BEFORE_TEXT.sub(part, _AFTER_SPACE.sub(at_break, text))

    def restored(self, text: str) -> str:
        """A text with these masks, with what they protect in their places."""
        return MASK.sub(lambda found: self.spans[int(found[1])], text)


def protect(masked: Masked) -> Protected:
    """A masked text with masks also for the marks around links and emphasis."""
    text = masked.text
    # By where each begins: where it ends, what it protects, and what it closes.
    marks = {found.start(): (found.end(), _span(masked, found)) for found in MASK.finditer(text)}
    found = [*_links(text, marks), *_emphases(text)]
    for mark in found:
        for start, end in (mark.opening, mark.closing):
            marks.setdefault(start, (end, text[start:end]))
    order = sorted(marks)
    parts, place = [], 0
    for number, start in enumerate(order):
        parts += [text[place:start], f"⟦{number}⟧"]
        place = marks[start][0]
    numbers = {start: number for number, start in enumerate(order)}
    spans = tuple(marks[start][1] for start in order)
    twos = {(numbers[mark.opening[0]], numbers[mark.closing[0]]) for mark in found}
    return Protected(
        "".join([*parts, text[place:]]),
        spans,
        tuple(text[start : marks[start][0]] for start in order),
        tuple(sorted(twos | set(_tags(spans)))),
    )


def _span(masked: Masked, mask: re.Match[str]) -> str:
    """What a mask stands for; one that stands for nothing protects itself."""
    return masked.restore(mask[0])


@dataclass(frozen=True)
class Mark:
    """Where the two halves of a mark stand that is around a text."""

    opening: tuple[int, int]
    closing: tuple[int, int]


def _links(text: str, marks: dict[int, tuple[int, str]]) -> Iterator[Mark]:
    """The opening of each link or picture, whose closing is a mask."""
    waiting: list[tuple[int, int]] = []
    for found in _BRACKET.finditer(text):
        _, span = marks.get(found.start(), (0, found[0]))
        if span in ("[", "!["):
            waiting.append(found.span())
        elif span == "]" and waiting:
            waiting.pop()
        elif span.startswith(("](", "][")) and waiting:
            yield Mark(waiting.pop(), found.span())


def _emphases(text: str) -> Iterator[Mark]:
    """The marks of emphasis, in Markdown's way and with the brackets of Dive into Deep Learning."""
    place = 0
    while found := _EMPHASIS.search(text, place):
        opening, closing = found["open"], found["close"]
        bracket = _BRACKETS.get(opening[0], "")
        wanted = opening.strip("[(") + bracket
        start = found.start("close")
        if closing.startswith(wanted) and closing.rstrip("])") == opening.strip("[("):
            yield Mark(found.span("open"), (start, start + len(wanted)))
            place = start + len(wanted)
        else:
            place = found.start("open") + 1


def _tags(spans: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Tags that open and close the same element."""
    waiting: list[tuple[str, int]] = []
    for number, span in enumerate(spans):
        tag = _TAG.fullmatch(span)
        if tag is None or tag[3]:
            continue
        if not tag[1]:
            waiting.append((tag[2].lower(), number))
        elif any(name == tag[2].lower() for name, _ in waiting):
            while waiting:
                name, opening = waiting.pop()
                if name == tag[2].lower():
                    yield opening, number
                    break


def is_intact(translation: str, source: Protected) -> bool:
    """Whether a translation has each mask of its source once, and what belongs in twos nests."""
    order = [int(number) for number in MASK.findall(translation)]
    if sorted(order) != list(range(len(source.spans))):
        return False
    closings = dict(source.twos)
    waiting: list[int] = []
    for number in order:
        if number in closings:
            waiting.append(closings[number])
        elif number in closings.values() and (not waiting or waiting.pop() != number):
            return False
    return True


def without_new_markup(translation: str, source: str) -> str:
    """A translation without what means something to a format and is not in its source.

    Masks stay. Letters, entities and addresses go.
    """
    known = MASK.sub("", source)
    table = str.maketrans({letter: "" for letter in _MARKUP if letter not in known})

    def kept(span: re.Match[str]) -> str:
        return span[0] if span[0] in known else ""

    parts = pieces(translation)
    parts[::2] = [Kind.MARKDOWN.value.sub(kept, part.translate(table)) for part in parts[::2]]
    return "".join(parts)


def without_new_block(translation: str, source: str) -> str:
    """A translation that begins no list, heading or quote unless its source does."""
    if _BLOCK.match(source):
        return translation
    while found := _BLOCK.match(translation):
        number = found[0].strip()
        rest = translation[found.end() :]
        translation = number + rest if number[0].isdigit() else rest
    return translation


def pieces(source: str) -> list[str]:
    """A text cut before and after its masks: text, mask, text, mask … text."""
    return re.split(r"(⟦\d+⟧)", source)


def protect_pair(source: Masked, target: Masked) -> tuple[Protected, str]:
    """A text, and its translation with the same masks where they stand for the same span.

    Spans of the translation that the text has not (or not as often) stay in it as they are.
    """
    ours, theirs = protect(source), protect(target)
    free: dict[str, list[int]] = {}
    for number, span in enumerate(ours.spans):
        free.setdefault(span, []).append(number)

    def renumbered(found: re.Match[str]) -> str:
        span = theirs.spans[int(found[1])]
        return f"⟦{free[span].pop(0)}⟧" if free.get(span) else span

    return ours, MASK.sub(renumbered, theirs.text)
