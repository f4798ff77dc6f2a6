"""Words to meaning."""

from eulalia.nlu.model import ModelError, Understander

__all__ = ["ModelError", "Understander"]
