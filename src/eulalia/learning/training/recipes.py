"""Recipes: TOML files that say what a model is fitted on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError


def settings(recipe: Path, wanted: Mapping[str, type]) -> dict[str, Any]:
    """The settings of a recipe. Raises EulaliaError for one that is not of the type wanted."""
    try:
        found = tomllib.loads(recipe.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EulaliaError(f"{recipe} cannot be read as a recipe ({error}).") from error
    for name, kind in wanted.items():
        if not isinstance(found.get(name), kind):
            raise EulaliaError(f"{recipe} must give {name} as {kind.__name__}.")
    if unknown := sorted(found.keys() - wanted.keys()):
        raise EulaliaError(f"{recipe} gives {unknown[0]}, which this model has no use for.")
    return found


def numbers(names: Iterable[str]) -> npt.NDArray[np.intp]:
    """A number for each name, the same for equal ones."""
    return np.unique(list(names), return_inverse=True)[1].astype(np.intp)
