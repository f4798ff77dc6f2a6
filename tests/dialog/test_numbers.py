"""Numbers in digits and words of the 52 locales."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from eulalia.dialog import numbers
from eulalia.dialog.locales import LOCALES, LocaleError

SPELLED = {
    code: locale.cldr.split("_")[0]
    for code, locale in LOCALES.items()
    if locale.cldr.split("_")[0] in RbnfEngine.get_supported_languages()
}
# The CLDR's own rules for Slovenian spell 4719 as 2719.
SPELLED.pop("sl-SL")
ENGINES = {language: RbnfEngine.for_language(language) for language in SPELLED.values()}


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(SPELLED)), st.integers(0, 3999))
def test_what_the_cldr_spells_out_is_read_again(locale: str, value: int) -> None:
    spelled = ENGINES[SPELLED[locale]].format_number(value).text.replace("\u00ad", "")
    assert numbers.parse(spelled, locale) == value, spelled


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(LOCALES)), st.text(max_size=60))
def test_any_text_can_be_searched(locale: str, text: str) -> None:
    end = 0
    for number in numbers.find(text, locale):
        assert end <= number.start < number.end <= len(text)
        end = number.end


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("21", "en-US", 21),
        ("२१", "hi-IN", 21),
        ("٢١", "ar-SA", 21),
        ("২১", "bn-BD", 21),
        ("២១", "km-KH", 21),
        ("၂၁", "my-MM", 21),
        ("๒๑", "th-TH", 21),
        ("1,234.5", "en-US", 1234.5),
        ("1.234,5", "de-DE", 1234.5),
        ("3,5", "fr-FR", 3.5),
        ("two thousand and seventeen", "en-US", 2017),
        ("three point one four", "en-US", 3.14),
        ("minus five", "en-US", -5),
        ("einundzwanzig", "de-DE", 21),
        ("quatre-vingt-dix-sept", "fr-FR", 97),
        ("veintidos", "es-ES", 22),
        ("二百五十", "zh-CN", 250),
        ("两", "zh-CN", 2),
        ("yedide", "tr-TR", 7),
        ("بسبعة", "ar-SA", 7),
        ("ఇరవై ఒకటి", "te-IN", 21),
        ("хорин нэг", "mn-MN", 21),
        ("پینتالیس", "ur-PK", 45),
    ],
)
def test_a_number_is_read(text: str, locale: str, value: float) -> None:
    assert numbers.parse(text, locale) == value


@pytest.mark.parametrize("text", ["", "tent", "seven thirty", "five apples", "often", "-", "1e5x"])
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert numbers.parse(text, "en-US") is None


def test_numbers_are_found_where_they_stand() -> None:
    text = "two eggs and twenty-one apples"
    found = [(n.value, text[n.start : n.end]) for n in numbers.find(text, "en-US")]
    assert found == [(2, "two"), (21, "twenty-one")]


def test_a_rank_is_marked() -> None:
    assert numbers.find("the seventh", "en-US")[0].ordinal
    assert not numbers.find("seven", "en-US")[0].ordinal


def test_a_long_text_is_searched_quickly() -> None:
    start = time.perf_counter()
    numbers.find("seven hundred and " * 100_000, "en-US")
    assert time.perf_counter() - start < 2


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(LocaleError):
        numbers.parse("one", "xx-XX")
