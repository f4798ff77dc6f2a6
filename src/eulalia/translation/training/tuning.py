"""Teach a model of our own the terms and the style of parallel data.

    python -m eulalia.translation.training.tuning MODEL PAIRS FOLDER

MODEL is a model's folder, PAIRS a file of pairs for its languages, FOLDER what is written.
Freitag and Al-Onaizan: Fast Domain Adaptation for Neural Machine Translation (2016).
"""

from __future__ import annotations

import copy
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor

from eulalia.errors import EulaliaError
from eulalia.neural.checkpoint import update_average
from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Kind, has_words, mask
from eulalia.translation.model import DESCRIPTION, MASKS, TAGS, WAY_BACK
from eulalia.translation.pairs import Pair, ParallelData, read_pairs
from eulalia.translation.protection import protect_pair
from eulalia.translation.training.batches import Drawn, Pieces, batches, collate
from eulalia.translation.training.examples import Prepared
from eulalia.translation.training.export import PIECES, export
from eulalia.translation.training.network import Network
from eulalia.translation.training.step import take_step
from eulalia.translation.transformer import WEIGHTS

log = logging.getLogger(__name__)
_EPOCHS = 4
_MOST_TEACHING = 5_000
"""Steps of a teacher."""
_MOST_STUDYING = 2_500
"""Steps of a student."""
_MOST_DIVERSIFIED = 10_000
"""Pairs from which students learn besides; of more, these steps are too few for them to be as good
as their teacher."""
_LEARNING_RATE = 1.2e-3
_WARMUP = 20
_BATCH_PIECES = 1_500
_SMOOTHING = 0.1
_DROPOUT = 0.0
_SAMPLING = 0.2
_AVERAGE_DECAY = 0.995
"""Of the running average of the weights, which is what is kept."""
_RUN = 1_000
"""The part of a run in what is told of how far tuning is."""
_TRANSLATION = 100
"""The part of a teacher's translation in that."""
_AT_ONCE = 1_000
"""Sentences that a teacher translates before that is told again."""


@dataclass
class _Progress:
    """How far tuning is; how many steps students take is known only when they begin."""

    total: int
    done: int = 0

    def tell(self, share: float, part: int) -> None:
        """Tell that of a part this share is done."""
        log.info("step %d of %d", self.done + round(share * part), self.total)
        if share == 1:
            self.done += part


def tune(model: Path, data: ParallelData, folder: Path) -> None:
    """Write a model that has learned from the pairs into a folder, whole or not at all.

    If the model knows the way back too, one that has learned it lies in `folder / WAY_BACK`. What
    was learned when the process is killed lies in `folder.runs`; it goes on from there. Raises
    TranslationError for a model that is not our own.
    """
    direction = data.source_language, data.target_language
    back = data.target_language, data.source_language
    network, directions = _opened(model)
    if "-".join(direction) not in directions:
        raise TranslationError(f"{model} does not translate from {' to '.join(direction)}.")
    kept = folder.with_name(f"{folder.name}.runs")
    kept.mkdir(parents=True, exist_ok=True)
    way_back = None
    if data.pairs:
        both_ways = "-".join(back) in directions
        network, way_back = _schooled(model, network, data, kept, both_ways=both_ways)
    export(network, model / PIECES, kept / "model", [direction])
    if way_back is not None:
        export(way_back, model / PIECES, kept / "model" / WAY_BACK, [back])
    shutil.rmtree(folder, ignore_errors=True)
    (kept / "model").replace(folder)
    shutil.rmtree(kept, ignore_errors=True)


def _schooled(
    model: Path, network: Network, data: ParallelData, kept: Path, *, both_ways: bool
) -> tuple[Network, Network | None]:
    """The network after it has learned from the pairs several times over; and one for the way back.

    A teacher learns from them, and another one the way back if the network knows it. If the pairs
    are few, each makes further ones: translations of the sources, and sources for the translations.
    One student learns from the pairs and the first of these, another one from the pairs and the
    second (data diversification, Nguyen et al. 2020). The mean of all that translate this way, a
    model soup (Wortsman et al. 2022), is better than each.
    """
    pieces = Pieces(SentencePieceProcessor(model_file=str(model / PIECES)), _SAMPLING)
    teachers = 2 if both_ways else 1
    students = teachers if len(data.pairs) <= _MOST_DIVERSIFIED else 0
    progress = _Progress((teachers + students) * _RUN + students * _TRANSLATION)

    def learned(run: int, sets: Sequence[ParallelData], most: int) -> Network:
        file = kept / f"{run}.pt"
        if not file.is_file():
            new = _learned(network, sets, most, pieces, run, progress)
            torch.save(new.state_dict(), file.with_suffix(".part"))
            file.with_suffix(".part").replace(file)
        progress.tell(1, _RUN)
        found = copy.deepcopy(network).requires_grad_(False)
        found.load_state_dict(torch.load(file, weights_only=True))
        return found

    teacher = learned(0, [data], _MOST_TEACHING)
    way_back = learned(1, [_swapped(data)], _MOST_TEACHING) if both_ways else None
    if not students:
        return teacher, way_back
    made = [_translated(model, teacher, data, progress)]
    if way_back is not None:
        made.append(_swapped(_translated(model, way_back, _swapped(data), progress)))
    for number, more in enumerate(made):
        student = learned(teachers + number, [data, more], _MOST_STUDYING)
        update_average(teacher, student, (number + 1) / (number + 2))
    return teacher, way_back


def _learned(
    start: Network,
    sets: Sequence[ParallelData],
    most: int,
    pieces: Pieces,
    run: int,
    progress: _Progress,
) -> Network:
    """A copy of the network that has learned from pairs, in so many steps at most.

    `run` is its number.
    """
    torch.manual_seed(run)
    random = np.random.default_rng(run)
    examples: list[Drawn] = [(each, None) for data in sets for each in _prepared(data)]
    network, average = copy.deepcopy(start), copy.deepcopy(start).eval().requires_grad_(False)
    working = copy.deepcopy(start).bfloat16()
    optimizer = torch.optim.AdamW(
        network.parameters(), _LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    groups = [
        group
        for _ in range(_EPOCHS if examples else 0)
        for group in batches(examples, pieces, _BATCH_PIECES, random)
    ][:most]
    for step, group in enumerate(groups, 1):
        left = 1 - (step - 1) / len(groups)
        for parameters in optimizer.param_groups:
            parameters["lr"] = _LEARNING_RATE * min(1, step / _WARMUP) * left
        batch = collate(group, pieces, random)
        loss = take_step(network, working, optimizer, batch, pieces.model.bos_id(), _SMOOTHING)
        update_average(average, network, min(_AVERAGE_DECAY, step / (step + 9)))
        if step % 10 == 0 and step < len(groups):
            log.info("loss %.3f", loss)
            progress.tell(step / len(groups), _RUN)
    return average


def _translated(
    model: Path, network: Network, data: ParallelData, progress: _Progress
) -> ParallelData:
    """Sources of pairs with a network's translations of them."""
    direction = data.source_language, data.target_language
    sources = [pair.source for pair in data.pairs]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "teacher"
        export(network, model / PIECES, folder, [direction])
        engine = Engine.open(*direction, folder, "reuse")
        texts: list[str] = []
        for first in range(0, len(sources), _AT_ONCE):
            progress.tell(first / len(sources), _TRANSLATION)
            texts += engine.translate(sources[first : first + _AT_ONCE])
    progress.tell(1, _TRANSLATION)
    return ParallelData(*direction, [*map(Pair, sources, texts)])


def _swapped(data: ParallelData) -> ParallelData:
    """The same pairs the other way round."""
    pairs = [Pair(pair.target, pair.source) for pair in data.pairs]
    return ParallelData(data.target_language, data.source_language, pairs)


def _opened(model: Path) -> tuple[Network, set[str]]:
    """The network in a model's folder, and the pairs of languages that it knows, as en-zh."""
    try:
        about = json.loads((model / DESCRIPTION).read_text("utf-8"))
        with np.load(model / WEIGHTS) as file:
            weights = {name: torch.from_numpy(file[name]).float() for name in file.files}
        heads = int(weights.pop("heads"))
        directions = set(about["source_prefixes"])
        pieces, width = weights["table.weight"].shape
        layers = (_layers(weights, "encoder."), _layers(weights, "decoder."))
        inner = len(weights["encoder.0.inner.bias"])
        network = Network(pieces, width, inner, heads, layers, _DROPOUT)
        network.load_state_dict(weights)
    except (OSError, ValueError, KeyError, RuntimeError, EOFError) as error:
        raise TranslationError(f"{model} is no model of our own that could be tuned.") from error
    return network, directions


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
