"""A recogniser's model folder in miniature, of the very interface of the trained one.

The network has one hidden thought: each output frame is a fixed linear map of the mean of its four
feature frames and of a running mean of what came before, which is its cache. It is causal, and its
cache matters, so that streaming can go wrong.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import sentencepiece
from onnx import TensorProto, helper, numpy_helper

from eulalia.asr.language_model import LanguageModel
from eulalia.asr.phones import PHONES
from eulalia.asr.vocabulary import Tokenizer

SENTENCES = (
    "a large latte please",
    "turn on the kitchen light",
    "turn off the kitchen light",
    "what is the time in london",
    "set a timer for ten minutes",
    "play some music in the bedroom",
    "wake me up at seven tomorrow",
    "how is the weather today",
)


def write_model(folder: Path, *, seed: int = 0, vocabulary: int = 64) -> Path:
    """A complete model folder with random weights."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "text.txt"
    text.write_text("\n".join(SENTENCES), "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "subwords"), vocab_size=vocabulary - 1,
        model_type="unigram", bos_id=-1, eos_id=-1, hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    tokenizer = Tokenizer(folder / "subwords.model")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "subwords.model"))
    size = processor.get_piece_size() + 1
    LanguageModel.build([tokenizer(line) for line in SENTENCES], size, 3).save(folder / "lm.npz")
    onnx.save(network(size, len(PHONES) + 1, seed), str(folder / "encoder.onnx"))
    config = {
        "sample_rate": 16_000, "features": 80, "subsampling": 4, "frame_shift": 0.04, "layers": 1,
        "cache_shape": [1, 1, 80], "blank": 0, "phones": ["<blank>", *PHONES],
        "phone_silence": None, "flush_seconds": 0.5, "license": "Apache-2.0",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False), "utf-8")
    return folder


def network(subwords: int, phones: int, seed: int) -> onnx.ModelProto:
    """features (1, T, 80), cache (1, 1, 80) to log_probs, phone_log_probs (1, T/4, …), next_cache,
    and states (1, T/4, 1, 80), what both are made of.

    The cache is the sum of all frames so far, squashed where it is used.
    """
    random = np.random.default_rng(seed)

    def constant(name: str, value: np.ndarray) -> onnx.TensorProto:
        return numpy_helper.from_array(value, name)

    weights = [
        constant("grouping", np.array([1, -1, 4, 80], np.int64)),
        constant("axis_2", np.array([2], np.int64)),
        constant("time", np.array(1, np.int64)),
        constant("last", np.array([-1], np.int64)),
        constant("end", np.array([2**62], np.int64)),
        constant("axis_1", np.array([1], np.int64)),
        constant("subword_weight", random.normal(0, 0.6, (80, subwords)).astype(np.float32)),
        constant("phone_weight", random.normal(0, 0.6, (80, phones)).astype(np.float32)),
    ]
    node = helper.make_node
    nodes = [
        node("Reshape", ["features", "grouping"], ["grouped"]),
        node("ReduceMean", ["grouped", "axis_2"], ["means"], keepdims=0),
        node("CumSum", ["means", "time"], ["sums"]),
        node("Add", ["sums", "cache"], ["history"]),
        node("Sin", ["history"], ["memory"]),
        node("Add", ["means", "memory"], ["hidden"]),
        node("MatMul", ["hidden", "subword_weight"], ["subword_logits"]),
        node("MatMul", ["hidden", "phone_weight"], ["phone_logits"]),
        node("LogSoftmax", ["subword_logits"], ["log_probs"], axis=-1),
        node("LogSoftmax", ["phone_logits"], ["phone_log_probs"], axis=-1),
        node("Unsqueeze", ["hidden", "axis_2"], ["states"]),
        node("Slice", ["history", "last", "end", "axis_1"], ["next_cache"]),
    ]

    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes,
        "tiny",
        [value("features", 1, "T", 80), value("cache", 1, 1, 80)],
        [
            value("log_probs", 1, "F", subwords),
            value("phone_log_probs", 1, "F", phones),
            value("states", 1, "F", 1, 80),
            value("next_cache", 1, 1, 80),
        ],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model
