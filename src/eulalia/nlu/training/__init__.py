"""Training of the understanding model."""

from eulalia.nlu.training.trainer import train

__all__ = ["train"]
