"""The rewrites of one locale, found by the words, the sound or the meaning of their requests."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.learning.similarity import sounds
from eulalia.learning.state import normalize
from eulalia.learning.wording import Wording
from eulalia.rewrites import LearnedRewrite
from eulalia.text.vectors import Vectors

LOOKED_THROUGH: Final = 20_000
"""Rewrites up to which all vectors are compared; more have an index of neighbours."""
LOOKED_THROUGH_WITHOUT_INDEX: Final = 100_000
"""The same where usearch is not installed; those behind are found by words and sound alone."""
_ALIKE_IN_SOUND: Final = 8
"""Rewrites whose requests sound the same that are found at most."""
_BLOCK: Final = 10_000

Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class Table:
    """n rewrites, in memory or mapped from files, in the order in which they were given."""

    lines: Any
    """bytes or a map of a file: the rewrites as JSON, one behind the other."""
    ends: NDArray[np.int64]
    """(n,) where each ends in `lines`."""
    words: Keys
    """(n,) keys of the requests, sorted."""
    words_rows: NDArray[np.int32]
    """(n,) the rewrite of each of those keys."""
    sound: Keys
    """(n,) keys of how the requests sound, sorted."""
    sound_rows: NDArray[np.int32]
    """(n,) the rewrite of each of those keys."""
    vectors: NDArray[np.float32] | None
    """(n or the first so many, size) where all are compared; None where there is an index."""
    wording: Wording
    """How usual words are in what works."""
    index: Any = None
    """usearch's index of all vectors."""

    @classmethod
    def of(
        cls,
        vectors: Vectors,
        locale: str,
        rewrites: Sequence[LearnedRewrite],
        wording: Wording | None = None,
    ) -> Self:
        """The table of rewrites that are of one locale, each with another request; where it is not
        told how usual words are, what the requests are rewritten to tells."""
        lines = [rewrite.to_json().encode() for rewrite in rewrites]
        words, words_rows = _sorted(rewrite.request for rewrite in rewrites)
        sound, sound_rows = _sorted(sounds(rewrite.request) for rewrite in rewrites)
        few = len(rewrites) <= LOOKED_THROUGH or not has_index()
        requests = [rewrite.request for rewrite in rewrites]
        compared = requests[:LOOKED_THROUGH_WITHOUT_INDEX]
        return cls(
            lines=b"".join(lines),
            ends=np.cumsum([len(line) for line in lines], dtype=np.int64),
            words=words,
            words_rows=words_rows,
            sound=sound,
            sound_rows=sound_rows,
            vectors=vectors.of(compared, locale) if few else None,
            wording=wording
            or Wording.fit([normalize(rewrite.text).split() for rewrite in rewrites]),
            index=None if few else _build(vectors, locale, requests),
        )

    def __len__(self) -> int:
        return len(self.ends)

    def get(self, request: str) -> LearnedRewrite | None:
        """The rewrite of these very words, normalised."""
        found = (self.rewrite(row) for row in _rows(self.words, self.words_rows, request))
        return next((rewrite for rewrite in found if rewrite.request == request), None)

    def sounding(self, request: str) -> list[LearnedRewrite]:
        """Some rewrites whose requests sound like this one."""
        rows = _rows(self.sound, self.sound_rows, sounds(request))
        return [self.rewrite(row) for row in rows[:_ALIKE_IN_SOUND]]

    def near(self, vector: NDArray[np.float32], count: int) -> list[tuple[LearnedRewrite, float]]:
        """The rewrites whose requests' vectors are nearest to that of shape (size,), with their
        cosines, nearest first."""
        if self.vectors is None:
            found = self.index.search(vector, count)
            rows, cosines = found.keys.tolist(), (1.0 - found.distances).tolist()
        else:
            every = self.vectors @ vector
            best = np.argpartition(-every, min(count, len(every) - 1))[:count]
            best = best[np.argsort(-every[best], kind="stable")]
            rows, cosines = best.tolist(), every[best].tolist()
        return [(self.rewrite(row), cosine) for row, cosine in zip(rows, cosines, strict=True)]

    def rewrite(self, row: int) -> LearnedRewrite:
        """The rewrite of that number."""
        start = int(self.ends[row - 1]) if row else 0
        return LearnedRewrite.from_json(bytes(self.lines[start : int(self.ends[row])]).decode())

    def save(self, folder: Path) -> None:
        """Write the files of the table into a folder, which is made. May raise OSError."""
        folder.mkdir(parents=True)
        (folder / "lines.jsonl").write_bytes(self.lines)
        for name in ("ends", "words", "words_rows", "sound", "sound_rows", "vectors"):
            if getattr(self, name) is not None:
                np.save(folder / f"{name}.npy", getattr(self, name))
        np.savez(folder / "wording.npz", **self.wording.arrays())  # type: ignore[arg-type]
        if self.index is not None:
            self.index.save(str(folder / "vectors.usearch"))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The table that `save` wrote, mapped rather than read. May raise OSError, ValueError."""
        with (folder / "lines.jsonl").open("rb") as file:
            lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ("ends", "words", "words_rows", "sound", "sound_rows")
        }
        if arrays["ends"][-1] != len(lines) or len({len(array) for array in arrays.values()}) > 1:
            raise ValueError(f"the files in {folder} do not belong together")
        index = None
        if (folder / "vectors.usearch").exists():
            from usearch.index import Index  # type: ignore[import-not-found,import-untyped,unused-ignore]

            index = Index.restore(str(folder / "vectors.usearch"), view=True)
            if index is None:
                raise ValueError(f"{folder} holds no index")
        vectors = None if index is not None else np.load(folder / "vectors.npy", mmap_mode="r")
        with np.load(folder / "wording.npz", allow_pickle=False) as tables:
            wording = Wording.of_arrays(dict(tables))
        return cls(lines=lines, vectors=vectors, wording=wording, index=index, **arrays)


def has_index() -> bool:
    """Whether usearch is installed."""
    from importlib.util import find_spec

    return find_spec("usearch") is not None


def _sorted(texts: Iterator[str]) -> tuple[Keys, NDArray[np.int32]]:
    keys = np.array([_key(text) for text in texts], np.uint64)
    order = keys.argsort(kind="stable")
    return keys[order], order.astype(np.int32)


def _rows(keys: Keys, rows: NDArray[np.int32], text: str) -> list[int]:
    """The rewrites under the key of a text; another text's key is the same once in 10^19."""
    key = np.uint64(_key(text))
    start, end = keys.searchsorted(key), keys.searchsorted(key, side="right")
    found: list[int] = rows[start:end].tolist()
    return found


def _key(text: str) -> int:
    encoded = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest())


def _build(vectors: Vectors, locale: str, requests: Sequence[str]) -> Any:
    """A graph of neighbours (Malkov & Yashunin 2020) over the requests of a locale."""
    from usearch.index import Index

    # More links and a longer search while building find no more: what is missed, 8 bits blur.
    index = Index(
        ndim=vectors.size,
        metric="cos",
        dtype="i8",
        connectivity=8,
        expansion_add=48,
        expansion_search=96,
    )
    for start in range(0, len(requests), _BLOCK):
        block = requests[start : start + _BLOCK]
        index.add(np.arange(start, start + len(block)), vectors.of(block, locale))
    return index
