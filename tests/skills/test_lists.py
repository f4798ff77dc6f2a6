"""Lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eulalia.memory import Memory
from eulalia.skills.lists import ListSkill
from eulalia.turn import Outcome
from tests.skills.asking import Asking

LISTS = ListSkill()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield Asking(memory)
    memory.close()


def test_a_list_is_made_filled_told_and_removed(ask: Asking) -> None:
    ask(LISTS, "lists_createoradd", "create a grocery list", list_name="grocery")
    text = "add pasta and milk to the grocery list"
    assert ask(LISTS, "lists_createoradd", text, list_name="grocery").text == (
        "I put pasta and milk on your grocery list."
    )
    assert ask(LISTS, "lists_query", "what is on my list").text == (
        "On your grocery list: pasta and milk."
    )
    ask(LISTS, "lists_remove", "take milk off the list")
    assert ask(LISTS, "lists_query", "my list").text == "On your grocery list: pasta."
    ask(LISTS, "lists_remove", "delete the Grocery list", list_name="Grocery")
    assert ask(LISTS, "lists_query", "my lists").text == "You have no lists."


@pytest.mark.parametrize(
    ("locale", "text", "item"),
    [
        ("de-DE", "setze milch auf die einkaufsliste", "milch"),
        ("fr-FR", "ajoute lait à la liste", "lait"),
        ("es-ES", "añade leche a la lista", "leche"),
        ("zh-CN", "把牛奶加到购物清单", "牛奶"),
        ("ja-JP", "リストに牛乳を追加して", "牛乳"),
    ],
)
def test_things_are_put_on_lists_in_other_languages(
    ask: Asking, locale: str, text: str, item: str
) -> None:
    ask.locale = locale
    ask(LISTS, "lists_createoradd", text)
    (kept,) = ask.memory.records.list("default", "list").values()
    assert kept["items"] == [item]


@pytest.mark.parametrize("intent", ["lists_createoradd", "lists_remove"])
def test_without_a_name_it_asks_and_changes_nothing(ask: Asking, intent: str) -> None:
    reply = ask(LISTS, intent, "list")
    assert (reply.outcome, reply.end_session) == (Outcome.UNAVAILABLE, False)
    assert not ask.memory.records.list("default", "list")


def test_a_list_that_is_not_there_is_not_removed(ask: Asking) -> None:
    ask(LISTS, "lists_createoradd", "make a grocery list", list_name="grocery")
    reply = ask(LISTS, "lists_remove", "delete the party list", list_name="party")
    assert reply.text == "There is no list named party."
    assert len(ask.memory.records.list("default", "list")) == 1


def test_a_thing_is_on_a_list_once(ask: Asking) -> None:
    for _ in range(2):
        ask(LISTS, "lists_createoradd", "add milk to the grocery list", list_name="grocery")
    (kept,) = ask.memory.records.list("default", "list").values()
    assert kept["items"] == ["milk"]


def test_a_megabyte_of_text_is_cut(ask: Asking) -> None:
    text = "add " + "milk " * 200_000 + "to the grocery list"
    assert len(ask(LISTS, "lists_createoradd", text).text) < 1000


def test_called_is_no_part_of_a_name(ask: Asking) -> None:
    text = "create a list called camping"
    assert ask(LISTS, "lists_createoradd", text, list_name="called camping").text == (
        "I made a list named camping."
    )
