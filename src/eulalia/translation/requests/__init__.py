"""Annotated requests in another language, with their slots."""

from eulalia.translation.requests.agreement import Agreement, compare
from eulalia.translation.requests.annotated import AnnotatedRequest, Part
from eulalia.translation.requests.translation import TranslatedRequest, translate_requests

__all__ = [
    "Agreement",
    "AnnotatedRequest",
    "Part",
    "TranslatedRequest",
    "compare",
    "translate_requests",
]
