"""Training of a translation model, from its recipe to the folder that is shipped."""

from __future__ import annotations

import copy
import logging
import math
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor

from eulalia.errors import EulaliaError
from eulalia.neural.checkpoint import load, save, update_average
from eulalia.neural.schedule import learning_rate
from eulalia.translation.training import examples
from eulalia.translation.training.batches import Pieces, batches, collate, draw
from eulalia.translation.training.data import Source, read
from eulalia.translation.training.embeddings import bilingual_embeddings
from eulalia.translation.training.export import export
from eulalia.translation.training.network import Network
from eulalia.translation.training.step import copy_weights, take_step
from eulalia.translation.training.vocabulary import write_vocabulary

log = logging.getLogger(__name__)
_SAVED_EVERY = 300.0
"""Seconds."""
_DIVERGED = 1.0
"""A loss that rises by so much from one hundred steps to the next will not come down again."""
_BY_CYCLE = ("cycles", "learning_rates", "shown")


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a model, given the data."""

    directions: tuple[tuple[str, str], ...]
    """From which language to which; one network learns them all."""
    data: tuple[Source, ...]
    seed: int
    cycles: tuple[int, ...]
    """Epochs of each cycle, over which the learning rate falls to nothing."""
    learning_rates: tuple[float, ...]
    """At each cycle's start."""
    batch_pieces: int
    """Pieces that are read and written in a batch, with filling."""
    warmup_steps: int
    average_decay: float
    """Of the running average of the weights that is measured and shipped."""
    label_smoothing: float
    dropout: float
    pieces: int
    """Of the vocabulary that all languages share."""
    sampling: float
    """How seldom texts are cut into unusual pieces (Kudo 2018)."""
    shown: tuple[float, ...]
    """In each cycle, the share of sentences with a like one whose translation is shown."""
    width: int
    inner: int
    heads: int
    encoder_layers: int
    decoder_layers: int

    @property
    def languages(self) -> list[str]:
        """All of them."""
        return sorted({language for direction in self.directions for language in direction})

    @property
    def epochs(self) -> int:
        """Of all cycles."""
        return sum(self.cycles)

    def shown_in(self, epoch: int) -> float:
        """The share of an epoch's cycle."""
        cycles = np.repeat(np.arange(len(self.cycles)), self.cycles)
        return self.shown[int(cycles[epoch])]

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; raises EulaliaError naming what is missing or unknown."""
        try:
            plain: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
            plain["data"] = tuple(Source(**each) for each in plain.get("data", ()))
            plain["directions"] = tuple(
                tuple(each.split("-", 1)) for each in plain.get("directions", ())
            )
            lists = {name: tuple(plain.get(name, ())) for name in _BY_CYCLE}
            recipe = cls(**{**plain, **lists})
        except FileNotFoundError as error:
            raise EulaliaError(f"There is no recipe {path}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise EulaliaError(f"The recipe {path} cannot be used: {error}.") from error
        if not recipe.data or not recipe.directions:
            raise EulaliaError(f"The recipe {path} must name data, and directions such as en-zh.")
        if any(len(direction) != 2 for direction in recipe.directions):
            raise EulaliaError(f"The directions in {path} must be such as en-zh.")
        if len({len(getattr(recipe, name)) for name in _BY_CYCLE}) != 1:
            raise EulaliaError(
                f"The recipe {path} must have as many learning_rates and shown as cycles."
            )
        if recipe.width % (2 * recipe.heads):
            raise EulaliaError(f"The width in {path} must be divisible by twice the heads.")
        return recipe


def train(
    recipe_path: Path,
    *,
    data: Path,
    output: Path,
    resume: bool = False,
    threads: int = 1,
) -> float:
    """Train by a recipe and write the model into the folder `model` of `output`.

    Beside it are what an interrupted training goes on from: `examples.jsonl`, `sentences.model` and
    `checkpoint.pt`. The model is written after every epoch. Training says its cost after the first
    steps, saves every few minutes, and with `resume` goes on where it stopped; on a GPU where there
    is one. Returns the cross-entropy of a piece of dev.
    """
    recipe = Recipe.load(recipe_path)
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    output.mkdir(parents=True, exist_ok=True)
    prepared = _prepared(recipe, data, output, resume)
    kept, dev = ([each for each in prepared if each.dev is side] for side in (False, True))
    if not kept or not dev:
        raise EulaliaError("The data of the recipe is too little to train on and to measure by.")
    vocabulary = output / "sentences.model"
    if not (resume and vocabulary.exists()):
        texts = (text for each in kept for text in (each.source, each.target))
        write_vocabulary(vocabulary, texts, recipe.pieces, recipe.languages)
    pieces = Pieces(SentencePieceProcessor(model_file=str(vocabulary)), recipe.sampling)
    network = Network(
        recipe.pieces,
        recipe.width,
        recipe.inner,
        recipe.heads,
        (recipe.encoder_layers, recipe.decoder_layers),
        recipe.dropout,
    ).to(device)
    checkpoint = output / "checkpoint.pt"
    resumed = resume and checkpoint.exists()
    if not resumed:
        _begin(network, kept, pieces)
    working = copy.deepcopy(network).bfloat16()
    average = copy.deepcopy(network).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(
        network.parameters(),
        recipe.learning_rates[0],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )
    start, skip = 0, 0
    if resumed:
        start, skip = load(checkpoint, recipe, network, average, optimizer)
        copy_weights(network, working)
        log.info("resuming in epoch %d at step %d", start + 1, skip)
    weights = sum(each.numel() for each in network.parameters())
    log.info("%d sentences, %d for dev, %d weights, %s", len(kept), len(dev), weights, device)

    saved = time.monotonic()
    before = math.inf
    for epoch in range(start, recipe.epochs):
        random = np.random.default_rng((recipe.seed, epoch))
        drawn = draw(kept, recipe.shown_in(epoch), random)
        groups = batches(drawn, pieces, recipe.batch_pieces, random)
        began, running = time.monotonic(), 0.0
        for step, group in enumerate(groups[skip:], start=skip):
            passed, done = epoch + step / len(groups), epoch * len(groups) + step
            rate = learning_rate(
                passed, recipe.cycles, recipe.learning_rates, done, recipe.warmup_steps
            )
            for parameters in optimizer.param_groups:
                parameters["lr"] = rate
            running += take_step(
                network,
                working,
                optimizer,
                collate(group, pieces, random),
                pieces.model.bos_id(),
                recipe.label_smoothing,
            )
            update_average(average, network, min(recipe.average_decay, (done + 1) / (done + 10)))
            if (step + 1) % 100 == 0 or step == skip + 19:
                seconds = (time.monotonic() - began) / (step + 1 - skip)
                left = seconds * len(groups) * (recipe.epochs - passed) / 60
                log.info(
                    "epoch %d, step %d of %d: loss %.3f, %.2f s a step, %.0f minutes to go",
                    epoch + 1, step + 1, len(groups), running / ((step - skip) % 100 + 1), seconds,
                    left,
                )  # fmt: skip
            if (step + 1) % 100 == 0:
                if running / 100 > before + _DIVERGED:
                    raise EulaliaError(
                        f"The loss rose from {before:.2f} to {running / 100:.2f}: training "
                        f"diverges. {checkpoint} is from before; lower the learning_rates."
                    )
                before, running = running / 100, 0.0
                if time.monotonic() - saved > _SAVED_EVERY:
                    save(
                        checkpoint, recipe, network, average, optimizer, epoch=epoch, step=step + 1
                    )
                    saved = time.monotonic()
        skip = 0
        save(checkpoint, recipe, network, average, optimizer, epoch=epoch + 1, step=0)
        export(average, vocabulary, output / "model", recipe.directions)
        for into in recipe.languages:
            plain, shown = (
                _measured(average, [each for each in dev if each.into == into], pieces, recipe, s)
                for s in (0.0, 1.0)
            )
            log.info(
                "after epoch %d, into %s: dev %.4f, with likes shown %.4f",
                epoch + 1, into, plain, shown,
            )  # fmt: skip
    export(average, vocabulary, output / "model", recipe.directions)
    return _measured(average, dev, pieces, recipe, 0.0)


def _prepared(recipe: Recipe, data: Path, output: Path, resume: bool) -> list[examples.Prepared]:
    """The examples, from the output folder if they are there already."""
    path = output / "examples.jsonl"
    if resume and path.exists():
        return examples.read(path)
    prepared = []
    for direction in recipe.directions:
        found = list(read(data, recipe.data, *direction))
        log.info("%d sentences read from %s to %s", len(found), *direction)
        prepared += examples.prepare(found, direction)
    examples.write(path, prepared)
    return prepared


@torch.no_grad()
def _begin(network: Network, kept: list[examples.Prepared], pieces: Pieces) -> None:
    """Let the network begin with vectors in which translations of each other are close."""
    texts = list(dict.fromkeys(tuple(sorted((each.source, each.target))) for each in kept))
    numbers = [pieces.model.encode(list(side)) for side in zip(*texts, strict=True)]
    pairs = list(zip(*numbers, strict=True))
    table = network.table.weight
    table.copy_(torch.from_numpy(bilingual_embeddings(pairs, *table.shape)))
    log.info("began with vectors from %d pairs", len(pairs))


@torch.no_grad()
def _measured(
    network: Network,
    dev: list[examples.Prepared],
    pieces: Pieces,
    recipe: Recipe,
    shown: float,
) -> float:
    """The cross-entropy of a piece of dev; `shown` is the share of likes that are shown."""
    working = copy.deepcopy(network).bfloat16()
    random = np.random.default_rng(0)
    total, count = 0.0, 0
    for group in batches(draw(dev, shown, random), pieces, recipe.batch_pieces, random):
        source, target = (each.to(network.bias.device) for each in collate(group, pieces, None))
        total += float(working.loss(source, target, pieces.model.bos_id(), 0.0))
        count += int((target >= 0).sum())
    return total / max(count, 1)
