"""Checkpoints of the Marian, M2M and NLLB families, converted for CTranslate2.

Conversion needs torch and transformers. It runs in a process of its own, so that the one that
translates never loads them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION

_INSIDE = "eulalia"
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def converted(model: str | Path) -> Path:
    """The folder of a model that can be opened; a checkpoint is converted now, if it was not.

    A folder's conversion goes into a folder `eulalia` inside it, that of a checkpoint named on the
    Hugging Face hub into the user's cache. Raises TranslationError for what is neither, and for
    what cannot be converted.
    """
    folder = Path(model).expanduser()
    if (folder / DESCRIPTION).is_file():
        return folder
    if folder.is_dir():
        if not _is_checkpoint(folder):
            raise TranslationError(f"{folder} holds no translation model.")
        target = folder / _INSIDE
    elif _HUB_NAME.fullmatch(str(model)):
        target = Path("~/.cache/eulalia/translation").expanduser() / str(model).replace("/", "--")
    else:
        raise TranslationError(
            f"There is no folder {folder}, and it is no name of a checkpoint such as "
            "Helsinki-NLP/opus-mt-en-zh."
        )
    if not (target / DESCRIPTION).is_file():
        _convert(str(folder if folder.is_dir() else model), target)
    return target


def _is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a checkpoint as transformers saves it."""
    try:
        return "model_type" in json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False


def _convert(checkpoint: str, folder: Path) -> None:
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise TranslationError(
            f"{checkpoint} has to be converted once, which needs torch and transformers; "
            'install them with pip install "eulalia[train]".'
        )
    command = [
        sys.executable, "-m", "eulalia.translation.training.conversion", checkpoint, str(folder)
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TranslationError(f"{checkpoint} could not be converted: {reason}")
