"""Japanese is read as it sounds, Chinese characters included."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.audio import espeak
from eulalia.tts import Speaker, SpeechUnavailableError
from eulalia.tts.japanese import kana

pytestmark = pytest.mark.skipif(find_spec("janome") is None, reason="janome is not installed")


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("電気をつけて", "デンキヲ ツケテ"),
        ("今日は晴れです", "キョーワ ハレデス"),  # the particle は is said "wa"
        ("台所の照明を消しました。", "ダイドコロノ ショーメイヲ ケシマシタ 。"),
        ("こんにちは", "コンニチワ"),
        ("OKです", "OKデス"),
        ("10", "10"),
    ],
)
def test_words_are_read_as_they_sound(text: str, sound: str) -> None:
    assert kana(text) == sound


def test_no_sentence_is_spelled_as_chinese_letters() -> None:
    phones = espeak.phones(kana("タイマーを十分に設定しました"), "ja")
    assert not [phone for word in phones for phone in word if "(" in phone]


def test_a_character_without_a_known_reading_is_refused() -> None:
    with pytest.raises(SpeechUnavailableError, match="The reading of 龘"):
        Speaker.open().speak("龘です", "ja-JP")


@given(text=st.text(max_size=40))
@settings(deadline=None, max_examples=60)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        sound = kana(text)
    except SpeechUnavailableError:
        assert any("\u3400" <= character <= "\u9fff" or character == "々" for character in text)
    else:
        assert sound == " ".join(sound.split())
