"""Values for slots beyond those of the training requests: the world's countries and cities, as the
CLDR (through Babel) calls them in every locale."""

from __future__ import annotations

from itertools import chain

from babel import Locale, UnknownLocaleError

from eulalia.text import tokenize
from eulalia.text.features import normalize


def places(locale: str) -> set[tuple[str, ...]]:
    """Countries and cities in a locale's words, as normalised tokens."""
    try:
        data = Locale.parse(locale, sep="-")
    except UnknownLocaleError:  # not all of MASSIVE's are the CLDR's (sl-SL), but all languages are
        data = Locale.parse(locale.partition("-")[0])
    zones = data.time_zones.values()
    cities = (str(zone["city"]) for zone in zones if "city" in zone)
    countries = (name for code, name in data.territories.items() if code.isalpha())
    return {
        tuple(normalize(token.text) for token in tokenize(name, locale))
        for name in chain(countries, cities)
    }
