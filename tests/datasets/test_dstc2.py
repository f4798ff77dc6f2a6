"""DSTC2's dialogues."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eulalia.datasets.dstc2 import Dialogue, read_dialogues, turns
from eulalia.datasets.errors import DatasetError
from eulalia.truth import TrueSlot
from eulalia.turn import Outcome


def goal(area: str = "null", food: str = "null") -> dict[str, str]:
    return {"area": area, "food": food, "price range": "null"}


DIALOGUE: dict[str, Any] = {
    "user": [["in the north"], ["cantonese"], ["cantonese food"], ["thai food"], ["bye"]],
    "bot": [
        ["Hello , welcome"],
        ["What kind of food would you like?"],
        ["Sorry, I can't hear you"],
        ["I'm sorry but there is no restaurant serving cantonese food"],
        ["sala thong serves thai food"],
    ],
    "goal": [
        goal("north"),
        goal("north", "cantonese"),
        goal("north", "cantonese"),
        goal("north", "thai"),
        goal("north", "thai"),
    ],
    "index": 3,
}


def write(path: Path, *rows: object) -> Path:
    path.write_text(json.dumps(rows))
    return path


def test_the_machine_s_next_utterance_answers_the_user(tmp_path: Path) -> None:
    dialogue = read_dialogues(write(tmp_path / "dev.json", DIALOGUE))[0]
    assert dialogue.name == "dev-1"
    assert dialogue.requests[0] == "in the north"
    assert dialogue.answers[0] == "What kind of food would you like?"
    assert dialogue.answers[4] is None
    assert dialogue.goals[1] == (TrueSlot("area", "north"), TrueSlot("food", "cantonese"))


def test_another_value_is_another_wish_and_a_further_one_is_not(tmp_path: Path) -> None:
    log = turns(read_dialogues(write(tmp_path / "dev.json", DIALOGUE)))
    assert [truth.goal for _, truth in log] == [f"dstc2-dev-1-{n}" for n in (1, 1, 1, 2, 2)]


def test_the_outcome_is_told_from_the_answer(tmp_path: Path) -> None:
    log = turns(read_dialogues(write(tmp_path / "dev.json", DIALOGUE)))
    assert [turn.outcome for turn, _ in log] == [
        Outcome.ANSWERED,
        Outcome.NOT_UNDERSTOOD,
        Outcome.UNAVAILABLE,
        Outcome.ANSWERED,
        None,
    ]


def test_dialogues_are_customers_and_turns_are_in_order(tmp_path: Path) -> None:
    log = turns(read_dialogues(write(tmp_path / "dev.json", DIALOGUE, DIALOGUE)))
    assert len({turn.id for turn, _ in log}) == 10
    assert [turn.customer for turn, _ in log] == ["dstc2-dev-1"] * 5 + ["dstc2-dev-2"] * 5
    assert sorted(log, key=lambda pair: pair[0].time) == log


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\xff", "is not JSON in UTF-8"),
        (b"{}", "must hold a list of dialogues"),
        (b"[7]", "dialogue 1 must have the lists"),
        (b'[{"user": [], "bot": []}]', "dialogue 1 must have the lists"),
        (b'[{"user": ["a"], "bot": [], "goal": []}]', "dialogue 1 must have each utterance"),
        (b'[{"user": [["a"]], "bot": [], "goal": []}]', "1 requests, 0 goals"),
        (b'[{"user": [], "bot": [["a"], ["b"]], "goal": []}]', "2 utterances"),
        (b'[{"user": [["a"]], "bot": [], "goal": [{"area": 1}]}]', "objects of texts for 'goal'"),
    ],
)
def test_another_form_is_one_sentence(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "dev.json"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=complaint):
        read_dialogues(path)


@pytest.mark.data
def test_the_published_dialogues_are_read() -> None:
    archive = Path(os.environ.get("EULALIA_DATA", "")) / "dialogues" / "dstc2-train-dev.tar.xz"
    if not os.environ.get("EULALIA_DATA") or not archive.is_file():
        pytest.skip("EULALIA_DATA names no folder with DSTC2's dialogues")
    dialogues: list[Dialogue] = read_dialogues(archive)
    log = turns(dialogues)
    assert (len(dialogues), len(log)) == (2_118, 15_611)
    outcomes = Counter(turn.outcome for turn, _ in log)
    assert outcomes[None] == 2_118
    assert outcomes[Outcome.ANSWERED] > outcomes[Outcome.UNAVAILABLE] > 1_000
