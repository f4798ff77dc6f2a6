"""What can be wrong with a request, under the names that Amazon Translate gives it."""

from __future__ import annotations

from typing import ClassVar

from eulalia.translation.errors import TranslationError


class RequestError(TranslationError):
    """A request that cannot be carried out; nothing was changed."""

    code: ClassVar[str] = "InvalidRequestException"
    """The name of the exception that Amazon's clients raise."""


class ParameterError(RequestError):
    """A value that cannot be used, or not here."""

    code = "InvalidParameterValueException"


class FilterError(RequestError):
    """A filter of a list that cannot be used."""

    code = "InvalidFilterException"


class NotFoundError(RequestError):
    """There is no resource or job of this name."""

    code = "ResourceNotFoundException"


class ConflictError(RequestError):
    """There is such a thing already."""

    code = "ConflictException"


class ModifiedError(RequestError):
    """Something is being changed, or is in use, and must be left alone until that is over."""

    code = "ConcurrentModificationException"


class LimitError(RequestError):
    """More, or larger, than is taken."""

    code = "LimitExceededException"


class TooManyError(RequestError):
    """So much waits already that no more is taken."""

    code = "TooManyRequestsException"


class TextSizeError(RequestError):
    """A text that is too long to be translated at once."""

    code = "TextSizeLimitExceededException"


class TooManyTagsError(RequestError):
    """More tags than a resource may have."""

    code = "TooManyTagsException"


class LanguagePairError(RequestError):
    """There is no engine from the one language to the other."""

    code = "UnsupportedLanguagePairException"


class DisplayLanguageError(RequestError):
    """Languages have no names in this language."""

    code = "UnsupportedDisplayLanguageCodeException"


class UnavailableError(RequestError):
    """Something that is needed is not there now: a bucket, the database, an engine."""

    code = "ServiceUnavailableException"
