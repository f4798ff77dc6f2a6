"""Codes of languages."""

from __future__ import annotations

from eulalia.translation.errors import TranslationError


def check_language(code: str) -> str:
    """The code of a language as it is usually written: `pt-BR` for `pt_br`.

    Raises TranslationError for a language that is not known.
    """
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(code.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise TranslationError(
            f"{code!r} is no language that is known; give a code such as en, de or zh-TW."
        ) from error
    if locale.script and "-" not in code and "_" not in code:
        return locale.language
    return str(locale).replace("_", "-")
