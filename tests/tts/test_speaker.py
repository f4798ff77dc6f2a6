"""Forty-eight locales are spoken; what cannot be is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eulalia.audio import Samples, espeak, read, write
from eulalia.errors import EulaliaError
from eulalia.tts import ESPEAK_VOICES, EspeakVoice, Speaker, SpeechUnavailableError

# A word of each language, in its own script.
WORDS = {
    "af-ZA": "goeiemôre",
    "am-ET": "ሰላም",
    "ar-SA": "مرحبا",
    "az-AZ": "salam",
    "bn-BD": "নমস্কার",
    "ca-ES": "bon dia",
    "cy-GB": "bore da",
    "da-DK": "godmorgen",
    "de-DE": "guten Morgen",
    "el-GR": "καλημέρα",
    "en-US": "good morning",
    "es-ES": "buenos días",
    "fa-IR": "سلام",
    "fi-FI": "huomenta",
    "fr-FR": "bonjour",
    "he-IL": "שלום",
    "hi-IN": "नमस्ते",
    "hu-HU": "jó reggelt",
    "hy-AM": "բարև",
    "id-ID": "selamat pagi",
    "is-IS": "góðan daginn",
    "it-IT": "buongiorno",
    "ja-JP": "電気",
    "ka-GE": "გამარჯობა",
    "kn-IN": "ನಮಸ್ಕಾರ",
    "ko-KR": "안녕하세요",
    "lv-LV": "labrīt",
    "ml-IN": "നമസ്കാരം",
    "ms-MY": "selamat pagi",
    "my-MM": "မင်္ဂလာပါ",
    "nb-NO": "god morgen",
    "nl-NL": "goedemorgen",
    "pl-PL": "dzień dobry",
    "pt-PT": "bom dia",
    "ro-RO": "bună dimineața",
    "ru-RU": "доброе утро",
    "sl-SL": "dobro jutro",
    "sq-AL": "mirëmëngjes",
    "sv-SE": "god morgon",
    "sw-KE": "habari",
    "ta-IN": "வணக்கம்",
    "te-IN": "నమస్కారం",
    "th-TH": "สวัสดี",
    "tr-TR": "günaydın",
    "ur-PK": "سلام",
    "vi-VN": "xin chào",
    "zh-CN": "早上好",
    "zh-TW": "早安",
}


@pytest.fixture(scope="module")
def speaker() -> Speaker:
    return Speaker.open()


def test_forty_eight_locales_are_spoken(speaker: Speaker) -> None:
    assert len(speaker.locales) == 48
    assert speaker.locales == tuple(sorted(WORDS))
    assert not {"jv-ID", "km-KH", "mn-MN", "tl-PH"} & set(speaker.locales)


@pytest.mark.parametrize("locale", WORDS)
def test_a_word_is_spoken_in_each(speaker: Speaker, locale: str) -> None:
    samples = speaker.speak(WORDS[locale], locale)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 0.2 < len(samples) / 16_000 < 2
    assert 0.1 < np.abs(samples).max() <= 1


@pytest.mark.parametrize("locale", sorted(set(WORDS) - {"ja-JP"}))
def test_each_voice_reads_its_own_script(locale: str) -> None:
    phones = [
        phone for word in espeak.phones(WORDS[locale], ESPEAK_VOICES[locale]) for phone in word
    ]
    assert len(phones) >= 3
    # espeak-ng says "(en)" where it gives up and spells a letter's name in English.
    assert not [phone for phone in phones if "(" in phone]


def test_speech_can_be_kept_as_a_file(speaker: Speaker, tmp_path: Path) -> None:
    samples = speaker.speak("The timer is set for ten minutes.", "en-US")
    write(tmp_path / "answer.wav", samples)
    np.testing.assert_allclose(read(tmp_path / "answer.wav"), samples, atol=1.1 / 32_767)


def test_a_longer_text_takes_longer(speaker: Speaker) -> None:
    short = speaker.speak("yes", "en-US")
    long = speaker.speak("yes, the light in the kitchen is on, and the blinds are down.", "en-US")
    assert len(long) > 4 * len(short)


@pytest.mark.parametrize("locale", ["jv-ID", "km-KH", "mn-MN", "tl-PH", "xx-XX", "en", ""])
def test_a_locale_without_a_voice_is_refused(speaker: Speaker, locale: str) -> None:
    with pytest.raises(SpeechUnavailableError, match="No voice speaks") as caught:
        speaker.speak("good morning", locale)
    assert isinstance(caught.value, EulaliaError)


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "?!", "\0", "—"])
def test_nothing_to_say_is_refused(speaker: Speaker, text: str) -> None:
    with pytest.raises(SpeechUnavailableError, match="nothing to say"):
        speaker.speak(text, "en-US")


def test_a_text_of_a_megabyte_is_refused(speaker: Speaker) -> None:
    with pytest.raises(SpeechUnavailableError, match="1,000,000 characters"):
        speaker.speak("a" * 1_000_000, "en-US")


@pytest.mark.parametrize(
    "text", ["a\0b", "<speak>&amp;", "[[h@loU]]", "🙂 ok", "a" * 2_000, "\ud800 a"]
)
def test_strange_texts_are_spoken_all_the_same(speaker: Speaker, text: str) -> None:
    assert len(speaker.speak(text, "en-US")) > 1_000


def test_an_unknown_espeak_voice_is_refused() -> None:
    with pytest.raises(SpeechUnavailableError, match="no voice 'klingonese'"):
        EspeakVoice("klingonese").speak("qapla")


class Beep:
    """A voice that says everything in one tone."""

    def speak(self, text: str) -> Samples:
        return np.full(100 * len(text), 0.5, np.float32)


def test_any_voice_can_replace_or_add_one() -> None:
    speaker = Speaker.open(voices={"jv-ID": Beep(), "en-US": EspeakVoice("en-us+f3")})
    assert len(speaker.locales) == 49
    assert len(speaker.speak("sugeng", "jv-ID")) == 600
    assert len(speaker.speak("good morning", "en-US")) > 5_000
