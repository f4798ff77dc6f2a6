"""The acoustic model: sound to log-probabilities of subwords and phones, by onnxruntime."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.asr.errors import ModelError
from eulalia.asr.posteriors import LogProbs, Posteriors
from eulalia.asr.vocabulary import Vocabulary
from eulalia.audio import SAMPLE_RATE, LogMel, Samples, check

_PIECE: Final = 1_024  # frames of features that the network sees at once; bounds its memory


@dataclass(frozen=True)
class EncoderConfig:
    """The `config.json` of a model folder."""

    phones: tuple[str, ...]
    """In the order of the phone output, the blank first."""
    cache_shape: tuple[int, ...]
    """Of the network's memory of what it heard before; zeros at the start of a sound."""
    features: int = 80
    subsampling: int = 4
    """Frames of features for each frame of output."""
    frame_shift: float = 0.04
    """Seconds from an output frame to the next."""
    blank: int = 0
    phone_silence: str | None = None
    """The phone that may stand between words, if there is one."""
    phone_blank_penalty: float = 0.0
    """What the phone output's blank is made less likely by, in log-probability. A network trained
    by CTC on little speech believes in the blank too much, and then short sentences win."""
    subword_blank_penalty: float = 0.0
    """The same for the subword output."""
    flush_seconds: float = 0.5
    """Silence to hear before a causal network has said all that it knows."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises ModelError when the file is absent or does not say what it must."""
        values = read_config(path)
        try:
            config = cls(
                phones=tuple(str(phone) for phone in values["phones"]),
                cache_shape=tuple(int(size) for size in values["cache_shape"]),
                features=int(values.get("features", cls.features)),
                subsampling=int(values.get("subsampling", cls.subsampling)),
                frame_shift=float(values.get("frame_shift", cls.frame_shift)),
                blank=int(values.get("blank", cls.blank)),
                phone_silence=values.get("phone_silence"),
                phone_blank_penalty=float(
                    values.get("phone_blank_penalty", cls.phone_blank_penalty)
                ),
                subword_blank_penalty=float(
                    values.get("subword_blank_penalty", cls.subword_blank_penalty)
                ),
                flush_seconds=float(values.get("flush_seconds", cls.flush_seconds)),
            )
        except KeyError as error:
            raise ModelError(f"{path} lacks the field {error.args[0]!r}.") from error
        except (TypeError, ValueError) as error:
            raise ModelError(f"{path} has a field of the wrong type ({error}).") from error
        if values.get("sample_rate", SAMPLE_RATE) != SAMPLE_RATE:
            raise ModelError(f"{path} is of a model that does not hear sound at 16 kHz.")
        return config


class Encoder:
    """A causal network with its features; the same frames in a stream and offline."""

    def __init__(
        self, session: onnxruntime.InferenceSession, config: EncoderConfig, vocabulary: Vocabulary
    ) -> None:
        self._session = session
        self.has_states = "states" in {item.name for item in session.get_outputs()}
        """Whether it tells its states."""
        self.config = config
        self.vocabulary = vocabulary

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The encoder of a model folder, on one thread.

        Raises ModelError when a file of it is absent or broken.
        """
        return cls(
            open_session(folder / "encoder.onnx", {"features", "cache"}),
            EncoderConfig.read(folder / "config.json"),
            Vocabulary.load(folder / "subwords.model"),
        )

    @property
    def frame_shift(self) -> float:
        """Seconds from a frame to the next."""
        return self.config.frame_shift

    def posteriors(self, samples: Samples) -> Posteriors:
        """The whole sound's frames. Raises AudioError when `audio.check` refuses the samples."""
        check(samples)
        stream = self.stream()
        return join(stream.accept(samples), stream.finish())

    def stream(self, *, states: bool = False) -> EncoderStream:
        """The frames of one sound while it arrives, with the network's states if they are asked
        for."""
        return EncoderStream(self, states)

    def run(
        self, features: NDArray[np.float32], cache: NDArray[np.float32], *, states: bool = False
    ) -> tuple[Posteriors, NDArray[np.float32]]:
        """One pass of the network over features of shape (frames, bins)."""
        names = ["log_probs", "phone_log_probs", "next_cache", "states"]
        subwords, phones, following, *inside = self._session.run(
            names if states else names[:3], {"features": features[None], "cache": cache}
        )
        config = self.config
        fairer = Posteriors(
            penalize(subwords[0], config.blank, config.subword_blank_penalty),
            penalize(phones[0], config.blank, config.phone_blank_penalty),
            inside[0][0] if states else None,
        )
        return fairer, following


class EncoderStream:
    """The frames of one sound while it arrives."""

    def __init__(self, encoder: Encoder, states: bool = False) -> None:
        self._encoder = encoder
        self._states = states
        self._features = LogMel(bins=encoder.config.features).stream()
        self._cache = np.zeros(encoder.config.cache_shape, np.float32)
        self._waiting = np.zeros((0, encoder.config.features), np.float32)

    def accept(self, samples: Samples) -> Posteriors:
        """The frames that these samples complete; often none."""
        return self._run(self._features.accept(samples))

    def finish(self) -> Posteriors:
        """The frames still due, heard in a little silence behind the sound's end."""
        config = self._encoder.config
        # One output frame more, so that the features left waiting for company are heard as well.
        seconds = config.flush_seconds + config.frame_shift
        silence = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
        return join(self.accept(silence), self._run(self._features.finish()))

    def _run(self, features: NDArray[np.float32]) -> Posteriors:
        config = self._encoder.config
        waiting = np.concatenate([self._waiting, features])
        ready = len(waiting) - len(waiting) % config.subsampling
        self._waiting = waiting[ready:]
        step = max(_PIECE - _PIECE % config.subsampling, config.subsampling)
        parts = []
        for start in range(0, ready, step):
            part, self._cache = self._encoder.run(
                waiting[start : min(start + step, ready)], self._cache, states=self._states
            )
            parts.append(part)
        if parts:
            return join(*parts)
        return Posteriors(
            np.zeros((0, len(self._encoder.vocabulary)), np.float32),
            np.zeros((0, len(config.phones)), np.float32),
        )


def penalize(log_probs: LogProbs, blank: int, penalty: float) -> LogProbs:
    """The distributions (frames, labels) with the blank made less likely."""
    if penalty:
        log_probs = log_probs.copy()
        log_probs[:, blank] -= penalty
        log_probs -= np.logaddexp.reduce(log_probs, axis=1, keepdims=True)
    return log_probs


def join(*parts: Posteriors) -> Posteriors:
    """Stretches of one sound, one behind the other."""
    states = [part.states for part in parts if part.states is not None]
    return Posteriors(
        np.concatenate([part.subwords for part in parts]),
        np.concatenate([part.phones for part in parts]),
        np.concatenate(states) if states else None,
    )


def open_session(path: Path, inputs: set[str]) -> onnxruntime.InferenceSession:
    """An ONNX model on one thread. Raises ModelError when it is absent, broken or another kind."""
    if not path.is_file():
        raise ModelError(f"There is no file {path}; name the folder of a trained recogniser.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's own errors share no public base class
        raise ModelError(f"{path} is not an ONNX model that can be run.") from error
    if {item.name for item in session.get_inputs()} != inputs:
        raise ModelError(f"{path} must take the inputs {', '.join(sorted(inputs))}, and no others.")
    return session


def read_config(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises ModelError when it is none."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON.") from error
    if not isinstance(values, dict):
        raise ModelError(f"{path} must hold a JSON object.")
    return values
