"""The databases that the tests of memory run on: SQLite, and a PostgreSQL server of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from eulalia.memory import Memory

USER = "eulalia"


def find_program(name: str) -> str | None:
    """A program of PostgreSQL, which Debian does not put on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    return shutil.which(name, path=path)


def unprivileged() -> int | None:
    """Whom the server runs as, since it refuses to run as root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user.pw_uid for user in pwd.getpwall()}
    return users.get("postgres", users.get("nobody", 65_534))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """The folder of the socket of a private PostgreSQL server."""
    initdb, pg_ctl = find_program("initdb"), find_program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    # Not tmp_path, which is ours alone and too long for the name of a socket.
    folder = Path(tempfile.mkdtemp(prefix="eulalia-pg-", dir="/tmp"))
    user = unprivileged()
    if user is not None:
        os.chown(folder, user, -1)
    data, log = folder / "data", folder / "log"

    def run(*command: str | Path) -> None:
        # Output goes to a file: the server would keep a pipe open and us waiting.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command,
                user=user,
                extra_groups=None if user is None else [],
                cwd=folder,
                stdout=output,
                stderr=output,
                timeout=120,
            )
            output.seek(0)
            assert done.returncode == 0, output.read().decode()

    try:
        # No flush to the disk: these tests kill processes, not the machine.
        run(initdb, "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-F -c listen_addresses='' -k {folder}"
        run(pg_ctl, "start", "-w", "-D", data, "-l", log, "-o", options)
        try:
            yield folder
        finally:
            run(pg_ctl, "stop", "-w", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql: Path) -> str:
    """The URL of an empty PostgreSQL schema; a database of its own would take a second to make."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host=str(postgresql), user=USER, dbname="postgres") as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"postgresql+psycopg://{USER}@/postgres?host={postgresql}&options=-csearch_path%3D{name}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path / 'memory.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of either kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def memory(url: str) -> Iterator[Memory]:
    """An empty memory, on either database."""
    with Memory.open(url) as opened:
        yield opened
