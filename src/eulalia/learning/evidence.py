"""What in a turn, its session and its trace speaks for or against each kind of failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.ngrams import words
from eulalia.learning.reader import OTHER, Reader
from eulalia.learning.wording import Wording
from eulalia.turn import Interpretation, Outcome, Span, Turn

Floats = npt.NDArray[np.floating[Any]]

LAGS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6)
"""Neighbours in the session that are looked at."""
ALIKE = 0.55
"""Likeness from which a neighbour counts as the same request said again."""
NEAR_SECONDS = 600.0
"""Time within which it does."""
STAGES = ("asr", "nlu", "resolution", "arbitration", "skill")
FEEDBACK = (
    "barge_in", "rephrase", "reprompt", "abandonment", "correction", "teaching", "confirmation",
    "denial",
)  # fmt: skip
LANGUAGE = "en"
"""The language that the shipped wording and reader know."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row a turn, a column a name; NaN where a turn does not tell."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float32]

    def __getitem__(self, name: str) -> npt.NDArray[np.float32]:
        column: npt.NDArray[np.float32] = self.values[:, self.names.index(name)]
        return column


def read(columns: Columns, wording: Wording, reader: Reader) -> Evidence:
    """The evidence in all turns of a log."""
    evidence = {
        **_wording(columns, wording),
        **_reading(columns, reader),
        **_meaning(columns, reader),
        **_trace(columns.turns),
        **_outcome(columns.turns),
    }
    evidence |= _session(columns, evidence)
    values = np.stack([np.asarray(v, np.float32) for v in evidence.values()], axis=1)
    return Evidence(tuple(evidence), values)


# The words


def _wording(columns: Columns, wording: Wording) -> dict[str, Floats]:
    surprise = wording.surprise(columns.words)
    foreign = ~_is_known(columns.turns) | np.array([not text for text in columns.words], bool)

    def hide(values: Floats) -> Floats:
        return np.where(foreign, np.nan, values)

    return {
        "surprise": hide(surprise.mean),
        "surprise_largest": hide(surprise.largest),
        "surprise_second": hide(surprise.second),
        "surprise_last": hide(surprise.last),
        "unknown_words": hide(surprise.unknown),
        "rarest_word": hide(surprise.rarest),
        "words": np.array([len(text) for text in columns.words], float),
    }


def _is_known(turns: Sequence[Turn]) -> npt.NDArray[np.bool_]:
    return np.array([turn.locale.partition("-")[0] == LANGUAGE for turn in turns], dtype=bool)


# What a second reader makes of them


def _reading(columns: Columns, reader: Reader) -> dict[str, Floats]:
    """Whether the second reader agrees with the assistant's; equal readings are looked at once."""
    known = _is_known(columns.turns)
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
        rows[number, 8:12] = _compare_tags(text, slots, tagged[number], tags)
        if slots:
            rows[number, 12] = reader.knows(slots).mean()
    return {name: rows[which, column] for column, name in enumerate(names)}


def _bare(meaning: Interpretation | None) -> Interpretation | None:
    """The interpretation without what differs between equal readings."""
    if meaning is None:
        return None
    slots = tuple(sorted(meaning.slots, key=lambda slot: slot.start))
    return Interpretation(meaning.text, "", meaning.intent, slots, 1.0)


def _compare_tags(
    text: Sequence[str],
    slots: Sequence[tuple[str, tuple[str, ...]]],
    probabilities: Floats,
    tags: dict[str, int],
) -> tuple[float, float, float, float]:
    """Log-probability of the slots as read, by word: the least and the mean; and how surely a word
    outside them belongs in one, and the least surely read slot."""
    if not len(text):
        return np.nan, np.nan, np.nan, np.nan
    logged = [OTHER] * len(text)
    for name, value in slots:
        for start in range(len(text) - len(value) + 1):
            window = slice(start, start + len(value))
            if tuple(text[window]) == value and logged[window] == [OTHER] * len(value):
                logged[window] = [name] * len(value)
                break
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


def _meaning(columns: Columns, reader: Reader) -> dict[str, Floats]:
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


# The trace


def _trace(turns: Sequence[Turn]) -> dict[str, Floats]:
    names = [f"{stage}_{what}" for stage in STAGES for what in ("confidence", "margin", "readings")]
    names += [f"{stage}_broke" for stage in STAGES]
    names += [
        "meaning_confidence", "slot_confidence", "entity_count", "entity_confidence",
        "entity_unlike_slot", "sound_seconds", "seconds_per_word", "heard_words_differ",
        "wake_score", "loudness", "speech_seconds",
    ]  # fmt: skip
    rows = np.array([_trace_row(turn) for turn in turns]).reshape(len(turns), len(names))
    return {name: rows[:, column] for column, name in enumerate(names)}


def _trace_row(turn: Turn) -> list[float]:
    spans: dict[str, Span] = {}
    for span in turn.spans:
        spans.setdefault(span.stage, span)
    row: list[float] = []
    for stage in STAGES:
        row += _confidences(spans.get(stage))
    row += [float(spans[stage].error is not None) if stage in spans else np.nan for stage in STAGES]
    meaning = turn.interpretation
    slots = meaning.slots if meaning else ()
    row += [
        meaning.confidence if meaning and spans else np.nan,
        min((slot.confidence for slot in slots), default=np.nan) if spans else np.nan,
        float(len(turn.entities)) if spans else np.nan,
        min((entity.confidence for entity in turn.entities), default=np.nan),
        _unlike(turn),
        turn.audio.duration if turn.audio else np.nan,
        turn.audio.duration / (len((turn.text or "").split()) + 1) if turn.audio else np.nan,
        _heard_otherwise(spans.get("asr")),
        _note(spans.get("wake"), "score"),
        _note(spans.get("vad"), "peak"),
        _speech(spans.get("vad")),
    ]
    return row


def _confidences(span: Span | None) -> tuple[float, float, float]:
    """Of the best reading, its lead over the second, and how many readings there were."""
    if span is None or not span.hypotheses:
        return np.nan, np.nan, 0.0 if span else np.nan
    first = span.hypotheses[0].confidence
    second = span.hypotheses[1].confidence if len(span.hypotheses) > 1 else 0.0
    return first, first - second, float(len(span.hypotheses))


def _unlike(turn: Turn) -> float:
    """How far the entities' names are from the words of their slots: 0 equal, 1 nothing alike."""
    from rapidfuzz import fuzz

    meaning = turn.interpretation
    if meaning is None:
        return np.nan
    distances = [
        1 - fuzz.token_set_ratio(slot.value.casefold(), entity.value.casefold()) / 100
        for entity in turn.entities
        if isinstance(entity.value, str)
        and entity.kind not in ("time", "date", "instant", "duration", "recurrence", "number")
        and (slot := meaning.slot(entity.slot)) is not None
    ]
    return max(distances, default=np.nan)


def _note(span: Span | None, name: str) -> float:
    """A number among the span's notes; NaN where there is none."""
    value = span.notes.get(name) if span else None
    return float(value) if isinstance(value, int | float) else np.nan


def _speech(span: Span | None) -> float:
    """Seconds of speech that were found."""
    segments = span.notes.get("segments") if span else None
    try:
        return float(sum(end - start for start, end in segments)) if segments else np.nan
    except (TypeError, ValueError):
        return np.nan


def _heard_otherwise(span: Span | None) -> float:
    """How unlike the recogniser's first two readings are."""
    from rapidfuzz.distance import Indel

    if span is None or len(span.hypotheses) < 2:
        return np.nan
    first, second = span.hypotheses[:2]
    return float(Indel.normalized_distance(first.value, second.value))


# How it ended


def _outcome(turns: Sequence[Turn]) -> dict[str, Floats]:
    columns = {
        f"outcome_{outcome}": np.array([float(turn.outcome is outcome) for turn in turns])
        for outcome in Outcome
    }
    kinds = [{feedback.kind for feedback in turn.feedback} for turn in turns]
    columns |= {
        f"feedback_{kind}": np.array([float(kind in said) for said in kinds]) for kind in FEEDBACK
    }
    columns["rewritten"] = np.array([float(turn.rewrite is not None) for turn in turns])
    columns["by_template"] = np.array(
        [float(bool(t.interpretation) and t.interpretation.source != "nlu") for t in turns]  # type: ignore[union-attr]
    )
    return columns


# The session


def _session(columns: Columns, evidence: dict[str, Floats]) -> dict[str, Floats]:
    """The same request said again, before or after, and what became of it then."""
    count = len(columns)
    surprise, agrees = evidence["surprise"], evidence["reader_agrees"]
    before, after = np.zeros(count), np.zeros(count)
    sums = {
        name: np.zeros(count)
        for name in ("letters", "sounds", "text", "intent", "slots", "entities")
    }
    least_like, most_like = np.full(count, np.nan), np.full(count, np.nan)
    best = surprise.copy()
    best_place = np.arange(count)
    most_agreed = agrees.copy()
    for lag in LAGS:
        other = columns.neighbour(lag)
        here = np.flatnonzero((other >= 0) & (columns.gap(other) <= NEAR_SECONDS))
        there = other[here]
        likeness = columns.likeness(here, there)
        alike = likeness.most >= ALIKE
        here, there = here[alike], there[alike]
        letters, heard = likeness.letters[alike], likeness.sounds[alike]
        (before if lag < 0 else after)[here] += 1
        sums["letters"][here] += letters
        sums["sounds"][here] += heard
        sums["text"][here] += columns.same_texts[here] == columns.same_texts[there]
        sums["intent"][here] += columns.intents[here] == columns.intents[there]
        sums["slots"][here] += columns.slots[here] == columns.slots[there]
        sums["entities"][here] += columns.entities[here] == columns.entities[there]
        least_like[here] = np.fmin(least_like[here], letters)
        most_like[here] = np.fmax(most_like[here], letters)
        better = surprise[there] < best[here]
        best[here[better]] = surprise[there[better]]
        best_place[here[better]] = there[better]
        most_agreed[here] = np.fmax(most_agreed[here], agrees[there])
    said = before + after
    with np.errstate(invalid="ignore"):
        shares = {f"again_{name}": total / said for name, total in sums.items()}
    is_best = best_place == np.arange(count)
    likeness = columns.likeness(np.arange(count), best_place)

    def unless_best(values: npt.NDArray[np.bool_] | Floats) -> Floats:
        return np.where(is_best, np.nan, np.asarray(values, float))

    return {
        "said_before": before,
        "said_after": after,
        **shares,
        "again_least_letters": least_like,
        "again_most_letters": most_like,
        "again_clearer": surprise - best,
        "clearest_letters": unless_best(likeness.letters),
        "clearest_sounds": unless_best(likeness.sounds),
        "clearest_intent": unless_best(columns.intents == columns.intents[best_place]),
        "clearest_slots": unless_best(columns.slots == columns.slots[best_place]),
        "again_agreed_more": most_agreed - agrees,
        **_next(columns),
    }


def _next(columns: Columns) -> dict[str, Floats]:
    following, earlier = columns.neighbour(1), columns.neighbour(-1)
    has_next = following >= 0
    likeness = columns.likeness(np.arange(len(columns)), following)

    def known(values: npt.NDArray[np.bool_] | Floats) -> Floats:
        return np.where(has_next, np.asarray(values, float), np.nan)

    return {
        "next_letters": known(likeness.letters),
        "next_words": known(likeness.words),
        "next_sounds": known(likeness.sounds),
        "next_text": known(columns.same_texts == columns.same_texts[following]),
        "next_intent": known(columns.intents == columns.intents[following]),
        "next_slots": known(columns.slots == columns.slots[following]),
        "next_entities": known(columns.entities == columns.entities[following]),
        "next_gap": columns.gap(following),
        "last_gap": columns.gap(earlier),
    }
