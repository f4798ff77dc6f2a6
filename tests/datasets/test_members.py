"""A data set's files, wherever they are."""

from __future__ import annotations

import io
import random
import tarfile
from pathlib import Path

import pytest

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.members import read_members


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, f"w:{path.suffix[1:]}") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_a_file_a_folder_and_an_archive_hold_the_same(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "b.txt").write_bytes(b"2")
    (tmp_path / "set" / "a.txt").write_bytes(b"1")
    (tmp_path / "set" / "README.md").write_bytes(b"3")
    archive = pack(tmp_path / "set.xz", {"set/b.txt": b"2", "set/a.txt": b"1", "set/x": b"3"})
    for path in (tmp_path / "set", archive):
        assert [data for _, data in read_members(path, ".txt")] == [b"1", b"2"]
    assert read_members(tmp_path / "set" / "b.txt", ".txt") == [
        (str(tmp_path / "set" / "b.txt"), b"2")
    ]


def test_what_holds_no_such_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"ends in \.txt"):
        read_members(tmp_path, ".txt")
    with pytest.raises(DatasetError, match=r"ends in \.txt"):
        read_members(pack(tmp_path / "a.gz", {"a.json": b"1"}), ".txt")
    with pytest.raises(DatasetError, match="does not exist"):
        read_members(tmp_path / "none", ".txt")
    with pytest.raises(DatasetError, match="does not exist"):
        read_members(tmp_path / "none.txt", ".txt")


@pytest.mark.parametrize("ending", ["xz", "gz", "bz2"])
def test_an_archive_that_was_cut_off_is_never_taken_for_whole(tmp_path: Path, ending: str) -> None:
    files = {name: random.Random(name).randbytes(1_024) for name in ("a.txt", "b.txt", "c.txt")}
    archive = pack(tmp_path / f"set.{ending}", files)
    data = archive.read_bytes()
    complaints = []
    for length in range(0, len(data), 97):
        archive.write_bytes(data[:length])
        try:
            assert [found for _, found in read_members(archive, ".txt")] == list(files.values())
        except DatasetError as error:
            complaints.append(str(error))
    assert len(complaints) > 3_072 // 97
    assert all(str(archive) in complaint for complaint in complaints)
