"""The command line as a whole: what a shell sees."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eulalia import __version__

from .conftest import Run

EULALIA = [sys.executable, "-c", "from eulalia.cli import main; main()"]


def test_help_names_every_command(run: Run) -> None:
    output = run("--help").output
    for command in ("ask", "listen", "demo", "evaluate", "train", "data", "turns", "skills"):
        assert command in output


@pytest.mark.parametrize(
    "command",
    ["ask", "listen", "demo", "evaluate nlu", "evaluate asr", "evaluate commands", "train nlu",
     "train asr", "data get", "data list", "turns list", "turns show", "turns export",
     "turns import", "skills list"],
)  # fmt: skip
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.status == 0
    assert "Usage" in result.output


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").output.strip() == __version__


def test_wrong_options_end_with_status_2(run: Run) -> None:
    assert run("ask", "hello", "--colour", "red").status == 2
    assert run("fly").status == 2


def test_a_shell_sees_one_line_and_status_1(tmp_path: Path) -> None:
    done = subprocess.run(
        [*EULALIA, "ask", "", "--memory", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "eulalia: The request is empty; say what you would like, in words.\n"


def test_ctrl_c_ends_with_status_130_and_no_traceback(tmp_path: Path) -> None:
    # A pipe that nobody writes to keeps the command waiting, as a microphone would.
    code = (
        "import time\n"
        "import eulalia.assistant\n"
        "def wait(*_, **__):\n"
        "    print('waiting', flush=True)\n"
        "    time.sleep(60)\n"
        "eulalia.assistant.Assistant.open = wait\n"
        "from eulalia.cli import main\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "ask", "hello", "--memory", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # Whoever runs the tests in the background has them ignore the signal; a customer does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in complaint


def test_skills_are_listed_with_their_intents(run: Run, coffee: Path) -> None:
    rows = json.loads(run("skills", "list", "--json", "--skill", coffee).output)
    assert {"name": "coffee", "intents": ["order"]} in rows
    assert "coffee" in run("skills", "list", "--skill", coffee).output
