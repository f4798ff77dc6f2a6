"""From a trained network to the files that `Recognizer.open` reads."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    QuantType,
    quantize_dynamic,
)
from torch import Tensor, nn

from eulalia.asr.phones import PHONES
from eulalia.asr.training.network import BINS, SUBSAMPLING, Network


class _Served(nn.Module):
    """The network as it is served: without what only training looks at."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, features: Tensor, cache: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        subwords, phones, taps, states, next_cache = self.network(features, cache)
        return subwords, phones, taps[-1], states, next_cache


def export(
    network: Network, folder: Path, *, phone_blank_penalty: float, subword_blank_penalty: float
) -> None:
    """Write `encoder.onnx`, its matrices in 8 bits, and `config.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "encoder.onnx"
        with warnings.catch_warnings():
            # Tracing warns of every size that it takes for a constant; the tests see that none is.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Served(network.eval()),
                (torch.zeros(1, 8 * SUBSAMPLING, BINS), torch.zeros(network.cache_shape)),
                str(full),
                input_names=["features", "cache"],
                output_names=[
                    "log_probs", "phone_log_probs", "intermediate_phone_log_probs", "states",
                    "next_cache",
                ],
                dynamic_axes={
                    "features": {1: "frames"},
                    "log_probs": {1: "time"},
                    "phone_log_probs": {1: "time"},
                    "intermediate_phone_log_probs": {1: "time"},
                    "states": {1: "time"},
                },
                opset_version=17,
                dynamo=False,
            )  # fmt: skip
        quantize_dynamic(
            full,
            folder / "encoder.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
    config = {
        "sample_rate": 16_000,
        "features": BINS,
        "subsampling": SUBSAMPLING,
        "frame_shift": 0.01 * SUBSAMPLING,
        "layers": len(network.blocks),
        "cache_shape": list(network.cache_shape),
        "blank": 0,
        "phones": ["<blank>", *PHONES],
        "phone_blank_penalty": phone_blank_penalty,
        "subword_blank_penalty": subword_blank_penalty,
        "flush_seconds": 0.5,
        "language": "en",
        "license": "Apache-2.0",
    }
    text = json.dumps(config, ensure_ascii=False, indent=1)
    (folder / "config.json").write_text(text + "\n", "utf-8")
