"""Training of a translation model, from its recipe to the folder that is shipped."""

from __future__ import annotations

import copy
import logging
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
from eulalia.translation.training.batches import Drawn, Pieces, batches, collate, draw
from eulalia.translation.training.data import Source, read
from eulalia.translation.training.export import export
from eulalia.translation.training.network import Network
from eulalia.translation.training.vocabulary import write_vocabulary

log = logging.getLogger(__name__)
_SAVED_EVERY = 300.0
"""Seconds."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a model, given the data."""

    source_language: str
    target_language: str
    data: tuple[Source, ...]
    seed: int
    cycles: tuple[int, ...]
    """Epochs of each cycle, over which the learning rate falls to nothing."""
    learning_rates: tuple[float, ...]
    """At each cycle's start."""
    batch_letters: int
    """Letters of a batch, with filling; those of a translation count for three."""
    warmup_steps: int
    average_decay: float
    """Of the running average of the weights that is measured and shipped."""
    label_smoothing: float
    dropout: float
    pieces: int
    """Of the vocabulary that both languages share."""
    sampling: float
    """How seldom texts are cut into unusual pieces (Kudo 2018)."""
    shown: float
    """Share of sentences that have a like one, whose translation is shown."""
    width: int
    inner: int
    heads: int
    encoder_layers: int
    decoder_layers: int

    @property
    def languages(self) -> tuple[str, str]:
        """From which to which."""
        return self.source_language, self.target_language

    @property
    def epochs(self) -> int:
        """Of all cycles."""
        return sum(self.cycles)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; raises EulaliaError naming what is missing or unknown."""
        try:
            plain: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
            plain["data"] = tuple(Source(**each) for each in plain.get("data", ()))
            lists = {name: tuple(plain.get(name, ())) for name in ("cycles", "learning_rates")}
            recipe = cls(**{**plain, **lists})
        except FileNotFoundError as error:
            raise EulaliaError(f"There is no recipe {path}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise EulaliaError(f"The recipe {path} cannot be used: {error}.") from error
        if not recipe.data or len(recipe.cycles) != len(recipe.learning_rates):
            raise EulaliaError(
                f"The recipe {path} must name data, and as many learning_rates as cycles."
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
        write_vocabulary(vocabulary, texts, recipe.pieces)
    pieces = Pieces(SentencePieceProcessor(model_file=str(vocabulary)), recipe.sampling)
    network = Network(
        recipe.pieces,
        recipe.width,
        recipe.inner,
        recipe.heads,
        (recipe.encoder_layers, recipe.decoder_layers),
        recipe.dropout,
    ).to(device)
    average = copy.deepcopy(network).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(
        network.parameters(),
        recipe.learning_rates[0],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )
    checkpoint = output / "checkpoint.pt"
    start, skip = 0, 0
    if resume and checkpoint.exists():
        start, skip = load(checkpoint, recipe, network, average, optimizer)
        log.info("resuming in epoch %d at step %d", start + 1, skip)
    weights = sum(each.numel() for each in network.parameters())
    log.info("%d sentences, %d for dev, %d weights, %s", len(kept), len(dev), weights, device)

    saved = time.monotonic()
    for epoch in range(start, recipe.epochs):
        random = np.random.default_rng((recipe.seed, epoch))
        groups = batches(draw(kept, recipe.shown, random), recipe.batch_letters, random)
        began, running = time.monotonic(), 0.0
        for step, group in enumerate(groups[skip:], start=skip):
            passed, done = epoch + step / len(groups), epoch * len(groups) + step
            rate = learning_rate(
                passed, recipe.cycles, recipe.learning_rates, done, recipe.warmup_steps
            )
            for parameters in optimizer.param_groups:
                parameters["lr"] = rate
            running += _step(network, optimizer, group, pieces, random, recipe.label_smoothing)
            update_average(average, network, min(recipe.average_decay, (done + 1) / (done + 10)))
            if (step + 1) % 100 == 0 or step == skip + 19:
                seconds = (time.monotonic() - began) / (step + 1 - skip)
                left = seconds * len(groups) * (recipe.epochs - passed) / 60
                log.info(
                    "epoch %d, step %d of %d: loss %.3f, %.2f s a step, %.0f minutes to go",
                    epoch + 1, step + 1, len(groups), running / ((step - skip) % 100 + 1), seconds,
                    left,
                )  # fmt: skip
                running = 0.0 if (step + 1) % 100 == 0 else running
            if time.monotonic() - saved > _SAVED_EVERY:
                save(checkpoint, recipe, network, average, optimizer, epoch=epoch, step=step + 1)
                saved = time.monotonic()
        skip = 0
        save(checkpoint, recipe, network, average, optimizer, epoch=epoch + 1, step=0)
        export(average, vocabulary, output / "model", recipe.languages)
        plain, shown = _measured(average, dev, pieces, recipe)
        log.info("after epoch %d: dev %.4f, with likes shown %.4f", epoch + 1, plain, shown)
    export(average, vocabulary, output / "model", recipe.languages)
    return _measured(average, dev, pieces, recipe)[0]


def _prepared(recipe: Recipe, data: Path, output: Path, resume: bool) -> list[examples.Prepared]:
    """The examples, from the output folder if they are there already."""
    path = output / "examples.jsonl"
    if resume and path.exists():
        return examples.read(path)
    found = list(read(data, recipe.data, *recipe.languages))
    log.info("%d sentences read", len(found))
    prepared = examples.prepare(found, recipe.languages)
    examples.write(path, prepared)
    return prepared


def _step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    group: list[Drawn],
    pieces: Pieces,
    random: np.random.Generator,
    smoothing: float,
) -> float:
    """One step of training; returns the loss of a piece."""
    device = network.bias.device
    source, target = (each.to(device) for each in collate(group, pieces, random))
    network.train()
    with torch.autocast(device.type, torch.bfloat16):
        loss = network.loss(source, target, pieces.model.bos_id(), smoothing)
    loss = loss / (target >= 0).sum()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


@torch.no_grad()
def _measured(
    network: Network, dev: list[examples.Prepared], pieces: Pieces, recipe: Recipe
) -> tuple[float, float]:
    """The cross-entropy of a piece of dev, plain and with likes shown where there are any."""
    device = network.bias.device
    figures = []
    for share in (0.0, 1.0):
        random = np.random.default_rng(0)
        total, count = 0.0, 0
        for group in batches(draw(dev, share, random), recipe.batch_letters, random):
            source, target = (each.to(device) for each in collate(group, pieces, None))
            with torch.autocast(device.type, torch.bfloat16):
                total += float(network.loss(source, target, pieces.model.bos_id(), 0.0))
            count += int((target >= 0).sum())
        figures.append(total / count)
    return figures[0], figures[1]
