"""A command line to call, and a home with something in it that must not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eulalia.cli import app
from eulalia.memory import Memory
from eulalia.turn import Turn

COFFEE = """
language: en
intents:
  order:
    data:
      - sentences: ["(a|one) {size} {drink} [please]"]
    answer: "One {size} {drink}, coming up."
lists:
  size: {values: [small, large]}
  drink: {values: [latte, mocha]}
"""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    status: int
    output: str
    complaint: str
    """What it wrote on standard error."""


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def run(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception  # a traceback is what nobody should ever see
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def coffee(tmp_path: Path) -> Path:
    path = tmp_path / "coffee.yaml"
    path.write_text(COFFEE)
    return path


@dataclass(frozen=True)
class Home:
    """A folder with a memory that holds one turn."""

    folder: Path

    def turns(self) -> list[Turn]:
        memory = Memory.open(f"sqlite:///{self.folder / 'memory.db'}")
        try:
            return list(memory.turns())
        finally:
            memory.close()


@pytest.fixture
def home(tmp_path: Path, run: Run, coffee: Path) -> Home:
    folder = tmp_path / "home"
    result = run("ask", "a small mocha", "--skill", coffee, "--memory", folder)
    assert result == Result(0, "One small mocha, coming up.\n", "")
    home = Home(folder)
    assert len(home.turns()) == 1
    return home


@pytest.fixture
def refuse(run: Run, home: Home) -> Run:
    """Call a command that must be refused: one sentence, a failure, and the memory as it was."""

    def refuse(*arguments: str | Path) -> Result:
        before = home.turns()
        result = run(*arguments, "--memory", home.folder)
        assert result.status == 1
        assert result.output == ""
        assert result.complaint.startswith("eulalia: ")
        assert result.complaint.count("\n") == 1
        assert result.complaint.rstrip()[-1] in ".?"
        assert len(result.complaint) < 400
        assert home.turns() == before
        return result

    return refuse
