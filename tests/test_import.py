"""What an import costs: programs that only read turns must not wait for models."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ["torch", "transformers", "onnxruntime", "soundfile", "sqlalchemy", "babel", "hassil"]


def run(code: str) -> dict[str, float | list[str]]:
    """What the code prints as JSON, in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    answer: dict[str, float | list[str]] = json.loads(done.stdout)
    return answer


def measure(module: str) -> tuple[float, list[str]]:
    """Seconds of processor time that the import takes, and which heavy modules it brings."""
    code = (
        "import json, sys, time\n"
        "start = time.process_time()\n"
        f"import {module}\n"
        "seconds = time.process_time() - start\n"
        f"heavy = [name for name in {HEAVY} if name in sys.modules]\n"
        "print(json.dumps({'seconds': seconds, 'heavy': heavy}))\n"
    )
    answer = run(code)
    seconds, heavy = answer["seconds"], answer["heavy"]
    assert isinstance(seconds, float)
    assert isinstance(heavy, list)
    return seconds, heavy


def test_eulalia_imports_in_a_moment_and_without_models() -> None:
    seconds, heavy = measure("eulalia")
    assert heavy == []
    assert seconds < 0.3


def test_the_command_line_imports_in_a_moment_and_without_models() -> None:
    seconds, heavy = measure("eulalia.cli")
    assert heavy == []
    assert seconds < 0.6


def test_the_assistant_never_imports_what_only_training_needs() -> None:
    _, heavy = measure("eulalia.assistant")
    assert "torch" not in heavy
    assert "transformers" not in heavy


def test_help_is_there_in_a_moment() -> None:
    code = (
        "import contextlib, io, json, sys, time\n"
        "start = time.process_time()\n"
        "from eulalia.cli import app\n"
        "with contextlib.redirect_stdout(io.StringIO()) as printed:\n"
        "    app(['--help'], standalone_mode=False)\n"
        "assert 'listen' in printed.getvalue()\n"
        "print(json.dumps({'seconds': time.process_time() - start}))\n"
    )
    seconds = run(code)["seconds"]
    assert isinstance(seconds, float)
    assert seconds < 0.6
