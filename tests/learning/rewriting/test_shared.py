"""What all customers share: found by words, sound and meaning, in memory and from files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.learning.rewriting import Shared, table
from eulalia.learning.rewriting.shared import SharedRewritesError
from eulalia.learning.wording import Wording
from eulalia.rewrites import Evidence, LearnedRewrite, Status
from eulalia.text.vectors import shipped

EVIDENCE = Evidence(20, 4, 6, 0.6, 0.1, 0.8, 0.5)


def learned(request: str, text: str, **others: object) -> LearnedRewrite:
    rewrite = LearnedRewrite("en-US", request, text, EVIDENCE, status=Status.KEPT)
    return replace(rewrite, **others)  # type: ignore[arg-type]


JAZZ = learned("play some jas", "play some jazz")
LIGHT = learned("turn on the kitchen like", "turn on the kitchen light")


def stored(rewrites: list[LearnedRewrite], folder: Path) -> Shared:
    place = folder / f"shared-{uuid4().hex}"
    Shared(shipped(), rewrites).save(place)
    return Shared.open(place)


@pytest.fixture(params=["memory", "files"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Shared]:
    def make(*rewrites: LearnedRewrite) -> Shared:
        if request.param == "memory":
            return Shared(shipped(), rewrites)
        return stored(list(rewrites), tmp_path)

    return make


def test_the_very_words_are_found(made: Callable[..., Shared]) -> None:
    shared = made(JAZZ, LIGHT)
    assert len(shared) == 2
    assert shared.get("play some jas", "en-US") == JAZZ
    assert shared.get("play some jazz", "en-US") is None
    assert shared.get("play some jas", "de-DE") is None


def test_what_sounds_the_same_is_found(made: Callable[..., Shared]) -> None:
    shared = made(learned("fone pill", "phone bill"), LIGHT)
    (found,) = shared.sounding("phone bill", "en-US")
    assert found.text == "phone bill"
    assert shared.sounding("phone bill", "de-DE") == []


def test_what_is_near_is_found_nearest_first(made: Callable[..., Shared]) -> None:
    shared = made(LIGHT, JAZZ)
    (vector,) = shipped().of(["play some jass"], "en-US")
    (first, near), (_, far) = shared.near(vector, "en-US", 5)
    assert first == JAZZ
    assert 1.0 + 1e-5 >= near > far
    assert shared.near(vector, "en-US", 1) == [(first, near)]
    assert shared.near(vector, "fr-FR", 5) == []


def test_nothing_is_found_where_nothing_is(made: Callable[..., Shared]) -> None:
    shared = made()
    (vector,) = shipped().of(["play"], "en-US")
    assert len(shared) == 0
    assert shared.get("play", "en-US") is None
    assert shared.near(vector, "en-US", 3) == []


def test_a_persons_will_comes_before_what_won_and_that_before_what_is_tried(
    made: Callable[..., Shared],
) -> None:
    rivals = [
        replace(JAZZ, text=f"play {status}", status=status)
        for status in (Status.TRIAL, Status.KEPT, Status.PINNED)
    ]
    found = made(*rivals).get(JAZZ.request, "en-US")
    assert found is not None
    assert found.status is Status.PINNED
    found = made(*rivals[:2]).get(JAZZ.request, "en-US")
    assert found is not None
    assert found.status is Status.KEPT


def test_nobodys_own_rewrite_is_given_to_others(made: Callable[..., Shared]) -> None:
    shared = made(replace(JAZZ, customer="ada"), LIGHT)
    assert len(shared) == 1
    assert shared.get(JAZZ.request, "en-US") is None


def test_many_are_found_by_an_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    monkeypatch.setattr(table, "LOOKED_THROUGH", 50)
    rewrites = [learned(f"play song number {n}", f"play {n}") for n in range(200)]
    for shared in (Shared(shipped(), rewrites), stored(rewrites, tmp_path)):
        assert shared.get("play song number 117", "en-US") == rewrites[117]
        (vector,) = shipped().of(["play song number 117"], "en-US")
        found = shared.near(vector, "en-US", 10)
        assert rewrites[117] in [rewrite for rewrite, _ in found]
        assert shared.notice is None


def test_without_an_index_the_first_are_compared_and_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "has_index", lambda: False)
    monkeypatch.setattr("eulalia.learning.rewriting.shared.has_index", lambda: False)
    for module in ("table", "shared"):
        name = f"eulalia.learning.rewriting.{module}.LOOKED_THROUGH_WITHOUT_INDEX"
        monkeypatch.setattr(name, 10)
    rewrites = [learned(f"play song number {n}", f"play {n}") for n in range(20)]
    shared = Shared(shipped(), rewrites)
    (vector,) = shipped().of(["play song number 15"], "en-US")
    found = [rewrite for rewrite, _ in shared.near(vector, "en-US", 50)]
    assert {rewrite.request for rewrite in found} == {r.request for r in rewrites[:10]}
    assert shared.get("play song number 15", "en-US") == rewrites[15]
    assert shared.notice is not None
    assert "pip install 'eulalia[learn]'" in shared.notice


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20)), max_size=12
    )
)
@settings(max_examples=30, deadline=None)
def test_whatever_is_kept_is_found_again(pairs: list[tuple[str, str]]) -> None:
    shared = Shared(shipped(), [learned(request, text) for request, text in pairs])
    first = dict(reversed(pairs))
    assert len(shared) == len(first)
    for request, text in first.items():
        found = shared.get(request, "en-US")
        assert found is not None
        assert found.text == text


def test_a_locale_that_is_a_path_stays_within_its_folder(tmp_path: Path) -> None:
    odd = replace(JAZZ, locale="../../up")
    shared = stored([odd], tmp_path / "deep" / "deeper")
    assert shared.get(JAZZ.request, "../../up") == odd
    assert [place.name for place in tmp_path.iterdir()] == ["deep"]


def test_files_are_made_once_for_a_revision_and_old_ones_removed(tmp_path: Path) -> None:
    made: list[int] = []

    def load(number: int) -> Callable[[], list[LearnedRewrite]]:
        def rewrites() -> list[LearnedRewrite]:
            made.append(number)
            return [replace(JAZZ, text=f"play jazz {number}")]

        return rewrites

    for number in (1, 1, 2, 2):
        shared = Shared.at(number, tmp_path / "rewrites", shipped(), load(number))
        found = shared.get(JAZZ.request, "en-US")
        assert found is not None
        assert found.text == f"play jazz {number}"
    assert made == [1, 2]
    assert len(list((tmp_path / "rewrites").iterdir())) == 1


@pytest.mark.parametrize("harm", ["cut", "missing", "mixed"])
def test_broken_files_are_refused_and_made_anew(tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "rewrites"
    Shared.at(1, folder, shipped(), lambda: [JAZZ, LIGHT])
    (place,) = folder.iterdir()
    file = place / "locale-en-US" / ("ends.npy" if harm == "missing" else "lines.jsonl")
    if harm == "missing":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-5])
    else:
        file.write_bytes(b"")
    with pytest.raises(SharedRewritesError, match="made anew"):
        Shared.open(place)
    shared = Shared.at(1, folder, shipped(), lambda: [JAZZ, LIGHT])
    assert shared.get(JAZZ.request, "en-US") == JAZZ
    assert Shared.open(place).get(LIGHT.request, "en-US") == LIGHT


def test_one_killed_while_writing_leaves_nothing_that_is_taken_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: object, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "lines.jsonl").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(table.Table, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            Shared.at(1, tmp_path, shipped(), lambda: [JAZZ])
    assert list(tmp_path.iterdir()) == []
    assert Shared.at(1, tmp_path, shipped(), lambda: [JAZZ]).get(JAZZ.request, "en-US") == JAZZ


def test_two_writers_at_once_both_end_with_whole_files(tmp_path: Path) -> None:
    shipped().of(["warm"], "en-US")
    results: list[LearnedRewrite | None] = []
    barrier = threading.Barrier(4)

    def write() -> None:
        barrier.wait()
        shared = Shared.at(7, tmp_path / "rewrites", shipped(), lambda: [JAZZ, LIGHT])
        results.append(shared.get(JAZZ.request, "en-US"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [JAZZ] * 4
    (place,) = (tmp_path / "rewrites").iterdir()
    assert Shared.open(place).get(LIGHT.request, "en-US") == LIGHT


def test_a_folder_that_cannot_be_made_is_told_of_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SharedRewritesError, match="cannot be written"):
        Shared(shipped(), [JAZZ]).save(tmp_path / "file" / "shared")


def test_how_usual_words_are_is_told_from_outside_where_it_is_known(tmp_path: Path) -> None:
    usual = Wording.fit([["lights", "off"]])
    Shared(shipped(), [JAZZ], {"en-US": usual, "de-DE": usual}).save(tmp_path / "shared")
    for wording, unknown in (
        (Shared.open(tmp_path / "shared").wording("en-US"), [0, 1]),
        (Shared(shipped(), [JAZZ]).wording("en-US"), [2, 0]),
    ):
        assert wording is not None
        assert wording.surprise([["lights", "off"], ["jazz"]]).unknown.tolist() == unknown
    assert Shared.open(tmp_path / "shared").wording("de-DE") is None
