"""Proof: learned rewrites tried on some customers, and kept only if they win."""

from eulalia.learning.experiments.decisions import Decision, decide
from eulalia.learning.experiments.exposures import Exposure, Exposures
from eulalia.learning.experiments.groups import REWRITES, Group, group, is_applied
from eulalia.learning.experiments.intervals import Rate, rate
from eulalia.learning.experiments.judge import Judgement, Trial, judge
from eulalia.learning.experiments.sequential import Difference, difference

__all__ = [
    "REWRITES",
    "Decision",
    "Difference",
    "Exposure",
    "Exposures",
    "Group",
    "Judgement",
    "Rate",
    "Trial",
    "decide",
    "difference",
    "group",
    "is_applied",
    "judge",
    "rate",
]
