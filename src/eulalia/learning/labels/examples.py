"""Labels as training examples: requests that failed, annotated with what they meant, in MASSIVE's
own form."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eulalia.errors import EulaliaError
from eulalia.learning.labels.labelling import Label
from eulalia.learning.labels.projection import annotate
from eulalia.learning.state import normalize
from eulalia.turn import Turn

_CLEAR: Final = 0.75
"""Share of the evidence for a text's commonest annotation, below which it teaches nothing."""


class LabelsFileError(EulaliaError):
    """A file of labels that cannot be written."""


@dataclass(frozen=True, slots=True)
class Example:
    """A request and what it meant."""

    locale: str
    text: str
    annotated: str
    """The text with `[slot : value]`."""
    intent: str
    confidence: float
    """Probability that the annotation is right, of the surest label."""
    turns: int
    """How many turns tell so."""
    customers: int

    def to_json(self) -> str:
        """The example on one line, as MASSIVE has it, and behind that its evidence."""
        name = hashlib.sha256(f"{self.locale} {self.text} {self.annotated}".encode()).hexdigest()
        row = {
            "id": f"label-{name[:16]}",
            "locale": self.locale,
            "partition": "train",
            "scenario": self.intent.partition("_")[0],
            "intent": self.intent,
            "utt": self.text,
            "annot_utt": self.annotated,
            "confidence": round(self.confidence, 4),
            "turns": self.turns,
            "customers": self.customers,
        }
        return json.dumps(row, ensure_ascii=False)


def examples(corrections: Iterable[tuple[Turn, Label]]) -> list[Example]:
    """What the corrections teach, a row a text, those of most customers first.

    Where customers mean different things by the same words, and none prevails, the words are left
    out; so are texts that MASSIVE's annotation has no form for. A customer counts once for a text,
    however often it was said, so that nobody teaches all by repeating.
    """
    said: dict[tuple[str, str], dict[tuple[str, str], list[tuple[Turn, Label]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for turn, label in corrections:
        text = " ".join((turn.text or "").split())
        if turn.text != text or not normalize(text) or not _is_encodable(text):
            continue
        annotated = annotate(text, label.slots, turn.locale)
        if annotated is not None and label.intent is not None:
            said[turn.locale, text][label.intent, annotated].append((turn, label))
    found = []
    for (locale, text), readings in said.items():
        counts = {reading: len({t.customer for t, _ in own}) for reading, own in readings.items()}
        (intent, annotated), most = max(counts.items(), key=lambda item: (item[1], item[0]))
        if most < _CLEAR * sum(counts.values()):
            continue
        own = readings[intent, annotated]
        sure = max(label.confidence for _, label in own)
        found.append(Example(locale, text, annotated, intent, sure, len(own), most))
    return sorted(found, key=lambda e: (-e.customers, -e.confidence, e.locale, e.text))


def write(path: Path, rows: Iterable[Example]) -> int:
    """Write a file of examples, whole or not at all; how many there are. Raises
    LabelsFileError."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8") as lines:
            for row in rows:
                lines.write(row.to_json() + "\n")
                count += 1
        part.replace(path)
    except OSError as error:
        raise LabelsFileError(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
