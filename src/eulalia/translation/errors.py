"""What can be wrong with documents to translate."""

from eulalia.errors import EulaliaError


class TranslationError(EulaliaError):
    """A document, a language or a set of pairs that cannot be used."""
