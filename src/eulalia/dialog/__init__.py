"""What stands between a meaning and an answer: resolution, arbitration, the words to say."""

from eulalia.dialog.answers import Answers
from eulalia.dialog.arbitration import Candidate, arbitrate
from eulalia.dialog.resolution import resolve

__all__ = ["Answers", "Candidate", "arbitrate", "resolve"]
