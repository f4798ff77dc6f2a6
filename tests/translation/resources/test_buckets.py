"""Buckets in folders and on a server that speaks S3."""

from __future__ import annotations

import socket

import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from eulalia.translation.jobs import Request, jobs
from eulalia.translation.jobs.work import Worker
from eulalia.translation.resources import FolderBuckets, RequestError, S3Buckets, Store
from eulalia.translation.resources import parallel_data as data
from eulalia.translation.resources.buckets import join, parse
from tests.translation.engines import PhraseBooks


@pytest.fixture(scope="module")
def s3_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3", endpoint_url=s3_server)
    client.create_bucket(Bucket="books")
    yield S3Buckets(s3_server), client
    for each in client.list_objects_v2(Bucket="books").get("Contents", ()):
        client.delete_object(Bucket="books", Key=each["Key"])
    client.delete_bucket(Bucket="books")
    client.close()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "root" / "books").mkdir(parents=True)
    return FolderBuckets(tmp_path / "root")


@pytest.fixture(params=["folder", "s3"])
def buckets(request):
    found = request.getfixturevalue(request.param)
    return found[0] if request.param == "s3" else found


def test_what_is_written_is_found_and_read_again(buckets, tmp_path):
    buckets.write("s3://books/in/a.txt", b"one")
    buckets.write("s3://books/in/deep/b?#%20 ü.txt", b"two!")
    buckets.write("s3://books/in/.hidden", b"x")
    buckets.write("s3://books/inner.txt", b"x")
    assert buckets.sizes("s3://books/in") == {"a.txt": 3, "deep/b?#%20 ü.txt": 4}
    assert buckets.sizes("s3://books/in/") == buckets.sizes("s3://books/in")
    assert buckets.sizes("s3://books/in/a.txt") == {"": 3}
    assert buckets.sizes("s3://books/nothing") == {}
    buckets.write("s3://books/in/a.txt", b"other")
    assert buckets.read("s3://books/in/a.txt", 10) == b"other"
    assert buckets.read("s3://books/in/a.txt", 2) == b"oth"
    assert buckets.read(join("s3://books/in", "deep/b?#%20 ü.txt"), 10) == b"two!"
    copy = tmp_path / "copy"
    buckets.copy("s3://books/in/a.txt", copy, 5)
    assert copy.read_bytes() == b"other"
    with pytest.raises(RequestError, match="more than 4 bytes"):
        buckets.copy("s3://books/in/a.txt", tmp_path / "too large", 4)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"copy"}


def test_what_is_not_there_is_told(buckets, tmp_path):
    buckets.check("s3://books/anything")
    with pytest.raises(RequestError, match="no bucket other"):
        buckets.check("s3://other/in")
    with pytest.raises(RequestError, match="nothing at"):
        buckets.read("s3://books/none", 10)
    with pytest.raises(RequestError, match="other"):
        buckets.write("s3://other/a", b"x")
    with pytest.raises(RequestError, match="no bucket other"):
        buckets.sizes("s3://other/in")


@pytest.mark.parametrize(
    "uri",
    [
        "s3://books/../keys.toml",
        "s3://../keys.toml",
        "s3://books/a/./b",
        "s3://books/a\0b",
        "s3:///books",
        "file://elsewhere/etc",
        "/etc/passwd",
        "ftp://books/a",
        "",
    ],
)
def test_uris_lead_nowhere_else(folder, uri):
    for call in (folder.check, lambda uri: folder.read(uri, 1), lambda uri: folder.write(uri, b"")):
        with pytest.raises(RequestError):
            call(uri)


def test_files_of_this_computer_are_read_beside_either(buckets, tmp_path):
    path = tmp_path / "a folder" / "ü#?.txt"
    path.parent.mkdir()
    path.write_bytes(b"here")
    assert parse(path.as_uri()) == ("file", "", str(path)[1:])
    assert buckets.read(join(path.parent.as_uri(), path.name), 10) == b"here"
    assert buckets.sizes(path.parent.as_uri()) == {path.name: 4}


def test_a_server_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(RequestError, match="cannot be used") as error:
        S3Buckets("http://127.0.0.1:9").read("s3://books/a", 1)
    assert error.value.code == "ServiceUnavailableException"


def test_a_job_goes_from_bucket_to_bucket(s3, tmp_path):
    buckets, client = s3
    client.put_object(Bucket="books", Key="in/a.md", Body=b"# Hello.\n")
    client.put_object(Bucket="books", Key="pairs.tsv", Body="en\tde\nHello.\tGrüß Gott.\n".encode())
    store = Store.open(tmp_path / "store")
    worker = Worker(store, buckets, PhraseBooks(), "worker")
    data.create(store, buckets, "p", "s3://books/pairs.tsv", "TSV", token="t")
    assert worker.step()
    asked = Request(
        input="s3://books/in",
        output="s3://books/out",
        content_type="text/markdown",
        source_language="en",
        target_languages=("de",),
        parallel_data=("p",),
    )
    job = jobs.start(store, buckets, PhraseBooks(), asked, token="t", account="1" * 12)
    while worker.step():
        pass
    assert jobs.get(store, job.id).status == "COMPLETED"
    keys = {each["Key"] for each in client.list_objects_v2(Bucket="books")["Contents"]}
    folder = f"out/{'1' * 12}-TranslateText-{job.id}"
    assert keys == {
        "in/a.md",
        "pairs.tsv",
        f"{folder}/de.a.md",
        f"{folder}/details/de.auxiliary-translation-details.json",
    }
    written = client.get_object(Bucket="books", Key=f"{folder}/de.a.md")["Body"].read()
    assert written.decode() == "# Grüß Gott.\n"
    store.close()
