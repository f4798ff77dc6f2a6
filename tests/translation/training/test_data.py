"""What pairs of annotated requests teach about tags."""

import pytest

from eulalia.datasets.massive import Request
from eulalia.translation.training.data import tagged_slots
from eulalia.turn import Slot


def request(text, *slots):
    found = []
    for name, value in slots:
        start = text.index(value)
        found.append(Slot(name, value, start, start + len(value)))
    return Request("1", "xx-XX", "train", "", "", text, (), (), (), tuple(found))


def test_slots_have_the_same_tags_on_both_sides_in_any_order():
    ours = request("wake me at nine am on friday", ("time", "nine am"), ("date", "friday"))
    theirs = request("星期五早上九点叫醒我", ("date", "星期五"), ("time", "早上九点"))
    assert tagged_slots(ours, theirs) == (
        "wake me at <s0>nine am</s0> on <s1>friday</s1>",
        "<s1>星期五</s1><s0>早上九点</s0>叫醒我",
    )


def test_two_slots_of_one_name_are_paired_in_their_order():
    ours = request("from rome to oslo", ("place", "rome"), ("place", "oslo"))
    theirs = request("de roma a oslo", ("place", "roma"), ("place", "oslo"))
    assert tagged_slots(ours, theirs) == (
        "from <s0>rome</s0> to <s1>oslo</s1>",
        "de <s0>roma</s0> a <s1>oslo</s1>",
    )


@pytest.mark.parametrize(
    "theirs",
    [
        request("llámame"),
        request("llama a ana hoy", ("person", "ana"), ("date", "hoy")),
        request("llama a ana", ("relation", "ana")),
    ],
)
def test_requests_whose_slots_differ_are_not_tagged(theirs):
    assert tagged_slots(request("call ann", ("person", "ann")), theirs) is None


def test_requests_without_slots_are_not_tagged():
    assert tagged_slots(request("stop"), request("para")) is None
