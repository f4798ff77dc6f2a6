"""The models that come along."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION

MODELS = Path(__file__).parents[1] / "models"


@cache
def shipped_pairs() -> dict[tuple[str, str], Path]:
    """The source and target languages that come along, and the folder of the model for each."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(MODELS.glob(f"translation*/{DESCRIPTION}")):
        for pair in json.loads(path.read_text("utf-8"))["source_prefixes"]:
            source, _, target = pair.partition("-")
            found[source, target] = path.parent
    return found


def shipped(source_language: str, target_language: str) -> Path:
    """The folder of the model that comes along for two languages.

    Raises TranslationError where there is none, naming those that there are.
    """
    found = shipped_pairs()
    if (source_language, target_language) not in found:
        told = ", ".join(f"{source}-{target}" for source, target in sorted(found))
        raise TranslationError(
            f"No model from {source_language} to {target_language} comes along "
            f"({told or 'none does'}); name the folder of one, or a Marian, M2M or NLLB checkpoint."
        )
    return found[source_language, target_language]
