"""Our table of requests says what the public service model says."""

from __future__ import annotations

import re

import botocore.session
import pytest

from eulalia.serving.amazon_translate.errors import STATUS, ProtocolError
from eulalia.serving.amazon_translate.requests import REQUESTS, TARGET
from eulalia.serving.amazon_translate.shapes import (
    Blob,
    Moment,
    Several,
    Structure,
    Text,
    Whole,
    checked,
)

MODEL = botocore.session.Session().get_service_model("translate")
KINDS = {
    "structure": Structure,
    "list": Several,
    "string": Text,
    "integer": Whole,
    "timestamp": Moment,
    "blob": Blob,
}
OURS_TO_CHECK = {"BoundedLengthString", "DisplayLanguageCode"}
"""Of these the operations tell what is wrong, under names of their own."""


def compare(ours, theirs, path):
    assert isinstance(ours, KINDS[theirs.type_name]), path
    bounds = theirs.metadata
    if isinstance(ours, Structure):
        assert set(ours.members) == set(theirs.members), path
        assert set(ours.required) == set(theirs.required_members), path
        for name, member in theirs.members.items():
            compare(ours.members[name], member, f"{path}.{name}")
    elif isinstance(ours, Several):
        assert (ours.least, ours.most) == (bounds.get("min", 0), bounds.get("max")), path
        compare(ours.member, theirs.member, f"{path}[]")
    elif isinstance(ours, Whole):
        assert (ours.least, ours.most) == (bounds["min"], bounds["max"]), path
    elif isinstance(ours, Text) and theirs.name not in OURS_TO_CHECK:
        assert set(ours.choices) == set(theirs.enum), path
        if not theirs.enum:
            assert (ours.least, ours.most) == (bounds.get("min", 0), bounds.get("max")), path


def test_all_operations_are_there_with_their_bounds():
    assert MODEL.metadata["targetPrefix"] == TARGET
    assert set(REQUESTS) == set(MODEL.operation_names)
    assert len(REQUESTS) == 19
    for name in MODEL.operation_names:
        compare(REQUESTS[name], MODEL.operation_model(name).input_shape, name)


def test_errors_have_the_statuses_of_the_model():
    for name in MODEL.operation_names:
        for shape in MODEL.operation_model(name).error_shapes:
            status = shape.metadata.get("error", {}).get("httpStatusCode", 400)
            assert STATUS.get(shape.name, 400) == status, shape.name


NAMED = Structure({"Name": Text(1, 3, "[a-z]*"), "Size": Whole(1, 5), "File": Blob()}, ("Name",))


@pytest.mark.parametrize(
    ("request_", "code", "told"),
    [
        ([], "SerializationException", "type"),
        ({"Name": 1}, "SerializationException", "Name"),
        ({"Name": "a", "Size": True}, "SerializationException", "Size"),
        ({"Name": "a", "File": "&"}, "SerializationException", "base64"),
        ({"Name": "\ud800"}, "SerializationException", "Unicode"),
        ({}, "ValidationException", "must not be null"),
        ({"Name": None}, "ValidationException", "must not be null"),
        ({"Name": "abcd", "Size": 6}, "ValidationException", "2 validation errors"),
        ({"Name": "A"}, "ValidationException", "pattern"),
        ({"Name": "a", "Colour": 1}, "ValidationException", "Colour"),
    ],
)
def test_what_is_wrong_is_told(request_, code, told):
    with pytest.raises(ProtocolError, match=re.escape(told)) as error:
        checked(NAMED, request_)
    assert error.value.code == code


def test_values_come_as_python_has_them():
    assert checked(NAMED, {"Name": "a", "File": "AAE=", "Size": None}) == {
        "Name": "a",
        "File": b"\x00\x01",
    }
