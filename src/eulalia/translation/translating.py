"""Documents translated; whatever is not text stays as it is, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping

from eulalia.translation.documents import Translatable
from eulalia.translation.engine import Engine
from eulalia.translation.pairs import ParallelData


def translate_document(
    document: Translatable,
    engine: Engine,
    *,
    pairs: ParallelData | None = None,
    terminology: Mapping[str, str] | None = None,
) -> str:
    """A document (`documents.open_document`) in the engine's target language.

    Raises TranslationError as `Engine.translate` does.
    """
    numbers = [i for i, segment in enumerate(document.segments) if segment.translatable]
    texts = [document.segments[number].masked for number in numbers]
    translated = engine.translate_masked(texts, pairs=pairs, terminology=terminology)
    return document.render(dict(zip(numbers, translated, strict=True)))
