"""The turn: one request of a customer and all that happened to it.

Every part of Eulalia writes to a turn or reads from one, and nothing else passes between them.
The JSON form is versioned; docs/TURN.md describes it field by field.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from reprlib import repr as brief
from types import UnionType
from typing import Any, Final, Self, Union, get_args, get_origin, get_type_hints

from eulalia.errors import EulaliaError

VERSION: Final = 1


class TurnError(EulaliaError):
    """A text that is not a turn of a version that can be read."""


class Outcome(StrEnum):
    """How a turn ended, as far as the assistant can tell."""

    ANSWERED = "answered"
    """A skill did what was asked."""
    NOT_UNDERSTOOD = "not_understood"
    """No reading of the request was sure enough to act on."""
    UNAVAILABLE = "unavailable"
    """Understood, but it needs a service, a device or a value that is not there."""
    FAILED = "failed"
    """A stage broke; its span tells how."""
    NOT_HEARD = "not_heard"
    """The audio held no speech."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One of several readings that a stage considered, best first in its span."""

    value: str
    """What the stage would pass on: a text, an intent, an entity, a skill, an answer."""
    confidence: float
    """Probability from 0 to 1 that this reading is right."""


@dataclass(frozen=True, slots=True)
class Span:
    """What one stage did to a turn."""

    stage: str
    """Name of the stage: vad, asr, rewrite, nlu, resolution, arbitration, skill, answer, tts."""
    start: float
    """Seconds from the start of the turn."""
    duration: float
    """Seconds."""
    hypotheses: tuple[Hypothesis, ...] = ()
    """The readings considered, best first."""
    error: str | None = None
    """One sentence if the stage broke."""
    notes: dict[str, Any] = field(default_factory=dict)
    """Whatever else explains the stage's choice; JSON values."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of the request that fills a role."""

    name: str
    value: str
    """The text as the customer said it."""
    start: int
    """Offset of its first character in the interpreted text."""
    end: int
    """Offset behind its last character."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a request means: a domain, an intent and its slots."""

    text: str
    """The text that was interpreted; slots point into it."""
    domain: str
    intent: str
    slots: tuple[Slot, ...] = ()
    confidence: float = 1.0
    source: str = "nlu"
    """Who read it so: nlu, or the skill whose templates matched."""

    def slot(self, name: str) -> Slot | None:
        """The first slot of that name, or None."""
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True, slots=True)
class Entity:
    """A slot resolved to a thing that a skill can act on."""

    slot: str
    """Name of the slot."""
    kind: str
    """What it is: time, date, duration, number, device, place, list, contact, song …"""
    value: Any
    """JSON value of that kind; times are ISO 8601."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Context:
    """What was the case when the request was made."""

    device: str = "default"
    """Identifier of the device that heard it."""
    device_type: str = "speaker"
    has_screen: bool = False
    timezone: str = "UTC"
    """IANA name."""
    place: str | None = None
    activity: str | None = None
    """What is going on: an alarm that rings, music that plays."""
    states: dict[str, str] = field(default_factory=dict)
    """State by device: {"light.kitchen": "on"}."""
    previous: tuple[str, ...] = ()
    """Identifiers of the session's earlier turns, newest first."""


@dataclass(frozen=True, slots=True)
class AudioReference:
    """Where the sound of a turn is kept and how long it is."""

    path: str
    duration: float
    """Seconds."""
    sample_rate: int
    """Hertz, of the file."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A request replaced before it was interpreted."""

    original: str
    text: str
    source: str
    """Which layer proposed it: personal, global, heard, taught."""
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant said."""

    text: str
    locale: str
    """The locale of the text, which may differ from the request's when no catalogue has it."""
    audio: AudioReference | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the customer let us know about a turn, in words or by behaviour."""

    kind: str
    """barge_in, rephrase, reprompt, abandonment, correction, teaching, confirmation, denial."""
    time: datetime
    """Always with a time zone, kept in UTC."""
    detail: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", _in_utc(self.time))


@dataclass(frozen=True, slots=True)
class Turn:
    """One request and all that happened to it."""

    id: str
    session: str
    customer: str
    locale: str
    """A MASSIVE locale such as en-US."""
    time: datetime
    """When the request began; always with a time zone, kept in UTC."""
    text: str | None = None
    """The request as typed, or as the recogniser heard it."""
    audio: AudioReference | None = None
    context: Context = field(default_factory=Context)
    spans: tuple[Span, ...] = ()
    interpretation: Interpretation | None = None
    entities: tuple[Entity, ...] = ()
    rewrite: Rewrite | None = None
    skill: str | None = None
    outcome: Outcome | None = None
    answer: Answer | None = None
    feedback: tuple[Feedback, ...] = ()
    version: int = VERSION

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", _in_utc(self.time))

    @classmethod
    def begin(
        cls,
        *,
        locale: str,
        customer: str = "default",
        session: str | None = None,
        context: Context | None = None,
        time: datetime | None = None,
    ) -> Self:
        """A new turn, begun now unless a time is given."""
        return cls(
            id=uuid.uuid4().hex,
            session=session or uuid.uuid4().hex,
            customer=customer,
            locale=locale,
            time=time or datetime.now(UTC),
            context=context or Context(),
        )

    def span(self, stage: str) -> Span | None:
        """The span of that stage, or None if the stage did not run."""
        return next((span for span in self.spans if span.stage == stage), None)

    def with_span(self, span: Span) -> Self:
        """This turn with one more span at the end of its trace."""
        return replace(self, spans=(*self.spans, span))

    def to_json(self) -> str:
        """The turn on one line of JSON.

        Raises TurnError when a note or an entity holds what is no JSON value.

        >>> Turn.from_json(turn.to_json()) == turn  # doctest: +SKIP
        True
        """
        try:
            text = _write(_to_plain(self), ensure_ascii=False)
            # Half of a surrogate pair, as broken input may hold, is no text that a file can take.
            return text if _is_encodable(text) else _write(_to_plain(self), ensure_ascii=True)
        except (TypeError, ValueError, RecursionError) as error:
            raise TurnError(f"The turn {self.id!r} holds no JSON value ({error}).") from error

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The turn that `to_json` wrote.

        Raises TurnError when the text is no turn, or one of a version from the future.
        """
        try:
            plain = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise TurnError(f"This is not JSON ({error}); a turn is one JSON object.") from error
        if not isinstance(plain, dict):
            raise TurnError("A turn is one JSON object, with the fields that docs/TURN.md lists.")
        version = plain.get("version")
        if version != VERSION:
            raise TurnError(f"This turn has version {brief(version)}; {VERSION} can be read.")
        turn: Self = _from_plain(cls, plain, "turn")
        return turn


def _in_utc(time: datetime) -> datetime:
    """The same moment in UTC, which compares and sorts without surprises in summer time."""
    if not isinstance(time, datetime) or time.utcoffset() is None:
        raise TurnError(f"The time {str(time)!r} needs a time zone; give it one, UTC for instance.")
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise TurnError(f"The time {time} lies outside the years 1 to 9999 of UTC.") from error


def _write(plain: Any, *, ensure_ascii: bool) -> str:
    return json.dumps(plain, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _to_plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _to_plain(item) for key, item in value.items()}
    return value


def _from_plain(kind: Any, value: Any, where: str) -> Any:
    """Rebuild a value of the declared type, naming the field that does not fit."""
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in (Union, UnionType):
        if value is None:
            return None
        return _from_plain(next(a for a in get_args(kind) if a is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise TurnError(f"{where} must be a list.")
        item_kind = get_args(kind)[0]
        return tuple(_from_plain(item_kind, item, f"{where}[{n}]") for n, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise TurnError(f"{where} must be an object.")
        item_kind = get_args(kind)[1]
        return {key: _from_plain(item_kind, item, f"{where}.{key}") for key, item in value.items()}
    if is_dataclass(kind):
        return _dataclass_from_plain(kind, value, where)
    read = datetime.fromisoformat if kind is datetime else kind
    if kind in (datetime, Outcome):
        try:
            return read(value)
        except (TypeError, ValueError) as error:
            raise TurnError(f"{where} cannot be {brief(value)}.") from error
    if kind is float and type(value) is int:
        return _to_float(value, where)
    if type(value) is not kind:
        raise TurnError(f"{where} must be of type {kind.__name__}, not {brief(value)}.")
    return value


def _to_float(value: int, where: str) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise TurnError(f"{where} is too large a number.") from error


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    """The declared types of a dataclass, which take longer to find than a turn to read."""
    return get_type_hints(kind)


def _dataclass_from_plain(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise TurnError(f"{where} must be an object.")
    kinds = _kinds(kind)
    if unknown := sorted(set(value) - set(kinds)):
        raise TurnError(f"{where} has no field {brief(unknown[0])}.")
    if missing := [item.name for item in fields(kind) if _is_required(item, value)]:
        raise TurnError(f"{where} lacks the field {missing[0]!r}.")
    return kind(
        **{name: _from_plain(kinds[name], item, f"{where}.{name}") for name, item in value.items()}
    )


def _is_required(item: Field[Any], value: dict[str, Any]) -> bool:
    has_default = item.default is not MISSING or item.default_factory is not MISSING
    return not has_default and item.name not in value
