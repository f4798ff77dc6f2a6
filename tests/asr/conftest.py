"""The miniature model, written once for all tests of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from eulalia.asr import Recognizer
from tests.asr.tiny_model import write_model


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("asr") / "tiny")


@pytest.fixture(scope="session")
def recognizer(model_folder: Path) -> Recognizer:
    return Recognizer.open(model_folder)
