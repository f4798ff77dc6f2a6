"""Parallel data, terminologies and tags: their limits, and several writers at once."""

from __future__ import annotations

import threading

import pytest

from eulalia.translation.errors import TranslationError
from eulalia.translation.resources import (
    FolderBuckets,
    RequestError,
    Store,
    imports,
    parallel_data,
    tags,
    terminologies,
)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "store")
    (tmp_path / "root" / "books").mkdir(parents=True)
    (tmp_path / "root" / "books" / "a.csv").write_text("en,de\na,b\n")
    yield store
    store.close()


@pytest.fixture
def buckets(tmp_path):
    return FolderBuckets(tmp_path / "root")


def create(store, buckets, name="p", token="t", file="a.csv"):
    return parallel_data.create(store, buckets, name, f"s3://books/{file}", "CSV", token=token)


def code(call):
    with pytest.raises(RequestError) as error:
        call()
    return error.value.code


def do_import(store, buckets, name, owner="worker"):
    assert imports.claim(store, owner) == name
    imports.import_claimed(store, buckets, name, owner)
    return parallel_data.get(store, name)


def test_an_import_that_was_interrupted_is_done_by_another_worker_and_once(store, buckets):
    create(store, buckets)
    assert imports.claim(store, "first") == "p"
    assert imports.claim(store, "second") is None
    imports.release(store, "first")
    found = do_import(store, buckets, "p", "second")
    imports.import_claimed(store, buckets, "p", "first")
    assert parallel_data.get(store, "p") == found
    assert [path.name for path in (store.folder / "files").iterdir()] == [found.version]


def test_what_is_being_imported_is_left_alone(store, buckets):
    create(store, buckets)
    uri = "s3://books/a.csv"
    assert code(lambda: parallel_data.remove(store, "p")) == "ConcurrentModificationException"
    assert (
        code(lambda: parallel_data.renew(store, buckets, "p", uri, "CSV", token="u"))
        == "ConcurrentModificationException"
    )
    do_import(store, buckets, "p")
    parallel_data.renew(store, buckets, "p", uri, "CSV", token="u")
    assert parallel_data.get(store, "p").status == "UPDATING"
    assert parallel_data.pairs(store, "p", "en", "de").pairs[0].target == "b"
    do_import(store, buckets, "p")
    parallel_data.remove(store, "p")
    assert list((store.folder / "files").iterdir()) == []


def test_a_file_that_vanishes_before_it_is_imported_fails(store, buckets, tmp_path):
    create(store, buckets)
    (tmp_path / "root" / "books" / "a.csv").unlink()
    found = do_import(store, buckets, "p")
    assert (found.status, found.version) == ("FAILED", None)
    assert "nothing at" in found.message
    assert list((store.folder / "files").iterdir()) == []
    assert code(lambda: parallel_data.pairs(store, "p", "en", "de")) == "ResourceNotFoundException"


def test_there_are_limits(store, buckets, monkeypatch):
    monkeypatch.setattr(parallel_data, "MOST", 1)
    monkeypatch.setattr(terminologies, "MOST", 1)
    create(store, buckets)
    assert code(lambda: create(store, buckets, "q")) == "LimitExceededException"
    terminologies.put(store, "t", b"en,de\na,b\n", "CSV")
    for name, content in (
        ("u", b"en,de\na,b\n"),
        ("t", b"a" * (10 * 2**20 + 1)),
        ("t", b"en,de,fr,es,it,pt,nl,sv,da,fi,pl,cs\na,b,,,,,,,,,,\n"),
    ):
        assert code(lambda n=name, c=content: terminologies.put(store, n, c, "CSV")) == (
            "LimitExceededException"
        )
    assert terminologies.terms(store, "t", "en", "de") == {"a": "b"}
    assert len(list((store.folder / "files").iterdir())) == 1


def test_terms_that_are_too_long_or_come_twice_are_left_out(store):
    content = f"en,de\na,b\na,c\n{'x' * 201},y\n,z\n".encode()
    made = terminologies.put(store, "t", content, "CSV")
    assert (made.terms, made.skipped) == (1, 3)
    assert terminologies.terms(store, "t", "en", "de") == {"a": "b"}
    assert terminologies.terms(store, "t", "de", "en") == {}
    assert terminologies.terms(store, "t", "en", "zh") == {}
    assert code(lambda: terminologies.put(store, "t", b"en,de\n,\n", "CSV")) == (
        "InvalidParameterValueException"
    )


def test_resources_have_fifty_tags_at_most(store):
    terminologies.put(store, "t", b"en,de\na,b\n", "CSV")
    tags.tag(store, "terminology/t", {f"k{i}": "v" for i in range(50)})
    tags.tag(store, "terminology/t", {"k0": "w"})
    assert code(lambda: tags.tag(store, "terminology/t", {"new": "v"})) == "TooManyTagsException"
    assert len(tags.tags(store, "terminology/t")) == 50
    assert tags.tags(store, "terminology/t")["k0"] == "w"
    assert code(lambda: tags.tag(store, "terminology/none", {})) == "ResourceNotFoundException"
    assert code(lambda: tags.tags(store, "job/t")) == "ResourceNotFoundException"
    terminologies.remove(store, "t")
    terminologies.put(store, "t", b"en,de\na,b\n", "CSV")
    assert tags.tags(store, "terminology/t") == {}


def test_many_writers_at_once_lose_nothing(store):
    def write(number):
        mine = Store.open(store.folder)
        for i in range(10):
            terminologies.put(mine, f"t{number}-{i}", b"en,de\na,b\n", "CSV")
            terminologies.put(mine, "shared", b"en,de\na,b%d\n" % number, "CSV")
        mine.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(terminologies.everything(store).things) == 41
    assert len(list((store.folder / "files").iterdir())) == 41


def test_folders_that_cannot_be_used_are_told(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(TranslationError, match="cannot be used"):
        Store.open(file)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "translation.db").write_text("no database, " * 200)
    with pytest.raises(TranslationError, match="cannot be used"):
        Store.open(tmp_path / "bad")
    store = Store.open(tmp_path / "future")
    with store.writing() as session:
        session.connection().exec_driver_sql("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(TranslationError, match="another Eulalia"):
        Store.open(tmp_path / "future")
