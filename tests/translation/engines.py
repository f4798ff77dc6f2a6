"""Engines for tests: they look each text up in parallel data, and write capitals elsewhere."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from eulalia.translation.masking import Kind, mask


@dataclass
class PhraseBook:
    """Takes a text's translation from pairs; without one it is written in capitals."""

    target: str
    folder: Path | None = None
    """Where a file is looked for that says what shall happen: `slow` or `deadly`."""

    def prepare(self, pairs, stepped=None):
        """A phrase book looks pairs up as they are."""

    def translate(self, texts, *, pairs=None, terminology=None):
        masked = [mask(text, Kind.MESSAGE) for text in texts]
        done = self.translate_masked(masked, pairs=pairs, terminology=terminology)
        return [each.restore(text) for each, text in zip(masked, done, strict=True)]

    def translate_masked(self, texts, *, pairs=None, terminology=None):
        known = {pair.source: pair.target for pair in pairs.pairs} if pairs else {}
        return [known.get(each.text) or self._written(each.text, terminology) for each in texts]

    def _written(self, text, terminology):
        if "deadly" in text:
            os._exit(9)
        if self.folder and (self.folder / "slow").exists():
            time.sleep(0.15)
        words = [(terminology or {}).get(word, word.upper()) for word in text.split(" ")]
        return f"{self.target}: " + " ".join(words)


@dataclass(frozen=True)
class PhraseBooks:
    """From English to German, French and Chinese."""

    folder: Path | None = None

    def pairs(self):
        return frozenset(("en", target) for target in ("de", "fr", "zh"))

    def open(self, source, target):
        return PhraseBook(target, self.folder)
