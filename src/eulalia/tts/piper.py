"""Piper voices: VITS models that speak with espeak-ng's phones (https://github.com/OHF-Voice).

A voice is an ONNX model and, beside it, a JSON file with the same name and `.json` behind it. What
both hold is described by the code that writes them, piper's `export_onnx.py` and `preprocess.py`.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from eulalia.audio import SAMPLE_RATE, Samples, espeak, resample
from eulalia.tts.voice import SpeechUnavailableError

_PAD, _BEGIN, _END = "_", "^", "$"
_PAUSE: Final = 0.2  # seconds between sentences
_QUIETEST_PEAK: Final = 0.01  # a sentence is brought to full scale, but not its noise alone

# Marks that end a clause: a sentence's where white space follows, or in scripts that write none.
_MARKS: Final = re.compile(r"([.,:;!?…]+(?=\s|$)|[。，、；：！？।،؛؟]+)")
_ASCII: Final = str.maketrans("…。，、；：！？।،؛؟", "..,,;:!?.,;?")
_LANGUAGE_SWITCH: Final = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class _Configuration:
    """What a voice's JSON file says."""

    sample_rate: int
    espeak_voice: str | None
    """None where the model reads letters instead of phones."""
    ids: Mapping[str, list[int]]
    scales: tuple[float, float, float]
    """Noise, length (above 1 is slower) and noise in the phones' durations."""
    speakers: int
    speaker_ids: Mapping[str, int]


class PiperVoice:
    """A Piper voice, run by onnxruntime."""

    def __init__(
        self, session: onnxruntime.InferenceSession, configuration: _Configuration, speaker: int
    ) -> None:
        """Use `open`."""
        self._session = session
        self._configuration = configuration
        self._speaker = speaker

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, speaker: str | int = 0) -> Self:
        """The voice in an .onnx file; `speaker` is one of those that it has, by name or number.

        Raises SpeechUnavailableError, naming the file, when one of the two files is missing or
        does not hold a Piper voice, or the voice has no such speaker.
        """
        path = Path(path)
        configuration = _configuration(path.with_name(path.name + ".json"))
        session = _session(path)
        return cls(session, configuration, _speaker(path, configuration, speaker))

    def speak(self, text: str) -> Samples:
        """The text as sound: shape (n,) at 16 kHz.

        Raises SpeechUnavailableError when the voice knows none of the text's phones.
        """
        parts: list[Samples] = []
        pause = np.zeros(int(_PAUSE * self._configuration.sample_rate), dtype=np.float32)
        for phones in _sentences(text, self._configuration.espeak_voice):
            if any(phone.isalpha() and phone in self._configuration.ids for phone in phones):
                parts += [pause, self._synthesize(phones)] if parts else [self._synthesize(phones)]
        if not parts:
            raise SpeechUnavailableError(
                f"The voice knows no sound of {text[:40]!r}; use one of the text's language."
            )
        samples = np.concatenate(parts)
        rate = self._configuration.sample_rate
        return samples if rate == SAMPLE_RATE else resample(samples, rate)

    def _synthesize(self, phones: list[str]) -> Samples:
        """One sentence as sound: shape (n,) at the voice's own sample rate."""
        ids = self._ids(phones)
        feeds = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array(self._configuration.scales, dtype=np.float32),
        }
        if self._configuration.speakers > 1:
            feeds["sid"] = np.array([self._speaker], dtype=np.int64)
        try:
            sound = np.asarray(self._session.run(None, feeds)[0], dtype=np.float32).reshape(-1)
        except Exception as error:  # onnxruntime's errors share no base of their own
            raise SpeechUnavailableError(
                f"The voice's model failed on {len(ids)} phones ({_first_line(error)})."
            ) from error
        if not len(sound) or not np.isfinite(sound).all():
            raise SpeechUnavailableError("The voice's model gave no sound; use another voice.")
        loudest: Samples = sound / np.maximum(np.abs(sound).max(), np.float32(_QUIETEST_PEAK))
        return loudest

    def _ids(self, phones: list[str]) -> list[int]:
        """The model's input: begin, the phones that it knows, end, with padding between them."""
        known = self._configuration.ids
        ids = [*known[_BEGIN], *known[_PAD]]
        for phone in phones:
            if phone in known:
                ids += [*known[phone], *known[_PAD]]
        return ids + known[_END]


def _sentences(text: str, espeak_voice: str | None) -> Iterator[list[str]]:
    """The phones of each sentence: single code points, with spaces and marks between them.

    Piper's own espeak-ng reports which mark ended a clause; here the text is cut at the marks
    first, which gives the same sequence.
    """
    sentence: list[str] = []
    pieces = _MARKS.split(text)
    for clause, marks in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        phones = _phones(clause.strip(), espeak_voice)
        if not phones:
            continue
        sentence += [*([" "] if sentence else []), *phones]
        mark = marks.translate(_ASCII)[:1]
        sentence += mark
        if mark in {".", "!", "?"}:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _phones(clause: str, espeak_voice: str | None) -> list[str]:
    if espeak_voice is None:
        return list(unicodedata.normalize("NFD", clause))
    try:
        words = espeak.phones(clause, espeak_voice)
    except espeak.EspeakError as error:
        raise SpeechUnavailableError(str(error)) from error
    spelled = " ".join(_LANGUAGE_SWITCH.sub("", "".join(word)) for word in words)
    return list(unicodedata.normalize("NFD", spelled))


def _session(path: Path) -> onnxruntime.InferenceSession:
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base of their own
        raise SpeechUnavailableError(
            f"{path} is not a model that can be run; download the voice again."
        ) from error
    if missing := {"input", "input_lengths", "scales"} - {i.name for i in session.get_inputs()}:
        raise SpeechUnavailableError(
            f"{path} is no Piper voice, since it has no input {sorted(missing)[0]!r}; name the "
            ".onnx file of one."
        )
    return session


def _configuration(path: Path) -> _Configuration:
    try:
        plain = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SpeechUnavailableError(
            f"{path} cannot be read ({error.strerror}); a Piper voice needs it beside its model."
        ) from error
    except ValueError as error:
        raise SpeechUnavailableError(f"{path} is not JSON; download the voice again.") from error
    try:
        configuration = _configuration_from(plain)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpeechUnavailableError(
            f"{path} does not describe a Piper voice ({type(error).__name__}: {error}); download "
            "the voice again."
        ) from error
    return configuration


def _configuration_from(plain: Any) -> _Configuration:
    kind = plain.get("phoneme_type", "espeak")
    if kind not in {"espeak", "text"}:
        raise ValueError(f"its phonemes are of type {kind!r}, and only espeak and text can be used")
    ids = {
        str(phone): [int(i) for i in values] for phone, values in plain["phoneme_id_map"].items()
    }
    if missing := {_PAD, _BEGIN, _END} - ids.keys():
        raise ValueError(f"its phoneme_id_map lacks {sorted(missing)[0]!r}")
    sample_rate = int(plain["audio"]["sample_rate"])
    if not 4_000 <= sample_rate <= 96_000:
        raise ValueError(f"its sample rate is {sample_rate}")
    inference = plain.get("inference", {})
    return _Configuration(
        sample_rate=sample_rate,
        espeak_voice=str(plain["espeak"]["voice"]) if kind == "espeak" else None,
        ids=ids,
        scales=(
            float(inference.get("noise_scale", 0.667)),
            float(inference.get("length_scale", 1.0)),
            float(inference.get("noise_w", 0.8)),
        ),
        speakers=int(plain.get("num_speakers", 1)),
        speaker_ids={str(name): int(i) for name, i in plain.get("speaker_id_map", {}).items()},
    )


def _speaker(path: Path, configuration: _Configuration, speaker: str | int) -> int:
    number = configuration.speaker_ids.get(speaker) if isinstance(speaker, str) else speaker
    if number is None or not 0 <= number < max(1, configuration.speakers):
        names = ", ".join(configuration.speaker_ids) or f"0 to {max(1, configuration.speakers) - 1}"
        raise SpeechUnavailableError(f"{path} has no speaker {speaker!r}; choose one of {names}.")
    return number


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
