"""Opening a memory: where it may be, what is refused, and how tables come up to date."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, text

from eulalia.memory import FILE_NAME, Memory, MemoryAccessError, MemoryBusyError, MemoryVersionError
from eulalia.memory.tables import REVISIONS, VERSION_TABLE, Table
from eulalia.turn import Turn


def refuse(url: str | Path, match: str, **options: float) -> str:
    """The sentence with which a memory does not open."""
    with pytest.raises(MemoryAccessError, match=match) as caught:
        Memory.open(url, **options)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def saved(url: str | Path) -> int:
    with Memory.open(url) as memory:
        memory.save(Turn.begin(locale="en-US"))
        return memory.count()


# Where a memory may be


def test_a_folder_a_file_and_a_url_name_the_same_memory(tmp_path: Path) -> None:
    assert saved(tmp_path) == 1
    assert saved(str(tmp_path)) == 2
    assert saved(tmp_path / FILE_NAME) == 3
    assert saved(f"sqlite:///{tmp_path / FILE_NAME}") == 4


def test_a_name_may_hold_anything_that_a_file_may(tmp_path: Path) -> None:
    assert saved(tmp_path / "with space ?#%@:é.db") == 1
    assert (tmp_path / "with space ?#%@:é.db").is_file()


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert saved("~/mine.db") == 1
    assert (tmp_path / "mine.db").is_file()


def test_the_short_name_of_postgresql_is_known(postgresql_url: str) -> None:
    assert saved(postgresql_url) == 1
    assert saved(postgresql_url.replace("postgresql+psycopg:", "postgres:")) == 2


def test_an_empty_file_becomes_a_memory(tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    assert saved(tmp_path / "new.db") == 1


# What is refused


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    refuse(tmp_path / "none" / "x.db", "There is no folder")
    refuse(f"sqlite:///{tmp_path}/none/x.db", "There is no folder")
    assert list(tmp_path.iterdir()) == []


def test_a_url_that_names_a_folder_is_refused(tmp_path: Path) -> None:
    refuse(f"sqlite:///{tmp_path}", "is a folder")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_memory_that_would_end_with_the_program_is_refused(url: str) -> None:
    refuse(url, "must outlive the program")


@pytest.mark.parametrize("url", ["mysql://host/x", "oracle://x", "sqlite+aiosqlite:///x.db"])
def test_other_databases_are_refused(url: str) -> None:
    refuse(url, "is no database that Eulalia keeps things in")


@pytest.mark.parametrize("url", ["://", "postgresql://host:port/name", "what ever://x"])
def test_what_is_no_url_is_refused(url: str) -> None:
    refuse(url, "no URL of a database")


def test_names_that_no_file_can_have_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path / "nul\0.db", "cannot hold a NUL")
    refuse(tmp_path / ("x" * 5_000), "cannot be reached .File name too long")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    content = b"Dear Ada, this is a letter and not a database.\n" * 100
    path.write_bytes(content)
    refuse(path, "is no database")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    content = path.read_bytes()
    refuse(path, "database of another program.*'bookmarks'")
    assert path.read_bytes() == content


def test_tables_of_another_program_with_our_names_are_left_alone(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE turns (x INTEGER)"))
    refuse(url, "another program.*'turns'")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM turns")).keys() == {"x"}
    engine.dispose()


def test_other_programs_may_live_in_the_same_postgresql(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
    engine.dispose()
    assert saved(postgresql_url) == 1


def test_a_database_of_the_future_is_refused_and_left_alone(url: str) -> None:
    assert saved(url) == 1
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '999'"))
    with pytest.raises(MemoryVersionError, match=r"newer Eulalia \(version 999.*update Eulalia"):
        Memory.open(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{REVISIONS[-1]}'"))
    engine.dispose()
    assert saved(url) == 2


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    with Memory.open(tmp_path) as memory:
        memory.save_all(Turn.begin(locale="en-US") for _ in range(100))
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(MemoryAccessError, match=re.escape(f"{path} is damaged")):
        saved(tmp_path)


def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    def fill(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 40")

    event.listen(Engine, "connect", fill)
    try:
        with Memory.open(tmp_path) as memory:
            memory.save(Turn.begin(locale="en-US"))
            with pytest.raises(MemoryAccessError, match="The disk is full"):
                memory.save_all(Turn.begin(locale="en-US") for _ in range(1_000))
            assert memory.count() == 1
    finally:
        event.remove(Engine, "connect", fill)


def test_a_server_that_does_not_run_is_told_without_the_password(tmp_path: Path) -> None:
    sentence = refuse(
        f"postgresql://eulalia:hunter2@/x?host={tmp_path}&connect_timeout=2", "cannot be reached"
    )
    assert "hunter2" not in sentence


def test_a_postgresql_database_that_is_not_there_is_told(postgresql: Path) -> None:
    refuse(f"postgresql://eulalia@/nowhere?host={postgresql}", '"nowhere" does not exist')


def test_postgresql_without_its_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    refuse("postgresql://host/x", r"pip install 'eulalia\[postgresql\]'")


def test_a_user_without_rights_is_told(postgresql: Path, postgresql_url: str) -> None:
    assert saved(postgresql_url) == 1
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        schema = connection.scalar(text("SELECT current_schema()"))
        connection.execute(text(f"CREATE ROLE {schema}_guest LOGIN"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {schema}_guest"))
    engine.dispose()
    guest = postgresql_url.replace("//eulalia@", f"//{schema}_guest@")
    refuse(guest, "does not let us in .*grant us the right")


def test_a_locked_new_database_is_told(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(MemoryBusyError, match="Another program keeps"):
            Memory.open(sqlite_url, timeout=0.2)
        other.execute("ROLLBACK")
    assert saved(sqlite_url) == 1


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder and all in it unwritable; for root, by not being root for a while."""
    root = os.geteuid() == 0
    for path in [*folder.iterdir(), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that others than us can look into, which tmp_path is not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


def test_a_read_only_folder_is_told_and_nothing_is_left_in_it(public_folder: Path) -> None:
    with read_only(public_folder):
        refuse(public_folder, "cannot be written; make it and its folder writable")
    assert list(public_folder.iterdir()) == []


def test_a_memory_that_became_read_only_is_told(public_folder: Path) -> None:
    assert saved(public_folder) == 1
    with read_only(public_folder):
        refuse(public_folder, "cannot be written")
    (public_folder / FILE_NAME).chmod(0o644)
    assert saved(public_folder) == 2


def test_a_folder_that_may_not_be_entered_is_told(public_folder: Path) -> None:
    inner = public_folder / "inner"
    inner.mkdir()
    with read_only(public_folder):
        pass
    public_folder.chmod(0o755)
    inner.chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        refuse(inner / "x.db", "cannot be reached|cannot be written|no folder")
    finally:
        if root:
            os.seteuid(0)
        inner.chmod(0o755)


# Coming up to date


def test_the_migrations_make_the_tables_that_the_program_uses(url: str) -> None:
    Memory.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_every_migration_is_known_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", "eulalia.memory:migrations")
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


def test_a_migration_that_breaks_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    make_index = op.create_index

    def break_at_last(name: str, *arguments: object) -> None:
        if name == "turns_by_outcome":
            raise RuntimeError("the power went out")
        make_index(name, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(op, "create_index", break_at_last)
        with pytest.raises(RuntimeError, match="power"):
            Memory.open(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert engine.dialect.get_table_names(connection) == []
    engine.dispose()
    assert saved(url) == 1


OPENING = """
import sys
from eulalia.memory import Memory
import alembic.command, alembic.config
from eulalia.turn import Turn

print("ready", flush=True)
sys.stdin.readline()
with Memory.open(sys.argv[1], timeout=30) as memory:
    memory.save(Turn.begin(locale="en-US"))
"""


def test_processes_that_open_a_new_memory_at_once_all_succeed(url: str) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    complaints = []
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    for opener in openers:
        complaints.append(opener.communicate(timeout=60)[1])
    assert complaints == ["", "", ""]
    with Memory.open(url) as memory:
        assert memory.count() == 3


def test_a_memory_that_is_up_to_date_opens_without_the_weight_of_alembic(tmp_path: Path) -> None:
    Memory.open(tmp_path).close()
    code = (
        "import sys; from eulalia.memory import Memory; "
        "Memory.open(sys.argv[1]).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path], timeout=60).returncode == 0
