"""Our decoder beside pyctcdecode's on the same log-probabilities, with and without phrases.

    pip install pyctcdecode flashlight-text
    python benchmarks/decoder_speed.py [--json FILE] [--repetitions N]

500 frames like those of a recogniser, made from a seed: a label every six frames or so, blank
between, and other labels that might be meant beside it. Neither decoder has a language model. Each
figure is the least processor time of several repetitions; pyctcdecode with phrases is run once.
flashlight-text, whose search is compiled and which takes no phrases without a lexicon, is measured
without any.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eulalia.asr import Decoder, Vocabulary

FRAMES = 500
BEAM = 50
VOCABULARIES = (128, 257, 512, 1_000)
PHRASES = (0, 100, 1_000, 10_000)
MOST_FOR_THEM = 1_000
"""Phrases that pyctcdecode is asked for; with 10,000 it takes half an hour for an utterance."""
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--vocabulary", type=int, nargs="+", default=VOCABULARIES, help="sizes")
    parser.add_argument("--most", type=int, default=MOST_FOR_THEM, help=str(MOST_FOR_THEM.__doc__))
    options = parser.parse_args(arguments)
    if find_spec("pyctcdecode") is None:
        sys.stderr.write("pyctcdecode is left out: pip install pyctcdecode\n")
    rows = []
    for size in options.vocabulary:
        random = np.random.default_rng(size)
        labels = pieces(size, random)
        log_probs = speech(size, random)
        words = names(max(PHRASES), random)
        ours = Decoder(Vocabulary.of(labels, blank=0), beam=BEAM)
        for count in PHRASES:
            row: dict[str, Any] = {"vocabulary": size, "beam": BEAM, "phrases": count}
            listed = words[:count]
            row["ours_ms"] = shortest(
                partial(ours.decode, log_probs, phrases=listed), options.repetitions
            )
            row["pyctcdecode_ms"] = (
                theirs(labels, log_probs, listed, options.repetitions)
                if find_spec("pyctcdecode") is not None and count <= options.most
                else None
            )
            if not count and find_spec("flashlight") is not None:
                row["flashlight_ms"] = flashlights(labels, log_probs, options.repetitions)
            rows.append(row)
            print(json.dumps(row), flush=True)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    target = options.json or results / "decoder_speed.json"
    target.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 0


def pieces(size: int, random: np.random.Generator) -> list[str]:
    """A vocabulary of subwords, the blank first: all letters, and pairs and triples of them."""
    found = {"▁": None} | dict.fromkeys(LETTERS) | dict.fromkeys(f"▁{c}" for c in LETTERS)
    while len(found) < size - 1:
        piece = "".join(random.choice(list(LETTERS), random.integers(2, 4)))
        found["▁" + piece if random.random() < 0.3 else piece] = None
    return ["", *list(found)[: size - 1]]


def speech(size: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Log-probabilities of shape (FRAMES, size) of a sound that says labels now and then."""
    logits = random.normal(0, 1.5, (FRAMES, size))
    logits[:, 0] += 12
    at = 0
    while (at := at + int(random.integers(3, 10))) < FRAMES:
        meant = random.choice(np.arange(1, size), 4, replace=False)
        for frame in range(at, min(at + 2, FRAMES)):
            logits[frame, 0] -= random.uniform(2, 10)
            logits[frame, meant] += [12, random.uniform(6, 11), random.uniform(4, 9), 6]
    result: NDArray[np.float32] = (
        logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    ).astype(np.float32)
    return result


def names(count: int, random: np.random.Generator) -> list[str]:
    """Made-up words of four to ten letters."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(random.choice(list(LETTERS), random.integers(4, 11)))] = None
    return list(found)


def theirs(
    labels: list[str], log_probs: NDArray[np.float32], listed: list[str], repetitions: int
) -> float:
    """pyctcdecode with the same beam and its other settings as they come."""
    import logging

    from pyctcdecode import build_ctcdecoder  # type: ignore[import-not-found]

    logging.getLogger("pyctcdecode").setLevel(logging.ERROR)
    decoder = build_ctcdecoder(labels)

    def run() -> object:
        return decoder.decode_beams(log_probs, beam_width=BEAM, hotwords=listed or None)

    return shortest(run, repetitions if not listed else 1)


def flashlights(labels: list[str], log_probs: NDArray[np.float32], repetitions: int) -> float:
    """flashlight-text with the same beam, labels in a frame and width as ours."""
    from flashlight.lib.text import decoder as flashlight  # type: ignore[import-not-found]

    options = flashlight.LexiconFreeDecoderOptions(
        beam_size=BEAM,
        beam_size_token=20,
        beam_threshold=12.0,
        lm_weight=0.0,
        sil_score=0.0,
        log_add=True,
        criterion_type=flashlight.CriterionType.CTC,
    )
    decoder = flashlight.LexiconFreeDecoder(options, flashlight.ZeroLM(), -1, 0, [])
    frames = np.ascontiguousarray(log_probs)
    return shortest(
        lambda: decoder.decode(frames.ctypes.data, len(frames), len(labels)), repetitions
    )


def shortest(run: Callable[[], object], repetitions: int) -> float:
    """Milliseconds of processor time of the fastest of several runs."""
    times = []
    for _ in range(repetitions):
        begun = time.process_time()
        run()
        times.append(time.process_time() - begun)
    return round(min(times) * 1_000, 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
