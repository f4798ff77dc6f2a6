"""Teach a model of our own the terms and the style of parallel data, in a few hundred steps.

    python -m eulalia.translation.training.tuning MODEL PAIRS FOLDER

MODEL is a model's folder, PAIRS a file of pairs for its languages, FOLDER what is written.
Freitag and Al-Onaizan: Fast Domain Adaptation for Neural Machine Translation (2016).
"""

from __future__ import annotations

import copy
import json
import logging
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor

from eulalia.errors import EulaliaError
from eulalia.neural.checkpoint import update_average
from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Kind, has_words, mask
from eulalia.translation.model import DESCRIPTION, MASKS, TAGS
from eulalia.translation.pairs import ParallelData, read_pairs
from eulalia.translation.protection import protect_pair
from eulalia.translation.training.batches import Drawn, Pieces, batches, collate
from eulalia.translation.training.examples import Prepared
from eulalia.translation.training.export import PIECES, export
from eulalia.translation.training.network import Network
from eulalia.translation.training.step import take_step
from eulalia.translation.transformer import WEIGHTS

log = logging.getLogger(__name__)
_EPOCHS = 4
_MOST_STEPS = 3_000
_LEARNING_RATES = (6e-4, 1.2e-3)
"""The highest of each run."""
_WARMUP = 20
_BATCH_PIECES = 1_500
_SMOOTHING = 0.1
_DROPOUT = 0.0
_SAMPLING = 0.2
_AVERAGE_DECAY = 0.995
"""Of the running average of the weights, which is what is kept."""


def tune(model: Path, data: ParallelData, folder: Path) -> None:
    """Write a model that has learned from the pairs into a folder, whole or not at all.

    It learns twice, in small and in larger steps, and the mean of both is kept: a model soup
    (Wortsman et al. 2022). Raises TranslationError for a model that is not our own.
    """
    direction = data.source_language, data.target_language
    network = _opened(model, direction)
    examples: list[Drawn] = [(each, None) for each in _prepared(data)]
    pieces = Pieces(SentencePieceProcessor(model_file=str(model / PIECES)), _SAMPLING)
    learned = [
        _learned(network, examples, pieces, run) for run in range(len(_LEARNING_RATES)) if examples
    ]
    for number, other in enumerate(learned):
        update_average(network, other, number / (number + 1))
    export(network.eval(), model / PIECES, folder, [direction])


def _learned(start: Network, examples: list[Drawn], pieces: Pieces, run: int) -> Network:
    """A copy of the network after it has learned from the examples, in one of the runs."""
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    network, average = copy.deepcopy(start), copy.deepcopy(start).eval().requires_grad_(False)
    working = copy.deepcopy(start).bfloat16()
    rate = _LEARNING_RATES[run]
    optimizer = torch.optim.AdamW(
        network.parameters(), rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    groups = [
        group for _ in range(_EPOCHS) for group in batches(examples, pieces, _BATCH_PIECES, random)
    ][:_MOST_STEPS]
    total = len(groups) * len(_LEARNING_RATES)
    for step, group in enumerate(groups):
        left = 1 - step / len(groups)
        for parameters in optimizer.param_groups:
            parameters["lr"] = rate * min(1, (step + 1) / _WARMUP) * left
        batch = collate(group, pieces, random)
        loss = take_step(network, working, optimizer, batch, pieces.model.bos_id(), _SMOOTHING)
        update_average(average, network, min(_AVERAGE_DECAY, (step + 1) / (step + 10)))
        done = run * len(groups) + step + 1
        if done % 10 == 0 or done == total:
            log.info("step %d of %d: loss %.3f", done, total, loss)
    return average


def _opened(model: Path, direction: tuple[str, str]) -> Network:
    """The network of a model's folder that translates in this direction."""
    try:
        about = json.loads((model / DESCRIPTION).read_text("utf-8"))
        with np.load(model / WEIGHTS) as file:
            weights = {name: torch.from_numpy(file[name]).float() for name in file.files}
        heads = int(weights.pop("heads"))
        if "-".join(direction) not in about["source_prefixes"]:
            raise TranslationError(f"{model} does not translate from {' to '.join(direction)}.")
        pieces, width = weights["table.weight"].shape
        layers = (_layers(weights, "encoder."), _layers(weights, "decoder."))
        inner = len(weights["encoder.0.inner.bias"])
        network = Network(pieces, width, inner, heads, layers, _DROPOUT)
        network.load_state_dict(weights)
    except (OSError, ValueError, KeyError, RuntimeError, EOFError) as error:
        raise TranslationError(f"{model} is no model of our own that could be tuned.") from error
    return network


def _layers(weights: Iterable[str], side: str) -> int:
    return sum(name.startswith(side) and name.endswith(".inner.weight") for name in weights)


def _prepared(data: ParallelData) -> list[Prepared]:
    """The pairs as a model reads and writes them."""
    prepared = []
    for pair in data.pairs:
        source, target = protect_pair(
            *(mask(text, Kind.MARKDOWN) for text in (pair.source, pair.target))
        )
        if len(source.spans) <= MASKS and has_words(source.text) and has_words(target):
            prepared.append(
                Prepared(source.text, target, data.target_language, TAGS[1], (), dev=False)
            )
    return prepared


def main(arguments: list[str]) -> int:
    """Tune; the last line of what is written to stderr says why it failed, if it did."""
    model, pairs, folder = map(Path, arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        tune(model, read_pairs(pairs), folder)
    except EulaliaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
