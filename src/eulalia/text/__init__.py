"""What several subsystems read text with."""

from eulalia.text.tokens import CHARACTER_LOCALES, Token, tokenize

__all__ = ["CHARACTER_LOCALES", "Token", "tokenize"]
