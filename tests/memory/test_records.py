"""Records: what skills keep, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eulalia.memory import Memory, MemoryAccessError

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=JSON_VALUES)
def test_every_json_value_comes_back(memory: Memory, value: object) -> None:
    memory.records.put("ada", "thing", "it", value)
    assert memory.records.get("ada", "thing", "it") == value
    assert memory.records.list("ada", "thing") == {"it": value}


def test_what_was_never_put_is_none(memory: Memory) -> None:
    assert memory.records.get("ada", "alarm", "x") is None
    assert memory.records.list("ada", "alarm") == {}
    assert memory.records.kinds("ada") == ()


def test_records_are_listed_in_the_order_they_were_first_put(memory: Memory) -> None:
    for key in ("milk", "Äpfel", "bread"):
        memory.records.put("ada", "shopping", key, 1)
    memory.records.put("ada", "shopping", "milk", 2)
    assert list(memory.records.list("ada", "shopping").items()) == [
        ("milk", 2),
        ("Äpfel", 1),
        ("bread", 1),
    ]


def test_customers_and_kinds_do_not_see_each_other(memory: Memory) -> None:
    memory.records.put("ada", "light", "kitchen", "on")
    memory.records.put("bob", "light", "kitchen", "off")
    memory.records.put("ada", "alarm", "kitchen", "7:00")
    assert memory.records.get("ada", "light", "kitchen") == "on"
    assert memory.records.list("bob", "light") == {"kitchen": "off"}
    assert memory.records.kinds("ada") == ("alarm", "light")
    assert memory.records.kinds("bob") == ("light",)
    assert memory.records.delete("ada", "light", "kitchen") is True
    assert memory.records.get("bob", "light", "kitchen") == "off"
    assert memory.records.kinds("ada") == ("alarm",)


def test_a_record_is_forgotten_once(memory: Memory) -> None:
    memory.records.put("ada", "light", "kitchen", "on")
    assert memory.records.delete("ada", "light", "kitchen") is True
    assert memory.records.delete("ada", "light", "kitchen") is False
    assert memory.records.get("ada", "light", "kitchen") is None


def test_records_outlive_the_program(url: str) -> None:
    with Memory.open(url) as memory:
        memory.records.put("ada", "light", "kitchen", {"state": "on"})
    with Memory.open(url) as memory:
        assert memory.records.list("ada", "light") == {"kitchen": {"state": "on"}}


@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes", {"deep": {1, 2}}])
def test_what_is_no_json_is_refused_and_the_old_value_stays(memory: Memory, value: object) -> None:
    memory.records.put("ada", "light", "kitchen", "on")
    with pytest.raises(MemoryAccessError, match="light 'kitchen' is no JSON value"):
        memory.records.put("ada", "light", "kitchen", value)
    assert memory.records.get("ada", "light", "kitchen") == "on"


def test_a_value_that_holds_itself_is_refused(memory: Memory) -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(MemoryAccessError, match="no JSON value"):
        memory.records.put("ada", "list", "endless", endless)


@pytest.mark.parametrize("name", ["", "x" * 201, "nul\0", "half \udfff"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_names_that_no_database_keeps_are_refused(memory: Memory, place: int, name: str) -> None:
    names = ["ada", "light", "kitchen"]
    names[place] = name
    with pytest.raises(MemoryAccessError):
        memory.records.put(*names, "on")
    assert memory.records.kinds("ada") == ()


def test_the_longest_names_are_kept(memory: Memory) -> None:
    longest = "\U0001f99c" * 200
    memory.records.put(longest, longest, longest, 1)
    assert memory.records.list(longest, longest) == {longest: 1}


def test_all_records_of_a_kind_are_replaced_at_once(memory: Memory) -> None:
    records = memory.records
    records.put("ada", "probe", "old", 1)
    records.put("ada", "alarm", "old", 1)
    records.put("ben", "probe", "old", 1)
    assert records.replace_all("probe", {"ada": {"a": 1, "b": [2]}, "eve": {"old": None}}) == 3
    assert records.list("ada", "probe") == {"a": 1, "b": [2]}
    assert records.list("ben", "probe") == {}
    assert records.list("eve", "probe") == {"old": None}
    assert records.list("ada", "alarm") == {"old": 1}
    assert records.replace_all("probe", {}) == 0
    assert records.list("ada", "probe") == {}


@pytest.mark.parametrize(
    "broken",
    [{"ada": {"k" * 201: 1}}, {"": {"k": 1}}, {"ada": {"k": float("nan")}}, {"ada": {"k\0": 1}}],
)
def test_nothing_is_replaced_by_what_cannot_all_be_kept(
    memory: Memory, broken: dict[str, dict[str, object]]
) -> None:
    memory.records.put("ada", "probe", "old", 1)
    with pytest.raises(MemoryAccessError):
        memory.records.replace_all("probe", {"ben": {"k": 1}, **broken})
    assert memory.records.list("ada", "probe") == {"old": 1}
    assert memory.records.list("ben", "probe") == {}
