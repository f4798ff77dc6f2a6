"""Training of the recogniser, from its recipe to the folder that is shipped."""

from __future__ import annotations

import copy
import logging
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import sentencepiece
import soundfile  # type: ignore[import-untyped]
import torch
from torch import Tensor
from torch.nn.functional import ctc_loss

from eulalia.asr.language_model import LanguageModel
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.phones import PHONES
from eulalia.asr.training.augmentation import SILENCE, augment, flushed
from eulalia.asr.training.data import (
    Corpus,
    Utterance,
    batches,
    everyday_sentences,
    prepare,
    requests,
)
from eulalia.asr.training.export import export
from eulalia.asr.training.network import SUBSAMPLING, Network
from eulalia.asr.words import Words
from eulalia.audio import LogMel
from eulalia.errors import EulaliaError
from eulalia.neural.checkpoint import load, position, save, update_average
from eulalia.neural.schedule import learning_rate

log = logging.getLogger(__name__)

PHONE_NUMBERS = {phone: number for number, phone in enumerate(PHONES, start=1)}
FLUSH = 48
"""Frames of silence behind each utterance, for what a causal network says late."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a model, given the data."""

    seed: int
    cycles: tuple[int, ...]
    """Epochs of each cycle, over which the learning rate falls to nothing (Loshchilov & Hutter
    2017)."""
    learning_rates: tuple[float, ...]
    """At each cycle's start."""
    batch_frames: int
    warmup_steps: int
    plain_steps: int
    """Steps over which the share of augmented utterances rises from none to all."""
    average_decay: float
    human_repeats: int
    """How often human speech comes up in an epoch."""
    machine_share: float
    """Share of the machine speech that comes up in an epoch, drawn anew each time."""
    espeak_texts: int
    flite_texts: int
    subwords: int
    width: int
    layers: int
    kernel: int
    expansions: tuple[int, ...]
    """By how much the blocks are wider inside than outside in each cycle; it may only rise."""
    dropout: float
    subword_weight: float
    phone_weight: float
    tap_weight: float
    language_model_order: int
    phone_blank_penalty: float
    """By which decoding makes the phone output's blank less likely, in log-probability."""
    subword_blank_penalty: float
    """The same for the subword output."""

    @property
    def epochs(self) -> int:
        """Of all cycles."""
        return sum(self.cycles)

    def expansion(self, epoch: int) -> tuple[int, int]:
        """How wide the blocks are inside in an epoch, and the first epoch in which they were."""
        ends = list(accumulate(self.cycles))
        expansion = next(e for e, end in zip(self.expansions, ends, strict=True) if epoch < end)
        first = self.expansions.index(expansion)
        return expansion, ends[first - 1] if first else 0

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; raises EulaliaError naming what is missing or unknown."""
        try:
            plain = tomllib.loads(path.read_text("utf-8"))
            lists = ("cycles", "learning_rates", "expansions")
            recipe = cls(**{**plain, **{name: tuple(plain.get(name, ())) for name in lists}})
            if {len(getattr(recipe, name)) for name in lists} != {len(recipe.cycles)}:
                raise TypeError("it needs as many learning_rates and expansions as cycles")
            if list(recipe.expansions) != sorted(recipe.expansions):
                raise TypeError("a network grows; its expansions cannot fall")
            return recipe
        except FileNotFoundError as error:
            raise EulaliaError(f"There is no recipe {path}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise EulaliaError(f"The recipe {path} cannot be used: {error}.") from error


def train(
    recipe_path: Path, *, data: Path, output: Path, resume: bool = False, threads: int = 1
) -> dict[str, float]:
    """Train by a recipe and write the model's folder.

    `data` holds `speech/` and `massive/`; `output` gets the shipped files and, beside them, the
    cache of features and a `checkpoint.pt`. With `resume`, training goes on where it stopped.
    Returns phone and subword error rates on speakers kept out of training.
    """
    recipe = Recipe.load(recipe_path)
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    corpus = prepare(
        data,
        output / "cache",
        espeak_texts=recipe.espeak_texts,
        flite_texts=recipe.flite_texts,
        seed=recipe.seed,
    )
    noises = recorded_noises(data / "speech" / "noise")
    human, machine, held_out = _split(corpus)
    tokenizer = _tokenizer(output, corpus, recipe)
    checkpoint = output / "checkpoint.pt"
    start, skip = position(checkpoint) if resume else (0, 0)
    # Between two epochs, the network still is as wide as in the one before.
    expansion, _ = recipe.expansion(start if skip else max(start - 1, 0))
    network = Network(
        width=recipe.width,
        layers=recipe.layers,
        kernel=recipe.kernel,
        expansion=expansion,
        dropout=recipe.dropout,
        subwords=tokenizer.get_piece_size() + 1,
        phones=len(PHONES) + 1,
    )
    log.info(
        "%.1f hours of human and %.1f of machine speech; %.1f million weights",
        _hours(human), _hours(machine), _size(network),
    )  # fmt: skip
    average = copy.deepcopy(network).eval().requires_grad_(False)
    optimizer = _optimizer(network, recipe)
    if start or skip:
        load(checkpoint, recipe, network, average, optimizer)
        log.info("resuming in epoch %d at step %d", start + 1, skip)

    saved = time.monotonic()
    for epoch in range(start, recipe.epochs):
        random = np.random.default_rng((recipe.seed, epoch))
        wanted, grown = recipe.expansion(epoch)
        if wanted > expansion:
            expansion = wanted
            network.load_state_dict(average.state_dict())
            network.grow(expansion)
            average = copy.deepcopy(network).eval().requires_grad_(False)
            optimizer = _optimizer(network, recipe)
            log.info("grown to %.1f million weights", _size(network))
        drawn = human * recipe.human_repeats
        size = int(recipe.machine_share * len(machine))
        drawn = drawn + [machine[n] for n in random.permutation(len(machine))[:size]]
        groups = batches(drawn, recipe.batch_frames, random)
        began, running = time.monotonic(), 0.0
        for step, group in enumerate(groups[skip:], start=skip):
            passed = epoch + step / len(groups)
            done = epoch * len(groups) + step
            new = done - grown * len(groups)  # steps since the network grew
            rate = learning_rate(
                passed, recipe.cycles, recipe.learning_rates, new, recipe.warmup_steps
            )
            for parameters in optimizer.param_groups:
                parameters["lr"] = rate
            # CTC finds its first alignments in plain speech only, so changes come in by and by.
            share = min(1.0, done / recipe.plain_steps)
            inputs = [
                augment(corpus.features(u), noises, FLUSH, random)
                if random.random() < share
                else flushed(corpus.features(u), FLUSH)
                for u in group
            ]
            running += _step(network, optimizer, inputs, group, tokenizer, recipe)
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
        scores = evaluate(average, corpus, held_out[::4], tokenizer)
        log.info("after epoch %d: %s", epoch + 1, scores)
    scores = evaluate(average, corpus, held_out, tokenizer)
    log.info("on speakers kept out of training: %s", scores)
    texts = [*requests(data), *(utterance.text for utterance in human)]
    language_model(texts, tokenizer, recipe.language_model_order).save(output / "lm.npz")
    lexicon = Lexicon(["", *PHONES])
    Words.build([*texts, *everyday_sentences(data)], lexicon).save(output)
    export(
        average,
        output,
        phone_blank_penalty=recipe.phone_blank_penalty,
        subword_blank_penalty=recipe.subword_blank_penalty,
    )
    return scores


def language_model(
    texts: Iterable[str], tokenizer: sentencepiece.SentencePieceProcessor, order: int
) -> LanguageModel:
    """The n-gram model of subwords that the beam search adds to what the network hears."""
    sentences = ([piece + 1 for piece in tokenizer.encode(text)] for text in texts if text)
    return LanguageModel.build(sentences, tokenizer.get_piece_size() + 1, order)


def _split(corpus: Corpus) -> tuple[list[Utterance], list[Utterance], list[Utterance]]:
    """Human speech, machine speech, and the human speech kept out of training."""
    usable = [u for u in corpus.utterances if len(u.phones) * SUBSAMPLING < 0.9 * u.frames + FLUSH]
    machine = [u for u in usable if u.source in ("espeak", "flite")]
    human = [u for u in usable if u.source not in ("espeak", "flite")]
    return [u for u in human if not u.held_out], machine, [u for u in human if u.held_out]


def _optimizer(network: Network, recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        network.parameters(),
        recipe.learning_rates[0],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )


def _size(network: Network) -> float:
    """Millions of weights."""
    return sum(weights.numel() for weights in network.parameters()) / 1e6


def _hours(utterances: list[Utterance]) -> float:
    return sum(u.frames for u in utterances) / 360_000


def recorded_noises(folder: Path) -> list[np.ndarray]:
    """The features of the noises in a folder."""
    extract = LogMel()
    return [
        extract(soundfile.read(path, dtype="float32")[0]) for path in sorted(folder.glob("*.opus"))
    ]


def _tokenizer(
    output: Path, corpus: Corpus, recipe: Recipe
) -> sentencepiece.SentencePieceProcessor:
    path = output / "subwords.model"
    if not path.exists():
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([u.text for u in corpus.utterances if u.text]),
            model_prefix=str(path.with_suffix("")),
            vocab_size=recipe.subwords,
            model_type="unigram",
            character_coverage=1.0,
            bos_id=-1,
            eos_id=-1,
            minloglevel=2,
        )
        path.with_suffix(".vocab").unlink()
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def _pad(inputs: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Features (batch, 4 × time, 80) and the number of network frames of each."""
    lengths = torch.tensor([len(features) // SUBSAMPLING for features in inputs])
    longest = int(lengths.max()) * SUBSAMPLING
    padded = np.full((len(inputs), longest, inputs[0].shape[1]), SILENCE, np.float32)
    for row, features in zip(padded, inputs, strict=True):
        row[: min(longest, len(features))] = features[:longest]
    return torch.from_numpy(padded), lengths


def _step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    inputs: list[np.ndarray],
    group: list[Utterance],
    tokenizer: sentencepiece.SentencePieceProcessor,
    recipe: Recipe,
) -> float:
    """One update; returns the loss per network frame."""
    network.train()
    features, lengths = _pad(inputs)
    phones = [[PHONE_NUMBERS[phone] for phone in u.phones] for u in group]
    subwords = [[piece + 1 for piece in tokenizer.encode(u.text)] for u in group]
    with torch.autocast("cpu", torch.bfloat16):
        words, sounds, taps, _, _ = network(features, torch.zeros(network.cache_shape))
    loss = recipe.subword_weight * _ctc(words, lengths, subwords)
    loss = loss + recipe.phone_weight * _ctc(sounds, lengths, phones)
    for tap in taps:
        loss = loss + recipe.tap_weight * _ctc(tap, lengths, phones)
    loss = loss / lengths.sum()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def _ctc(scores: Tensor, lengths: Tensor, targets: list[list[int]]) -> Tensor:
    flat = torch.tensor([number for target in targets for number in target])
    sizes = torch.tensor([len(target) for target in targets])
    return ctc_loss(
        scores.float().transpose(0, 1), flat, lengths, sizes, reduction="sum", zero_infinity=True
    )


@torch.no_grad()
def evaluate(
    network: Network,
    corpus: Corpus,
    utterances: list[Utterance],
    tokenizer: sentencepiece.SentencePieceProcessor,
) -> dict[str, float]:
    """Error rates of the likeliest symbols frame by frame; for choosing, not for reporting."""
    errors = {"phone": [0, 0], "subword": [0, 0]}
    for utterance in utterances:
        features, _ = _pad([flushed(corpus.features(utterance), FLUSH)])
        words, sounds, *_ = network(features, torch.zeros(network.cache_shape))
        pieces = [piece + 1 for piece in tokenizer.encode(utterance.text)]
        phones = [PHONE_NUMBERS[phone] for phone in utterance.phones]
        for name, scores, truth in (("phone", sounds, phones), ("subword", words, pieces)):
            best = torch.unique_consecutive(scores[0].argmax(1)).tolist()
            errors[name][0] += _distance([number for number in best if number], truth)
            errors[name][1] += len(truth)
    return {f"{name}_error_rate": wrong / max(1, all_) for name, (wrong, all_) in errors.items()}


def _distance(heard: list[int], truth: list[int]) -> int:
    """Edit distance (Levenshtein 1966)."""
    row = list(range(len(truth) + 1))
    for i, x in enumerate(heard, start=1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(truth, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]
