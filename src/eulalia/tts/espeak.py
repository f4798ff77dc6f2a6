"""The voices of espeak-ng: robotic, small, quick, and there for nearly every language."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from eulalia.audio import Samples, espeak
from eulalia.tts.japanese import kana
from eulalia.tts.voice import SpeechUnavailableError

ESPEAK_VOICES: Final = MappingProxyType(
    {
        "af-ZA": "af",
        "am-ET": "am",
        "ar-SA": "ar",
        "az-AZ": "az",
        "bn-BD": "bn",
        "ca-ES": "ca",
        "cy-GB": "cy",
        "da-DK": "da",
        "de-DE": "de",
        "el-GR": "el",
        "en-US": "en-us",
        "es-ES": "es",
        "fa-IR": "fa",
        "fi-FI": "fi",
        "fr-FR": "fr",
        "he-IL": "he",
        "hi-IN": "hi",
        "hu-HU": "hu",
        "hy-AM": "hy",
        "id-ID": "id",
        "is-IS": "is",
        "it-IT": "it",
        "ja-JP": "ja",
        "ka-GE": "ka",
        "kn-IN": "kn",
        "ko-KR": "ko",
        "lv-LV": "lv",
        "ml-IN": "ml",
        "ms-MY": "ms",
        "my-MM": "my",
        "nb-NO": "nb",
        "nl-NL": "nl",
        "pl-PL": "pl",
        "pt-PT": "pt",
        "ro-RO": "ro",
        "ru-RU": "ru",
        "sl-SL": "sl",
        "sq-AL": "sq",
        "sv-SE": "sv",
        "sw-KE": "sw",
        "ta-IN": "ta",
        "te-IN": "te",
        "th-TH": "th",
        "tr-TR": "tr",
        "ur-PK": "ur",
        "vi-VN": "vi",
        "zh-CN": "cmn",
        "zh-TW": "cmn",  # the same Mandarin; it reads both scripts
    }
)
"""espeak-ng's voice for each MASSIVE locale; it has none for jv-ID, km-KH, mn-MN and tl-PH."""


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """One voice of espeak-ng."""

    name: str
    """As espeak-ng calls it, with a variant if wanted: "en-us+f3"."""

    def speak(self, text: str) -> Samples:
        """The text as sound: shape (n,) at 16 kHz.

        Raises SpeechUnavailableError when espeak-ng lacks the voice or cannot be loaded, or a
        Japanese word's reading is not known.
        """
        try:
            return espeak.synthesize(kana(text) if self.name == "ja" else text, self.name)
        except espeak.EspeakError as error:
            raise SpeechUnavailableError(str(error)) from error
