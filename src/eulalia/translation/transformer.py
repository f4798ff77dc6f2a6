"""A model of our own in NumPy, for what CTranslate2 does not show: states, and steps to act upon.

Vaswani et al.: Attention Is All You Need (2017); as `training.network`, whose weights these are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from eulalia.translation.errors import TranslationError

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WEIGHTS = "weights.npz"
"""The file of a model's folder that has them, in half precision."""
_NEVER = np.float32(-1e4)
_EPSILON = np.float32(1e-5)


@dataclass(frozen=True)
class Memory:
    """Sources that were read."""

    keys: tuple[Floats, ...]
    """Of each layer of the decoder, (batch, heads, n, size)."""
    values: tuple[Floats, ...]
    mask: Floats
    """(batch, 1, 1, n), 0 where there is a piece and very low where there is none."""

    def __len__(self) -> int:
        return len(self.mask)

    def kept(self, rows: Integers) -> Memory:
        """These sentences alone."""
        keys, values = (tuple(each[rows] for each in part) for part in (self.keys, self.values))
        return Memory(keys, values, self.mask[rows])


@dataclass
class Written:
    """What was written so far: `length` pieces of each of batch * beam translations."""

    keys: list[Floats]
    """Of each layer, (batch * beam, heads, room, size)."""
    values: list[Floats]
    length: int = 0

    def kept(self, rows: Integers) -> Written:
        """These translations alone."""
        keys, values = (
            [self._of_rows(rows, each) for each in part] for part in (self.keys, self.values)
        )
        return Written(keys, values, self.length)

    def _of_rows(self, rows: Integers, cache: Floats) -> Floats:
        own = np.empty((len(rows), *cache.shape[1:]), np.float32)
        # The room for what is not written yet holds nothing.
        own[:, :, : self.length] = cache[rows, :, : self.length]
        return own

    def reorder(self, rows: Integers) -> None:
        """Go on with these translations, (batch * beam,), in the place of those that there were."""
        for cache in (*self.keys, *self.values):
            cache[:, :, : self.length] = cache[rows, :, : self.length]


class Transformer:
    """Reads sources and says what each step of a translation is in."""

    def __init__(self, weights: dict[str, Floats], heads: int) -> None:
        self.heads = heads
        self.table = weights["table.weight"]
        self.bias = weights["bias"]
        self.width = self.table.shape[1]
        self._weights = weights
        names = {name.rsplit(".", 2)[0] for name in weights if name.endswith("inner_norm.weight")}
        self._encoder, self._decoder = (
            sorted((name for name in names if name.startswith(side)), key=_number)
            for side in ("encoder.", "decoder.")
        )

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The weights in a model's folder. Raises TranslationError where there are none."""
        try:
            with np.load(folder / WEIGHTS) as file:
                weights = {name: file[name].astype(np.float32) for name in file.files}
            return cls(weights, int(weights.pop("heads")))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise TranslationError(
                f"{folder} has no weights that neighbours could be looked for with; name a model "
                "of our own, or another method."
            ) from error

    def read(self, sources: Integers) -> Memory:
        """The memory of sources (batch, n) that are filled up with -1."""
        mask = np.where(sources < 0, _NEVER, np.float32(0))[:, None, None, :]
        x = self._embedded(np.maximum(sources, 0), 0)
        for layer in self._encoder:
            y = self._normed(x, f"{layer}.self_norm")
            keys, values = self._keys_values(y, f"{layer}.self_attention")
            x = x + self._attended(y, keys, values, mask, f"{layer}.self_attention")
            x = x + self._inner(x, layer)
        x = self._normed(x, "encoder_norm")
        crossed = [self._keys_values(x, f"{layer}.cross_attention") for layer in self._decoder]
        return Memory(tuple(keys for keys, _ in crossed), tuple(v for _, v in crossed), mask)

    def begin(self, rows: int, room: int) -> Written:
        """Nothing written, with room for so many pieces."""
        shape = (rows, self.heads, room, self.width // self.heads)
        layers = range(len(self._decoder))
        return Written(
            [np.empty(shape, np.float32) for _ in layers],
            [np.empty(shape, np.float32) for _ in layers],
        )

    def write(self, last: Integers, memory: Memory, written: Written) -> Floats:
        """States (batch * beam, width) after the pieces `last`, (batch * beam,), of each."""
        x = self._embedded(last[:, None], written.length)
        written.length += 1
        for number, layer in enumerate(self._decoder):
            name = f"{layer}.self_attention"
            y = self._normed(x, f"{layer}.self_norm")
            keys, values = self._keys_values(y, name)
            own_keys, own_values = written.keys[number], written.values[number]
            own_keys[:, :, written.length - 1] = keys[:, :, 0]
            own_values[:, :, written.length - 1] = values[:, :, 0]
            past = slice(0, written.length)
            x = x + self._attended(y, own_keys[:, :, past], own_values[:, :, past], None, name)
            # The translations of one source look at one memory.
            y = self._normed(x, f"{layer}.cross_norm").reshape(len(memory), -1, self.width)
            crossed = self._attended(
                y,
                memory.keys[number],
                memory.values[number],
                memory.mask,
                f"{layer}.cross_attention",
            )
            x = x + crossed.reshape(x.shape)
            x = x + self._inner(x, layer)
        return self._normed(x, "decoder_norm")[:, 0]

    def states(self, memory: Memory, before: Integers) -> Floats:
        """States (batch, m, width) of all steps of translations that are known.

        `before` (batch, m) are the pieces before each step; what fills up the ends is any number.
        """
        length = before.shape[1]
        later = np.triu(np.full((length, length), _NEVER, np.float32), 1)
        x = self._embedded(before, 0)
        for number, layer in enumerate(self._decoder):
            y = self._normed(x, f"{layer}.self_norm")
            keys, values = self._keys_values(y, f"{layer}.self_attention")
            x = x + self._attended(y, keys, values, later, f"{layer}.self_attention")
            y = self._normed(x, f"{layer}.cross_norm")
            x = x + self._attended(
                y,
                memory.keys[number],
                memory.values[number],
                memory.mask,
                f"{layer}.cross_attention",
            )
            x = x + self._inner(x, layer)
        return self._normed(x, "decoder_norm")

    def logits(self, states: Floats) -> tuple[Floats, Floats]:
        """What is said of each piece after states (rows, width), (rows, pieces), and the logarithm
        of the sum of the exponentials of each row, (rows,)."""
        logits = states @ self.table.T
        logits += self.bias
        highest = logits.max(1, keepdims=True)
        sums = np.exp(logits - highest).sum(1)
        return logits, highest[:, 0] + np.log(sums)

    def _embedded(self, pieces: Integers, first: int) -> Floats:
        places = positions(first, first + pieces.shape[1], self.width)
        return self.table[pieces] * np.float32(self.width**0.5) + places

    def _normed(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt(np.einsum("...i,...i->...", centred, centred) / self.width + _EPSILON)
        centred /= scale[..., None]
        normed: Floats = centred * self._weights[f"{name}.weight"]
        normed += self._weights[f"{name}.bias"]
        return normed

    def _linear(self, x: Floats, name: str) -> Floats:
        flat = x.reshape(-1, x.shape[-1]) @ self._weights[f"{name}.weight"].T
        flat += self._weights[f"{name}.bias"]
        return flat.reshape(*x.shape[:-1], -1)

    def _keys_values(self, x: Floats, name: str) -> tuple[Floats, Floats]:
        keys, values = np.split(self._linear(x, f"{name}.key_value"), 2, -1)
        return self._by_head(keys), self._by_head(values)

    def _by_head(self, x: Floats) -> Floats:
        return x.reshape(*x.shape[:2], self.heads, -1).transpose(0, 2, 1, 3)

    def _attended(
        self, x: Floats, keys: Floats, values: Floats, mask: Floats | None, name: str
    ) -> Floats:
        queries = self._by_head(self._linear(x, f"{name}.query"))
        likeness = queries @ keys.transpose(0, 1, 3, 2) * np.float32(keys.shape[-1] ** -0.5)
        if mask is not None:
            likeness += mask
        likeness -= likeness.max(-1, keepdims=True)
        np.exp(likeness, out=likeness)
        likeness /= likeness.sum(-1, keepdims=True)
        mixed = (likeness @ values).astype(np.float32, copy=False)
        return self._linear(mixed.transpose(0, 2, 1, 3).reshape(x.shape), f"{name}.output")

    def _inner(self, x: Floats, layer: str) -> Floats:
        y: Floats = self._linear(self._normed(x, f"{layer}.inner_norm"), f"{layer}.inner")
        np.maximum(y, 0, out=y)
        return self._linear(y, f"{layer}.outer")


def positions(first: int, end: int, width: int) -> Floats:
    """Sines, then cosines, of these positions, (end - first, width), as CTranslate2 makes them."""
    step = np.log(10_000) / (width // 2 - 1)
    angles = np.arange(first + 1, end + 1)[:, None] * np.exp(-step * np.arange(width // 2))
    return np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)


def _number(name: str) -> int:
    return int(name.rpartition(".")[2])
