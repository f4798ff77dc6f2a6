"""`eulalia transcribe`: files to texts, with a list of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

from eulalia.audio import espeak

from .conftest import Run

RATE = 16_000


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "call.wav"
    pause = np.zeros(RATE // 2, np.float32)
    said = espeak.synthesize("please call Anneliese Okonkwo", "en-us")
    soundfile.write(path, np.concatenate([pause, said, pause]), RATE)
    return path


def test_a_listed_name_comes_out_right(run: Run, call: Path, tmp_path: Path) -> None:
    assert "Okonkwo" not in run("transcribe", call).output
    names = tmp_path / "names.txt"
    names.write_text("Anneliese Okonkwo\nBartholomew Finch\n")
    assert "call Anneliese Okonkwo" in run("transcribe", call, "--phrases", names).output
    alone = run("transcribe", call, "--phrase", "Anneliese Okonkwo").output
    assert "call Anneliese Okonkwo" in alone
    assert "Okonkwo" not in run("transcribe", call, "--phrases", names, "--bias", "none").output


def test_json_has_the_words_and_their_times(run: Run, call: Path) -> None:
    result = run("transcribe", call, call, "--json", "--phrase", "Okonkwo")
    first, second = map(json.loads, result.output.splitlines())
    assert first == second
    assert first["audio"] == str(call)
    assert [word["text"] for word in first["words"]] == first["text"].split()
    assert all(word["start"] < word["end"] for word in first["words"])


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"", ["--phrases"], "no phrase in it"),
        (b"\xff\xfe\xff", ["--phrases"], "not UTF-8"),
        (b"x", ["--bias", "decoder", "--nothing"], "no phrases to favour"),
        (b"...\n", ["--phrases"], "..."),
    ],
)
def test_a_list_that_cannot_be_used_is_told_in_a_sentence(
    run: Run, call: Path, tmp_path: Path, content: bytes, options: list[str], sentence: str
) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes(content)
    options = [*options, str(names)] if options[-1] == "--phrases" else options[:-1]
    result = run("transcribe", call, *options)
    assert result.status == 1
    assert sentence in result.complaint
    assert result.output == ""


def test_a_file_that_is_no_sound_is_named_before_anything_is_heard(
    run: Run, call: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    result = run("transcribe", call, tmp_path / "broken.wav")
    assert result.status == 1
    assert "broken.wav" in result.complaint
    assert result.output == ""
