"""The small models that learning ships as tables of weights."""

from __future__ import annotations

import json
from pathlib import Path

from eulalia.errors import EulaliaError
from eulalia.learning.logistic import Logistic

MODELS = Path(__file__).parent.parent / "models" / "failures"


def load(name: str, folder: Path = MODELS) -> Logistic:
    """The model `NAME.json` of a folder. Raises EulaliaError when there is none."""
    file = folder / f"{name}.json"
    try:
        plain = json.loads(file.read_text("utf-8"))
        return Logistic(float(plain["bias"]), dict(plain["weights"]), dict(plain["usual"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EulaliaError(
            f"{file} holds no table of weights ({error!r}); fit it again."
        ) from error


def save(model: Logistic, name: str, folder: Path) -> None:
    """Write a model as `NAME.json`, whole or not at all."""
    plain = {
        "bias": round(model.bias, 4),
        "weights": {key: round(value, 4) for key, value in model.weights.items()},
        "usual": dict(model.usual),
    }
    part = folder / f".{name}.part"
    part.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")
    part.replace(folder / f"{name}.json")
