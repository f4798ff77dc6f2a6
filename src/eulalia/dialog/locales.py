"""The 52 locales of MASSIVE: their languages, scripts and names in the CLDR."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel import Locale as CldrLocale

from eulalia.errors import EulaliaError


class LocaleError(EulaliaError):
    """A locale that is not one of the 52."""


@dataclass(frozen=True, slots=True)
class Locale:
    """A language as one country uses it."""

    code: str
    """The name that MASSIVE gives it, such as de-DE."""
    language: str
    """The English name of the language."""
    script: str
    """The ISO 15924 code of the script that requests are written in, such as Latn."""
    cldr: str
    """The identifier under which the CLDR, and so Babel, knows it."""


_ROWS: Final = """
af-ZA Afrikaans             Latn af_ZA
am-ET Amharic               Ethi am_ET
ar-SA Arabic                Arab ar_SA
az-AZ Azerbaijani           Latn az_Latn_AZ
bn-BD Bengali               Beng bn_BD
ca-ES Catalan               Latn ca_ES
cy-GB Welsh                 Latn cy_GB
da-DK Danish                Latn da_DK
de-DE German                Latn de_DE
el-GR Greek                 Grek el_GR
en-US English               Latn en_US
es-ES Spanish               Latn es_ES
fa-IR Persian               Arab fa_IR
fi-FI Finnish               Latn fi_FI
fr-FR French                Latn fr_FR
he-IL Hebrew                Hebr he_IL
hi-IN Hindi                 Deva hi_IN
hu-HU Hungarian             Latn hu_HU
hy-AM Armenian              Armn hy_AM
id-ID Indonesian            Latn id_ID
is-IS Icelandic             Latn is_IS
it-IT Italian               Latn it_IT
ja-JP Japanese              Jpan ja_JP
jv-ID Javanese              Latn jv_ID
ka-GE Georgian              Geor ka_GE
km-KH Khmer                 Khmr km_KH
kn-IN Kannada               Knda kn_IN
ko-KR Korean                Kore ko_KR
lv-LV Latvian               Latn lv_LV
ml-IN Malayalam             Mlym ml_IN
mn-MN Mongolian             Cyrl mn_MN
ms-MY Malay                 Latn ms_MY
my-MM Burmese               Mymr my_MM
nb-NO Norwegian             Latn nb_NO
nl-NL Dutch                 Latn nl_NL
pl-PL Polish                Latn pl_PL
pt-PT Portuguese            Latn pt_PT
ro-RO Romanian              Latn ro_RO
ru-RU Russian               Cyrl ru_RU
sl-SL Slovenian             Latn sl_SI
sq-AL Albanian              Latn sq_AL
sv-SE Swedish               Latn sv_SE
sw-KE Swahili               Latn sw_KE
ta-IN Tamil                 Taml ta_IN
te-IN Telugu                Telu te_IN
th-TH Thai                  Thai th_TH
tl-PH Tagalog               Latn fil_PH
tr-TR Turkish               Latn tr_TR
ur-PK Urdu                  Arab ur_PK
vi-VN Vietnamese            Latn vi_VN
zh-CN Chinese-(Simplified)  Hans zh_Hans_CN
zh-TW Chinese-(Traditional) Hant zh_Hant_TW
"""

LOCALES: Final[dict[str, Locale]] = {
    code: Locale(code, language.replace("-", " "), script, cldr)
    for code, language, script, cldr in (row.split() for row in _ROWS.split("\n") if row)
}
"""Every locale by its MASSIVE name. MASSIVE writes sl-SL for Slovenian and tl-PH for Filipino."""


def check(locale: str) -> Locale:
    """The locale of that name; the case of letters and `_` for `-` do not matter.

    Raises LocaleError, naming near ones, for a name that is not one of the 52.
    """
    wanted = locale.replace("_", "-").casefold()
    for code, known in LOCALES.items():
        if code.casefold() == wanted:
            return known
    raise LocaleError(f"There is no locale {locale[:20]!r}; did you mean {_near(wanted)}?")


@cache
def cldr(locale: str) -> CldrLocale:
    """Babel's data for one of the 52 locales; LocaleError for any other."""
    return CldrLocale.parse(check(locale).cldr)


def _near(wanted: str) -> str:
    """One to three codes that the customer may have meant, in words."""
    language = wanted.split("-")[0]
    codes = [code for code in LOCALES if code.split("-")[0] == language]
    codes += [c for c, known in LOCALES.items() if wanted and wanted in known.language.casefold()]
    folded = {code.casefold(): code for code in LOCALES}
    codes += [folded[near] for near in difflib.get_close_matches(wanted[:20], folded, cutoff=0.4)]
    names = list(dict.fromkeys(codes))[:3] or ["en-US"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
