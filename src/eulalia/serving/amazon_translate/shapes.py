"""What requests look like, and how values that do not look so are refused.

A request's values come out as Python has them: bytes for what is sent in base64, numbers of seconds
for times. A member that is not known is refused, for what it asks would not be done.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eulalia.serving.amazon_translate.errors import ProtocolError

_SHOWN = 80


@dataclass(frozen=True)
class Text:
    """A text of some length, in Unicode's characters."""

    least: int = 0
    most: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int
    most: int


@dataclass(frozen=True)
class Moment:
    """A time, in seconds since 1970."""


@dataclass(frozen=True)
class Blob:
    """Bytes, sent in base64."""


@dataclass(frozen=True)
class Several:
    """A list."""

    member: Shape
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Structure:
    """Values by names."""

    members: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()


Shape = Text | Whole | Moment | Blob | Several | Structure


def checked(shape: Structure, request: object) -> dict[str, Any]:
    """A request's values.

    Raises ProtocolError: SerializationException where a value is of another type, and
    ValidationException, with everything that is wrong, where one does not keep to its bounds.
    """
    problems: list[str] = []
    values: dict[str, Any] = _value(shape, request, "", problems)
    if problems:
        count = f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected: "
        raise ProtocolError("ValidationException", count + "; ".join(problems))
    return values


def _value(shape: Shape, value: object, path: str, problems: list[str]) -> Any:
    def complain(constraint: str) -> None:
        shown = repr(value) if len(repr(value)) <= _SHOWN else f"{repr(value)[:_SHOWN]}…"
        problems.append(
            f"Value {shown} at '{path}' failed to satisfy constraint: Member must {constraint}"
        )

    match shape:
        case Structure():
            return _members(shape, _typed(value, dict, path), path, problems)
        case Several():
            values = _typed(value, list, path)
            if len(values) < shape.least or (shape.most and len(values) > shape.most):
                complain(f"have length from {shape.least} to {shape.most or 'any'}")
                return []
            return [
                _value(shape.member, each, f"{path}.{i}.member", problems)
                for i, each in enumerate(values, 1)
            ]
        case Text():
            text: str = _typed(value, str, path)
            if any("\ud800" <= letter <= "\udfff" for letter in text):
                raise ProtocolError("SerializationException", f"'{path or 'It'}' is no Unicode.")
            if shape.choices and text not in shape.choices:
                complain(f"satisfy enum value set: [{', '.join(shape.choices)}]")
            elif len(text) < shape.least:
                complain(f"have length greater than or equal to {shape.least}")
            elif shape.most is not None and len(text) > shape.most:
                complain(f"have length less than or equal to {shape.most}")
            elif shape.pattern and not re.fullmatch(shape.pattern, text):
                complain(f"satisfy regular expression pattern: {shape.pattern}")
            return text
        case Whole():
            number: int = _typed(value, int, path)
            if not shape.least <= number <= shape.most:
                complain(f"have value from {shape.least} to {shape.most}")
            return number
        case Moment():
            return float(_typed(value, (int, float), path))
        case Blob():
            try:
                return base64.b64decode(_typed(value, str, path), validate=True)
            except (binascii.Error, ValueError) as error:
                raise ProtocolError("SerializationException", f"'{path}' is no base64.") from error


def _members(
    shape: Structure, values: dict[str, Any], path: str, problems: list[str]
) -> dict[str, Any]:
    found = {}
    for name in shape.required:
        if values.get(name) is None:
            problems.append(
                f"Value null at '{_at(path, name)}' failed to satisfy constraint: Member must not "
                "be null"
            )
    for name, value in values.items():
        if name not in shape.members:
            problems.append(f"The member '{_at(path, name)[:_SHOWN]}' is not known here")
        elif value is not None:
            found[name] = _value(shape.members[name], value, _at(path, name), problems)
    return found


def _typed(value: object, type_: type | tuple[type, ...], path: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, type_):
        raise ProtocolError(
            "SerializationException", f"'{path or 'The request'}' is of a wrong type."
        )
    return value


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
