"""Models that have learned from parallel data, made once and kept in the user's cache.

Tuning needs torch. It runs in a process of its own, so that the one that translates never loads it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION
from eulalia.translation.pairs import ParallelData, write_pairs
from eulalia.translation.transformer import WEIGHTS

_TUNING = Path(__file__).parent / "training" / "tuning.py"
_CACHE = Path("~/.cache/eulalia/translation/tuned")
_KEPT = 20
"""Models that are kept, the last used, 40 MB each; or runs of one that was not finished."""
_LONGEST_WAIT = 86_400.0
"""Seconds to wait for other programs that tune; each may take an hour."""
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "2000000000", "MALLOC_TRIM_THRESHOLD_": "4000000000"}
"""So that glibc keeps what a step has freed for the next one."""
_STEP = re.compile(r"step (\d+) of (\d+)")


def tuned(
    model: Path, pairs: ParallelData, stepped: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """The folder of a model of our own that has learned from these pairs; made now if it was not.

    `stepped` is told how many steps are done, and of how many. Raises TranslationError where it
    cannot be made.
    """
    cache = _CACHE.expanduser()
    folder = cache / _fingerprint(model, pairs)
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TranslationError(
            f"{cache} cannot be written ({error.strerror}); what the method tuned makes is kept "
            "there. Mend that, or use another method."
        ) from error
    # What is there already is not waited for while another model is being made.
    if not _is_there(folder):
        with _alone(cache / "lock"):
            if not _is_there(folder):
                _tune(model, pairs, folder, stepped)
                folders = [each for each in cache.iterdir() if each.is_dir()]
                for old in sorted(folders, key=lambda each: each.stat().st_mtime)[:-_KEPT]:
                    shutil.rmtree(old)
    return folder


def _is_there(folder: Path) -> bool:
    """Whether a model was made; it is then the last used, so that no other program removes it."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    return (folder / DESCRIPTION).is_file()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other program tunes: it may be making the very model that is wanted."""
    try:
        held = sqlite3.connect(lock, timeout=_LONGEST_WAIT, isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise TranslationError(
            f"{lock} cannot be had ({error}); another program may be tuning a model."
        ) from error
    try:
        yield
    finally:
        held.close()


def _fingerprint(model: Path, pairs: ParallelData) -> str:
    """Another one for each model, for each set of pairs, and for each way of learning."""
    try:
        digest = hashlib.sha256((model / WEIGHTS).read_bytes())
    except OSError as error:
        raise TranslationError(
            f"{model} has no weights that could be tuned; name a model of our own, or another "
            "method."
        ) from error
    digest.update(_TUNING.read_bytes())
    for text in (pairs.source_language, pairs.target_language):
        digest.update(text.encode())
    for pair in pairs.pairs:
        for text in (pair.source, pair.target):
            digest.update(len(text).to_bytes(8, "big") + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _tune(
    model: Path, pairs: ParallelData, folder: Path, stepped: Callable[[int, int], None]
) -> None:
    if find_spec("torch") is None:
        raise TranslationError(
            "The method tuned needs torch; install it with pip install 'eulalia[train]', or use "
            "another method."
        )
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "pairs.csv"
        write_pairs(file, pairs)
        command = [
            sys.executable, "-m", "eulalia.translation.training.tuning", str(model), str(file),
            str(folder),
        ]  # fmt: skip
        environment = {**_MEMORY, **os.environ}
        with subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            told = "no reason given"
            for line in process.stderr:
                told = line.strip() or told
                if found := _STEP.match(line):
                    stepped(int(found[1]), int(found[2]))
    if process.returncode:
        raise TranslationError(f"The model could not be tuned: {told}")
