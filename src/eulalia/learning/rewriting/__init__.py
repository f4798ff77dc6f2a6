"""Requests put in words that are understood, while they are made."""

from eulalia.learning.rewriting.candidates import Request
from eulalia.learning.rewriting.history import History
from eulalia.learning.rewriting.meaning import Meaning
from eulalia.learning.rewriting.online import OnlineRewriter, Proposal
from eulalia.learning.rewriting.rewriter import Rewriter
from eulalia.learning.rewriting.shared import Shared

__all__ = [
    "History",
    "Meaning",
    "OnlineRewriter",
    "Proposal",
    "Request",
    "Rewriter",
    "Shared",
]
