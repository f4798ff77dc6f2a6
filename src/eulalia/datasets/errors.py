"""The error of every data set reader."""

from __future__ import annotations

from eulalia.errors import EulaliaError


class DatasetError(EulaliaError):
    """A data set that is absent, broken or cannot be had; the sentence names the file and line."""
