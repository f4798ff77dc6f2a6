"""Weights for tests that need a transformer but none that knows a language."""

from __future__ import annotations

import numpy as np


def random_weights(pieces=20, width=8, inner=16, encoder=2, decoder=1, seed=1):
    """Those of a small network, by the names that training gives them."""
    random = np.random.default_rng(seed)
    shapes = {"table.weight": (pieces, width), "bias": (pieces,)}
    parts = ["self"], ["self", "cross"]
    for side, layers, attentions in zip(
        ("encoder", "decoder"), (encoder, decoder), parts, strict=True
    ):
        for number in range(layers):
            name = f"{side}.{number}"
            for part in attentions:
                for linear, size in (("query", 1), ("key_value", 2), ("output", 1)):
                    shapes[f"{name}.{part}_attention.{linear}.weight"] = (size * width, width)
                    shapes[f"{name}.{part}_attention.{linear}.bias"] = (size * width,)
            shapes |= {f"{name}.inner.weight": (inner, width), f"{name}.inner.bias": (inner,)}
            shapes |= {f"{name}.outer.weight": (width, inner), f"{name}.outer.bias": (width,)}
            for norm in (*attentions, "inner"):
                shapes |= {f"{name}.{norm}_norm.{part}": (width,) for part in ("weight", "bias")}
        shapes |= {f"{side}_norm.{part}": (width,) for part in ("weight", "bias")}
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
