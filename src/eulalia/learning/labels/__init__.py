"""From what happened to what was wanted: labels for turns, and what to ask where none is sure."""

from eulalia.learning.labels.calibration import PrecisionError
from eulalia.learning.labels.dialogue import Dialogues, LabelModelError
from eulalia.learning.labels.labelling import Label, label

__all__ = ["Dialogues", "Label", "LabelModelError", "PrecisionError", "label"]
