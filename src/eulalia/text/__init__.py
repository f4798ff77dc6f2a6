"""What several subsystems read text with."""

from eulalia.text.grammar import Arc, Grammar, GrammarError
from eulalia.text.tokens import CHARACTER_LOCALES, Token, tokenize

__all__ = ["CHARACTER_LOCALES", "Arc", "Grammar", "GrammarError", "Token", "tokenize"]
