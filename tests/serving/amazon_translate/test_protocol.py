"""Requests that no client of good will sends, and servers that die."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from eulalia.serving.amazon_translate import signing
from eulalia.serving.amazon_translate.errors import ProtocolError
from tests.serving.amazon_translate.conftest import ACCOUNT, KEY, SECRET, Server

TARGET = "AWSShineFrontendService_20170701.TranslateText"
TYPE = "application/x-amz-json-1.1"
ASKED = {"Text": "a", "SourceLanguageCode": "en", "TargetLanguageCode": "de"}


def send(server, body, *, signed=True, secret=SECRET, method="POST", path="/", **headers):
    """The status, the headers and the answer to a request as it stands."""
    given = {"X-Amz-Target": TARGET, "Content-Type": TYPE}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, f"{server.url}{path}", headers=given, data=body)
    if signed:
        SigV4Auth(Credentials(KEY, secret), "translate", "eu-central-1").add_auth(request)
    sent = urllib.request.Request(
        request.url, data=body or None, headers=dict(request.headers.items()), method=method
    )
    try:
        with urllib.request.urlopen(sent, timeout=60) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


def body(**changes):
    return json.dumps(ASKED | changes).encode()


def test_a_good_request_is_answered_with_an_id(server):
    status, headers, told = send(server, body())
    assert (status, told["TranslatedText"]) == (200, "de: A")
    assert headers["Content-Type"] == TYPE
    assert len(headers["x-amzn-RequestId"]) == 36


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"body": b"{"}, 400, "SerializationException"),
        ({"body": b"\xff\xfe"}, 400, "SerializationException"),
        ({"body": b"[]"}, 400, "SerializationException"),
        ({"body": b"[" * 200_000}, 400, "SerializationException"),
        ({"body": '{"Text": "ä"}'.encode("latin-1")}, 400, "SerializationException"),
        ({"body": b'{"Text": "\\ud800", "x": 1}'}, 400, "SerializationException"),
        ({"body": b""}, 400, "ValidationException"),
        ({"body": b"{}"}, 400, "ValidationException"),
        ({"body": body(Text="")}, 400, "ValidationException"),
        ({"body": body(Colour="red")}, 400, "ValidationException"),
        ({"body": body(), "X_Amz_Target": TARGET + "s"}, 404, "UnknownOperationException"),
        ({"body": body(), "X_Amz_Target": "TranslateText"}, 404, "UnknownOperationException"),
        ({"body": body(), "Content_Type": "text/plain"}, 400, "SerializationException"),
        ({"body": body(), "path": "/else"}, 404, "UnknownOperationException"),
        ({"body": body(), "method": "PUT"}, 404, "UnknownOperationException"),
        ({"body": body(), "signed": False}, 403, "MissingAuthenticationTokenException"),
        ({"body": body(), "secret": "wrong"}, 403, "InvalidSignatureException"),
        (
            {"body": body(), "signed": False, "Authorization": "Basic YTpi"},
            400,
            "IncompleteSignatureException",
        ),
        ({"body": b" " * (16 * 2**20)}, 413, "RequestEntityTooLargeException"),
    ],
)
def test_bad_requests_get_amazons_errors(server, sent, status, code):
    told = send(server, sent.pop("body"), **sent)
    assert (told[0], told[2]["__type"]) == (status, code)
    assert told[2]["message"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aws_access_key_id": "AKIANOBODYNOBODYNOBO"}, "UnrecognizedClientException"),
        ({"aws_session_token": "token"}, "UnrecognizedClientException"),
        ({"aws_secret_access_key": "another"}, "InvalidSignatureException"),
    ],
)
def test_amazons_client_is_told_what_is_wrong_with_its_keys(server, changes, expected):
    with pytest.raises(ClientError) as error:
        server.client(**changes).list_languages()
    assert error.value.response["Error"]["Code"] == expected


def signed(now, *, service="translate", headers=None, content=b"{}"):
    """A request signed by Amazon's own library at some time, as the server sees it."""
    given = {"X-Amz-Target": TARGET, **(headers or {})}
    request = AWSRequest("POST", "http://localhost/", headers=given, data=content)
    auth = SigV4Auth(Credentials(KEY, SECRET), service, "eu-central-1")
    request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    auth._inject_signature_to_request(request, signature)
    found = {name.lower(): value for name, value in request.headers.items()}
    return found | {"host": "localhost"}


NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def check(headers, content=b"{}", now=NOW):
    return signing.check(signing.Request("POST", headers, content), {KEY: SECRET}, now)


def test_a_signature_by_amazons_library_is_good():
    assert check(signed(NOW, headers={"X-Amz-Meta": " a   b "})) == "eu-central-1"


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24])
def test_a_signature_of_another_time_is_refused(minutes):
    with pytest.raises(ProtocolError, match=r"expired|not yet") as error:
        check(signed(NOW + timedelta(minutes=minutes)))
    assert error.value.code == "InvalidSignatureException"
    assert check(signed(NOW + timedelta(minutes=4))) == "eu-central-1"


def test_whatever_is_changed_breaks_the_signature():
    good = signed(NOW)
    unsigned = good | {"x-amz-meta": "smuggled"}
    other = good | {"x-amz-target": "AWSShineFrontendService_20170701.DeleteTerminology"}
    for headers, content in (
        (good, b"{ }"),
        (good | {"host": "elsewhere"}, b"{}"),
        (other, b"{}"),
        (unsigned, b"{}"),
        ({name: value for name, value in good.items() if name != "x-amz-target"}, b"{}"),
        (good | {"x-amz-content-sha256": "0" * 64}, b"{}"),
        (
            good | {"authorization": good["authorization"].replace("eu-central-1", "eu-west-1")},
            b"{}",
        ),
        (signed(NOW, service="s3"), b"{}"),
    ):
        with pytest.raises(ProtocolError) as error:
            check(headers, content)
        assert error.value.code == "InvalidSignatureException"


def test_a_client_that_goes_away_mid_request_harms_nobody(server):
    for sent in (
        b"POST / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
    ):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(sent)
    assert send(server, body())[0] == 200


@pytest.fixture
def mortal(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


def test_a_server_killed_mid_job_resumes_and_loses_and_doubles_nothing(mortal):
    (mortal.folder / "slow").touch()
    for number in range(10):
        (mortal.books / "in" / f"{number}.txt").write_text(f"word {number}")
    job = mortal.client().start_text_translation_job(
        InputDataConfig={"S3Uri": "s3://books/in", "ContentType": "text/plain"},
        OutputDataConfig={"S3Uri": "s3://books/out"},
        DataAccessRoleArn="arn:aws:iam::123456789012:role/translate",
        SourceLanguageCode="en",
        TargetLanguageCodes=["de", "zh"],
    )["JobId"]
    for _ in range(2):
        told = mortal.wait(job, ("IN_PROGRESS",))
        before = told["JobDetails"]["TranslatedDocumentsCount"]
        while told["JobDetails"].get("TranslatedDocumentsCount", 0) < before + 2:
            time.sleep(0.05)
            told = mortal.wait(job, ("IN_PROGRESS",))
        mortal.kill()
        mortal.start()
    told = mortal.wait(job)
    assert told["JobStatus"] == "COMPLETED"
    assert told["JobDetails"]["TranslatedDocumentsCount"] == 20
    folder = mortal.books / "out" / f"{ACCOUNT}-TranslateText-{job}"
    written = {path.name: path.read_text() for path in folder.glob("*.txt")}
    assert written == {
        f"{language}.{number}.txt": f"{language}: WORD {number}"
        for language in ("de", "zh")
        for number in range(10)
    }
    details = json.loads((folder / "details" / "de.auxiliary-translation-details.json").read_text())
    assert len(details["details"]) == 10
    assert not list(folder.glob(".*"))


def test_the_server_ends_when_told_and_takes_its_workers_along(mortal):
    mortal.process.terminate()
    assert mortal.process.wait(30) == 0
    for _ in range(100):
        try:
            os.killpg(mortal.process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("processes are left")
    mortal.process.stdout.close()
    mortal.start()


def test_only_one_server_works_in_a_folder(mortal):
    second = Server.__new__(Server)
    second.folder, second.port = mortal.folder, 0
    with pytest.raises(ValueError, match="invalid literal"):
        second.start()
    assert second.process.wait(30) == 1
    second.process.stdout.close()
