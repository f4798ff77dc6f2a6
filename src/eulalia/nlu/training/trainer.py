"""Training of the understanding network, from its recipe to the folder that is shipped."""

from __future__ import annotations

import copy
import logging
import time
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy

from eulalia.datasets.clinc import Clinc
from eulalia.datasets.massive import Massive
from eulalia.errors import EulaliaError
from eulalia.neural.checkpoint import load, save, update_average
from eulalia.neural.schedule import learning_rate
from eulalia.nlu.model import OUT_OF_SCOPE
from eulalia.nlu.training.calibration import calibrate
from eulalia.nlu.training.data import Batch, Collator, Example, Exchange, batches, choose_rows
from eulalia.nlu.training.export import export
from eulalia.nlu.training.linear import write_linear
from eulalia.nlu.training.network import Network
from eulalia.nlu.training.teacher import opinions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a model, given the data."""

    seed: int
    cycles: tuple[int, ...]
    """Epochs of each cycle, over which the learning rate falls to nothing (Loshchilov & Hutter
    2017)."""
    learning_rates: tuple[float, ...]
    """At each cycle's start."""
    batch_tokens: int
    warmup_steps: int
    average_decay: float
    """Of the running average of the weights that is evaluated and shipped."""
    label_smoothing: float
    teacher_folds: int
    """Parts of the training requests, each judged by linear readers trained on the others."""
    teacher_share: float
    """How much the teacher's opinion counts beside the label."""
    slot_weight: float
    """Weight of the slots' loss beside the intent's."""
    exchange: float
    """Share of requests whose slot values are exchanged."""
    word_dropout: float
    dropout: float
    word_rows: int
    character_rows: int
    dimension: int
    hidden: int
    layers: int
    votes: int
    """Weights kept of each locale's linear reader of intents."""
    vote_cost: float
    """How dearly the linear readers pay for an error in training."""
    slot_vote_cost: float
    """The same for those of slots."""
    out_of_scope: tuple[str, ...]
    """Intents of CLINC150 that the assistant has nothing for."""

    @property
    def epochs(self) -> int:
        """Of all cycles."""
        return sum(self.cycles)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; raises EulaliaError naming what is missing or unknown."""
        try:
            plain = tomllib.loads(path.read_text("utf-8"))
            lists = ("cycles", "learning_rates", "out_of_scope")
            recipe = cls(**{**plain, **{name: tuple(plain.get(name, ())) for name in lists}})
            if len(recipe.cycles) != len(recipe.learning_rates):
                raise TypeError("it needs as many learning_rates as cycles")
            return recipe
        except FileNotFoundError as error:
            raise EulaliaError(f"There is no recipe {path}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise EulaliaError(f"The recipe {path} cannot be used: {error}.") from error


def load_out_of_scope(path: Path, partition: str, intents: tuple[str, ...]) -> list[Example]:
    """English requests that the assistant should decline; none where CLINC150 is absent."""
    if not intents:
        return []
    clinc = Clinc.open(path)
    return [
        Example.of("en-US", OUT_OF_SCOPE, words, ["Other"] * len(words))
        for part in (partition, f"oos_{partition}")
        for request in clinc.requests(part)
        if request.intent in intents and (words := request.text.split())
    ]


def train(
    recipe_path: Path,
    *,
    data: Path,
    output: Path,
    resume: bool = False,
    threads: int = 1,
) -> dict[str, float]:
    """Train by a recipe and write the model's folder.

    `data` holds `massive/` and `nlu/`; `output` gets the shipped files, and beside them what an
    interrupted training goes on from: `checkpoint.pt`, `opinions.npz` and the folder `linear`.
    Training says its cost after the first steps, saves every few minutes, and with `resume` goes on
    where it stopped. Returns the scores on dev.
    """
    recipe = Recipe.load(recipe_path)
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    archive = next(iter(sorted((data / "massive").glob("*.tar.gz"))), data / "massive")
    clinc = next(iter(sorted((data / "nlu").glob("clinc150*"))), data / "nlu" / "clinc150.json")
    massive = Massive.open(archive)
    examples, dev = (
        [
            Example.of(locale, request.intent, request.tokens, request.labels, request.id)
            for locale in massive.locales
            for request in massive.requests(locale, partition)
            if request.tokens
        ]
        for partition in ("train", "dev")
    )
    examples += load_out_of_scope(clinc, "train", recipe.out_of_scope)
    dev += load_out_of_scope(clinc, "val", recipe.out_of_scope)
    log.info("%d requests to train on, %d for dev", len(examples), len(dev))

    locales = sorted({example.locale for example in examples})
    intents = sorted({example.intent for example in examples})
    labels = sorted({label for example in examples for label in example.labels})
    words, characters = choose_rows(examples, recipe.word_rows, recipe.character_rows)
    output.mkdir(parents=True, exist_ok=True)
    judged = _opinions(output / "opinions.npz", examples, intents, recipe)
    collate = Collator(words, characters, locales, intents, labels, judged, recipe.teacher_share)
    exchange = Exchange(examples)
    network = Network(
        word_rows=len(words),
        character_rows=len(characters),
        dimension=recipe.dimension,
        hidden=recipe.hidden,
        layers=recipe.layers,
        locales=len(locales),
        intents=len(intents),
        labels=len(labels),
        dropout=recipe.dropout,
    )
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

    saved = time.monotonic()
    for epoch in range(start, recipe.epochs):
        random = np.random.default_rng((recipe.seed, epoch))
        drawn = [exchange(x, random) if random.random() < recipe.exchange else x for x in examples]
        groups = batches(drawn, recipe.batch_tokens, random)
        began, running = time.monotonic(), 0.0
        for step, group in enumerate(groups[skip:], start=skip):
            passed = epoch + step / len(groups)
            done = epoch * len(groups) + step
            rate = learning_rate(
                passed, recipe.cycles, recipe.learning_rates, done, recipe.warmup_steps
            )
            for parameters in optimizer.param_groups:
                parameters["lr"] = rate
            running += _step(
                network, optimizer, collate(group, random, recipe.word_dropout), recipe
            )
            update_average(average, network, min(recipe.average_decay, (done + 1) / (done + 10)))
            if (step + 1) % 100 == 0:
                seconds = (time.monotonic() - began) / (step + 1 - skip)
                left = seconds * len(groups) * (recipe.epochs - passed) / 60
                log.info(
                    "epoch %d, step %d of %d: loss %.3f, %.2f s a step, %.0f minutes to go",
                    epoch + 1, step + 1, len(groups), running / 100, seconds, left,
                )  # fmt: skip
                running = 0.0
            if time.monotonic() - saved > 300:
                save(checkpoint, recipe, network, average, optimizer, epoch=epoch, step=step + 1)
                saved = time.monotonic()
        skip = 0
        save(checkpoint, recipe, network, average, optimizer, epoch=epoch + 1, step=0)
        log.info("after epoch %d: %s", epoch + 1, evaluate(average, dev[::8], collate, recipe))
    scores = evaluate(average, dev, collate, recipe)
    log.info("on dev: %s", scores)
    export(
        average,
        output,
        words,
        characters,
        {"locales": locales, "intents": intents, "labels": labels, "recipe": asdict(recipe)},
    )
    write_linear(
        examples, intents, labels, output,
        votes=recipe.votes, cost=recipe.vote_cost, slot_cost=recipe.slot_vote_cost,
    )  # fmt: skip
    calibrate(output, (x for locale in massive.locales for x in massive.requests(locale, "dev")))
    return scores


def _opinions(
    path: Path, examples: list[Example], intents: list[str], recipe: Recipe
) -> dict[str, NDArray[np.float32]]:
    """The teacher's opinions, from an earlier start of this training if there was one."""
    if not path.exists():
        judged = opinions(examples, intents, folds=recipe.teacher_folds, cost=recipe.vote_cost)
        partial = path.with_suffix(".partial.npz")
        np.savez_compressed(
            partial, requests=np.array(list(judged)), chances=np.array(list(judged.values()))
        )
        partial.replace(path)
    with np.load(path) as arrays:
        return dict(zip(arrays["requests"].tolist(), arrays["chances"], strict=True))


def _step(
    network: Network, optimizer: torch.optim.Optimizer, batch: Batch, recipe: Recipe
) -> float:
    """One update; returns the mean loss of a request."""
    network.train()
    with torch.autocast("cpu", torch.bfloat16):
        intent, slots = network(batch.words, batch.characters, batch.locales)
    loss = _loss(network, intent.float(), slots.float(), batch, recipe).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def _loss(
    network: Network, intent: torch.Tensor, slots: torch.Tensor, batch: Batch, recipe: Recipe
) -> torch.Tensor:
    asked = cross_entropy(
        intent, batch.chances, reduction="none", label_smoothing=recipe.label_smoothing
    )
    filled = network.transitions.negative_log_likelihood(slots, batch.labels)
    return asked + recipe.slot_weight * filled


@torch.no_grad()
def evaluate(
    network: Network, examples: list[Example], collate: Collator, recipe: Recipe
) -> dict[str, float]:
    """Intent accuracy, token label accuracy and exact match; for choosing, not for reporting."""
    intents = exact = tokens = right = 0
    for group in batches(examples, recipe.batch_tokens):
        batch = collate(group)
        intent, slots = network(batch.words, batch.characters, batch.locales)
        labels = network.transitions.decode(slots)
        same_intent = intent.argmax(1) == batch.intents
        same_labels = labels == batch.labels
        intents += int(same_intent.sum())
        exact += int((same_intent & same_labels.all(1)).sum())
        right += int(same_labels.sum())
        tokens += batch.labels.numel()
    return {
        "intent_accuracy": intents / len(examples),
        "label_accuracy": right / tokens,
        "exact_match": exact / len(examples),
    }
