"""`eulalia data`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import typer
from typer.testing import CliRunner

from eulalia.cli.data import app as data_app
from eulalia.cli.errors import Commands
from eulalia.datasets.catalog import SOURCES

app = typer.Typer(cls=Commands)
app.add_typer(data_app, name="data")


def test_every_set_is_listed_with_whether_it_is_here(tmp_path: Path) -> None:
    here = tmp_path / SOURCES[0].path
    here.parent.mkdir(parents=True)
    here.touch()
    result = CliRunner().invoke(
        app, ["data", "list", "--data", str(tmp_path)], env={"COLUMNS": "200"}
    )
    assert result.exit_code == 0
    rows = {line.split()[0]: line.split()[-1] for line in result.stdout.splitlines()[1:]}
    assert rows == {source.name: "no" for source in SOURCES} | {SOURCES[0].name: "yes"}


def test_a_local_file_takes_its_place_among_the_sets(tmp_path: Path) -> None:
    archive = tmp_path / "mine.tar.gz"
    archive.write_bytes(b"content")
    result = CliRunner().invoke(
        app,
        ["data", "get", "massive", "--from", str(archive)],
        env={"EULALIA_DATA": str(tmp_path / "sets")},
    )
    assert result.exit_code == 0, result.output
    target = tmp_path / "sets/massive/amazon-massive-dataset-1.1.tar.gz"
    assert target.read_bytes() == b"content"
    pin = target.with_name(target.name + ".sha256").read_text()
    assert pin.split()[0] == hashlib.sha256(b"content").hexdigest()


def test_another_file_than_the_published_one_is_refused(tmp_path: Path) -> None:
    forged = tmp_path / "clinc.json"
    forged.write_text("{}")
    words = ["data", "get", "clinc150", "--from", str(forged), "--data", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "SHA-256" in result.stderr
    assert not list((tmp_path / "nlu").iterdir())


def test_an_unknown_set_is_answered_with_those_there_are(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["data", "get", "imagenet", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "There is no set 'imagenet'; there are massive" in result.stderr


def test_addresses_are_secure_and_places_differ() -> None:
    assert all(source.url.startswith("https://") for source in SOURCES)
    assert len({source.path for source in SOURCES}) == len(SOURCES)
