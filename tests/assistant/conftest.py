"""Assistants on real memory, skills, voice and voice activity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from eulalia import audio
from eulalia.assistant import Assistant, Samples
from eulalia.audio import espeak
from eulalia.memory import Memory
from eulalia.skills import TemplateSkill
from eulalia.tts import Speaker
from tests.assistant.parts import COFFEE, Make
from tests.talking import never


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.db") as memory:
        yield memory


@pytest.fixture
def make(memory: Memory) -> Make:
    def made(
        understander: object = None,
        *,
        skills: Sequence[object] = (),
        templates: Sequence[TemplateSkill] = (),
        recognizer: object = None,
    ) -> Assistant:
        return Assistant(
            memory,
            skills=[*templates, *skills],  # type: ignore[list-item]
            understander=(lambda: understander) if understander else never,  # type: ignore
            recognizer=(lambda: recognizer) if recognizer else never,  # type: ignore
            detector=audio.SpeechDetector,
            speaker=Speaker.open,
        )

    return made


@pytest.fixture
def coffee(tmp_path: Path) -> TemplateSkill:
    path = tmp_path / "coffee.yaml"
    path.write_text(COFFEE)
    return TemplateSkill.load(path)


@pytest.fixture(scope="session")
def speech() -> Samples:
    pause = np.zeros(audio.SAMPLE_RATE, np.float32)
    return np.concatenate([pause, espeak.synthesize("a large latte please"), pause])
