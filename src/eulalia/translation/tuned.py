"""Models that have learned from parallel data, made once and kept in the user's cache.

Tuning needs torch. It runs in a process of its own, so that the one that translates never loads it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION
from eulalia.translation.pairs import ParallelData, write_pairs
from eulalia.translation.transformer import WEIGHTS


def tuned(model: Path, pairs: ParallelData) -> Path:
    """The folder of a model of our own that has learned from these pairs; made now if it was not.

    Raises TranslationError where it cannot be made.
    """
    folder = Path("~/.cache/eulalia/translation/tuned").expanduser() / _fingerprint(model, pairs)
    if not (folder / DESCRIPTION).is_file():
        _tune(model, pairs, folder)
    return folder


def _fingerprint(model: Path, pairs: ParallelData) -> str:
    """Another one for each model, and for each set of pairs."""
    try:
        digest = hashlib.sha256((model / WEIGHTS).read_bytes())
    except OSError as error:
        raise TranslationError(
            f"{model} has no weights that could be tuned; name a model of our own, or another "
            "method."
        ) from error
    for text in (pairs.source_language, pairs.target_language):
        digest.update(text.encode())
    for pair in pairs.pairs:
        for text in (pair.source, pair.target):
            digest.update(len(text).to_bytes(8, "big") + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _tune(model: Path, pairs: ParallelData, folder: Path) -> None:
    if find_spec("torch") is None:
        raise TranslationError(
            "The method tuned needs torch; install it with pip install 'eulalia[train]', or use "
            "another method."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "pairs.csv"
        write_pairs(file, pairs)
        command = [
            sys.executable, "-m", "eulalia.translation.training.tuning", str(model), str(file),
            str(folder),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TranslationError(f"The model could not be tuned: {reason}")
