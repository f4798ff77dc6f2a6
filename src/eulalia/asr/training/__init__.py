"""Training of the recogniser."""

from eulalia.asr.training.trainer import train

__all__ = ["train"]
