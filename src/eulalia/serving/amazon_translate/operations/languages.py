"""The operation that tells which languages there are."""

from __future__ import annotations

from babel import Locale

from eulalia.serving.amazon_translate.operations.call import Call, Values, page_asked
from eulalia.translation.resources import pages
from eulalia.translation.resources.errors import DisplayLanguageError

_DISPLAYED = ("de", "en", "es", "fr", "it", "ja", "ko", "pt", "zh", "zh-TW")


def list_languages(values: Values, call: Call) -> Values:
    """ListLanguages: a page of the languages of the engines that are there."""
    display = values.get("DisplayLanguageCode", "en")
    if display not in _DISPLAYED:
        raise DisplayLanguageError(
            f"Languages have no names in {display!r} here, but in {', '.join(_DISPLAYED)}."
        )
    count, token = page_asked(values)
    names = Locale.parse(display, sep="-").languages
    known = sorted({code for pair in call.translators.engines.pairs() for code in pair})
    found = [code for code in known if code > pages.after(token)][: count + 1]
    page = pages.page(found, count, lambda code: code)
    listed = [
        {"LanguageName": names.get(code.replace("-", "_"), code), "LanguageCode": code}
        for code in page.things
    ]
    return {"Languages": listed, "DisplayLanguageCode": display, "NextToken": page.token}
