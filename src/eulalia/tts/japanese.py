"""Japanese as it is read aloud: kana for the Chinese characters, which espeak-ng cannot read."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from eulalia.tts.voice import SpeechUnavailableError

_CHINESE_CHARACTER: Final = re.compile(r"[々\u3400-\u4dbf\u4e00-\u9fff]")
_UNKNOWN = "*"  # what the dictionary says of a word's reading when it has none
_ATTACHED = ("助詞", "助動詞")  # particles and auxiliary verbs, said in one breath with their word


def kana(text: str) -> str:
    """The text with each word as it sounds, in katakana; what is not Japanese stays as it is.

    Words and readings are those of janome, which carries the IPA dictionary.

    >>> kana("電気をつけて")
    'デンキヲ ツケテ'

    Raises SpeechUnavailableError where a word has no known reading.
    """
    spoken = ""
    for word in _tokenizer().tokenize(text):
        sound = word.surface if word.phonetic == _UNKNOWN else word.phonetic
        if unknown := _CHINESE_CHARACTER.search(sound):
            raise SpeechUnavailableError(
                f"The reading of {unknown.group()} in {word.surface!r} is not known; write it in "
                "kana."
            )
        apart = spoken and not word.part_of_speech.startswith(_ATTACHED)
        spoken += f" {sound}" if apart else sound
    return " ".join(spoken.split())


@cache
def _tokenizer() -> Any:
    # Imported late: its dictionary takes a fifth of a second that other languages need not wait.
    try:
        from janome.tokenizer import Tokenizer  # type: ignore[import-untyped]
    except ImportError as error:
        raise SpeechUnavailableError(
            "Reading Japanese aloud needs janome; run `pip install janome`."
        ) from error
    return Tokenizer()
