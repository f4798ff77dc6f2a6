"""Rewrites: their lines and files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia import rewrites
from eulalia.rewrites import Evidence, LearnedRewrite, RewriteError, Status

SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10**9)
REWRITES = st.builds(
    LearnedRewrite,
    locale=st.sampled_from(["en-US", "zh-CN"]),
    request=st.text(),
    text=st.text(),
    evidence=st.builds(Evidence, COUNTS, COUNTS, COUNTS, SHARES, SHARES, SHARES, SHARES),
    customer=st.none() | st.text(),
    status=st.sampled_from(Status),
    state=st.none() | st.text(),
)


@given(REWRITES)
def test_a_rewrite_survives_its_json(rewrite: LearnedRewrite) -> None:
    assert LearnedRewrite.from_json(rewrite.to_json()) == rewrite


@given(st.text())
def test_any_other_text_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(RewriteError, match=r"\.$"):
        LearnedRewrite.from_json(text)


def test_a_file_holds_them_in_order(tmp_path: Path) -> None:
    evidence = Evidence(9, 3, 4, 0.5, 0.2, 0.9, 0.7)
    both = [LearnedRewrite("en-US", word, "play jazz", evidence) for word in ("play jas", "chess")]
    assert rewrites.write(tmp_path / "r.jsonl", both) == 2
    assert list(rewrites.read(tmp_path / "r.jsonl")) == both


def test_a_write_that_breaks_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    def broken() -> Iterator[LearnedRewrite]:
        yield LearnedRewrite("en-US", "a", "b", Evidence(1, 1, 1, 1.0, 0.0, 1.0, 0.1))
        raise KeyboardInterrupt

    file = tmp_path / "r.jsonl"
    file.write_text("", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        rewrites.write(file, broken())
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]
    assert file.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("content", [b"{}\n", b"[1]\n", b"\xff\xfe", b'{"evidence": {}}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.jsonl").write_bytes(content)
    with pytest.raises(RewriteError):
        list(rewrites.read(tmp_path / "r.jsonl"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RewriteError, match="missing"):
        list(rewrites.read(tmp_path / "missing.jsonl"))


def test_a_line_from_before_there_were_states_is_read() -> None:
    rewrite = LearnedRewrite("en-US", "a", "b", Evidence(1, 1, 1, 1.0, 0.0, 1.0, 0.1))
    line = rewrite.to_json().replace(',"state":null', "")
    assert "state" not in line
    assert LearnedRewrite.from_json(line) == rewrite


def test_two_who_write_the_same_file_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    evidence = Evidence(9, 3, 4, 0.5, 0.2, 0.9, 0.7)
    file = tmp_path / "r.jsonl"

    def slowly(word: str) -> Iterator[LearnedRewrite]:
        for number in range(200):
            barrier.wait()
            yield LearnedRewrite("en-US", f"{word} {number}", word, evidence)

    barrier = threading.Barrier(2, timeout=30)
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda word: rewrites.write(file, slowly(word)), ["jazz", "chess"]))
    assert counts == [200, 200]
    assert len({rewrite.text for rewrite in rewrites.read(file)}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]
