"""Jobs: what they write, and that nothing is lost or doubled whatever dies."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time

import pytest

from eulalia.translation.jobs import Filter, Request, Setup, Workers, jobs, queue
from eulalia.translation.jobs.documents import translate
from eulalia.translation.jobs.work import Worker
from eulalia.translation.resources import (
    FolderBuckets,
    RequestError,
    Store,
    parallel_data,
    terminologies,
)
from tests.translation.engines import PhraseBook, PhraseBooks

ACCOUNT = "123456789012"


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "store")
    (tmp_path / "buckets" / "books" / "in").mkdir(parents=True)
    yield store
    store.close()


@pytest.fixture
def buckets(tmp_path):
    return FolderBuckets(tmp_path / "buckets")


@pytest.fixture
def books(tmp_path, store):
    return tmp_path / "buckets" / "books"


def request(**changes):
    plain = {
        "input": "s3://books/in",
        "output": "s3://books/out/",
        "content_type": "text/plain",
        "source_language": "en",
        "target_languages": ("de", "fr"),
    }
    return Request(**plain | changes)


def start(store, buckets, token="t", **changes):
    asked = request(**changes)
    return jobs.start(store, buckets, PhraseBooks(), asked, token=token, account=ACCOUNT)


def work(store, buckets, owner="worker"):
    worker = Worker(store, buckets, PhraseBooks(), owner)
    while worker.step():
        pass


def outputs(books):
    return {
        path.relative_to(books / "out").as_posix(): path.read_text()
        for path in (books / "out").rglob("*")
        if path.is_file()
    }


def wait(store, id, until, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = jobs.get(store, id)
        if until(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"it did not come to that: {job}")


def test_every_document_is_translated_into_every_language_under_amazons_names(
    store, buckets, books
):
    (books / "in" / "a.txt").write_bytes(b"Good day.\r\n\r\n  two {x} \n")
    (books / "in" / "deep").mkdir()
    (books / "in" / "deep" / "b.txt").write_text("b")
    (books / "in" / ".hidden").write_text("c")
    terminologies.put(store, "words", b"en,de\nday.,Tag!\n", "CSV")
    job = start(store, buckets, terminologies=("words",))
    assert (job.status, job.documents) == ("SUBMITTED", 0)
    work(store, buckets)
    job = jobs.get(store, job.id)
    assert (job.status, job.documents, job.translated, job.failed) == ("COMPLETED", 4, 4, 0)
    folder = f"{ACCOUNT}-TranslateText-{job.id}"
    found = outputs(books)
    assert found[f"{folder}/de.a.txt"] == "de: GOOD Tag!\r\n\r\n  de: TWO {x} \n".replace(
        "\r\n", "\n"
    )
    assert (books / "out" / folder / "de.a.txt").read_bytes().count(b"\r\n") == 2
    assert found[f"{folder}/deep/fr.b.txt"] == "fr: B"
    details = json.loads(found[f"{folder}/details/de.auxiliary-translation-details.json"])
    assert details["charactersTranslated"] == str(len("Good day.") + len("two ⟦0⟧") + len("b"))
    assert details["details"][0]["sourceFile"] == "a.txt"
    assert details["details"][0]["auxiliaryData"]["appliedTerminologies"] == [
        {"name": "words", "terms": [{"sourceText": "day.", "targetText": "Tag!"}]}
    ]
    assert set(found) == {
        f"{folder}/{name}"
        for name in "de.a.txt fr.a.txt deep/de.b.txt deep/fr.b.txt "
        "details/de.auxiliary-translation-details.json "
        "details/fr.auxiliary-translation-details.json".split()
    }


def test_parallel_data_changes_the_translation(store, buckets, books):
    (books / "in" / "a.txt").write_text("Hello.\nBye.")
    (books / "pairs.csv").write_text("en,de\nHello.,Servus.\n")
    parallel_data.create(store, buckets, "p", "s3://books/pairs.csv", "CSV", token="1")
    with pytest.raises(RequestError, match="CREATING"):
        start(store, buckets, parallel_data=("p",))
    work(store, buckets)
    job = start(store, buckets, parallel_data=("p",))
    with pytest.raises(RequestError, match=job.id):
        parallel_data.remove(store, "p")
    work(store, buckets)
    found = outputs(books)
    folder = f"{ACCOUNT}-TranslateText-{job.id}"
    assert found[f"{folder}/de.a.txt"] == "Servus.\nde: BYE."
    assert found[f"{folder}/fr.a.txt"] == "fr: HELLO.\nfr: BYE."
    parallel_data.remove(store, "p")


def test_what_is_wrong_with_one_document_spoils_no_other(store, buckets, books):
    (books / "in" / "bad.txt").write_bytes(b"fine\n\xff\xfe\n")
    (books / "in" / "huge.txt").write_bytes(b"word " * 300_000)
    (books / "in" / "good.txt").write_text("good")
    job = start(store, buckets, target_languages=("de",))
    work(store, buckets)
    job = jobs.get(store, job.id)
    assert (job.status, job.translated, job.failed) == ("COMPLETED_WITH_ERROR", 1, 2)
    details = json.loads(
        next(text for name, text in outputs(books).items() if name.endswith(".json"))
    )
    errors = {each["sourceFile"]: each["auxiliaryData"].get("error") for each in details["details"]}
    assert errors["good.txt"] is None
    assert errors["bad.txt"] == {
        "errorCode": "InvalidRequestException",
        "errorMessage": "Line 2 of the document is not UTF-8.",
    }
    assert errors["huge.txt"]["errorCode"] == "LimitExceededException"
    assert details["documentCountWithCustomerError"] == "2"


def test_a_job_without_documents_fails_and_says_so(store, buckets, books):
    job = start(store, buckets)
    work(store, buckets)
    job = jobs.get(store, job.id)
    assert job.status == "FAILED"
    assert "s3://books/in" in job.message


def test_a_bucket_that_vanishes_mid_job_fails_it_and_a_missing_one_is_refused(
    store, buckets, books, monkeypatch
):
    monkeypatch.setattr("eulalia.translation.jobs.work._PATIENCE", (0.01,))
    (books / "in" / "a.txt").write_text("a")
    job = start(store, buckets, target_languages=("de",))
    worker = Worker(store, buckets, PhraseBooks(), "worker")
    assert worker.step()
    books.rename(books.with_name("elsewhere"))
    while worker.step():
        pass
    job = jobs.get(store, job.id)
    assert (job.status, job.failed) == ("FAILED", 1)
    assert "no bucket books" in job.message
    with pytest.raises(RequestError, match="no bucket books"):
        start(store, buckets, "another")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target_languages": ()}, "InvalidParameterValueException"),
        ({"target_languages": ("de", "de")}, "InvalidParameterValueException"),
        ({"target_languages": ("xx",)}, "UnsupportedLanguagePairException"),
        ({"source_language": "auto"}, "UnsupportedLanguagePairException"),
        ({"content_type": "application/pdf"}, "InvalidRequestException"),
        ({"terminologies": ("none",)}, "ResourceNotFoundException"),
        ({"terminologies": ("a", "b")}, "InvalidParameterValueException"),
        ({"parallel_data": ("none",)}, "ResourceNotFoundException"),
        ({"input": "s3://books/../store"}, "InvalidParameterValueException"),
        ({"input": "http://books/in"}, "InvalidParameterValueException"),
        ({"output": "s3://nowhere/out"}, "ServiceUnavailableException"),
    ],
)
def test_a_job_that_cannot_be_done_is_not_begun(store, buckets, changes, code):
    with pytest.raises(RequestError) as error:
        start(store, buckets, **changes)
    assert error.value.code == code
    assert jobs.everything(store).things == ()


def test_a_token_makes_one_job(store, buckets):
    first = start(store, buckets, "same")
    assert start(store, buckets, "same").id == first.id
    with pytest.raises(RequestError, match="ClientToken"):
        start(store, buckets, "same", target_languages=("zh",))
    assert start(store, buckets, "other").id != first.id


def test_jobs_are_listed_newest_first_by_filters_and_pages(store, buckets):
    ids = [start(store, buckets, f"t{i}", name=f"n{i % 2}").id for i in range(5)]
    first = jobs.everything(store, None, 2)
    second = jobs.everything(store, None, 2, first.token)
    third = jobs.everything(store, None, 2, second.token)
    listed = [job.id for page in (first, second, third) for job in page.things]
    assert listed == ids[::-1]
    assert third.token is None
    named = jobs.everything(store, Filter(name="n1"))
    assert [job.id for job in named.things] == [ids[3], ids[1]]
    assert jobs.everything(store, Filter(status="FAILED")).things == ()
    assert jobs.everything(store, Filter(after=time.time())).things == ()
    with pytest.raises(RequestError):
        jobs.everything(store, Filter(before=1, after=2))
    with pytest.raises(RequestError):
        jobs.everything(store, None, 2, "nonsense!")


def test_a_job_stops_when_asked_and_keeps_what_is_done(store, buckets, books):
    for i in range(4):
        (books / "in" / f"{i}.txt").write_text(f"word {i}")
    job = start(store, buckets, target_languages=("de",))
    worker = Worker(store, buckets, PhraseBooks(), "worker")
    assert worker.step()  # lists
    assert worker.step()  # translates one
    assert jobs.stop(store, job.id).status == "STOP_REQUESTED"
    work(store, buckets)
    job = jobs.get(store, job.id)
    assert (job.status, job.translated) == ("STOPPED", 1)
    assert sum(name.endswith(".txt") for name in outputs(books)) == 1
    assert jobs.stop(store, job.id).status == "STOPPED"
    early = start(store, buckets, "early")
    jobs.stop(store, early.id)
    work(store, buckets)
    assert jobs.get(store, early.id).status == "STOPPED"


def test_work_that_somebody_else_was_given_meanwhile_does_not_count_twice(store, buckets, books):
    (books / "in" / "a.txt").write_text("a")
    job = start(store, buckets, target_languages=("de",))
    worker = Worker(store, buckets, PhraseBooks(), "slow")
    worker.step()
    task = queue.claim(store, "slow").to_translate
    assert queue.claim(store, "quick") is None
    queue.release(store, "slow")
    again = queue.claim(store, "quick").to_translate
    assert again == task
    queue.finish(store, task, "slow", "failed", {"code": "X", "message": "late"})
    queue.finish(store, again, "quick", "done", {"characters": 1, "terms": {}})
    work(store, buckets)
    job = jobs.get(store, job.id)
    assert (job.status, job.translated, job.failed) == ("COMPLETED", 1, 0)


def test_a_document_that_kills_its_workers_is_given_up(tmp_path, store, buckets, books):
    (books / "in" / "a.txt").write_text("good")
    (books / "in" / "b.txt").write_text("deadly")
    monkey = pytest.MonkeyPatch()
    monkey.setattr("eulalia.translation.jobs.workers._REST", 0.01)
    job = start(store, buckets, target_languages=("de",))
    with Workers(Setup(store.folder, buckets, PhraseBooks()), 1):
        job = wait(store, job.id, lambda job: job.is_done, 120)
    monkey.undo()
    assert (job.status, job.translated, job.failed) == ("COMPLETED_WITH_ERROR", 1, 1)


def test_workers_killed_mid_job_lose_and_double_nothing(tmp_path, store, buckets, books):
    (tmp_path / "slow").touch()
    for i in range(12):
        (books / "in" / f"{i}.txt").write_text(f"word {i}")
    engines = PhraseBooks(tmp_path)
    asked = request(target_languages=("de", "zh"))
    job = jobs.start(store, buckets, engines, asked, token="t", account=ACCOUNT)
    with Workers(Setup(store.folder, buckets, engines), 2):
        wait(store, job.id, lambda job: job.translated > 2)
        for process in multiprocessing.active_children():
            os.kill(process.pid, signal.SIGKILL)
        done = wait(store, job.id, lambda job: job.is_done)
    assert (done.status, done.translated, done.failed) == ("COMPLETED", 24, 0)
    texts = {name: text for name, text in outputs(books).items() if name.endswith(".txt")}
    assert len(texts) == 24
    for name, text in texts.items():
        language, number, _ = name.rpartition("/")[2].split(".")
        assert text == f"{language}: WORD {number}"
    assert not [path for path in books.rglob(".*") if path.is_file()]


def test_one_program_at_a_time_has_the_workers_of_a_folder(store, buckets):
    setup = Setup(store.folder, buckets, PhraseBooks())
    with Workers(setup, 1):
        assert Workers(setup, 1).start() is False
    again = Workers(setup, 1)
    assert again.start() is True
    again.stop()


def test_markdown_keeps_all_that_is_no_text():
    text = "\ufeff# Title\r\n\r\n```\ncode\n```\n\nSome `x = 1` [link](http://a.b).\n"
    made = translate(text.encode(), "text/markdown", PhraseBook("de"))
    assert made.content.decode() == (
        "\ufeff# de: TITLE\r\n\r\n```\ncode\n```\n\nde: SOME `x = 1` [LINK](http://a.b).\n"
    )
