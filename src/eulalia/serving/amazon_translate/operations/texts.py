"""Operations that translate at once, with the members that Amazon's reference gives them."""

from __future__ import annotations

from eulalia.serving.amazon_translate.operations.call import Call, Values, refuse_settings
from eulalia.translation.resources import terminologies
from eulalia.translation.resources.errors import LimitError, RequestError, TextSizeError

LONGEST_TEXT = 10_000
"""Bytes of a text that is translated at once."""
LARGEST_DOCUMENT = 102_400
"""Bytes of a document that is translated at once."""


def translate_text(values: Values, call: Call) -> Values:
    """TranslateText: a text of up to 10,000 bytes, at once."""
    size = len(values["Text"].encode())
    if size > LONGEST_TEXT:
        raise TextSizeError(
            f"A text may have {LONGEST_TEXT:,} bytes, and this one has {size:,}; divide it."
        )
    content, told = _translated(values, call, values["Text"].encode(), "text/plain")
    return {"TranslatedText": content.decode(), **told}


def translate_document(values: Values, call: Call) -> Values:
    """TranslateDocument: a document of up to 102,400 bytes, at once."""
    document = values["Document"]
    if len(document["Content"]) > LARGEST_DOCUMENT:
        raise LimitError(
            f"A document may have {LARGEST_DOCUMENT:,} bytes; translate it with a job."
        )
    content, told = _translated(values, call, document["Content"], document["ContentType"])
    return {"TranslatedDocument": {"Content": content}, **told}


def _translated(values: Values, call: Call, content: bytes, type_: str) -> tuple[bytes, Values]:
    refuse_settings(values)
    source, target = values["SourceLanguageCode"], values["TargetLanguageCode"]
    names = values.get("TerminologyNames", ())
    if len(names) > 1:
        raise RequestError(f"A request takes one terminology, not {len(names)}.")
    terms: dict[str, str] = {}
    for name in names:
        terms = terminologies.terms(call.store, name, source, target)
    made = call.translators.translate(content, type_, (source, target), terms or None)
    told: Values = {"SourceLanguageCode": source, "TargetLanguageCode": target}
    applied = [{"SourceText": a, "TargetText": b} for a, b in made.terms.items()]
    told["AppliedTerminologies"] = [{"Name": name, "Terms": applied} for name in names]
    return made.content, told
