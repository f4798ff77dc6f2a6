"""Whether a second reader makes of the words what the assistant's made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, is_known
from eulalia.learning.ngrams import words
from eulalia.learning.reader import OTHER, Reader
from eulalia.turn import Interpretation


def opinions(columns: Columns, reader: Reader) -> dict[str, Floats]:
    """Whether the second reader agrees with the assistant's; equal readings are looked at once."""
    known = is_known(columns.turns)
    intents = {name: number for number, name in enumerate(reader.intents)}
    tags = {name: number for number, name in enumerate(reader.tags)}
    distinct: dict[tuple[tuple[str, ...], Interpretation | None], int] = {}
    which = np.full(len(columns), -1, np.intp)
    for place, turn in enumerate(columns.turns):
        if known[place]:
            split = tuple(words(turn.interpretation.text)) if turn.interpretation else ()
            key = (split or columns.words[place], _bare(turn.interpretation))
            which[place] = distinct.setdefault(key, len(distinct))
    texts = [text for text, _ in distinct]
    probabilities = reader.intent_probabilities(texts)
    tagged = reader.tag_probabilities(texts)
    names = (
        "reader_agrees", "reader_best", "reader_margin", "intent_known", "slots", "slot_words",
        "missing_slots", "odd_slot", "tags_agree_least", "tags_agree", "slot_overlooked",
        "slot_doubted", "values_known",
    )  # fmt: skip
    rows = np.full((len(distinct) + 1, len(names)), np.nan)
    for number, (text, meaning) in enumerate(distinct):
        best = probabilities[number].max(initial=0.0)
        rows[number, 1] = best
        if meaning is None:
            continue
        intent = intents.get(meaning.intent)
        own = probabilities[number, intent] if intent is not None else 0.0
        rows[number, 0] = np.log(own + 1e-4)
        rows[number, 2] = np.log(best + 1e-4) - np.log(own + 1e-4)
        rows[number, 3] = intent is not None
        slots = [(slot.name, tuple(words(slot.value))) for slot in meaning.slots]
        rows[number, 4] = len(slots)
        rows[number, 5] = sum(len(value) for _, value in slots)
        have = {tags[name] for name, _ in slots if name in tags}
        if intent is not None:
            shares = reader.shares[intent].copy()
            rows[number, 7] = max((-np.log(shares[tag] + 3e-3) for tag in have), default=0.0)
            shares[[*have, tags[OTHER]]] = 0.0
            rows[number, 6] = -np.log1p(-np.minimum(shares, 0.95)).sum()
        if text:
            rows[number, 8:12] = _compare_tags(_logged(text, slots), tagged[number], tags)
        if slots:
            rows[number, 12] = reader.knows(slots).mean()
    return {name: rows[which, column] for column, name in enumerate(names)}


def _bare(meaning: Interpretation | None) -> Interpretation | None:
    """The interpretation without what differs between equal readings."""
    if meaning is None:
        return None
    slots = tuple(sorted(meaning.slots, key=lambda slot: slot.start))
    return Interpretation(meaning.text, "", meaning.intent, slots, 1.0)


def _logged(text: Sequence[str], slots: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    """The tag of each word as the assistant read it."""
    logged = [OTHER] * len(text)
    for name, value in slots:
        for start in range(len(text) - len(value) + 1):
            window = slice(start, start + len(value))
            if tuple(text[window]) == value and logged[window] == [OTHER] * len(value):
                logged[window] = [name] * len(value)
                break
    return logged


def _compare_tags(
    logged: Sequence[str], probabilities: Floats, tags: dict[str, int]
) -> tuple[float, float, float, float]:
    """Log-probability of the slots as read, by word: the least and the mean; and how surely a word
    outside them belongs in one, and the least surely read slot."""
    own = np.array(
        [
            row[tags[tag]] if tag in tags else 0.0
            for row, tag in zip(probabilities, logged, strict=True)
        ]
    )
    logs = np.log(own + 1e-3)
    outside = np.array([tag == OTHER for tag in logged])
    overlooked = (1 - probabilities[outside, tags[OTHER]]).max(initial=0.0)
    doubted = own[~outside].min(initial=1.0)
    return float(logs.min()), float(logs.mean()), float(overlooked), float(doubted)


def meanings(columns: Columns, reader: Reader) -> dict[str, Floats]:
    """Which intent was read and which slots, of those that the reader knows."""
    intents = {name: number for number, name in enumerate(reader.intents)}
    tags = {name: number for number, name in enumerate(reader.tags)}
    read = np.zeros((len(columns), len(intents)), np.float32)
    have = np.zeros((len(columns), len(tags)), np.float32)
    for place, turn in enumerate(columns.turns):
        if turn.interpretation is not None:
            if turn.interpretation.intent in intents:
                read[place, intents[turn.interpretation.intent]] = 1
            for slot in turn.interpretation.slots:
                if slot.name in tags:
                    have[place, tags[slot.name]] = 1
    return {f"intent_{name}": read[:, number] for name, number in intents.items()} | {
        f"slot_{name}": have[:, number] for name, number in tags.items()
    }
