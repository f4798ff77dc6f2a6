"""Errors of the protocol itself, under Amazon's names; those of requests are the operations'."""

from __future__ import annotations

from typing import Final

STATUS: Final = {
    "AccessDeniedException": 403,
    "ConcurrentModificationException": 409,
    "ConflictException": 409,
    "InternalServerException": 500,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "RequestEntityTooLargeException": 413,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
    "TooManyRequestsException": 429,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
}
"""The HTTP status of each error, as Amazon's service model says; of all others, 400."""


class ProtocolError(Exception):
    """A request that is not let in."""

    def __init__(self, code: str, message: str) -> None:
        """Take the error's name and what is wrong, in a sentence."""
        super().__init__(message)
        self.code = code
