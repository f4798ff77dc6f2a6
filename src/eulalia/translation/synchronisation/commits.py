"""In which commit of git a document came to be as it is."""

from __future__ import annotations

import subprocess
from functools import cached_property
from pathlib import Path


class Commits:
    """The commits of a folder's documents; without git there are none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, document: str) -> str:
        """The short name of the commit, or nothing where the document is as in none."""
        if self._changed is None or document in self._changed:
            return ""
        return (self._git("log", "-1", "--format=%h", "--", document) or "").strip()

    @cached_property
    def _changed(self) -> set[str] | None:
        """The documents that differ from the last commit; None where there is no git."""
        prefix = self._git("rev-parse", "--show-prefix")
        status = self._git("status", "--porcelain", "--untracked-files=all", "-z", "--", ".")
        if prefix is None or status is None:
            return None
        return {entry[3:].removeprefix(prefix.strip()) for entry in status.split("\0")}

    def _git(self, *arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self._folder,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError:
            return None
        return done.stdout if done.returncode == 0 else None
