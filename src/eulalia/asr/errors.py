"""What can go wrong between a sound and its words."""

from __future__ import annotations

from eulalia.errors import EulaliaError


class ModelError(EulaliaError):
    """A model folder that is missing, incomplete or broken."""


class RecognitionError(EulaliaError):
    """A request that a recogniser cannot honour."""
