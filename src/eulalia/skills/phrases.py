"""Phrases that are a whole request by themselves, such as "stop"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from eulalia.dialog.numbers import fold


def is_phrase(text: str, phrases: Mapping[str, str], locale: str) -> bool:
    """Whether the text, apart from marks and "please", is one of the language's phrases.

    `phrases` are told apart by bars, by language: {"en": "stop|be quiet", "de": …}.

    >>> is_phrase("Stop, please!", {"en": "stop|be quiet"}, "en-US")
    True
    """
    said = _plain(text, locale).removesuffix(" please").removesuffix(" bitte")
    wanted = phrases.get(locale.split("-")[0], "").split("|")
    return bool(said) and said in {_plain(phrase, locale) for phrase in wanted}


def _plain(text: str, locale: str) -> str:
    """The folded words of a text, without its marks."""
    return " ".join(re.sub(r"[.,!?。！？،؟]", " ", fold(text[:200], locale)).split())
