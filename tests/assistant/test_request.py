"""What comes in is tidied, or refused with nothing left behind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.assistant import LONGEST_TEXT, RequestError, Samples, check_sound, check_text
from eulalia.dialog.locales import LocaleError
from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.turn import Context
from tests.assistant.parts import Make


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \t\n", "empty"),
        ("\u200d", "empty"),
        ("x" * (LONGEST_TEXT + 1), "10,001 characters"),
        ("x" * 1_000_000, "1,000,000 characters"),
        ("turn \x00 on", "U\\+0000 at position 5"),
        ("\x1b[31mred", "U\\+001B"),
        ("half \ud83d", "U\\+D83D"),
    ],
)
def test_what_is_no_request_is_refused_and_leaves_nothing(
    make: Make, memory: Memory, text: str, said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        make().ask(text)
    assert memory.turns() == []


@given(st.text())
def test_a_text_is_tidied_or_refused(text: str) -> None:
    try:
        tidy = check_text(text)
    except RequestError:
        return
    assert tidy == check_text(tidy)
    assert tidy.split() == text.split()


def test_joiners_belong_to_words() -> None:
    assert check_text("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("locale", ["xx-XX", "e", "en-US\n", "../etc"])
def test_an_unknown_locale_is_refused_and_leaves_nothing(
    make: Make, memory: Memory, locale: str
) -> None:
    with pytest.raises(LocaleError):
        make().ask("wait", locale=locale)
    assert memory.turns() == []


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(make: Make, zone: str) -> None:
    with pytest.raises(RequestError, match="time zone"):
        make().ask("wait", context=Context(timezone=zone))


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros(0, np.float32), "0 samples"),
        (np.full(16_000, np.nan, np.float32), "NaN"),
        (np.full(16_000, np.inf, np.float32), "NaN or infinite"),
        (np.zeros((16_000, 2), np.float32), "one channel"),
        (np.ones(16_000, np.int16), "float32"),
        (np.full(61 * 16_000, 0.1, np.float32), "lasts 61 s"),
    ],
)
def test_what_is_no_sound_of_a_request_is_refused(samples: Samples, said: str) -> None:
    with pytest.raises(EulaliaError, match=said):
        check_sound(samples)
