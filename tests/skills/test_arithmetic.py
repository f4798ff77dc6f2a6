"""Sums and units."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.memory import Memory
from eulalia.skills.arithmetic import ArithmeticSkill, evaluate
from eulalia.skills.conversion import convert
from eulalia.turn import Outcome
from tests.skills.asking import Asking

ARITHMETIC = ArithmeticSkill()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield Asking(memory)
    memory.close()


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("what is twelve times seven", "en-US", 84),
        ("what is twenty percent of one hundred and fifty", "en-US", 30),
        ("square root of eighty one", "en-US", 9),
        ("the sum of five and two", "en-US", 7),
        ("divide one thousand five hundred by one hundred and sixty", "en-US", 9.375),
        ("2+3*4", "en-US", 14),
        ("(2+3)*4", "en-US", 20),
        ("10 - 3 - 2", "en-US", 5),
        ("0.1 + 0.2", "en-US", 0.3),
        ("was ist zwölf mal sieben", "de-DE", 84),
        ("combien font sept fois huit", "fr-FR", 56),
        ("cuánto es cinco más tres", "es-ES", 8),
        ("quanto fa nove per nove", "it-IT", 81),
        ("quanto é nove vezes nove", "pt-PT", 81),
        ("сколько будет пять плюс три", "ru-RU", 8),
        ("十二乘以七是多少", "zh-CN", 84),
        ("五足す三は", "ja-JP", 8),
        ("पाँच जोड़ तीन", "hi-IN", 8),
        ("خمسة زائد ثلاثة", "ar-SA", 8),
        ("tano jumlisha tatu", "sw-KE", 8),
    ],
)
def test_a_sum_is_worked_out(text: str, locale: str, value: float) -> None:
    assert evaluate(text, locale) == value


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from("+-*/"))
@settings(deadline=None)
def test_two_numbers_are_worked_out_as_python_does(one: int, two: int, sign: str) -> None:
    expected = {"+": one + two, "-": one - two, "*": one * two, "/": one / two}[sign]
    assert evaluate(f"{one} {sign} {two}", "en-US") == pytest.approx(expected)


@given(st.text(alphabet="0123456789+-*/^%()√. plusx", max_size=40))
@settings(deadline=None)
def test_no_text_breaks_it_or_has_a_result_beyond_what_can_be_said(text: str) -> None:
    value: float | None = None
    with contextlib.suppress(ZeroDivisionError, OverflowError, ValueError):
        value = evaluate(text, "en-US")
    assert value is None or abs(value) <= 1e30


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("seven divided by zero", Outcome.ANSWERED),
        ("9^9^9", Outcome.UNAVAILABLE),
        ("what is the linear equation", Outcome.UNAVAILABLE),
        ("__import__('os')", Outcome.UNAVAILABLE),
        ("", Outcome.UNAVAILABLE),
        ("(" * 5000 + "1+1", Outcome.UNAVAILABLE),
    ],
)
def test_what_has_no_result_is_told_in_one_sentence(
    ask: Asking, text: str, outcome: Outcome
) -> None:
    reply = ask(ARITHMETIC, "qa_maths", text)
    assert reply.outcome is outcome
    assert reply.text.count(".") == 1


@pytest.mark.parametrize(
    ("text", "locale", "result"),
    [
        ("how many feet are in two miles", "en-US", 10_560),
        ("convert 100 fahrenheit to celsius", "en-US", 37.7777777778),
        ("wie viele meter sind drei kilometer", "de-DE", 3000),
        ("combien de minutes dans deux heures", "fr-FR", 120),
    ],
)
def test_units_are_converted(text: str, locale: str, result: float) -> None:
    converted = convert(text, locale)
    assert converted is not None
    assert converted.result == pytest.approx(result)


@pytest.mark.parametrize("text", ["two miles", "miles to kilograms", "", "feet"])
def test_what_cannot_be_converted_is_none(text: str) -> None:
    assert convert(text, "en-US") is None


def test_a_conversion_is_said(ask: Asking) -> None:
    reply = ask(ARITHMETIC, "qa_maths", "how many feet are in two miles")
    assert reply.text == "2 miles is 10,560 feet."


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("what's 12 times 7", "en-US"),
        ("How much is 20 percent of 85?", "en-US"),
        ("square root of 81", "en-US"),
        ("12/5", "en-US"),
        ("convert ten miles to kilometers", "en-US"),
        ("how many ounces in a pound", "en-US"),
        ("was ist 12 mal 7", "de-DE"),
        ("сколько будет двенадцать умножить на семь", "ru-RU"),
        ("12かける7は", "ja-JP"),
    ],
)
def test_a_request_that_is_a_sum_is_read(text: str, locale: str) -> None:
    read = ArithmeticSkill().read(text, locale)
    assert read is not None
    assert (read.intent, read.text, read.source) == ("qa_maths", text, "arithmetic")


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("play it 3 times", "en-US"),
        ("what's on 3/4", "en-US"),
        ("add 5 and 6 to my list", "en-US"),
        ("set the light to 20 percent", "en-US"),
        ("set a timer for 1 hour and 30 minutes", "en-US"),
        ("how many minutes until 5 hours", "en-US"),
        ("pon la alarma por la mañana a las siete", "es-ES"),
        ("7", "en-US"),
        ("", "en-US"),
        ("1 + 1 " * 500, "en-US"),
    ],
)
def test_a_request_with_numbers_that_is_no_sum_is_not_read(text: str, locale: str) -> None:
    assert ArithmeticSkill().read(text, locale) is None
