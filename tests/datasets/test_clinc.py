"""CLINC150's file."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from eulalia.datasets import Clinc, DatasetError, LabelledText

CONTENT = {"val": [["meet me tomorrow in spanish", "translate"]], "oos_val": [["hm", "oos"]]}


@pytest.mark.parametrize("packed", [False, True])
def test_plain_and_packed_files_read_the_same(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "clinc"
    data = json.dumps(CONTENT).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    clinc = Clinc.open(path)
    assert clinc.partitions == ("val", "oos_val")
    assert clinc.requests("val") == [LabelledText("meet me tomorrow in spanish", "translate")]
    assert clinc.requests("oos_val") == [LabelledText("hm", "oos")]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "is not the JSON file"),
        (b"\xff\xfe", "is not the JSON file"),
        (gzip.compress(b"{}" * 999, mtime=0)[:20], "is not the JSON file"),
        (b"[]", "must hold a JSON object"),
        (b'{"val": {}}', "val must be a list"),
        (b'{"val": [["a", "b"], ["a"]]}', "val, item 2 must be"),
        (b'{"val": [["a", 1]]}', "val, item 1 must be"),
    ],
)
def test_another_form_is_one_sentence(tmp_path: Path, data: bytes, complaint: str) -> None:
    path = tmp_path / "clinc"
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=complaint):
        Clinc.open(path)


def test_an_absent_file_and_partition_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "clinc"
    with pytest.raises(DatasetError, match="eulalia data get clinc150"):
        Clinc.open(path)
    path.write_text(json.dumps(CONTENT))
    with pytest.raises(DatasetError, match="no partition 'test'; it has val, oos_val"):
        Clinc.open(path).requests("test")


@pytest.mark.data
def test_the_published_file_has_20_dev_requests_of_each_intent() -> None:
    folder = os.environ.get("EULALIA_DATA")
    if not folder:
        pytest.skip("EULALIA_DATA names no folder of public data sets")
    files = sorted((Path(folder) / "nlu").glob("clinc150*.json*"))
    if not files:
        pytest.skip(f"{folder}/nlu has no CLINC150")
    clinc = Clinc.open(files[0])
    assert len(clinc.requests("val")) == 3000
    assert len({request.intent for request in clinc.requests("val")}) == 150
    assert {request.intent for request in clinc.requests("oos_val")} == {"oos"}
