"""What inside a sentence must stay as it is: code, formulas, references, addresses, tags.

Each such span is put aside for a mask, `⟦0⟧`, `⟦1⟧` …, which sentence splitting and translation
carry along; afterwards the spans take their places again, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_MASK = re.compile(r"⟦(\d+)⟧")
_ROLE = r":[A-Za-z][\w+.:-]*:`[^`\n]*`"
_TAG = (
    r"<(?P<kept>code|kbd|samp|var|math|svg)\b[^<>]*>.*?</(?P=kept)\s*>"
    r"|</?[A-Za-z](?:\"[^\"]*\"|'[^']*'|[^'\"<>]){0,2000}>|<!--.*?-->|<[?!][^<>]*>"
)
_ENTITY = r"&(?:[A-Za-z]\w{0,30}|#\d{1,7}|#[xX][\dA-Fa-f]{1,6});"
_ADDRESS = r"https?://[^\s<>()\[\]`\"'，。；：、）】》]+[^\s<>()\[\]`\"'，。；：、）】》.,;:!?]"
_HOLDER = (
    r"%\([^()\s]+\)[#0 +-]*[\d.]*[a-zA-Z]|%(?:\d+\$)?[#0+-]*[\d.]*[sdifrxXucgG](?![a-zA-Z])|%%"
    r"|\{\{.*?\}\}|\{%.*?%\}|\$?\{\w*(?:[.!:\[][^{}\s]*)?\}"
)
_DESTINATION = r"(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*"
_MARKDOWN = (
    rf"⟦\d+⟧|{_ROLE}|\{{[\w:+.-]+\}}`[^`]*`"
    r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)(?:__?)?"
    r"|(?<!\\)\$\$.+?\$\$|(?<![\\$])\$(?![\s$])(?:\\.|[^\\$])*?(?<!\s)\$(?!\d)"
    r"|\\\(.+?\\\)|\\\[.+?\\\]"
    rf"|\]\({_DESTINATION}\)|\]\[[^\]\n]*\]|\[\^[^\]\s]+\]:?|!\[|(?: {{2,}}|\\)\n"
    rf"|<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*>|<[^\s<>@]+@[^\s<>]+>|{_TAG}|{_ENTITY}|{_ADDRESS}"
    r"|\{\{.*?\}\}|\{%.*?%\}|\{#[\w:.-]+\}"
)


class Kind(Enum):
    """In what a text is written, which tells what in it is protected."""

    MARKDOWN = re.compile(_MARKDOWN, re.DOTALL)
    HTML = re.compile(rf"⟦\d+⟧|{_TAG}|{_ENTITY}|{_ADDRESS}", re.DOTALL)
    MESSAGE = re.compile(
        rf"⟦\d+⟧|{_ROLE}|``.+?``|`[^`\n]+`__?|{_HOLDER}|{_TAG}|{_ENTITY}|{_ADDRESS}", re.DOTALL
    )


@dataclass(frozen=True)
class Masked:
    """A text with masks, and what they stand for in the order of their numbers."""

    text: str
    protected: tuple[str, ...]

    def restore(self, text: str | None = None) -> str:
        """A text with these masks, by default its own, with the protected spans in their places.

        A mask of a number that there is none of stays as it is.
        """
        return _MASK.sub(self._protected, self.text if text is None else text)

    def _protected(self, mask: re.Match[str]) -> str:
        number = int(mask[1]) if len(mask[1]) < 9 else len(self.protected)
        return self.protected[number] if number < len(self.protected) else mask[0]


def mask(text: str, kind: Kind) -> Masked:
    """The text with a mask in place of every protected span."""
    protected: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        protected.append(found[0])
        return f"⟦{len(protected) - 1}⟧"

    return Masked(kind.value.sub(put_aside, text), tuple(protected))


def has_words(masked: str) -> bool:
    """Whether anything is left to translate: a letter outside the masks."""
    return any(letter.isalpha() for letter in _MASK.sub("", masked))
