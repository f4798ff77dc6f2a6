"""States on disk, and what a killed program leaves of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation import TranslationError
from eulalia.translation.synchronisation import state as states
from eulalia.translation.synchronisation.state import (
    Row,
    State,
    alone,
    commit,
    place,
    read_state,
    read_states,
    recover,
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_TEXTS = st.lists(_TEXT, max_size=2).map(tuple)
_ROW = st.builds(
    Row,
    sources=_TEXTS,
    translations=_TEXTS,
    by=st.sampled_from(["machine", "person", "copy"]),
    gap=_TEXT,
    machine=_TEXT,
    now=st.none() | _TEXTS,
    doubtful=st.booleans(),
    commit=_TEXT,
)


def state(text="TEXT"):
    return State("a.md", (Row(("text",), (text,), "machine", "0"),), "1")


@settings(deadline=None)
@given(st.lists(_ROW, max_size=3).map(tuple), _TEXT)
def test_what_is_written_is_read(tmp_path_factory, rows, end):
    folder = tmp_path_factory.mktemp("state")
    written = State("part/a.md", rows, end)
    commit(folder, written, folder / "part" / "a.md", "content")
    assert read_states(folder, lambda name: folder / name) == {"part/a.md": written}


def test_one_block_is_one_line(tmp_path):
    commit(tmp_path, state(), tmp_path / "a.md", "TEXT")
    assert len(place(tmp_path, "a.md").read_text().splitlines()) == 3


@pytest.mark.parametrize("is_translation_written", [False, True])
def test_killed_between_the_two_files_both_or_neither_count(
    tmp_path, monkeypatch, is_translation_written
):
    commit(tmp_path, state(), tmp_path / "a.md", "TEXT")
    waiting = place(tmp_path, "a.md")
    real = states.write_text

    def write(path, text):
        if path.suffix == ".md":
            if is_translation_written:
                real(path, text)
            raise KeyboardInterrupt
        real(path, text)

    monkeypatch.setattr(states, "write_text", write)
    with pytest.raises(KeyboardInterrupt):
        commit(tmp_path, state("NEW"), tmp_path / "a.md", "NEW")
    monkeypatch.undo()
    expected = state("NEW" if is_translation_written else "TEXT")
    assert read_states(tmp_path, lambda name: tmp_path / name) == {"a.md": expected}
    recover(tmp_path, lambda name: tmp_path / name)
    assert read_state(waiting, "a.md") == expected
    assert sorted(path.name for path in waiting.parent.iterdir()) == ["a.md.jsonl"]
    assert (tmp_path / "a.md").read_text() == expected.rows[0].translations[0]


def test_one_program_at_a_time(tmp_path):
    with (
        alone(tmp_path),
        pytest.raises(TranslationError, match="Another program"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):
        pass


@pytest.mark.parametrize(
    "damage",
    ["", "{}\n", '{"eulalia-sync": 2}\n', '{"eulalia-sync": 1}\n5\n', '{"eulalia-sync": 1}\n{}\n'],
)
def test_a_damaged_state_is_refused(tmp_path, damage):
    path = tmp_path / "a.jsonl"
    path.write_text(damage)
    with pytest.raises(TranslationError, match=r"damaged|breaks off"):
        read_state(path, "a")
