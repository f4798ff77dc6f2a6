"""What the stages say of their own readings, and how the turn ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eulalia.learning.evidence.basics import Floats
from eulalia.turn import Outcome, Span, Turn

STAGES = ("asr", "nlu", "resolution", "arbitration", "skill")
FEEDBACK = (
    "barge_in", "rephrase", "reprompt", "abandonment", "correction", "teaching", "confirmation",
    "denial",
)  # fmt: skip


def traces(turns: Sequence[Turn]) -> dict[str, Floats]:
    """What the stages' spans tell, (turns,) a name; NaN where a stage left nothing."""
    names = [f"{stage}_{what}" for stage in STAGES for what in ("confidence", "margin", "readings")]
    names += [f"{stage}_broke" for stage in STAGES]
    names += [
        "meaning_confidence", "slot_confidence", "entity_count", "entity_confidence",
        "entity_unlike_slot", "sound_seconds", "seconds_per_word", "heard_words_differ",
        "wake_score", "loudness", "speech_seconds", "skill_seconds",
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
        min(
            (e.confidence for e in turn.entities if meaning and meaning.slot(e.slot)),
            default=np.nan,
        ),
        _unlike(turn),
        turn.audio.duration if turn.audio else np.nan,
        turn.audio.duration / (len((turn.text or "").split()) + 1) if turn.audio else np.nan,
        _heard_otherwise(spans.get("asr")),
        _note(spans.get("wake"), "score"),
        _note(spans.get("vad"), "peak"),
        _speech(spans.get("vad")),
        spans["skill"].duration if "skill" in spans else np.nan,
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


def outcomes(turns: Sequence[Turn]) -> dict[str, Floats]:
    """What became of the turns and what was said of them, (turns,) a name."""
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
