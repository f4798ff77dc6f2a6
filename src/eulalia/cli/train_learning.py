"""`eulalia train failures`, `rephrases`, `defects` and `labels`: what learning judges turns by."""

from __future__ import annotations

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.cli.train_options import Output, Recipe, Threads, train


def failures(recipe: Recipe, data: DataFolder = DEFAULT_DATA, output: Output = None) -> None:
    """Fit what says where turns failed, on logs whose truth is known."""
    train("eulalia.learning.training.failures", recipe, output, data=data)


def rephrases(recipe: Recipe, output: Output = None) -> None:
    """Fit what finds requests that are said again, on logs that tell the goals."""
    train("eulalia.learning.training.rephrases", recipe, output)


def defects(recipe: Recipe, output: Output = None) -> None:
    """Fit the probability that a customer was not served, on logs whose truth is known."""
    train("eulalia.learning.training.defects", recipe, output)


def labels(recipe: Recipe, output: Output = None, threads: Threads = 1) -> None:
    """Fit what tells from dialogues what was wanted, on logs whose truth is known."""
    train("eulalia.learning.training.labels", recipe, output, threads=threads)
