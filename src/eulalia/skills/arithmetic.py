"""Sums said in words."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Final

from eulalia.dialog import numbers
from eulalia.dialog.locales import check
from eulalia.skills import conversion
from eulalia.skills.skill import Reply, Request
from eulalia.turn import Interpretation, Outcome

_OPERATORS: Final[dict[str, dict[str, str]]] = {
    "": {"+": "+", "-": "+ -", "−": "-", "*": "*", "×": "*", "x": "*", "/": "/", "÷": "/",
         "^": "^", "%": "%", "√": "√", "(": "(", ")": ")"},
    "en": {"plus": "+", "added to": "+", "and": "&", "minus": "-", "less": "-", "take away": "-",
           "times": "*", "multiplied by": "*", "multiply by": "*", "divided by": "/", "over": "/",
           "divide by": "/", "into": "*", "by": "by", "percent of": "% *", "percent": "%",
           "per cent of": "% *", "percentage of": "% *", "to the power of": "^",
           "squared": "^2", "cubed": "^3", "square root of": "√", "half of": "½",
           "product of": "P", "sum of": "S", "difference between": "D", "add": "S",
           "multiply": "P", "divide": "Q", "percentages of": "% *"},
    "de": {"plus": "+", "und": "&", "minus": "-", "mal": "*", "multipliziert mit": "*",
           "geteilt durch": "/", "dividiert durch": "/", "durch": "/", "prozent von": "% *",
           "prozent": "%", "hoch": "^", "zum quadrat": "^2", "wurzel aus": "√", "wurzel von": "√",
           "quadratwurzel von": "√", "quadratwurzel aus": "√", "summe von": "S",
           "summe aus": "S"},
    "fr": {"plus": "+", "et": "&", "moins": "-", "fois": "*", "multiplié par": "*",
           "divisé par": "/", "pour cent de": "% *", "pourcent de": "% *", "pour cent": "%",
           "puissance": "^", "au carré": "^2", "racine carrée de": "√", "somme de": "S",
           "multiplie par": "*", "sur": "/"},
    "es": {"más": "+", "mas": "+", "y": "&", "menos": "-", "por": "*", "multiplicado por": "*",
           "dividido por": "/", "dividido entre": "/", "entre": "/", "por ciento de": "% *",
           "por ciento": "%", "elevado a": "^", "al cuadrado": "^2", "raíz cuadrada de": "√",
           "suma de": "S", "dividido para": "/", "partido por": "/", "partido entre": "/"},
    "it": {"più": "+", "e": "&", "meno": "-", "per": "*", "moltiplicato per": "*",
           "diviso per": "/", "diviso": "/", "per cento di": "% *", "percento di": "% *",
           "per cento": "%", "percento": "%", "alla": "^", "al quadrato": "^2",
           "radice quadrata di": "√", "somma di": "S", "elevato alla": "^", "elevato a": "^"},
    "pt": {"mais": "+", "e": "&", "menos": "-", "vezes": "*", "multiplicado por": "*",
           "dividido por": "/", "a dividir por": "/", "por cento de": "% *", "por cento": "%",
           "elevado a": "^", "ao quadrado": "^2", "raiz quadrada de": "√", "soma de": "S",
           "sobre": "/"},
    "ru": {"плюс": "+", "и": "&", "минус": "-", "умножить на": "*", "умноженное на": "*",
           "умножь на": "*", "раз": "*", "на": "by", "разделить на": "/", "деленное на": "/",
           "делить на": "/", "поделить на": "/", "процентов от": "% *", "процента от": "% *",
           "процентов": "%", "в степени": "^", "в квадрате": "^2", "корень из": "√",
           "квадратный корень из": "√", "сумма": "S", "сложить": "S"},
    "zh": {"加上": "+", "加": "+", "减去": "-", "減去": "-", "减": "-", "減": "-", "乘以": "*",
           "乘": "*", "除以": "/", "的平方根": "√'", "的平方": "^2", "的百分之": "* .01 *",
           "百分之": ".01 *", "次方": ""},
    "ja": {"足す": "+", "たす": "+", "プラス": "+", "引く": "-", "ひく": "-", "マイナス": "-",
           "掛ける": "*", "かける": "*", "割る": "/", "わる": "/", "パーセント": "%",
           "の二乗": "^2", "の平方根": "√'"},
    "ar": {"زائد": "+", "جمع": "+", "ناقص": "-", "طرح": "-", "ضرب": "*", "في": "*",
           "مضروب في": "*", "مضروبا في": "*", "قسمة": "/", "على": "/", "مقسوم على": "/",
           "تقسيم": "/", "بالمئة من": "% *", "بالمائة من": "% *", "مضروبة في": "*",
           "قسمة على": "/", "تربيع": "^2"},
    "hi": {"जोड़": "+", "प्लस": "+", "धन": "+", "और": "&", "घटा": "-", "माइनस": "-", "गुणा": "*",
           "गुना": "*", "भाग": "/", "बटा": "/", "विभाजित": "/", "प्रतिशत": "%", "का वर्गमूल": "√'",
           "का वर्ग": "^2", "से भाग": "/", "से गुणा": "*", "भागा": "/", "जमा": "+"},
    "sw": {"jumlisha": "+", "kujumlisha": "+", "ongeza": "+", "na": "&", "kutoa": "-", "toa": "-",
           "ondoa": "-", "mara": "*", "zidisha": "*", "kuzidisha na": "*", "zidisha na": "*",
           "zidisha kwa": "*", "mara kwa": "*", "gawanya kwa": "/", "gawanya": "/",
           "kugawanya na": "/", "kugawanya kwa": "/", "ukigawanya kwa": "/",
           "asilimia": ".01 *", "asili mia": ".01 *", "kujumlisha na": "+"},
}  # fmt: skip
"""Words of sums by language; `&` and `by` mean what the sum's first word makes of them."""
_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|\.\d+|[-+*/^%√½()SPDQ&']|by")
_LIMIT: Final = 1e30
_LONGEST_SUM: Final = 200
_ASKING: Final[dict[str, str]] = {
    "en": "what is are s whats how much calculate compute solve work out tell me the result of "
          "equals equal please",
    "de": "was ist sind wie viel wieviel ergibt ergeben macht berechne rechne gleich bitte aus",
    "fr": "combien font fait calcule quel est le la résultat de égale",
    "es": "cuánto es son calcula qué el la resultado de igual a",
    "it": "quanto fa fanno è calcola qual il la risultato di",
    "pt": "quanto é são calcula qual o a resultado de",
    "ru": "сколько будет посчитай вычисли чему равно равен",
    "zh": "等于 等於 多少 几 幾 是 计算 計算 请 請 一下 的 结果 結果 得",
    "ja": "は いくつ いくら を 計算 して と です か なに 何 の 答え",
    "ar": "كم كم هو ما هو يساوي احسب ناتج",
    "hi": "कितना कितने होता है हैं क्या का",
    "sw": "ni ngapi nini hesabu",
}  # fmt: skip
"""Words that ask for the result of a sum, by language."""


class ArithmeticSkill:
    """Works out sums, and turns one unit into another."""

    name = "arithmetic"
    intents = frozenset({"qa_maths"})

    def read(self, text: str, locale: str) -> Interpretation | None:
        """What is nothing but a sum, or asks in English for another unit; or None."""
        if not is_sum(text, locale) and not (
            locale.startswith("en") and conversion.asks_for_unit(text, locale)
        ):
            return None
        return Interpretation(text, "qa", "qa_maths", source=self.name)

    def handle(self, request: Request) -> Reply:
        """Say the result, or that there is none."""
        text, say = request.interpretation.text, request.answers.say
        converted = conversion.answer(request)
        if converted is not None:
            return converted
        try:
            value = evaluate(text, request.locale)
        except ZeroDivisionError:
            return Reply(say("Nothing can be divided by zero."))
        except (OverflowError, ValueError):
            return Reply(say("I cannot work that out."), Outcome.UNAVAILABLE)
        if value is None:
            return Reply(
                say("I could not find a sum in that; ask me for twelve times seven, for instance."),
                Outcome.UNAVAILABLE,
            )
        return Reply(
            say("That makes {number}.", number=request.answers.number(value)),
            notes={"value": value},
        )


def evaluate(text: str, locale: str) -> float | None:
    """The result of the sum in the text, or None where there is none.

    Raises ZeroDivisionError for a division by zero, ValueError for a root of a negative number and
    OverflowError for a result beyond 1e30; LocaleError for an unknown locale.
    """
    tokens, _ = _tokens(text[: numbers.LONGEST_TEXT], locale)
    if not any(token in "+-*/^%√½SPDQ" for token in tokens):
        return None
    try:
        value = _Sum(_arranged(tokens)).value()
    except (IndexError, RecursionError):
        return None
    if abs(value) > _LIMIT or math.isnan(value):
        raise OverflowError("The result is too large to say.")
    return float(f"{value:.12g}")


def is_sum(text: str, locale: str) -> bool:
    """Whether the text is a sum and nothing else, but for the words that ask for its result.

    Raises LocaleError for an unknown locale.
    """
    language = check(locale).code.split("-")[0]
    folded = numbers.fold(text, locale)
    # Numbers are dear to look for, and few requests hold a word of sums.
    if len(text) > _LONGEST_SUM or not any(
        word in folded for word, sign in _operators(language, locale) if sign not in ("&", "by")
    ):
        return False
    tokens, other = _tokens(text, locale)
    operands = sum(token[-1].isdigit() for token in tokens)
    signs = {token for token in tokens if token in "+-*/^√½SPDQ"}
    if not signs or (operands < 2 and not signs & {"√", "^", "½"}):
        return False
    asking = {numbers.fold(word, locale) for word in _ASKING.get(language, "").split()}
    if language in ("ja", "zh"):
        for word in sorted(asking, key=len, reverse=True):
            other = other.replace(word, " ")
    return set(re.findall(r"[^\W\d_]+", other)) <= asking


@cache
def _operators(language: str, locale: str) -> tuple[tuple[str, str], ...]:
    """Folded words and what they mean, longest first."""
    both = _OPERATORS[""] | _OPERATORS.get(language, {})
    folded = {numbers.fold(word, locale).strip() or word: sign for word, sign in both.items()}
    return tuple(sorted(folded.items(), key=lambda pair: -len(pair[0])))


def _tokens(text: str, locale: str) -> tuple[list[str], str]:
    """Numbers and signs from left to right, and what is left of the folded text without them."""
    language = locale.split("-")[0]
    # A minus sign with spaces around it subtracts; fold would make it a space.
    text = re.sub(r"(?<=[\d)]) ?[-−–] ?(?=[\d(])", " − ", text)
    folded = numbers.fold(text, locale)
    found = {number.start: number for number in numbers.find(text, locale)}
    spaced = language not in ("zh", "ja", "th", "km", "my")
    tokens: list[str] = []
    other: list[str] = []
    position = 0
    while position < len(folded):
        if number := found.get(position):
            tokens.append(repr(number.value) if number.value >= 0 else f"-{-number.value!r}")
            position = number.end
            continue
        for word, sign in _operators(language, locale):
            end = position + len(word)
            if not folded.startswith(word, position):
                continue
            if (
                word[0].isalpha()
                and spaced
                and (
                    (position and numbers.is_letter(folded[position - 1]))
                    or (end < len(folded) and numbers.is_letter(folded[end]))
                )
            ):
                continue
            tokens.extend(_TOKEN.findall(sign))
            position = end
            break
        else:
            other.append(folded[position])
            position += 1
    parts = [part for token in tokens for part in _TOKEN.findall(token.replace("e+", ""))]
    return parts, "".join(other)


def _arranged(tokens: list[str]) -> list[str]:
    """Signs said before both numbers, as in "the sum of five and two", put between them."""
    between = "+"
    arranged: list[str] = []
    for token in tokens:
        if token in "SPDQ":
            between = {"S": "+", "P": "*", "D": "-", "Q": "/"}[token]
        elif token == "by":
            arranged.append(between if between in "*/" else "*")
        elif token == "&":
            arranged.append(between)
        elif token == "½":
            arranged.extend(["0.5", "*"])
        elif token == "'" and arranged:
            # A root said behind its number.
            root = arranged.pop()
            arranged.insert(len(arranged) - 1, root)
        else:
            arranged.append(token)
    while arranged and arranged[0] in "+*/^&%":
        arranged.pop(0)
    # "Seven times seven equals" and other tails leave a sign or a number behind.
    while arranged and arranged[-1] in "+-*/^√":
        arranged.pop()
    return arranged


class _Sum:
    """A sum read by recursive descent: + and - below * and /, those below powers and roots."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0

    def value(self) -> float:
        value = self._term()
        while self._peek() in ("+", "-"):
            value = value + self._term() if self._take() == "+" else value - self._term()
        return value

    def _term(self) -> float:
        value = self._power()
        while self._peek() in ("*", "/"):
            value = value * self._power() if self._take() == "*" else value / self._power()
        return value

    def _power(self) -> float:
        base = self._atom()
        while self._peek() == "%":
            self._take()
            base /= 100
        if self._peek() == "^":
            self._take()
            exponent = self._power()
            result = base**exponent if abs(exponent) <= 1000 else float("inf")
            if isinstance(result, complex):
                raise ValueError("A root of a negative number is not a real number.")
            return float(result)
        return base

    def _atom(self) -> float:
        token = self._take()
        if token == "-":
            return -self._atom()
        if token == "+":
            return self._atom()
        if token == "√":
            return math.sqrt(self._atom())
        if token == "(":
            value = self.value()
            if self._peek() == ")":
                self._take()
            return value
        try:
            return float(token)
        except ValueError:
            raise IndexError(token) from None

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._tokens[self._next]
        self._next += 1
        return token
