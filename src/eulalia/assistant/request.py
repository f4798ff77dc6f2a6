"""What comes in: whether it is a request at all."""

from __future__ import annotations

import unicodedata
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from eulalia.assistant.parts import Samples
from eulalia.errors import EulaliaError

LONGEST_TEXT: Final = 10_000
"""Characters of a typed request."""
LONGEST_SOUND: Final = 60.0
"""Seconds of a spoken request."""
SAMPLE_RATE: Final = 16_000
"""Hertz of all sound inside Eulalia; the same as audio.SAMPLE_RATE, which loads more than this."""
QUIETEST: Final = 1e-4
"""A peak below this (-80 dBFS) is no sound that a microphone makes of speech."""


class RequestError(EulaliaError):
    """A request that cannot be taken: empty, far too long, or not text or sound at all."""


class NoSpeechError(RequestError):
    """Sound in which nobody speaks."""


class RecognizerMissingError(EulaliaError):
    """Speech in a language that no recogniser here hears."""


def check_text(text: str) -> str:
    """The request with its white space tidied; RequestError when it is none.

    >>> check_text("  what time\\tis it ")
    'what time is it'
    """
    if len(text) > LONGEST_TEXT:
        raise RequestError(
            f"The request has {len(text):,} characters; say it in at most {LONGEST_TEXT:,}."
        )
    for position, letter in enumerate(text):
        # Format characters (Cf) stay: Persian and Hindi are spelled with joiners.
        if unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace():
            raise RequestError(
                f"The request has the control character U+{ord(letter):04X} at position "
                f"{position}; send plain text."
            )
    tidy = " ".join(text.split())
    if not any(unicodedata.category(letter)[0] in "LNSP" for letter in tidy):
        raise RequestError("The request is empty; say what you would like, in words.")
    return tidy


def check_sound(samples: Samples) -> Samples:
    """The samples themselves, once they are known to be sound of a request's length.

    Raises AudioError for what is no sound, RequestError when there is too much of it.
    """
    from eulalia import audio

    sound = audio.check(samples)
    seconds = sound.size / SAMPLE_RATE
    # However long silence lasts, that it is silence is the better thing to say.
    if seconds > LONGEST_SOUND and float(np.max(np.abs(sound))) >= QUIETEST:
        raise RequestError(
            f"The sound lasts {seconds:,.0f} s; cut out the request, which may last "
            f"{LONGEST_SOUND:.0f} s."
        )
    return sound


def time_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; RequestError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RequestError(
            f"There is no time zone {name[:40]!r}; use an IANA name such as Europe/Berlin."
        ) from error
