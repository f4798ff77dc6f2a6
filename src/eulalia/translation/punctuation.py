"""Signs between what is kept, as the language that is wanted writes them."""

from __future__ import annotations

import re

_SPACED = str.maketrans(
    {
        "，": ", ", "、": ", ", "；": "; ", "：": ": ", "。": ". ", "！": "! ", "？": "? ",
        "（": " (", "）": ") ", "「": " “", "」": "” ", "\u3000": " ",
    }
)  # fmt: skip
_BEFORE_SIGN = re.compile(r" +(?=[,;:.!?)])")


def spaced(signs: str) -> str:
    """Signs of Chinese and Japanese as languages with spaces between words write them."""
    return _BEFORE_SIGN.sub("", re.sub(" {2,}", " ", signs.translate(_SPACED)))
