"""Fitting the model of dialogues: pretraining by swapped answers, then all tasks at once."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    log_softmax,
)

from eulalia.errors import EulaliaError
from eulalia.learning import logs
from eulalia.learning.labels import calibration, evaluation, labelling, targets
from eulalia.learning.labels.dialogue import Dialogues, Scores
from eulalia.learning.labels.inputs import (
    FEATURES,
    FIELDS,
    Bags,
    Inputs,
    Integers,
    padded,
    standardized,
)
from eulalia.learning.labels.tone import SCALES, Tone, is_bare
from eulalia.learning.training import recipes
from eulalia.learning.training.dialogues import Network
from eulalia.truth import Truth

log = logging.getLogger(__name__)

_WANTED = {
    "seed": int,
    "logs": list,
    "folds": int,
    "pretraining_epochs": int,
    "epochs": int,
    "batch_dialogues": int,
    "learning_rate": float,
    "dimension": int,
    "width": int,
    "layers": int,
    "heads": int,
    "dropout": float,
}


@dataclass(frozen=True, slots=True)
class Data:
    """The logs of a recipe in one row."""

    inputs: Inputs
    targets: targets.Targets
    truths: tuple[Truth | None, ...]
    logs: npt.NDArray[np.intp]
    """(turns,) which log each is of."""
    customers: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some dialogues: their turns in a row, and where each stands."""

    own: Integers
    """Places of the turns in the data."""
    places: Tensor
    """(dialogues, turns) into `own`."""
    there: Tensor


def train(recipe: Path, *, output: Path, threads: int = 1) -> dict[str, Any]:
    """Fit the model of a recipe and write it into the output folder, with `scores.json`: what
    models say that were fitted without the customers they are asked about.

    It takes minutes, so that there is nothing to resume. Raises EulaliaError for a recipe that is
    none and logs without truth.
    """
    settings = recipes.settings(recipe, _WANTED)
    torch.set_num_threads(threads)
    read = _read(settings["logs"])
    held_out = cross_validate(read, settings)
    model = fit(read, np.arange(len(read.truths)), settings)
    model = replace(model, calibration=calibration.learn(read.inputs, held_out, read.truths))
    labels = labelling.label_all(read.inputs, held_out, model.calibration)
    model.save(output)
    report = {}
    for number, path in enumerate(settings["logs"]):
        own = np.flatnonzero(read.logs == number)
        report[str(path)] = evaluation.report(
            [read.inputs.turns[place] for place in own],
            [read.truths[place] for place in own],
            [labels[place] for place in own],
        )
    (output / "scores.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return report


def cross_validate(read: Data, settings: dict[str, Any]) -> Scores:
    """What is said of each turn by a model that was fitted without its customer."""
    folds = _folds(read.customers, settings["folds"], settings["seed"])
    log.info("%d turns, %d times over", len(folds), settings["folds"] + 1)
    parts = []
    for fold in range(settings["folds"]):
        model = fit(read, np.flatnonzero(folds != fold), settings)
        asked = [own for own in read.inputs.dialogues if folds[own[0]] == fold]
        parts.append((folds == fold, model.scores(replace(read.inputs, dialogues=tuple(asked)))))
    return Scores.join(parts)


def fit(read: Data, places: Integers, settings: dict[str, Any]) -> Dialogues:
    """The model fitted on the dialogues of some turns."""
    torch.manual_seed(settings["seed"])
    chosen = np.zeros(len(read.truths), np.bool_)
    chosen[places] = True
    dialogues = [own for own in read.inputs.dialogues if chosen[own[0]]]
    # The same intents for all folds, so that their scores fit together.
    names = sorted({intent for intent in read.targets.intents if intent is not None})
    numbers = read.inputs.numbers[places]
    counted = (~np.isnan(numbers)).sum(0)
    means = np.where(counted > 0, np.nansum(numbers, 0) / np.maximum(counted, 1), 0)
    spread = np.nansum((numbers - means) ** 2, 0) / np.maximum(counted, 1)
    deviations = np.sqrt(spread) + 1e-3
    scaled = torch.from_numpy(standardized(read.inputs.numbers, means, deviations))
    network = Network(numbers.shape[1], len(names), settings)
    for swap, epochs in ((True, settings["pretraining_epochs"]), (False, settings["epochs"])):
        _epochs(network, read, scaled, dialogues, names, settings, epochs=epochs, swap=swap)
    arrays = {name: values.detach().numpy() for name, values in network.state_dict().items()}
    return Dialogues(
        tone=_tone(read, places),
        weights={**arrays, "means": means.astype("f"), "deviations": deviations.astype("f")},
        names=read.inputs.names,
        intents=tuple(names),
        heads=settings["heads"],
        calibration={},
    )


def _tone(read: Data, places: Integers) -> Tone:
    """The model of tone, fitted on the bare turns among these: each counts as satisfied by the
    share of its annotators that is."""
    own = places[[is_bare(read.inputs.turns[place]) for place in places]]
    own = own[~np.isnan(read.targets.success[own])]
    share = read.targets.success[own].astype(float)
    if not len(own) or share.min() == 1 or share.max() == 0:
        return Tone.deaf()
    bags = read.inputs.bags.take(own)
    fields = np.arange(len(bags.ends))
    scales = np.array(SCALES)[fields % FIELDS] / np.sqrt(np.maximum(bags.lengths, 1))
    ends = np.concatenate([[0], bags.ends[FIELDS - 1 :: FIELDS]])
    rows = csr_matrix(
        (np.repeat(scales, bags.lengths), bags.features, ends), shape=(len(own), FEATURES)
    )
    # A share is two weighted examples, one of either kind.
    happened = np.repeat([1, 0], len(own))
    model = LogisticRegression(C=1.0, max_iter=200)
    model.fit(vstack([rows, rows]), happened, sample_weight=np.concatenate([share, 1 - share]))
    return Tone(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def _epochs(
    network: Network,
    read: Data,
    scaled: Tensor,
    dialogues: Sequence[Integers],
    names: list[str],
    settings: dict[str, Any],
    *,
    epochs: int,
    swap: bool,
) -> None:
    """Train for some epochs, with the learning rate falling to nothing (Smith & Topin 2019)."""
    random = np.random.default_rng((settings["seed"], swap))
    size = settings["batch_dialogues"]
    steps = epochs * -(-len(dialogues) // size)
    if not steps:
        return
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings["learning_rate"], total_steps=steps, pct_start=0.1
    )
    intents = torch.tensor(
        [names.index(intent) if intent is not None else -100 for intent in read.targets.intents]
    )
    network.train()
    began, running = time.monotonic(), 0.0
    for epoch in range(epochs):
        order = _mixed(dialogues, size, random)
        for group in order:
            batch = _batch([dialogues[number] for number in group])
            if swap:
                loss = _swapped_loss(network, read, scaled, batch, random)
            else:
                loss = _task_loss(network, read, scaled, batch, intents)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            running += loss.item() / len(order)
        log.info(
            "%s, epoch %d: loss %.4f, %.0f s",
            "swapped answers" if swap else "all tasks", epoch + 1, running,
            time.monotonic() - began,
        )  # fmt: skip
        running = 0.0
    network.eval()


def _task_loss(
    network: Network, read: Data, scaled: Tensor, batch: Batch, intents: Tensor
) -> Tensor:
    """The sum of all tasks' losses, each the mean over the turns that tell of it."""
    states = network(read.inputs.bags.take(batch.own), scaled[batch.own], batch.places, batch.there)
    inside = states[batch.there]
    loss = torch.zeros(())
    for head, wanted in (("success", read.targets.success), ("begins", read.targets.begins)):
        truth = torch.from_numpy(wanted[batch.own])
        known = ~truth.isnan()
        if known.any():
            odds = getattr(network, head)(inside)[known, 0]
            loss = loss + binary_cross_entropy_with_logits(odds, truth[known])
    asked = intents[batch.own]
    if (asked >= 0).any():
        loss = loss + 0.5 * cross_entropy(network.intent(inside), asked)
        right = torch.from_numpy(read.targets.sources[batch.own])
        known = right.any(1)
        scores = log_softmax(network.sources(states, batch.there), 2)[batch.there]
        right = right[:, : scores.shape[1]]
        known &= right.any(1)
        found = scores.masked_fill(~right, -1e9)[known].logsumexp(1)
        loss = loss - found.mean()
    return loss


def _swapped_loss(
    network: Network, read: Data, scaled: Tensor, batch: Batch, random: np.random.Generator
) -> Tensor:
    """How badly answers from other dialogues are told from a turn's own.

    Half of the batch's turns get another's answer and all that led to it; who answers something
    else than what was asked has failed, which needs no label (self-supervised; cf. Ma et al. 2018).
    """
    own = batch.own
    swapped = random.random(len(own)) < 0.3
    givers = own.copy()
    givers[swapped] = random.permutation(own)[swapped]
    swapped &= givers != own
    bags = read.inputs.bags
    # Texts from the turn itself, answers and kinds from the giver.
    fields = np.stack([own, own, givers, givers], 1) * FIELDS + np.arange(FIELDS)
    mixed = _fields(bags, fields.ravel())
    # Without the numbers, which were read off what the turn's own answer led to.
    states = network(mixed, torch.zeros_like(scaled[own]), batch.places, batch.there)
    odds = network.success(states[batch.there])[:, 0]
    return binary_cross_entropy_with_logits(odds, torch.from_numpy(~swapped).float())


def _fields(bags: Bags, fields: Integers) -> Bags:
    """Some fields, in the order given."""
    lengths = bags.lengths[fields]
    ends = np.cumsum(lengths)
    own = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    return Bags(bags.features[np.repeat(bags.starts[fields], lengths) + own], ends)


def _mixed(
    dialogues: Sequence[Integers], size: int, random: np.random.Generator
) -> list[list[int]]:
    """Numbers of dialogues in batches of about equal length, in a random order."""
    lengths = np.array([len(own) for own in dialogues]) + random.random(len(dialogues))
    order = np.argsort(lengths)
    groups = [order[start : start + size].tolist() for start in range(0, len(order), size)]
    random.shuffle(groups)
    return groups


def _batch(dialogues: Sequence[Integers]) -> Batch:
    own = np.concatenate(dialogues)
    ends = np.cumsum([len(part) for part in dialogues])
    rows = [np.arange(end - len(part), end) for part, end in zip(dialogues, ends, strict=True)]
    places, there = padded(rows)
    return Batch(own, torch.from_numpy(places), torch.from_numpy(there))


def _read(paths: Sequence[str]) -> Data:
    pairs, number_of = [], []
    for number, path in enumerate(paths):
        log.info("reading %s", path)
        own = list(logs.read(path))
        if not any(truth for _, truth in own):
            raise EulaliaError(f"{path} tells no truth to learn from; give a log with truth.")
        pairs += own
        number_of += [number] * len(own)
    truths = tuple(truth for _, truth in pairs)
    # Two logs may name their customers and sessions alike.
    turns = [
        replace(turn, session=f"{n} {turn.session}")
        for (turn, _), n in zip(pairs, number_of, strict=True)
    ]
    inputs = Inputs.of(turns)
    customers = recipes.numbers(
        f"{n} {turn.customer}" for turn, n in zip(turns, number_of, strict=True)
    )
    found = targets.of(inputs, truths)
    return Data(inputs, found, truths, np.array(number_of), customers)


def _folds(customers: npt.NDArray[np.intp], folds: int, seed: int) -> npt.NDArray[np.intp]:
    """A fold for each turn, the same for all of a customer."""
    drawn = np.random.default_rng(seed).permutation(customers.max() + 1) % folds
    found: npt.NDArray[np.intp] = drawn[customers]
    return found
