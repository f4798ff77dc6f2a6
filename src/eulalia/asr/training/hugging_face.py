"""Convert a CTC checkpoint of the wav2vec2 family to ONNX, for the recogniser to run.

    python -m eulalia.asr.training.hugging_face CHECKPOINT FOLDER

CHECKPOINT is a folder as transformers saves it, or, on a machine with a network, the name of one
on the Hugging Face hub.
"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from pathlib import Path
from uuid import uuid4

import torch
from transformers import AutoConfig, AutoFeatureExtractor, AutoModelForCTC, AutoTokenizer

from eulalia.asr.errors import ModelError
from eulalia.asr.hugging_face import KIND
from eulalia.audio import SAMPLE_RATE

_OPSET = 17


class _LogProbs(torch.nn.Module):
    """A checkpoint's network with its log-softmax: (1, samples) to (1, frames, labels)."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        return torch.log_softmax(self.model(samples).logits, dim=-1)


def export(checkpoint: str | Path, folder: str | Path) -> None:
    """Write `encoder.onnx` and `config.json` to a folder, there whole or not at all.

    Raises ModelError for what is no CTC checkpoint of sound at 16 kHz.
    """
    checkpoint, folder = str(checkpoint), Path(folder)
    try:
        config = AutoConfig.from_pretrained(checkpoint)
        model = AutoModelForCTC.from_pretrained(checkpoint, attn_implementation="eager").eval()
        tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        features = AutoFeatureExtractor.from_pretrained(  # type: ignore[no-untyped-call]
            checkpoint
        )
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ModelError(f"{checkpoint} is not a CTC checkpoint ({reason}).") from error
    if features.sampling_rate != SAMPLE_RATE:
        raise ModelError(f"{checkpoint} hears sound at {features.sampling_rate} Hz, not at 16 kHz.")
    if not hasattr(config, "conv_stride"):
        raise ModelError(f"{checkpoint} does not take samples, so is not of the wav2vec2 family.")
    stride, field = 1, 1
    for kernel, step in zip(config.conv_kernel, config.conv_stride, strict=True):
        field += (kernel - 1) * stride
        stride *= step
    vocabulary = tokenizer.get_vocab()
    pieces = [""] * model.config.vocab_size
    for piece, label in vocabulary.items():
        if label < len(pieces):
            pieces[label] = piece
    description = {
        "kind": KIND,
        "sample_rate": SAMPLE_RATE,
        "stride": stride,
        "receptive_field": field,
        "normalize": bool(features.do_normalize),
        "pieces": pieces,
        "blank": tokenizer.pad_token_id,
        "special": sorted({*tokenizer.all_special_ids, *_unnamed(pieces)}),
        "delimiter": getattr(tokenizer, "word_delimiter_token", "|"),
    }
    part = folder.with_name(f".{uuid4().hex}")
    try:
        part.mkdir(parents=True)
        _write_network(model, part / "encoder.onnx", field + 4 * stride)
        (part / "config.json").write_text(json.dumps(description, ensure_ascii=False), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except OSError as error:
        raise ModelError(
            f"{folder} cannot be written ({error.strerror}); convert to a folder of yours with "
            "python -m eulalia.asr.training.hugging_face and name that one."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_network(model: torch.nn.Module, path: Path, length: int) -> None:
    with warnings.catch_warnings():
        # The tracer warns of every shape that it takes for fixed, and of its own age; the test
        # compares the networks at lengths other than this one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _LogProbs(model),
            (torch.randn(1, length),),
            str(path),
            input_names=["samples"],
            output_names=["log_probs"],
            dynamic_axes={"samples": {1: "length"}, "log_probs": {1: "frames"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def _unnamed(pieces: list[str]) -> set[int]:
    return {label for label, piece in enumerate(pieces) if not piece}


def main(arguments: list[str]) -> int:
    """Convert; the last line of what is written to stderr says why it failed, if it did."""
    if len(arguments) != 2:
        sys.stderr.write("Name a checkpoint and the folder to write.\n")
        return 2
    try:
        export(arguments[0], arguments[1])
    except ModelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
