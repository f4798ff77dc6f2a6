"""What is learned from all customers: the global layer."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self
from urllib.parse import quote, unquote
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from eulalia.errors import EulaliaError
from eulalia.learning.rewriting.table import LOOKED_THROUGH_WITHOUT_INDEX, Table, has_index
from eulalia.learning.wording import Wording
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.text.vectors import Vectors

_FORM: Final = "2"
"""Of the files; a folder of another form is made anew."""
_LOCALE: Final = "locale-"
_ORDER: Final = {status: place for place, status in enumerate((Status.PINNED, Status.KEPT))}
"""Which of two rewrites of one request counts; a person's will comes first."""


class SharedRewritesError(EulaliaError):
    """Files of shared rewrites that cannot be written or read."""


class Shared:
    """Learned rewrites, found by their requests: the very words, the sound, the nearest vectors.

    Those that are one customer's own are left out.
    """

    def __init__(
        self,
        vectors: Vectors,
        rewrites: Iterable[LearnedRewrite],
        wordings: Mapping[str, Wording] = MappingProxyType({}),
    ) -> None:
        """Of rewrites of one request in one locale, a pinned one counts, or else one that is kept,
        or else the first. `wordings` tells by locale how usual words are in requests that served;
        where it does not, the rewrites do."""
        ordered = sorted(rewrites, key=lambda rewrite: _ORDER.get(rewrite.status, len(_ORDER)))
        by_locale: dict[str, dict[str, LearnedRewrite]] = {}
        for rewrite in ordered:
            if rewrite.customer is None:
                by_locale.setdefault(rewrite.locale, {}).setdefault(rewrite.request, rewrite)
        self._tables: Mapping[str, Table] = {
            locale: Table.of(vectors, locale, list(found.values()), wordings.get(locale))
            for locale, found in by_locale.items()
        }

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The shared rewrites that `save` wrote, mapped into memory and not read.

        Raises SharedRewritesError when the folder does not hold them whole.
        """
        shared = cls.__new__(cls)
        try:
            shared._tables = {
                unquote(place.name.removeprefix(_LOCALE)): Table.open(place)
                for place in sorted(folder.iterdir())
                if place.name.startswith(_LOCALE)
            }
        except (
            OSError, ValueError, KeyError, RuntimeError, ImportError, BadZipFile,
        ) as error:  # fmt: skip
            raise SharedRewritesError(
                f"{folder} holds no shared rewrites that can be read ({error}); remove it, and it "
                "is made anew."
            ) from error
        return shared

    def save(self, folder: Path) -> None:
        """Write everything into a folder, whole or not at all; one that is there stays.

        Raises SharedRewritesError when it cannot be written.
        """
        unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.unfinished")
        try:
            unfinished.mkdir(parents=True)
            for locale, table in self._tables.items():
                table.save(unfinished / (_LOCALE + quote(locale, safe="")))
            if not folder.exists():
                unfinished.rename(folder)
        except OSError as error:
            if not folder.exists():  # else another one was quicker
                raise SharedRewritesError(
                    f"{folder} cannot be written ({error}); free its place or name another folder."
                ) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    @classmethod
    def at(
        cls,
        revision: int,
        folder: Path,
        vectors: Vectors,
        rewrites: Callable[[], Iterable[LearnedRewrite]],
    ) -> Self:
        """The shared rewrites of a revision, from the files below a folder, which are made where
        they are not there or broken; those of other revisions are removed.

        Raises SharedRewritesError when the files cannot be written.
        """
        place = folder / f"{_FORM}-{revision}"
        if place.exists():
            try:
                return cls.open(place)
            except SharedRewritesError:
                shutil.rmtree(place, ignore_errors=True)
        made = cls(vectors, rewrites())
        made.save(place)
        for other in folder.iterdir():
            # Whoever still has an older one open keeps what is mapped. One that is being written
            # by somebody else is left alone.
            if other != place and not other.name.startswith("."):
                shutil.rmtree(other, ignore_errors=True)
        return made

    def __len__(self) -> int:
        return sum(map(len, self._tables.values()))

    @property
    def notice(self) -> str | None:
        """What is not found for lack of a package, in one sentence."""
        most = max(map(len, self._tables.values()), default=0)
        if has_index() or most <= LOOKED_THROUGH_WITHOUT_INDEX:
            return None
        return (
            f"Of {most:,} shared rewrites only the first {LOOKED_THROUGH_WITHOUT_INDEX:,} are "
            "compared by meaning; pip install 'eulalia[learn]' for an index of all."
        )

    def wording(self, locale: str) -> Wording | None:
        """How usual words are in what is known to work; None where nothing is."""
        table = self._tables.get(locale)
        return table.wording if table else None

    def get(self, request: str, locale: str) -> LearnedRewrite | None:
        """The rewrite of these very words, normalised."""
        table = self._tables.get(locale)
        return table.get(request) if table else None

    def sounding(self, request: str, locale: str) -> list[LearnedRewrite]:
        """Some rewrites whose requests sound like this one."""
        table = self._tables.get(locale)
        return table.sounding(request) if table else []

    def near(
        self, vector: NDArray[np.float32], locale: str, count: int
    ) -> list[tuple[LearnedRewrite, float]]:
        """The rewrites whose requests' vectors are nearest to that of shape (size,), with their
        cosines, nearest first."""
        table = self._tables.get(locale)
        return table.near(vector, count) if table else []
