"""Translation by the example of parallel data."""

from eulalia.translation.adaptation.memory import Match, TranslationMemory
from eulalia.translation.adaptation.reuse import reused
from eulalia.translation.adaptation.vectors import Vectors

METHODS = ("tuned", "neighbours", "examples", "reuse")
"""How pairs are used: the model learns from all of them before it translates (once for each set of
pairs, by torch); what people wrote in like places has a say at every step; the nearest pair is
shown to the model beside the sentence; or what is close is taken over.

With each, a pair that is the sentence word for word is taken over, and one that differs in
numbers and protected spans alone is repaired.
"""

__all__ = ["METHODS", "Match", "TranslationMemory", "Vectors", "reused"]
