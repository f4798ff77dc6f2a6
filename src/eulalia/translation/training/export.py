"""A trained network as a model for CTranslate2, in 8 bits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from ctranslate2.converters import utils  # type: ignore[import-untyped]
from ctranslate2.specs import common_spec, transformer_spec  # type: ignore[import-untyped]
from sentencepiece import SentencePieceProcessor
from torch import nn

from eulalia.translation.model import DESCRIPTION, TAGS, into
from eulalia.translation.training.network import LONGEST, Attention, Layer, Network
from eulalia.translation.transformer import WEIGHTS

PIECES = "sentences.model"


def export(
    network: Network, vocabulary: Path, folder: Path, directions: Sequence[tuple[str, str]]
) -> None:
    """Write a model's folder, whole or not at all; `vocabulary` is its SentencePiece model."""
    pieces = SentencePieceProcessor(model_file=str(vocabulary))
    names = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    spec = transformer_spec.TransformerSpec.from_config(
        (len(network.encoder), len(network.decoder)), network.heads
    )
    spec.config.layer_norm_epsilon = network.encoder_norm.eps
    spec.config.decoder_start_token = "<s>"
    spec.register_source_vocabulary(names)
    spec.register_target_vocabulary(names)
    for side, layers, norm in (
        (spec.encoder, network.encoder, network.encoder_norm),
        (spec.decoder, network.decoder, network.decoder_norm),
    ):
        embeddings = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embeddings.weight = _array(network.table.weight)
        side.position_encodings.encodings = _array(network.positions)
        _set_norm(side.layer_norm, norm)
        for own, layer in zip(side.layer, layers, strict=True):
            _set_layer(own, layer)
    spec.decoder.projection.weight = _array(network.table.weight)
    spec.decoder.projection.bias = _array(network.bias)
    spec.validate()
    spec.optimize(quantization="int8")
    part = folder.with_name(f".{uuid4().hex}")
    try:
        part.mkdir(parents=True)
        spec.save(str(part))
        shutil.copyfile(vocabulary, part / PIECES)
        weights = {name: _array(each) for name, each in network.named_parameters()}
        half = {name: each.astype(np.float16) for name, each in weights.items()}
        np.savez_compressed(part / WEIGHTS, heads=network.heads, **half)
        about = {
            "family": "eulalia",
            "positions": LONGEST,
            "source_pieces": PIECES,
            "target_pieces": PIECES,
            "source_prefixes": {
                f"{source}-{target}": [into(target), TAGS[1]] for source, target in directions
            },
            "target_prefixes": {"*-*": []},
        }
        (part / DESCRIPTION).write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _array(tensor: Any) -> Any:
    # CTranslate2 scales arrays where they are; the network must not change.
    return tensor.detach().float().cpu().numpy().copy()


def _set_layer(spec: Any, layer: Any) -> None:
    assert isinstance(layer, Layer)
    _set_norm(spec.self_attention.layer_norm, layer.self_norm)
    own = layer.self_attention
    fused = [_linear(own.query), _linear(own.key_value)]
    utils.fuse_linear(spec.self_attention.linear[0], fused)
    _set_linear(spec.self_attention.linear[1], own.output)
    if layer.cross_attention is not None and layer.cross_norm is not None:
        _set_norm(spec.attention.layer_norm, layer.cross_norm)
        _set_crossed(spec.attention, layer.cross_attention)
    _set_norm(spec.ffn.layer_norm, layer.inner_norm)
    _set_linear(spec.ffn.linear_0, layer.inner)
    _set_linear(spec.ffn.linear_1, layer.outer)


def _set_crossed(spec: Any, attention: Attention) -> None:
    for own, linear in zip(
        spec.linear, (attention.query, attention.key_value, attention.output), strict=True
    ):
        _set_linear(own, linear)


def _set_norm(spec: Any, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)


def _set_linear(spec: Any, linear: nn.Linear) -> None:
    spec.weight, spec.bias = _array(linear.weight), _array(linear.bias)


def _linear(linear: nn.Linear) -> Any:
    spec = common_spec.LinearSpec()
    _set_linear(spec, linear)
    return spec
