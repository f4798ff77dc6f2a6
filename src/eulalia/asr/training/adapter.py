"""Training of the contextual adapter beside a recogniser that stays as it is.

Two stages. First the network learns which phones were said last, at every frame and without any
list; what it compares nodes by is then right already, but for what competes with them. Then lists
come in, of words said and words not said, and it learns by the recogniser's own loss (CTC) what to
raise and how much, with the attention guided to the phone that is being said (Tang et al. 2024,
"Improving ASR contextual biasing with guided attention").
"""

from __future__ import annotations

import gzip
import json
import logging
import time
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, ctc_loss, nll_loss

from eulalia.asr.adapter import CARD, fingerprint
from eulalia.asr.encoder import Encoder
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.training.adapter_data import Heard, MadeUpWords, hear, padded
from eulalia.asr.training.adapter_lists import IGNORED, Lists, WordList, history
from eulalia.asr.training.adapter_network import AdapterNetwork
from eulalia.asr.training.augmentation import Features
from eulalia.asr.training.data import Corpus, prepare, requests
from eulalia.asr.training.synthesis import speak_all
from eulalia.asr.training.trainer import recorded_noises
from eulalia.audio import LogMel
from eulalia.errors import EulaliaError
from eulalia.neural.schedule import learning_rate

log = logging.getLogger(__name__)

_LONGEST = 900
"""Frames of features of the longest recording that is learned from."""
_WARMUP = 100


@dataclass(frozen=True)
class Recipe:
    """Everything that determines an adapter, given the recogniser and the data."""

    seed: int
    human: int
    """Utterances of the recogniser's own training data."""
    espeak: int
    """Requests with made-up words in them, spoken by espeak-ng …"""
    flite: int
    """… and by flite, where it is installed."""
    history_steps: int
    """Of the first stage."""
    steps: int
    """Of the second."""
    batch: int
    learning_rate: float
    guidance: float
    """What the attention's loss counts beside the recogniser's."""
    most_distractors: int
    unlisted: float
    """The share of utterances of whose words none is listed on purpose."""
    misheard: float
    """The share of words that are listed with a letter changed, without being said."""
    window: int
    width: int
    keys: int

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; raises EulaliaError naming what is missing or unknown."""
        try:
            return cls(**tomllib.loads(path.read_text("utf-8")))
        except FileNotFoundError as error:
            raise EulaliaError(f"There is no recipe {path}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise EulaliaError(f"The recipe {path} cannot be used: {error}.") from error


def train(
    recipe_path: Path, *, data: Path, model: Path, output: Path, threads: int = 1
) -> dict[str, float]:
    """Train an adapter for the recogniser in the folder `model` and write it into `output`.

    Returns, on utterances kept out: the recogniser's loss for each phone with lists that hold what
    is said, with lists that do not, and without a list.
    """
    recipe = Recipe.load(recipe_path)
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    encoder = Encoder.open(model)
    if not encoder.has_states:
        raise EulaliaError(
            f"The recogniser in {model} does not tell its states; train it anew, or name another."
        )
    output.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    corpus = prepare(data, output / "cache", espeak_texts=0, flite_texts=0, seed=recipe.seed)
    speech = _speech(recipe, data, corpus, random)
    noises = recorded_noises(data / "speech" / "noise")
    heard = list(hear(encoder, speech, noises, random))
    frames = sum(len(utterance.states) for utterance in heard)
    log.info("%d utterances, %.1f hours, heard in %.0f s", len(heard),
             frames * encoder.frame_shift / 3600, time.monotonic() - began)  # fmt: skip
    order = random.permutation(len(heard))
    kept_out = [heard[place] for place in order[: len(heard) // 25]]
    learned = [heard[place] for place in order[len(heard) // 25 :]]
    lists = Lists(
        learned,
        Lexicon(encoder.config.phones),
        window=recipe.window,
        most=recipe.most_distractors,
        unlisted=recipe.unlisted,
        misheard=recipe.misheard,
    )
    network = AdapterNetwork(
        units=len(encoder.config.phones),
        window=recipe.window,
        levels=learned[0].states.shape[1],
        states=learned[0].states.shape[2],
        width=recipe.width,
        keys=recipe.keys,
    )
    _fit(network, recipe, learned, lists, random)
    scores = evaluate(network.eval(), kept_out, lists, recipe.batch)
    log.info("on utterances kept out: %s", scores)
    export(network, output, model / "encoder.onnx")
    return scores


def _speech(
    recipe: Recipe, data: Path, corpus: Corpus, random: np.random.Generator
) -> Iterator[tuple[str, Features, frozenset[str]]]:
    """Texts, their features, and the made-up words in them."""
    people = [
        utterance
        for utterance in corpus.utterances
        if utterance.source not in ("espeak", "flite", "speech_commands")
        and not utterance.held_out
        and utterance.text
        and utterance.frames <= _LONGEST
    ]
    for place in random.permutation(len(people))[: recipe.human]:
        yield people[place].text, corpus.features(people[place]), frozenset()
    made_up, extract = MadeUpWords(_lexicon(data)), LogMel()
    said = [text.split() for text in dict.fromkeys(requests(data)) if 2 < len(text.split()) < 10]
    for voice, count in (("espeak", recipe.espeak), ("flite", recipe.flite)):
        texts, rare = [], []
        for _ in range(count):
            words = list(said[random.integers(len(said))])
            new = [made_up.draw(random) for _ in range(int(random.choice([1, 1, 2])))]
            place = int(random.integers(len(words)))
            texts.append(" ".join([*words[:place], *new, *words[place + 1 :]]))
            rare.append(frozenset(new))
        # Where a voice is not installed nothing is spoken.
        spoken = speak_all(texts, voice, recipe.seed)
        for (text, _, sound), new_words in zip(spoken, rare, strict=False):
            yield text, extract(sound), new_words


def _lexicon(data: Path) -> list[str]:
    """The words of CMUdict."""
    packed = (data / "lexicons" / "cmudict.dict.gz").read_bytes()
    words = (line.split()[0] for line in gzip.decompress(packed).decode().splitlines())
    return [word for word in words if word.isalpha() and len(word) > 3]


def _fit(
    network: AdapterNetwork,
    recipe: Recipe,
    heard: Sequence[Heard],
    lists: Lists,
    random: np.random.Generator,
) -> None:
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, betas=(0.9, 0.98), weight_decay=0.01
    )
    by_length = np.argsort([len(utterance.states) for utterance in heard])
    steps = recipe.history_steps + recipe.steps
    began, losses = time.monotonic(), []
    for step in range(steps):
        for parameters in optimizer.param_groups:
            parameters["lr"] = learning_rate(
                step / steps, [1], [recipe.learning_rate], step, _WARMUP
            )
        start = int(random.integers(max(1, len(heard) - 4 * recipe.batch)))
        near = by_length[start : start + 4 * recipe.batch]
        batch = [heard[place] for place in random.permutation(near)[: recipe.batch]]
        if step < recipe.history_steps:
            loss = history_loss(network, batch, recipe.window)
        else:
            recognition, attention = list_losses(network, batch, lists.draw(batch, random))
            loss = recognition + recipe.guidance * attention
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
        if (step + 1) % 100 == 0:
            seconds = (time.monotonic() - began) / (step + 1)
            log.info(
                "step %d of %d: loss %.3f, %.2f s a step, %.0f minutes to go",
                step + 1, steps, np.mean(losses[-100:]), seconds, seconds * (steps - step - 1) / 60,
            )  # fmt: skip


def history_loss(network: AdapterNetwork, batch: Sequence[Heard], window: int) -> Tensor:
    """How badly the network tells what is said, and what was said before it."""
    scores = network.said_so_far(_states(batch))
    truth = np.full((*scores.shape[:2], window), IGNORED)
    for row, utterance in zip(truth, batch, strict=True):
        row[: len(utterance.states)] = history(utterance.said, window)
    return cross_entropy(
        scores.flatten(0, 2), torch.from_numpy(truth).flatten(), ignore_index=IGNORED
    )


def list_losses(
    network: AdapterNetwork, batch: Sequence[Heard], words: WordList
) -> tuple[Tensor, Tensor]:
    """The recogniser's loss for each unit, and that of the attention for each frame."""
    shifts, attention = network(_states(batch), torch.from_numpy(words.windows))
    plain = torch.from_numpy(padded([utterance.said.log_probs for utterance in batch]))
    targets = torch.from_numpy(words.targets)
    judged = targets != IGNORED
    return recognition_loss(plain + shifts, batch), nll_loss(attention[judged], targets[judged])


def recognition_loss(scores: Tensor, batch: Sequence[Heard]) -> Tensor:
    """CTC's, for each unit, of scores (batch, frames, units)."""
    units = [utterance.said.units for utterance in batch]
    loss: Tensor = ctc_loss(
        scores.log_softmax(-1).transpose(0, 1),
        torch.tensor([unit for said in units for unit in said]),
        torch.tensor([len(utterance.states) for utterance in batch]),
        torch.tensor([len(said) for said in units]),
        reduction="sum",
        zero_infinity=True,
    )
    return loss / sum(map(len, units))


@torch.no_grad()
def evaluate(
    network: AdapterNetwork, heard: Sequence[Heard], lists: Lists, batch: int
) -> dict[str, float]:
    """The recogniser's loss for each unit without a list, with words that are said, and without."""
    random = np.random.default_rng(0)
    losses: dict[str, list[float]] = {"no list": [], "listed": [], "not listed": []}
    for start in range(0, len(heard), batch):
        group = heard[start : start + batch]
        plain = torch.from_numpy(padded([utterance.said.log_probs for utterance in group]))
        losses["no list"].append(recognition_loss(plain, group).item())
        for name in ("listed", "not listed"):
            words = lists.draw(group, random, listed=name == "listed")
            losses[name].append(list_losses(network, group, words)[0].item())
    return {name: round(float(np.mean(each)), 4) for name, each in losses.items()}


def _states(batch: Sequence[Heard]) -> Tensor:
    return torch.from_numpy(padded([utterance.states for utterance in batch]))


def export(network: AdapterNetwork, folder: Path, encoder: Path) -> None:
    """Write `adapter.onnx`, which looks at frames, `adapter-list.onnx`, which embeds lists, and
    `adapter.json`, which tells the encoder that they are for."""
    levels_by_width = network.frames.enter.in_features
    states = torch.zeros(1, 8, network.levels, levels_by_width // network.levels)
    memory = torch.zeros(1, 1, network.width)
    windows = torch.zeros(4, len(network.list.tables), dtype=torch.long)
    time_axis = {name: {1: "time"} for name in ("states", "queries", "gates")}
    _write(
        network.frames, (states, memory), folder / "adapter.onnx",
        ["states", "memory"], ["queries", "gates", "next_memory"], time_axis,
    )  # fmt: skip
    nodes_axis = {name: {0: "nodes"} for name in ("windows", "keys")}
    _write(
        network.list, (windows,), folder / "adapter-list.onnx", ["windows"], ["keys"], nodes_axis
    )
    card = {"encoder": fingerprint(encoder), "license": "Apache-2.0"}
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def _write(
    part: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
) -> None:
    with warnings.catch_warnings():
        # Tracing warns of every size that it takes for a constant; the tests see that none is.
        warnings.simplefilter("ignore")
        partial = path.with_suffix(".partial")
        torch.onnx.export(
            part, example, str(partial), input_names=inputs, output_names=outputs,
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    partial.replace(path)
