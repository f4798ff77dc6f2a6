"""Translations kept in step with their sources."""

from eulalia.translation.synchronisation.changes import Change, changes_of, summary
from eulalia.translation.synchronisation.layout import Layout, documents, lay_out
from eulalia.translation.synchronisation.planning import Plan, plan
from eulalia.translation.synchronisation.state import alone, recover
from eulalia.translation.synchronisation.synchronising import Result, carry_out

__all__ = [
    "Change",
    "Layout",
    "Plan",
    "Result",
    "alone",
    "carry_out",
    "changes_of",
    "documents",
    "lay_out",
    "plan",
    "recover",
    "summary",
]
