"""Checkpoints of the wav2vec2 family, converted to ONNX, as acoustic models of letters.

Conversion needs torch and transformers. It runs in a process of its own, so that the one that
listens never loads them.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from eulalia.asr.encoder import join, open_session, read_config
from eulalia.asr.errors import ModelError
from eulalia.asr.posteriors import LogProbs, Posteriors
from eulalia.asr.vocabulary import BOUNDARY, Vocabulary
from eulalia.audio import SAMPLE_RATE, Samples, check

KIND: Final = "letters"
"""What the `config.json` of a converted checkpoint says it is."""
_INSIDE: Final = "eulalia"

# The network looks both ways and its cost grows with the square of the length, so a long sound is
# heard in stretches, each with some of the sound around it.
_STRETCH: Final = 20.0
_MARGIN: Final = 2.0


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a checkpoint as transformers saves it."""
    return (folder / "config.json").is_file() and "model_type" in read_config(
        folder / "config.json"
    )


def is_converted(folder: Path) -> bool:
    """Whether a folder holds a converted checkpoint."""
    return (folder / "config.json").is_file() and read_config(folder / "config.json").get(
        "kind"
    ) == KIND


def converted(checkpoint: Path) -> Path:
    """The folder of the converted checkpoint, inside its own; converted now if it is not there.

    Raises ModelError when it cannot be converted.
    """
    folder = checkpoint / _INSIDE
    if is_converted(folder):
        return folder
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ModelError(
            f"{checkpoint} has to be converted once, which needs torch and transformers; "
            'install them with pip install "eulalia[train]".'
        )
    command = [
        sys.executable, "-m", "eulalia.asr.training.hugging_face", str(checkpoint), str(folder)
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(f"{checkpoint} could not be converted: {reason}")
    return folder


@dataclass(frozen=True)
class LetterEncoder:
    """A converted checkpoint: sound to log-probabilities of letters."""

    session: onnxruntime.InferenceSession
    vocabulary: Vocabulary
    stride: int
    """Samples from a frame to the next."""
    receptive_field: int
    """Samples that the first frame needs."""
    normalize: bool
    """Whether the network wants sound of zero mean and unit variance."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Raises ModelError when the folder is not one that was converted."""
        config = read_config(folder / "config.json")
        try:
            return cls(
                open_session(folder / "encoder.onnx", {"samples"}),
                _vocabulary(config),
                int(config["stride"]),
                int(config["receptive_field"]),
                bool(config["normalize"]),
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ModelError(f"{folder / 'config.json'} is not of a converted model.") from error

    @property
    def frame_shift(self) -> float:
        """Seconds from a frame to the next."""
        return self.stride / SAMPLE_RATE

    def posteriors(self, samples: Samples) -> Posteriors:
        """The whole sound's frames. Raises AudioError when `audio.check` refuses the samples."""
        check(samples)
        stream = self.stream()
        return join(stream.accept(samples), stream.finish())

    def stream(self) -> LetterStream:
        """The same frames while the sound arrives, each stretch once it is complete."""
        return LetterStream(self)

    def run(self, samples: Samples) -> LogProbs:
        """One pass over samples of shape (n,), of which the network makes at least one frame."""
        if self.normalize:
            samples = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
        log_probs: LogProbs = self.session.run(
            ["log_probs"], {"samples": samples[None].astype(np.float32)}
        )[0][0]
        return log_probs


class LetterStream:
    """The frames of one sound while it arrives."""

    def __init__(self, encoder: LetterEncoder) -> None:
        self._encoder = encoder
        self._stretch = self._frames(_STRETCH)
        self._margin = self._frames(_MARGIN)
        self._waiting = np.zeros(0, np.float32)
        self._before = 0
        """Samples that wait only as the margin before what comes."""

    def accept(self, samples: Samples) -> Posteriors:
        """The frames that these samples complete; often none."""
        self._waiting = np.concatenate([self._waiting, check(samples, empty=True)])
        parts = [self._none()]
        while len(self._waiting) >= self._before + self._stretch + self._margin:
            heard = self._waiting[: self._before + self._stretch + self._margin]
            parts.append(self._run(heard, self._before + self._stretch))
            passed = self._before + self._stretch - self._margin
            self._waiting = self._waiting[passed:]
            self._before = self._margin
        return join(*parts)

    def finish(self) -> Posteriors:
        """The frames still due."""
        rest = self._waiting
        self._waiting = rest[:0]
        if len(rest) <= self._before:
            return self._none()
        missing = max(0, self._encoder.receptive_field - len(rest))
        return self._run(np.pad(rest, (0, missing)), len(rest) + missing)

    def _run(self, samples: Samples, until: int) -> Posteriors:
        stride = self._encoder.stride
        frames = self._encoder.run(samples)[self._before // stride : until // stride]
        return Posteriors(frames, frames)

    def _none(self) -> Posteriors:
        empty = np.zeros((0, len(self._encoder.vocabulary)), np.float32)
        return Posteriors(empty, empty)

    def _frames(self, seconds: float) -> int:
        """Samples of so many seconds, in whole frames."""
        stride = self._encoder.stride
        return max(1, round(seconds * SAMPLE_RATE / stride)) * stride


def _vocabulary(config: dict[str, Any]) -> Vocabulary:
    blank = int(config["blank"])
    special = {int(label) for label in config["special"]}
    delimiter = config.get("delimiter")
    pieces = [
        "" if label in special or label == blank else BOUNDARY if piece == delimiter else piece
        for label, piece in enumerate(map(str, config["pieces"]))
    ]
    return Vocabulary(tuple(pieces), blank, frozenset(special - {blank}))
