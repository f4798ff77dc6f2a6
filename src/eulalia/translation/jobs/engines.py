"""Which engines there are to translate with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from eulalia.translation.masking import Masked
from eulalia.translation.pairs import ParallelData
from eulalia.translation.resources.errors import LanguagePairError, UnavailableError
from eulalia.translation.shipped import shipped_pairs


class Translator(Protocol):
    """An engine from one language to another."""

    def translate(
        self,
        texts: Sequence[str],
        *,
        pairs: ParallelData | None = None,
        terminology: Mapping[str, str] | None = None,
    ) -> list[str]:
        """The translations, in the same order."""

    def translate_masked(
        self,
        texts: Sequence[Masked],
        *,
        pairs: ParallelData | None = None,
        terminology: Mapping[str, str] | None = None,
    ) -> list[str]:
        """The translations of documents' segments, with the masks in them."""

    def prepare(
        self, pairs: ParallelData, stepped: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """Do ahead of its use what pairs need; `stepped` is told what is done, of how much."""


class Engines(Protocol):
    """Opens engines; workers are handed it, so that it must be possible to pickle it."""

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The source and target languages for which there is an engine."""

    def open(self, source_language: str, target_language: str) -> Translator:
        """The engine for two languages. Raises LanguagePairError where there is none."""


@dataclass(frozen=True)
class InstalledEngines:
    """The models that come with Eulalia, and those that were named."""

    models: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """A model's path or name for two languages; it goes before a shipped one."""
    method: str | None = None
    """How pairs are used, one of `adaptation.METHODS`, or the best that can be had."""

    def pairs(self) -> frozenset[tuple[str, str]]:
        """As Engines says."""
        return frozenset({*self.models, *shipped_pairs()})

    def open(self, source_language: str, target_language: str) -> Translator:
        """As Engines says. Raises UnavailableError when packages are missing."""
        check_pair(self, source_language, target_language)
        try:
            from eulalia.translation.engine import Engine
        except ImportError as error:
            raise UnavailableError(
                f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
            ) from error
        model = self.models.get((source_language, target_language))
        engine: Translator = Engine.open(source_language, target_language, model, self.method)
        return engine


def check_pair(engines: Engines, source_language: str, target_language: str) -> None:
    """Raise LanguagePairError unless there is an engine for these languages."""
    known = engines.pairs()
    if (source_language, target_language) in known:
        return
    if source_language == "auto":
        raise LanguagePairError("Languages are not detected here; name the source language.")
    told = ", ".join(f"{source} to {target}" for source, target in sorted(known))
    raise LanguagePairError(
        f"There is no engine from {source_language} to {target_language}; there is "
        f"{told or 'none at all'}."
    )
