"""The turn: its JSON comes back as it was, says what is wrong with it, and is as documented."""

from __future__ import annotations

import ast
import inspect
import json
import re
import string
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia import turn as module
from eulalia.turn import (
    Answer,
    AudioReference,
    Context,
    Entity,
    Feedback,
    Hypothesis,
    Interpretation,
    Outcome,
    Rewrite,
    Slot,
    Span,
    Turn,
    TurnError,
)

DOCS = Path(__file__).parents[1] / "docs"
SCHEMA_FILE = DOCS / "turn.schema.json"
KINDS = (
    Turn,
    AudioReference,
    Context,
    Span,
    Hypothesis,
    Interpretation,
    Slot,
    Entity,
    Rewrite,
    Answer,
    Feedback,
)

# Strategies for every field

TEXTS = st.text(max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WHOLES = st.integers()
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | WHOLES | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def zones() -> st.SearchStrategy[tzinfo]:
    """Zones with and without summer time, and those as far from UTC as there are."""
    offsets = st.integers(-14 * 60, 14 * 60).map(lambda n: timezone(timedelta(minutes=n)))
    return st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")]) | offsets


# A day within the years that UTC can express, whatever the zone.
TIMES = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=zones()
)


def tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


def maybe(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | items


NOTES = st.dictionaries(TEXTS, JSON_VALUES, max_size=3)
AUDIO = st.builds(AudioReference, path=TEXTS, duration=NUMBERS, sample_rate=WHOLES)
HYPOTHESES = st.builds(Hypothesis, value=TEXTS, confidence=NUMBERS)
SPANS = st.builds(
    Span,
    stage=TEXTS,
    start=NUMBERS,
    duration=NUMBERS,
    hypotheses=tuples(HYPOTHESES),
    error=maybe(TEXTS),
    notes=NOTES,
)
SLOTS = st.builds(Slot, name=TEXTS, value=TEXTS, start=WHOLES, end=WHOLES, confidence=NUMBERS)
INTERPRETATIONS = st.builds(
    Interpretation,
    text=TEXTS,
    domain=TEXTS,
    intent=TEXTS,
    slots=tuples(SLOTS),
    confidence=NUMBERS,
    source=TEXTS,
)
ENTITIES = st.builds(Entity, slot=TEXTS, kind=TEXTS, value=JSON_VALUES, confidence=NUMBERS)
CONTEXTS = st.builds(
    Context,
    device=TEXTS,
    device_type=TEXTS,
    has_screen=st.booleans(),
    timezone=TEXTS,
    place=maybe(TEXTS),
    activity=maybe(TEXTS),
    states=st.dictionaries(TEXTS, TEXTS, max_size=3),
    previous=tuples(TEXTS),
)
TURNS = st.builds(
    Turn,
    id=TEXTS,
    session=TEXTS,
    customer=TEXTS,
    locale=TEXTS,
    time=TIMES,
    text=maybe(TEXTS),
    audio=maybe(AUDIO),
    context=CONTEXTS,
    spans=tuples(SPANS),
    interpretation=maybe(INTERPRETATIONS),
    entities=tuples(ENTITIES),
    rewrite=maybe(st.builds(Rewrite, original=TEXTS, text=TEXTS, source=TEXTS, confidence=NUMBERS)),
    skill=maybe(TEXTS),
    outcome=maybe(st.sampled_from(Outcome)),
    answer=maybe(st.builds(Answer, text=TEXTS, locale=TEXTS, audio=maybe(AUDIO))),
    feedback=tuples(st.builds(Feedback, kind=TEXTS, time=TIMES, detail=TEXTS)),
)
PLAIN = Turn(
    id="1", session="2", customer="3", locale="en-US", time=datetime(2026, 1, 1, tzinfo=UTC)
)


# There and back


@settings(deadline=None, max_examples=40)
@given(TURNS)
def test_json_brings_back_the_same_turn(turn: Turn) -> None:
    text = turn.to_json()
    assert Turn.from_json(text) == turn
    assert Turn.from_json(text).to_json() == text
    assert "\n" not in text
    text.encode()


def test_a_text_that_no_file_takes_is_escaped() -> None:
    turn = replace(PLAIN, text="é \udc80")
    turn.to_json().encode()
    assert Turn.from_json(turn.to_json()) == turn


def test_ordinary_letters_stay_readable() -> None:
    assert "明かり" in replace(PLAIN, text="明かり").to_json()


def test_the_hour_that_comes_twice_is_one_of_two_moments() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (
        replace(PLAIN, time=datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold))
        for fold in (0, 1)
    )
    assert second.time - first.time == timedelta(hours=1)
    assert Turn.from_json(second.to_json()) == second


def test_times_are_kept_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    turn = replace(PLAIN, time=datetime(2026, 1, 1, 9, tzinfo=tokyo))
    assert turn.time.tzinfo is UTC
    assert turn == PLAIN
    assert '"time":"2026-01-01T00:00:00+00:00"' in turn.to_json()


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TurnError, match="needs a time zone"):
        replace(PLAIN, time=datetime(2026, 1, 1))
    with pytest.raises(TurnError, match="needs a time zone"):
        Feedback("denial", datetime(2026, 1, 1))


@pytest.mark.parametrize(("year", "hours"), [(1, 1), (9999, -1)])
def test_a_time_that_utc_cannot_express_is_refused(year: int, hours: int) -> None:
    edge = datetime.min if year == 1 else datetime.max
    with pytest.raises(TurnError, match="outside the years"):
        replace(PLAIN, time=edge.replace(tzinfo=timezone(timedelta(hours=hours))))


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), object(), b"x", {1, 2}])
def test_what_is_no_json_is_refused_when_written(value: object) -> None:
    with pytest.raises(TurnError, match="'1' holds no JSON value"):
        replace(PLAIN, entities=(Entity("a", "b", value),)).to_json()


def test_a_note_that_holds_itself_is_refused_when_written() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(TurnError, match="no JSON value"):
        PLAIN.with_span(Span("nlu", 0, 0, notes={"endless": endless})).to_json()


# What is no turn

GOOD = json.loads(PLAIN.to_json())


@given(st.text() | JSON_VALUES.map(json.dumps))
def test_garbage_is_no_turn(text: str) -> None:
    with pytest.raises(TurnError):
        Turn.from_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "[]",
        "{",
        "\ufeff{}",
        "NaN",
        "\0",
        "[" * 200_000,
        '{"a":' * 200_000,
        "\ud800",
    ],
    ids=range(11),
)
def test_hostile_texts_are_no_turns(text: str) -> None:
    with pytest.raises(TurnError):
        Turn.from_json(text)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": 2}, "This turn has version 2; 1 can be read."),
        ({"version": None}, "This turn has version None; 1 can be read."),
        ({"version": True}, "turn.version must be of type int, not True."),
        ({"colour": "red"}, "turn has no field 'colour'."),
        ({"id": None}, "turn.id must be of type str, not None."),
        ({"text": 5}, "turn.text must be of type str, not 5."),
        ({"time": "noon"}, "turn.time cannot be 'noon'."),
        ({"time": 5}, "turn.time cannot be 5."),
        ({"outcome": "lost"}, "turn.outcome cannot be 'lost'."),
        ({"outcome": {}}, "turn.outcome cannot be {}."),
        ({"spans": {}}, "turn.spans must be a list."),
        ({"spans": [5]}, "turn.spans[0] must be an object."),
        ({"spans": [{"stage": "nlu", "start": 0}]}, "turn.spans[0] lacks the field 'duration'."),
        ({"context": {"states": []}}, "turn.context.states must be an object."),
        ({"context": {"states": {"a": 1}}}, "turn.context.states.a must be of type str, not 1."),
        ({"context": {"has_screen": 1}}, "turn.context.has_screen must be of type bool, not 1."),
        (
            {"audio": {"path": "a", "duration": 10**400, "sample_rate": 1}},
            "turn.audio.duration is too large a number.",
        ),
        (
            {"audio": {"path": "a", "duration": True, "sample_rate": 1}},
            "turn.audio.duration must be of type float, not True.",
        ),
        (
            {"feedback": [{"kind": "denial", "time": "2026-01-01"}]},
            "The time '2026-01-01 00:00:00' needs a time zone; give it one, UTC for instance.",
        ),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(TurnError) as caught:
        Turn.from_json(json.dumps(GOOD | change))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("name", ["id", "session", "customer", "locale", "time"])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(TurnError, match=f"turn lacks the field '{name}'"):
        Turn.from_json(json.dumps({key: item for key, item in GOOD.items() if key != name}))


def test_a_megabyte_in_the_wrong_place_is_not_said_back() -> None:
    with pytest.raises(TurnError) as caught:
        Turn.from_json(json.dumps(GOOD | {"outcome": "x" * 1_000_000}))
    assert len(str(caught.value)) < 200


# Small helpers of a turn


def test_a_turn_begins_now_with_ids_of_its_own() -> None:
    before = datetime.now(UTC)
    one, two = Turn.begin(locale="de-DE"), Turn.begin(locale="de-DE", session="s")
    assert before <= one.time <= datetime.now(UTC)
    assert one.id != two.id
    assert one.session
    assert two.session == "s"


def test_spans_and_slots_are_found_by_name() -> None:
    span = Span("nlu", 0.0, 0.1)
    turn = PLAIN.with_span(span).with_span(Span("skill", 0.1, 0.1))
    assert turn.span("nlu") is span
    assert turn.span("asr") is None
    slots = (Slot("a", "x", 0, 1), Slot("a", "y", 1, 2))
    reading = Interpretation("xy", "d", "i", slots)
    assert reading.slot("a") is slots[0]
    assert reading.slot("b") is None


# The documents


def docstrings(kind: type) -> dict[str, str]:
    """What is written under each field of a class."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(following, ast.Expr):
            assert isinstance(statement.target, ast.Name)
            assert isinstance(following.value, ast.Constant)
            found[statement.target.id] = str(following.value.value)
    return found


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type that a field is declared with."""
    simple = {str: "string", int: "integer", float: "number", bool: "boolean"}
    if kind is Any:
        return {}
    if kind in simple:
        return {"type": simple[kind]}
    if kind is datetime:
        return {"type": "string", "format": "date-time"}
    if kind is Outcome:
        return {"enum": [str(outcome) for outcome in Outcome]}
    if get_origin(kind) is UnionType:
        return {"anyOf": [schema_of(each) for each in get_args(kind)]}
    if kind is type(None):
        return {"type": "null"}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": schema_of(get_args(kind)[0])}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": schema_of(get_args(kind)[1])}
    assert is_dataclass(kind), f"no schema for {kind}"
    return {"$ref": f"#/$defs/{kind.__name__}"}  # type: ignore[union-attr]


def definition_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of one of the dataclasses."""
    hints, words = get_type_hints(kind), docstrings(kind)
    properties = {}
    for item in fields(kind):
        properties[item.name] = schema_of(hints[item.name])
        if item.name in words:
            properties[item.name]["description"] = words[item.name]
    if kind is Turn:
        properties["version"] = {"const": module.VERSION}
    required = [
        item.name
        for item in fields(kind)
        if (item.default is MISSING and item.default_factory is MISSING) or item.name == "version"
    ]
    return {
        "description": (inspect.getdoc(kind) or "").splitlines()[0],
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def whole_schema() -> dict[str, Any]:
    """The JSON Schema of a turn, as docs/turn.schema.json must have it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A turn of Eulalia, version {module.VERSION}",
        **definition_of(Turn),
        "$defs": {kind.__name__: definition_of(kind) for kind in KINDS if kind is not Turn},
    }


def fits(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether a JSON value is valid, for the part of JSON Schema that the file uses."""
    known = {
        *("$schema", "title", "description", "$defs", "format", "type", "properties", "required"),
        *("additionalProperties", "items", "anyOf", "enum", "const", "$ref"),
    }
    assert set(schema) <= known, f"this test does not know {set(schema) - known}"
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "null": (type(None),),
        "array": (list,),
        "object": (dict,),
    }
    if "$ref" in schema:
        return fits(value, definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return any(fits(value, each, definitions) for each in schema["anyOf"])
    if "const" in schema:
        return type(value) is type(schema["const"]) and value == schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    if "type" in schema and type(value) not in kinds[schema["type"]]:
        return False
    if schema.get("format") == "date-time":
        return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", value) is not None
    if isinstance(value, list) and "items" in schema:
        return all(fits(item, schema["items"], definitions) for item in value)
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        if not set(schema.get("required", ())) <= set(value):
            return False
        for name, item in value.items():
            expected = properties.get(name, others)
            if expected is False or (
                isinstance(expected, dict) and not fits(item, expected, definitions)
            ):
                return False
    return True


SCHEMA = whole_schema()


def is_valid(plain: Any) -> bool:
    return fits(plain, SCHEMA, SCHEMA["$defs"])


def test_the_schema_file_says_what_the_classes_say() -> None:
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == SCHEMA, (
        "docs/turn.schema.json is out of date; write it anew with: python tests/test_turn.py"
    )


@settings(deadline=None, max_examples=40)
@given(TURNS)
def test_every_turn_is_valid_by_the_schema(turn: Turn) -> None:
    assert is_valid(json.loads(turn.to_json()))


def places(plain: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a JSON value, all the way down."""
    items = plain.items() if isinstance(plain, dict) else enumerate(plain)
    found = []
    for key, item in items:
        found.append((plain, key))
        if isinstance(item, dict | list):
            found += places(item)
    return found


@settings(deadline=None, max_examples=40)
@given(TURNS, st.data())
def test_the_schema_and_the_reader_refuse_the_same_turns(turn: Turn, data: st.DataObject) -> None:
    plain = json.loads(turn.to_json())
    container, key = data.draw(st.sampled_from(places(plain)))
    change = data.draw(st.sampled_from(["remove", "replace", "add"]))
    if change == "remove":
        del container[key]
    elif change == "replace":
        # Letters only: no text among them is a time, which the two spell differently.
        container[key] = data.draw(
            st.none()
            | st.booleans()
            | st.integers(-9, 9)
            | st.text(string.ascii_letters)
            | st.just([])
            | st.just({})
        )
    elif isinstance(container, dict):
        container["colour"] = "red"
    try:
        Turn.from_json(json.dumps(plain))
        readable = True
    except TurnError:
        readable = False
    assert readable == is_valid(plain)


def test_the_document_names_every_field_and_outcome() -> None:
    document = (DOCS / "TURN.md").read_text(encoding="utf-8")
    for kind in KINDS:
        section = document.split(f"\n## {kind.__name__}\n", 1)
        assert len(section) == 2, f"docs/TURN.md has no section {kind.__name__}"
        rows = re.findall(r"^\| `(\w+)` \|", section[1].split("\n## ", 1)[0], re.MULTILINE)
        assert rows == [item.name for item in fields(kind)], kind.__name__
    for outcome in Outcome:
        assert f"| `{outcome}` |" in document


def test_the_examples_of_the_document_are_turns() -> None:
    document = (DOCS / "TURN.md").read_text(encoding="utf-8")
    examples = re.findall(r"```json\n(.*?)```", document, re.DOTALL)
    assert examples
    for example in examples:
        turn = Turn.from_json(example)
        assert is_valid(json.loads(example))
        # The example shows every field, in the order in which they are written.
        assert json.loads(turn.to_json()) == json.loads(example)
        assert turn.interpretation is not None
        for slot in turn.interpretation.slots:
            assert turn.interpretation.text[slot.start : slot.end] == slot.value


if __name__ == "__main__":
    SCHEMA_FILE.write_text(
        json.dumps(SCHEMA, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
