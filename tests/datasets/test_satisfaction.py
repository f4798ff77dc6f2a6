"""Dialogues whose turns annotators rated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.satisfaction import majority, read_dialogues, turns
from eulalia.turn import Outcome

DIALOGUES = """
SYSTEM\tHi.\t\t
USER\tA cheap hotel?\tHotel-Inform\t3,3,3
SYSTEM\tThere is none.\tHotel-NoOffer\t
SYSTEM\tAnother?\t\t
USER\tHm.\t\t2,1,3
USER\tIn the west, then.\t\t3,3,4
SYSTEM\tThe Archway.\t\t
USER\tThanks.\t\t4,4,5
USER\tOVERALL\t\t3,2,4


USER\tHello.\t\t3
SYSTEM\tHello.\t\t
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_utterances_and_ratings_are_read(tmp_path: Path) -> None:
    first, second = read_dialogues(write(tmp_path / "MWOZ.txt", DIALOGUES))
    assert (first.name, second.name) == ("mwoz-1", "mwoz-2")
    assert (first.overall, second.overall) == ((3, 2, 4), ())
    assert first.utterances[1].act == "Hotel-Inform"
    assert [utterance.ratings for utterance in second.utterances] == [(3,), ()]


def test_an_answer_has_the_ratings_of_the_user_s_next_utterance(tmp_path: Path) -> None:
    log = turns(read_dialogues(write(tmp_path / "MWOZ.txt", DIALOGUES)))
    told = [
        (turn.text, turn.answer and turn.answer.text, truth.ratings, truth.satisfied)
        for turn, truth in log
    ]
    assert told == [
        ("A cheap hotel?", "There is none. Another?", (2, 1, 3), False),
        ("Hm. In the west, then.", "The Archway.", (4, 4, 5), True),
        ("Thanks.", None, (3, 2, 4), True),
        ("Hello.", "Hello.", (), None),
    ]
    assert [turn.outcome for turn, _ in log][1:3] == [Outcome.ANSWERED, None]
    assert [truth.goal for _, truth in log] == ["uss-mwoz-1"] * 3 + ["uss-mwoz-2"]


@given(st.lists(st.integers(1, 5)))
def test_more_than_half_decide(ratings: list[int]) -> None:
    satisfied, not_satisfied = (sum(r >= 3 for r in ratings), sum(r < 3 for r in ratings))
    verdict = majority(tuple(ratings))
    assert verdict is (None if satisfied == not_satisfied else satisfied > not_satisfied)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("USER\ta\tb", "line 2 must be USER or SYSTEM"),
        ("MACHINE\ta\tb\t", "line 2 must be USER or SYSTEM"),
        ("USER\ta\tb\t", "line 2 has the ratings ''"),
        ("USER\ta\tb\t3,6", "line 2 has the ratings '3,6'; they are numbers from 1 to 5"),
        ("USER\ta\tb\t3,x", "line 2 has the ratings"),
    ],
)
def test_a_broken_line_is_one_sentence(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(DatasetError, match=complaint):
        read_dialogues(write(tmp_path / "a.txt", f"USER\ta\tb\t3\n{line}\n"))


def test_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("USER\tä\t\t3".encode("latin-1"))
    with pytest.raises(DatasetError, match="is not in UTF-8"):
        read_dialogues(path)


@pytest.mark.data
def test_the_published_dialogues_are_read() -> None:
    archive = Path(os.environ.get("EULALIA_DATA", "")) / "dialogues" / "user-satisfaction.tar.xz"
    if not os.environ.get("EULALIA_DATA") or not archive.is_file():
        pytest.skip("EULALIA_DATA names no folder with the rated dialogues")
    dialogues = read_dialogues(archive)
    log = turns(dialogues)
    assert len(dialogues) == 2_000
    assert len(log) == 18_720
    assert all(3 <= len(truth.ratings) <= 7 for _, truth in log)
    assert sum(truth.satisfied is False for _, truth in log) == 870
