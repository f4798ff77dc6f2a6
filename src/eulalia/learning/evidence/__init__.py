"""What in a turn, its session and its trace speaks for or against each kind of failure."""

from eulalia.learning.evidence.evidence import Evidence, read

__all__ = ["Evidence", "read"]
