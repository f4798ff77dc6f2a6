"""Numbers in text: digits of every script, and number words of the 52 locales.

The words come from the rules by which the CLDR spells numbers out (RBNF, Unicode Technical
Standard 35 part 3), run backwards: every spelling of the small numbers and of the scales is
looked up in the text, longest first, and neighbours are composed by the places they fill, so
that "two thousand" "three hundred" "forty-two" adds up and "seven" "thirty" does not.
The languages for which the CLDR has no rules have a short list here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from unicode_rbnf import RbnfEngine
from unicode_rbnf.engine import RbnfError

from eulalia.dialog.locales import check, cldr

LONGEST_TEXT: Final = 2_000
"""Characters of a text that are read; no request is longer."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a text."""

    value: float
    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""
    ordinal: bool = False
    """Whether it was said as a rank: seventh, 7."""


def parse(text: str, locale: str) -> float | None:
    """The number that the text is, or None where it is more, less or other than one number.

    >>> parse("twenty-one", "en-US"), parse("२१", "hi-IN"), parse("einundzwanzig", "de-DE")
    (21.0, 21.0, 21.0)

    Raises LocaleError for an unknown locale.
    """
    found = find(text, locale)
    if len(found) != 1:
        return None
    before, after = text[: found[0].start], text[found[0].end :]
    if _words(check(locale).cldr.split("_")[0]).spaced and text[found[0].start].isalpha():
        # What is written onto the number word belongs to it: "yedide", at seven.
        before = before[: len(before) - len(_trailing_letters(before))]
        after = after[len(_trailing_letters(after[::-1])) :]
    return found[0].value if not any(c.isalnum() for c in before + after) else None


def find(text: str, locale: str) -> list[Number]:
    """Every number in the text, from left to right, never overlapping.

    Raises LocaleError for an unknown locale.
    """
    words = _words(check(locale).cldr.split("_")[0])
    folded = fold(text[:LONGEST_TEXT], locale)
    found, position = [], 0
    while position < len(folded):
        number = _digits_at(folded, position, locale) or words.number_at(folded, position)
        if number is None:
            position += 1
        else:
            found.append(number)
            position = number.end
    return found


def fold(text: str, locale: str) -> str:
    """The text as it is compared: lower case, ASCII digits, hyphens as spaces, no accents.

    Every character stays where it was, so that offsets hold. Vietnamese keeps its accents,
    which tell its words apart.
    """
    keep_accents = locale.startswith("vi")
    return "".join(_fold_character(character, keep_accents) for character in text)


@cache
def _fold_character(character: str, keep_accents: bool) -> str:
    if character in "-‐‑–\u00ad\u200b\u200c\u200d\u00a0\u202f،、":
        return " "
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    lower = _SAME_LETTERS.get(character, character).lower()
    if len(lower) != 1:
        return "i" if character == "İ" else character
    if not keep_accents and (decomposed := unicodedata.normalize("NFD", lower)) != lower:
        base = decomposed[0]
        if unicodedata.name(base, "").startswith(("LATIN", "GREEK", "ARABIC", "CYRILLIC")):
            return base if lower not in "йї" else lower
    return lower


_SAME_LETTERS: Final = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("يى", "ی"),
    "ك": "ک",
    "ة": "ه",
    "ۀ": "ه",
    "’": "'",
    "ʼ": "'",
    "ʻ": "'",
    "：": ":",
    "．": ".",
    "ё": "е",
}

_DIGITS = re.compile(r"\d+(?:[.,٫٬'\u066b\u066c ]\d+)*")


def _digits_at(folded: str, position: int, locale: str) -> Number | None:
    """A number in digits, with the locale's marks for thousands and fractions."""
    if not folded[position].isdigit() or (position and folded[position - 1].isdigit()):
        return None
    match = _DIGITS.match(folded, position)
    if match is None:
        return None
    decimal, group = _marks(locale)
    text = match.group()
    for mark in (group, ",", ".", "'", " ", "٬"):
        grouped = re.match(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+(?!\d)", text)
        if mark != decimal and grouped and len(grouped.group()) > 3:
            rest = text[grouped.end() :]
            fraction = re.match(r"[.,٫](\d+)(?![.,\d])", rest)
            value = float(re.sub(r"\D", "", grouped.group()))
            end = match.start() + grouped.end()
            if fraction:
                value += float(f"0.{fraction.group(1)}")
                end += fraction.end()
            return Number(value, position, end)
    plain = re.match(r"\d+(?:[.,٫]\d+(?![.,٫:\d]))?", text)
    assert plain is not None
    end = position + plain.end()
    if plain.end() > 300:
        return None
    return Number(float(re.sub(r"[,٫]", ".", plain.group())), position, end)


@cache
def _marks(locale: str) -> tuple[str, str]:
    symbols = cldr(locale).number_symbols
    chosen = symbols.get("latn") or next(iter(symbols.values()))
    return str(chosen.get("decimal", ".")), str(chosen.get("group", ",")).replace("\u202f", " ")


@dataclass(frozen=True, slots=True)
class _Words:
    """The number words of one language, folded."""

    pieces: dict[str, int]
    """Cardinals: what may stand for a number by itself."""
    ordinals: dict[str, int]
    scales: dict[str, int]
    """Words that multiply what stands before them: hundred, thousand …"""
    points: tuple[str, ...]
    """Words between whole and fraction."""
    minus: tuple[str, ...]
    glue: tuple[str, ...]
    prefixes: tuple[str, ...]
    """What may be written onto the front of a number word."""
    suffix: int
    """How many letters may be written onto its end."""
    spaced: bool
    """Whether words are divided by spaces."""
    longest: int

    def number_at(self, folded: str, position: int) -> Number | None:
        """The number in words that begins exactly here, or None."""
        if not self._may_begin(folded, position):
            return None
        for minus in self.minus:
            if folded.startswith(minus + " ", position):
                number = self.number_at(folded, position + len(minus) + 1)
                if number and number.value > 0:
                    return Number(-number.value, position, number.end)
        value, end, ordinal = self._whole_at(folded, position)
        if end == position:
            return None
        fraction, end = self._fraction_at(folded, end)
        while not self._may_end(folded, end):
            # A shorter reading may end where a word does: "six" in "six hundredweight".
            space = folded.rfind(" ", position, end)
            if space < 0:
                return None
            fraction = 0.0
            value, end, ordinal = self._whole_at(folded[:space], position)
            if end == position:
                return None
        return Number(float(value) + fraction, position, end, ordinal)

    def _may_begin(self, folded: str, position: int) -> bool:
        if not self.spaced or position == 0 or not is_letter(folded[position - 1]):
            return True
        start = position
        while start and is_letter(folded[start - 1]):
            start -= 1
        return folded[start:position] in self.prefixes

    def _may_end(self, folded: str, end: int) -> bool:
        if not self.spaced or end >= len(folded) or not is_letter(folded[end]):
            return True
        rest = end
        while rest < len(folded) and is_letter(folded[rest]):
            rest += 1
        return rest - end <= self.suffix

    def _piece_at(self, folded: str, position: int) -> tuple[int, int, str] | None:
        """Value, end and kind of the longest word here: piece, ordinal or scale."""
        for length in range(min(self.longest, len(folded) - position), 0, -1):
            part = folded[position : position + length]
            for kind, table in (
                ("scale", self.scales),
                ("piece", self.pieces),
                ("ordinal", self.ordinals),
            ):
                if part in table:
                    return table[part], position + length, kind
        return None

    def _whole_at(self, folded: str, position: int) -> tuple[int, int, bool]:
        """Compose words by the places they fill; the end equals the position if there is none."""
        total, group, end = 0, -1, position
        for _ in range(40):
            start = self._after_glue(folded, end) if end > position else position
            piece = self._piece_at(folded, start)
            if piece is None and start != end:
                start = end
                piece = self._piece_at(folded, start)
            if piece is None:
                break
            value, piece_end, kind = piece
            if kind == "scale":
                if group < 0 and total and value >= _place(total):
                    break
                if group >= value and not (group >= 100 and value < _place(group)):
                    break
                if group >= value:
                    group += value
                    end = piece_end
                    continue
                group = value if group < 1 else group * value
                if value >= 1000:
                    total, group = total + group, -1
            elif group < 0:
                if total and (value >= _place(total) or value == 0):
                    break
                group = value
            elif group >= 100 and 0 < value < _place(group):
                group += value
            else:
                break
            end = piece_end
            if kind == "ordinal":
                return total + max(group, 0), end, True
        return total + max(group, 0), end, False

    def _after_glue(self, folded: str, position: int) -> int:
        """Behind spaces and a word such as "and" that may stand inside a number."""
        start = position
        while start < len(folded) and folded[start] in " ,":
            start += 1
        for glue in self.glue:
            if folded.startswith(glue, start):
                after = start + len(glue)
                while after < len(folded) and folded[after] == " ":
                    after += 1
                return after
        return start

    def _fraction_at(self, folded: str, position: int) -> tuple[float, int]:
        """The digits said after "point": "three point one four"."""
        for point in self.points:
            start = position
            while start < len(folded) and folded[start] == " ":
                start += 1
            if not point or not folded.startswith(point, start):
                continue
            digits, end = "", start + len(point)
            while len(digits) < 12:
                after = end
                while after < len(folded) and folded[after] == " ":
                    after += 1
                piece = self._piece_at(folded, after)
                if piece is None or piece[2] != "piece" or not 0 <= piece[0] <= 99:
                    break
                digits, end = digits + str(piece[0]), piece[1]
            if digits:
                return float(f"0.{digits}"), end
        return 0.0, position


def _trailing_letters(text: str) -> str:
    start = len(text)
    while start and is_letter(text[start - 1]):
        start -= 1
    return text[start:]


def is_letter(character: str) -> bool:
    """Whether a character belongs to a word; vowel signs do."""
    return character.isalpha() or unicodedata.category(character) in ("Mn", "Mc")


def _place(value: int) -> int:
    """The value of the lowest digit that is not zero: 2300 has 100."""
    place = 1
    while value % (place * 10) == 0:
        place *= 10
    return place


@cache
def _words(language: str) -> _Words:
    """The tables of one language; built on first use, in less than 100 ms."""
    locale = "zh_Hant" if language == "zh_Hant" else language
    pieces: dict[str, int] = {}
    ordinals: dict[str, int] = {}
    scales: dict[str, int] = {}
    points: list[str] = []
    minus: list[str] = []

    def put(table: dict[str, int], text: str, value: int) -> None:
        clean = " ".join(fold(text, locale).split())
        if clean:
            table.setdefault(clean, value)
            if language in _UNSPACED or language == "my":
                table.setdefault(clean.replace(" ", ""), value)

    for digits, spellings in _extra().get(language, {}).items():
        for spelling in spellings.split("|"):
            put(pieces, spelling, int(digits))
    for name in _RULES.get(language, (language,)):
        engine = _engine(name)
        if engine is None:
            continue
        cardinals, ranks = _rulesets(engine)
        fused = range(101, 1000) if language == "it" else ()
        for value in (*_SPELLED, *fused):
            for spelling in _spell(engine, value, cardinals):
                put(pieces, spelling, value)
        for value, beginning in _beginnings(engine, cardinals):
            put(pieces, beginning, value)
        for value in range(1, 32):
            for spelling in _spell(engine, value, ranks):
                put(ordinals, spelling, value)
        for scale, word in _scale_words(engine, cardinals):
            put(scales, word, scale)
        for ruleset in cardinals[:1]:
            two = "".join(_spell(engine, 2, [ruleset]))
            five = "".join(_spell(engine, 5, [ruleset]))
            for spelling in _spell(engine, 2.5, [ruleset]):
                points.append(spelling.removeprefix(two).removesuffix(five))
            for spelling in _spell(engine, -2, [ruleset]):
                minus.append(spelling.removesuffix(two))
    for spelling, value in _SCALES.get(language, {}).items():
        put(scales, spelling, value)
    for rank in [rank for rank in ordinals if rank in pieces or rank in scales]:
        del ordinals[rank]
    for word in [word for word in scales if word.isdigit()]:
        del scales[word]
    tables = (pieces, ordinals, scales)
    return _Words(
        pieces,
        ordinals,
        scales,
        tuple(dict.fromkeys(fold(p.strip(), locale) for p in (*points, *_POINTS) if p.strip())),
        tuple(dict.fromkeys(fold(m.strip(), locale) for m in minus if m.strip())),
        tuple(_GLUE.get(language, ())),
        tuple(PREFIXES.get(language, ())),
        SUFFIX.get(language, 0),
        language not in _UNSPACED,
        max((len(text) for table in tables for text in table), default=0),
    )


_SPELLED: Final = (
    *range(101),
    *range(200, 1000, 100),
    *range(1000, 10_000, 1000),
)

_SCALE_VALUES: Final = (100, 1_000, 1_000_000, 1_000_000_000)
_ASIAN_SCALE_VALUES: Final = (10_000, 100_000, 10_000_000, 100_000_000)
_ASIAN: Final = frozenset({"zh", "ja", "ko", "th", "km", "my", "hi", "ta"})


def _engine(name: str) -> RbnfEngine | None:
    try:
        return RbnfEngine.for_language(name)
    except ValueError:
        return None


def _rulesets(engine: RbnfEngine) -> tuple[list[str], list[str]]:
    """Names of the rule sets for cardinals and ordinals; a dozen of each is plenty."""
    public = [
        name
        for name, rules in engine.rulesets.items()
        if name.startswith("spellout-") and not rules.is_private and "plural" not in name
    ]
    ranks = [name for name in public if "ordinal" in name]
    cardinals = [name for name in public if name not in ranks and "year" not in name]
    return cardinals[:9], ranks[:12]


def _spell(engine: RbnfEngine, value: float, rulesets: list[str]) -> Iterator[str]:
    """The distinct spellings of a number; none where a rule set does not reach so far."""
    if not rulesets:
        return
    try:
        texts = engine.format_number(value, ruleset_names=rulesets).text_by_ruleset.values()
    except (RbnfError, ValueError, RecursionError):
        return
    for text in dict.fromkeys(texts):
        if not any(c.isdigit() and c.isascii() for c in text):
            yield text.replace("\u00ad", "")


def _scale_words(engine: RbnfEngine, rulesets: list[str]) -> Iterator[tuple[int, str]]:
    """What is left of "two hundred" without "two"."""
    asian = _ASIAN_SCALE_VALUES if engine.language[:2] in _ASIAN else ()
    for ruleset in rulesets[:4]:
        for scale in (*_SCALE_VALUES, *asian):
            for count in (1, 2, 3, 5):
                small = "".join(_spell(engine, count, [ruleset]))
                for whole in _spell(engine, count * scale, [ruleset]):
                    if small and whole.startswith(small) and whole != small:
                        yield scale, whole.removeprefix(small)
                    elif count == 1 and len(whole.split()) == 1 and not whole.endswith(small):
                        yield scale, whole


def _beginnings(engine: RbnfEngine, rulesets: list[str]) -> Iterator[tuple[int, str]]:
    """What hundreds and thousands become before other numbers: "ciento" in "ciento dos"."""
    for ruleset in rulesets[:4]:
        for base in (*range(100, 1000, 100), *range(1000, 10_000, 1000)):
            for rest in (2, 10, 80) if base < 1000 else (2,):
                small = "".join(_spell(engine, rest, [ruleset]))
                for whole in _spell(engine, base + rest, [ruleset]):
                    beginning = whole.removesuffix(small).strip(" ,")
                    if beginning != whole and len(beginning) > 1:
                        yield base, beginning


_UNSPACED: Final = frozenset({"ja", "zh", "zh_Hant", "th", "km", "my"})

_RULES: Final[dict[str, tuple[str, ...]]] = {
    "nb": ("no",),
    "zh": ("zh", "zh_Hant"),
    "pt": ("pt", "pt_PT"),
    "fr": ("fr", "fr_CH"),
    "ur": (),
}
"""The CLDR rules that each language reads, where they are not simply its own."""

_POINTS: Final = ("point", "punkt", "komma", "virgule", "coma", "virgola", "點", "点", "फ़ॉइंट")

_GLUE: Final[dict[str, tuple[str, ...]]] = {
    "en": ("and ",),
    "de": ("und",),
    "es": ("y ",),
    "pt": ("e ",),
    "it": ("e ",),
    "fr": ("et ",),
    "ar": ("و",),
    "fa": ("و ",),
    "he": ("ו",),
    "sw": ("na ",),
    "af": ("en ",),
    "nl": ("en",),
    "da": ("og ",),
    "nb": ("og ",),
    "is": ("og ",),
    "sq": ("e ",),
    "ca": ("i ",),
    "el": ("και ",),
    "fil": ("at ", "'t "),
    "ro": ("si ",),
    "zh": ("零", "〇"),
    "vi": ("linh ", "lẻ ", "lẻ"),
    "my": ("့", "နဲ့"),
    "cy": ("a ", "ac "),
}

PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    "ar": ("و", "ب", "ل", "ال", "وال", "بال", "لل", "ف"),
    "he": ("ו", "ב", "ל", "ה", "מ", "ש", "כ", "בה", "לה"),
    "am": ("በ", "ለ", "የ", "ከ", "እስከ"),
    "fil": ("ika", "alas", "ala"),
    "id": ("ke",),
    "ms": ("ke",),
    "jv": ("kaping",),
    "ko": ("제",),
    "fr": ("d'", "l'"),
}
"""What languages write onto the front of a word: articles, conjunctions, prepositions."""

SUFFIX: Final[dict[str, int]] = {
    "tr": 7, "az": 7, "fi": 6, "hu": 6, "ko": 12, "mn": 6, "ka": 5, "hy": 5, "kn": 9, "ml": 9,
    "ta": 9, "te": 9, "lv": 3, "is": 3, "sq": 3, "bn": 4, "hi": 1, "el": 1, "ur": 1, "am": 2,
    "fa": 2, "de": 1,
}  # fmt: skip
"""Letters that inflection may add to the end of a word, by language."""

_SCALES: Final[dict[str, dict[str, int]]] = {
    "en": {"dozen": 12},
    "hi": {"सौ": 100, "हज़ार": 1000, "हजार": 1000, "लाख": 100_000, "करोड़": 10_000_000},
    "ur": {"سو": 100, "ہزار": 1000, "لاکھ": 100_000, "کروڑ": 10_000_000},
    "bn": {"শো": 100, "শ": 100, "শত": 100, "হাজার": 1000, "লাখ": 100_000, "লক্ষ": 100_000},
    "kn": {"ನೂರು": 100, "ಸಾವಿರ": 1000, "ಲಕ್ಷ": 100_000},
    "ml": {"നൂറ്": 100, "ആയിരം": 1000, "ലക്ഷം": 100_000},
    "te": {"వందల": 100, "వంద": 100, "వెయ్యి": 1000, "వేల": 1000, "లక్ష": 100_000},
    "mn": {"зуун": 100, "зуу": 100, "мянга": 1000, "мянган": 1000, "сая": 1_000_000},
    "jv": {"atus": 100, "ewu": 1000, "yuta": 1_000_000},
    "ar": {"مئه": 100, "مائه": 100, "ميه": 100, "الف": 1000, "الاف": 1000, "مليون": 1_000_000},
}


@cache
def _extra() -> dict[str, dict[str, str]]:
    """Spellings that the CLDR's rules do not give, by language and number."""
    source = resources.files("eulalia.dialog").joinpath("numberwords.toml")
    return tomllib.loads(source.read_text("utf-8"))
