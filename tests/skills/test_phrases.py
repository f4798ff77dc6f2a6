"""Phrases that are a whole request."""

from __future__ import annotations

import pytest

from eulalia.skills.phrases import is_phrase

STOP = {"en": "stop|be quiet", "de": "hör auf", "zh": "停"}


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("stop", "en-US"),
        (" Be  quiet, please! ", "en-US"),
        ("HÖR AUF bitte", "de-DE"),
        ("停。", "zh-TW"),
    ],
)
def test_a_phrase_is_known_whatever_its_marks_and_case(text: str, locale: str) -> None:
    assert is_phrase(text, STOP, locale)


@pytest.mark.parametrize(
    ("text", "locale"),
    [("stop it", "en-US"), ("stop", "de-DE"), ("stop", "fi-FI"), ("", "fi-FI"), ("!", "en-US")],
)
def test_more_or_another_language_is_no_phrase(text: str, locale: str) -> None:
    assert not is_phrase(text, STOP, locale)
