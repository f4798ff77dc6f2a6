"""Training of translation models, and conversion of others."""

from eulalia.translation.training.trainer import Recipe, train

__all__ = ["Recipe", "train"]
