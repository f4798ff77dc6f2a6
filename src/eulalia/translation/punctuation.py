"""Signs between what is kept, as the language that is wanted writes them."""

from __future__ import annotations

import re

from eulalia.translation.passages import is_unspaced

_TO_SPACED = str.maketrans(
    {
        "，": ", ", "、": ", ", "；": "; ", "：": ": ", "。": ". ", "！": "! ", "？": "? ",
        "（": " (", "）": ") ", "「": " “", "」": "” ", "\u3000": " ",
    }
)  # fmt: skip
_TO_UNSPACED = {",": "，", ";": "；", ":": "：", ".": "。", "!": "！", "?": "？"}
_SIGN_BEFORE_SPACE = re.compile(r"([,;:.!?])(?: +|\Z)")
_BEFORE_SIGN = re.compile(r" +(?=[,;:.!?)])")


def punctuated(signs: str, source_language: str, target_language: str) -> str:
    """Signs behind code, a formula or a link, with no words among them.

    Between languages that both write spaces between words, or both write none, they stay.
    """
    ours, theirs = is_unspaced(source_language), is_unspaced(target_language)
    if ours and not theirs:
        return _BEFORE_SIGN.sub("", re.sub(" {2,}", " ", signs.translate(_TO_SPACED)))
    if theirs and not ours:
        return _SIGN_BEFORE_SPACE.sub(lambda found: _TO_UNSPACED[found[1]], signs)
    return signs
