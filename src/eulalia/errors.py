"""The one error that every part of Eulalia raises for bad input."""

from __future__ import annotations


class EulaliaError(Exception):
    """Something the user can mend; its text is one sentence that says what and how."""
