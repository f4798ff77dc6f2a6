"""The server with the tests' engine, as a program: FOLDER of everything, and PORT."""

from __future__ import annotations

import sys
from pathlib import Path

from eulalia.serving.amazon_translate import open_access
from eulalia.serving.amazon_translate.running import run
from eulalia.translation.jobs import Setup
from eulalia.translation.resources import FolderBuckets
from tests.translation.engines import PhraseBooks

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    run(
        Setup(folder / "store", FolderBuckets(folder / "buckets"), PhraseBooks(folder)),
        open_access(folder / "keys.toml"),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        workers=2,
        listening=lambda port: print(port, flush=True),
    )
