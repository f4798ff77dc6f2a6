"""From a trained network to the folder that `Understander.open` reads."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    QuantType,
    quantize_dynamic,
)
from torch import Tensor

from eulalia.nlu.training.network import Network

_STEPS = 5
"""Steps of an embedding's largest weight on either side of zero."""


def export(
    network: Network,
    folder: Path,
    word_rows: dict[int, int],
    character_rows: dict[int, int],
    description: dict[str, Any],
) -> None:
    """Write `encoder.onnx` (8-bit weights), `tables.npz` and `config.json`.

    The calibration of confidences is added to the description later, by `calibrate`.
    """
    network = network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "encoder.onnx"
        example = torch.zeros(2, 3, network.locales.embedding_dim)
        with warnings.catch_warnings():
            # Tracing warns of every size that it takes for a constant; the tests see that none is.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network.encoder,
                (example,),
                str(full),
                input_names=["tokens"],
                output_names=["intent", "slots"],
                dynamic_axes={
                    "tokens": {0: "batch", 1: "tokens"},
                    "intent": {0: "batch"},
                    "slots": {0: "batch", 1: "tokens"},
                },
                opset_version=17,
                dynamo=False,
            )
        quantize_dynamic(
            full, folder / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True
        )
    words, word_scales = _few_bits(network.words.weight)
    characters, character_scales = _few_bits(network.characters.weight)
    transitions = network.transitions
    np.savez_compressed(
        folder / "tables.npz",
        word_keys=_keys(word_rows),
        word_weights=words,
        word_scales=word_scales,
        character_keys=_keys(character_rows),
        character_weights=characters,
        character_scales=character_scales,
        locales=_plain(network.locales.weight),
        transitions=_plain(transitions.transitions),
        first=_plain(transitions.first),
        last=_plain(transitions.last),
    )
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (folder / "config.json").write_text(text + "\n", "utf-8")


def _plain(weights: Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    return weights.detach().float().numpy()


def _few_bits(
    weights: Tensor,
) -> tuple[np.ndarray[Any, np.dtype[np.int8]], np.ndarray[Any, np.dtype[np.float16]]]:
    """Each row in steps of a part of its largest weight.

    So few steps add less noise than a token's other rows do, and compress to half a byte a weight.
    """
    plain = _plain(weights)
    scales = np.maximum((np.abs(plain).max(1) / _STEPS).astype(np.float16), np.float16(6e-8))
    steps = np.rint(plain / scales[:, None].astype(np.float32)).clip(-_STEPS, _STEPS)
    return steps.astype(np.int8), scales


def _keys(rows: dict[int, int]) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Feature keys in the order of their rows."""
    return np.array(sorted(rows, key=rows.__getitem__), np.uint32)
