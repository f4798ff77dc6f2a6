"""Where sentences end, in the languages whose marks and abbreviations are known.

A mark ends a sentence unless an abbreviation, an initial, an ordinal or a number owns it, or what
follows goes on in small letters. Chinese and Japanese marks end it wherever they stand. Quotes and
brackets that close go with the sentence they close.
"""

from __future__ import annotations

import re

_CLOSING = "\"'”’»›)]}」』）】》〉*_"
_ENDS = re.compile(
    rf"[。！？｡…]+(?<=[。！？｡])[{re.escape(_CLOSING)}]*"
    rf"|…{{2}}[{re.escape(_CLOSING)}]*(?=[^\s，、])"
    rf"|(?:[.!?]+|…+|[؟۔।])[{re.escape(_CLOSING)}]*(?:[ \u00a0\u202f]»)?(?=\s|$)"
    rf"|[.!?][{re.escape(_CLOSING)}]*(?=[\u3040-\u30ff\u4e00-\u9fff])"
)
_LAST_WORD = re.compile(r"[^\s(\[{\"'“‘«„/]+$")
_OPENING = "\"'“‘«‹„([{¿¡「『（*_"
# Words after which a full stop seldom ends a sentence, in small letters and without the last stop.
_TITLES = (
    "dr mr mrs ms prof st sr jr hr fr ing dipl sra srta dra dña mme mlle mgr vs cf fig figs no"
)
_ABBREVIATIONS = {
    "en": "e.g i.e eq eqs sec secs ch chap vol vols pp ed eds al approx dept est resp ref refs "
    "jan feb mar apr jun jul aug sep sept oct nov dec a.k.a viz ca op art",
    "de": "z.b d.h u.a bzw ca vgl usw abb bd bsp d.i evtl ggf inkl max min nr s sog str tab tel "
    "u.ä u.s.w v.a v.chr n.chr zz z.t jh jan feb apr aug sept okt nov dez kap geb gest bes dgl "
    "hrsg o.ä i.d.r i.a m.e o.g s.o s.u z.zt ggü entspr gem lt einschl allg",
    "es": "p.ej ej etc pág págs art cap ed ud uds núm tel aprox ee.uu a.c d.c depto av admón ref "
    "sres vol ec fig",
    "fr": "p.ex c.-à-d etc env éd av apr m mm chap vol art pp tél réf éq n.b janv févr avr juil "
    "sept oct nov déc bd fém masc",
    "tr": "örn vb vs bkz dr prof doç yrd av s no tel sn yy çev ed haz bşk alb yrb böl şek",
    "vi": "tp ts ths gs pgs v.v vd tr ths.bs",
    "ko": "예 cf",
}
# In these languages a number with a stop is an ordinal.
_ORDINALS = {
    "de",
    "tr",
    "da",
    "fi",
    "nb",
    "nn",
    "no",
    "is",
    "hu",
    "cs",
    "sk",
    "sl",
    "pl",
    "et",
    "hr",
}
# Where an abbreviation often is the last word all the same, a capital after it ends the sentence.
_OFTEN_LAST = set("etc usw u.s.w vb v.v al u.a".split())


def split_sentences(text: str, language: str) -> list[str]:
    """The sentences of a text without the white space around them; of nothing, none.

    `language` is a code such as de or zh-TW; a language that is not known is split by the rules
    common to all. Joined with the white space between them the sentences are the text.
    """
    base = re.split("[-_]", language.lower())[0]
    owners = set(f"{_TITLES} {_ABBREVIATIONS.get(base, '')}".split())
    sentences = []
    start = 0
    for end in _ENDS.finditer(text):
        if _ends(text, start, end, owners, base in _ORDINALS):
            sentences.append(text[start : end.end()].strip())
            start = end.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _ends(text: str, start: int, mark: re.Match[str], owners: set[str], ordinals: bool) -> bool:
    """Whether a sentence ends with this mark."""
    if mark[0][0] in "。！？｡؟۔।":
        return not text[mark.end() :].startswith(("，", "、", "と"))
    following = text[mark.end() :].lstrip()
    if not following:
        return True
    after = following.lstrip(_OPENING)[:1]
    goes_on = after.islower() or after in ",;:，；、)"
    if goes_on:
        return False
    if not mark[0].startswith(".") or mark[0].startswith(".."):
        return True
    found = _LAST_WORD.search(text, start, mark.start())
    word = found[0].lstrip(_OPENING) if found else ""
    if not word:
        # A list's own number or mark, or an end that another mark has made already.
        return False
    plain = word.lower()
    if plain in owners:
        return plain in _OFTEN_LAST and after.isupper()
    if len(word) == 1 and word.isalpha():
        return False
    if word.isdigit():
        begins = found is not None and not text[start : found.start()].strip()
        return not begins and not (ordinals and len(word) < 3)
    return True
