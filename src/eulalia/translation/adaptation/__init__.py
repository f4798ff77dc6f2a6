"""Translation by the example of parallel data."""

from eulalia.translation.adaptation.memory import Match, TranslationMemory
from eulalia.translation.adaptation.reuse import reused

METHODS = ("examples", "reuse")
"""How pairs are used: shown to the model beside the sentence, or taken over where they are close.

With either, a pair that is the sentence word for word is taken over, and one that differs in
numbers and protected spans alone is repaired.
"""

__all__ = ["METHODS", "Match", "TranslationMemory", "reused"]
