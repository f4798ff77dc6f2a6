"""From turns to what should be done otherwise: defects, rewrites, failure points, labels."""

from eulalia.learning import logs
from eulalia.learning.logs import LogError
from eulalia.learning.state import state

__all__ = [
    "LogError",
    "logs",
    "state",
]
