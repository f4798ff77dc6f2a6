"""Training data for the recogniser: human and machine speech as cached log-mel features."""

from __future__ import annotations

import gzip
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.asr.phones import normalize
from eulalia.asr.training.synthesis import read_number_names, speak_all, word_lists
from eulalia.audio import LogMel, espeak
from eulalia.datasets.massive import Massive

log = logging.getLogger(__name__)

HUMAN_SETS = (
    "common_voice_en", "speechocean762", "kathleen", "lj_texts_one_reader", "librispeech_3spk",
    "speech_commands",
)  # fmt: skip
HELD_OUT_SETS = ("common_voice_en", "speech_commands")
"""Sets of which a tenth of the speakers is kept for evaluation."""


def is_held_out(speaker: str) -> bool:
    """Whether a speaker is kept out of training: one in ten, by name."""
    return zlib.crc32(speaker.encode()) % 10 == 0


def plain_text(text: str) -> str:
    """A transcript as the recogniser writes it: lower case, apostrophes, no other marks."""
    folded = text.lower().replace("’", "'").replace("-", " ")
    return " ".join(re.sub(r"[^a-z' ]+", " ", folded).split())


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of speech in the cache."""

    source: str
    text: str
    phones: tuple[str, ...]
    offset: int
    """First frame in the source's feature file."""
    frames: int
    held_out: bool


class Corpus:
    """Features on disk, one file a source, in half precision."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.utterances: list[Utterance] = []
        self._features: dict[str, NDArray[np.float16]] = {}
        for index in sorted(folder.glob("*.json")):
            rows = json.loads(index.read_text("utf-8"))
            self.utterances += [
                Utterance(r["source"], r["text"], tuple(r["phones"]), r["offset"], r["frames"],
                          r["held_out"])
                for r in rows
            ]  # fmt: skip
            frames = sum(row["frames"] for row in rows)
            path = index.with_suffix(".f16")
            if frames:
                self._features[index.stem] = np.memmap(path, np.float16, "r", shape=(frames, 80))

    def features(self, utterance: Utterance) -> NDArray[np.float32]:
        """(frames, 80)"""
        stored = self._features[utterance.source]
        return stored[utterance.offset : utterance.offset + utterance.frames].astype(np.float32)


def prepare(data: Path, folder: Path, *, espeak_texts: int, flite_texts: int, seed: int) -> Corpus:
    """Compute the features of every source that the cache in `folder` lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in HUMAN_SETS:
        _cache(folder, name, _human(data / "speech" / name, name in HELD_OUT_SETS))
    random = np.random.default_rng(seed)
    said = list(requests(data))
    texts = said + word_lists(said, len(said) // 2, random)
    texts += read_number_names(len(said) // 10, random)
    texts = [texts[position] for position in random.permutation(len(texts))]
    for name, start, size in (("espeak", 0, espeak_texts), ("flite", espeak_texts, flite_texts)):
        chosen = (texts * 4)[start : start + size]
        spoken = speak_all(chosen, name, seed)
        _cache(folder, name, ((text, sound, False) for text, _, sound in spoken))
    return Corpus(folder)


def requests(data: Path) -> Iterator[str]:
    """MASSIVE's English requests for training, as the recogniser writes them."""
    archive = next(iter(sorted((data / "massive").glob("*.tar.gz"))), data / "massive")
    for request in Massive.open(archive).requests("en-US", "train"):
        yield plain_text(request.text)


def everyday_sentences(data: Path) -> Iterator[str]:
    """English sentences of Tatoeba, as the recogniser writes them; none where they are missing."""
    path = data / "translation" / "en-zh.tatoeba.tsv.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield plain_text(line.split("\t")[0])


def _human(folder: Path, hold_out: bool) -> Iterator[tuple[str, NDArray[np.float32], bool]]:
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if "text" not in row:
            continue
        samples, rate = soundfile.read(folder / row["audio_filepath"], dtype="float32")
        if rate != 16_000 or samples.ndim != 1:
            raise ValueError(f"{row['audio_filepath']} is not 16 kHz mono")
        yield plain_text(row["text"]), samples, hold_out and is_held_out(row["speaker"])


def _cache(
    folder: Path, name: str, speech: Iterable[tuple[str, NDArray[np.float32], bool]]
) -> None:
    index = folder / f"{name}.json"
    if index.exists():
        return
    log.info("computing the features of %s", name)
    extract, rows, offset = LogMel(), [], 0
    with (folder / f"{name}.f16").open("wb") as file:
        for text, samples, held_out in speech:
            if not 4_000 <= len(samples) <= 320_000:
                continue
            phones = normalize(p for word in espeak.phones(text) for p in word) if text else []
            features = extract(samples).astype(np.float16)
            file.write(features.tobytes())
            rows.append(
                {"source": name, "text": text, "phones": phones, "offset": offset,
                 "frames": len(features), "held_out": held_out}
            )  # fmt: skip
            offset += len(features)
    index.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")


def batches(
    utterances: Sequence[Utterance], frames: int, random: np.random.Generator
) -> list[list[Utterance]]:
    """Utterances of like length in batches of about so many frames, shuffled."""
    jitter = random.uniform(0.9, 1.1, len(utterances))
    order = np.argsort(np.array([u.frames for u in utterances]) * jitter)
    groups: list[list[Utterance]] = []
    group: list[Utterance] = []
    for position in order:
        longest = max([utterances[position].frames, *(u.frames for u in group)])
        if group and longest * (len(group) + 1) > frames:
            groups.append(group)
            group = []
        group.append(utterances[position])
    groups.append(group)
    random.shuffle(groups)
    return groups
