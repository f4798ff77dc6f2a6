"""Amazon's own client, unchanged, against the server."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.serving.amazon_translate.conftest import ACCOUNT

ROLE = "arn:aws:iam::123456789012:role/translate"


def code(error):
    return error.value.response["Error"]["Code"]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def imported(client, name, status="ACTIVE"):
    for _ in range(600):
        told = client.get_parallel_data(Name=name)
        properties = told["ParallelDataProperties"]
        if properties["Status"] not in ("CREATING", "UPDATING"):
            assert properties["Status"] == status
            return told
        time.sleep(0.05)
    raise AssertionError(properties)


def start(client, **changes):
    asked = {
        "InputDataConfig": {"S3Uri": "s3://books/in", "ContentType": "text/plain"},
        "OutputDataConfig": {"S3Uri": "s3://books/out/"},
        "DataAccessRoleArn": ROLE,
        "SourceLanguageCode": "en",
        "TargetLanguageCodes": ["de", "zh"],
    }
    return client.start_text_translation_job(**asked | changes)["JobId"]


def test_a_text_is_translated_with_a_terminology(client):
    made = client.import_terminology(
        Name="words",
        MergeStrategy="OVERWRITE",
        TerminologyData={"File": b"en,de\nhouse,Haus\n,x\nhouse,Bau\n", "Format": "CSV"},
        Tags=[{"Key": "team", "Value": "a"}],
    )["TerminologyProperties"]
    assert (made["TermCount"], made["SkippedTermCount"], made["SizeBytes"]) == (1, 2, 30)
    assert made["Directionality"] == "UNI"
    told = client.translate_text(
        Text="my house\n\nis big",
        SourceLanguageCode="en",
        TargetLanguageCode="de",
        TerminologyNames=["words"],
    )
    assert told["TranslatedText"] == "de: MY Haus\n\nde: IS BIG"
    assert told["AppliedTerminologies"] == [
        {"Name": "words", "Terms": [{"SourceText": "house", "TargetText": "Haus"}]}
    ]
    location = client.get_terminology(Name="words")["TerminologyDataLocation"]["Location"]
    assert get(location).startswith(b"en,de\nhouse,Haus")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(location[:-1] + ("0" if location[-1] != "0" else "1"))
    listed = client.list_terminologies()["TerminologyPropertiesList"]
    assert [each["Name"] for each in listed] == ["words"]
    assert client.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"] == [
        {"Key": "team", "Value": "a"}
    ]
    client.tag_resource(ResourceArn=made["Arn"], Tags=[{"Key": "team", "Value": "b"}])
    client.untag_resource(ResourceArn=made["Arn"], TagKeys=["team", "none"])
    assert client.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"] == []
    client.delete_terminology(Name="words")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_terminology(Name="words")


def test_a_terminology_of_all_directions_works_backwards_and_one_of_one_does_not(client):
    for direction, expected in (("MULTI", "de: Haus"), ("UNI", "de: HOUSE")):
        client.import_terminology(
            Name="both",
            MergeStrategy="OVERWRITE",
            TerminologyData={
                "File": b"de\ten\nHaus\thouse\n",
                "Format": "TSV",
                "Directionality": direction,
            },
        )
        told = client.translate_text(
            Text="house",
            SourceLanguageCode="en",
            TargetLanguageCode="de",
            TerminologyNames=["both"],
        )
        assert told["TranslatedText"] == expected
    client.delete_terminology(Name="both")


def test_a_document_is_translated_at_once(client):
    told = client.translate_document(
        Document={"Content": b"<p>Hello <b>you</b></p>", "ContentType": "text/html"},
        SourceLanguageCode="en",
        TargetLanguageCode="de",
    )
    assert told["TranslatedDocument"]["Content"].startswith(b"<p>de: HELLO <b>")
    with pytest.raises(client.exceptions.InvalidRequestException, match="openxml"):
        client.translate_document(
            Document={
                "Content": b"PK",
                "ContentType": "application/vnd.openxmlformats-officedocument."
                "wordprocessingml.document",
            },
            SourceLanguageCode="en",
            TargetLanguageCode="de",
        )
    with pytest.raises(client.exceptions.LimitExceededException):
        client.translate_document(
            Document={"Content": b"a" * 102_401, "ContentType": "text/plain"},
            SourceLanguageCode="en",
            TargetLanguageCode="de",
        )


def test_texts_have_10_000_bytes_at_most(client):
    asked = {"SourceLanguageCode": "en", "TargetLanguageCode": "de"}
    assert client.translate_text(Text="a" * 10_000, **asked)["TranslatedText"] == "de: " + (
        "A" * 10_000
    )
    for text in ("a" * 10_001, "é" * 5_001, "a" * 4_000_000):
        with pytest.raises(client.exceptions.TextSizeLimitExceededException):
            client.translate_text(Text=text, **asked)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SourceLanguageCode": "auto"}, "UnsupportedLanguagePairException"),
        ({"TargetLanguageCode": "sw"}, "UnsupportedLanguagePairException"),
        ({"TargetLanguageCode": "english"}, "ValidationException"),
        ({"TerminologyNames": ["none"]}, "ResourceNotFoundException"),
        ({"TerminologyNames": ["a b"]}, "ValidationException"),
        ({"Settings": {"Formality": "FORMAL"}}, "InvalidRequestException"),
        ({"Settings": {"Profanity": "MASK"}}, "InvalidRequestException"),
        ({"Settings": {"Brevity": "ON"}}, "InvalidRequestException"),
        ({"Settings": {"Formality": "RUDE"}}, "ValidationException"),
    ],
)
def test_what_cannot_be_done_is_refused_as_amazon_does(client, changes, expected):
    asked = {"Text": "a", "SourceLanguageCode": "en", "TargetLanguageCode": "de"}
    with pytest.raises(ClientError) as error:
        client.translate_text(**asked | changes)
    assert code(error) == expected


def test_languages_are_those_of_the_engines(client):
    told = client.list_languages(DisplayLanguageCode="de", MaxResults=3)
    names = {each["LanguageCode"]: each["LanguageName"] for each in told["Languages"]}
    assert names == {"de": "Deutsch", "en": "Englisch", "fr": "Französisch"}
    rest = client.list_languages(MaxResults=3, NextToken=told["NextToken"])
    assert [each["LanguageName"] for each in rest["Languages"]] == ["Chinese"]
    assert "NextToken" not in rest
    with pytest.raises(client.exceptions.UnsupportedDisplayLanguageCodeException):
        client.list_languages(DisplayLanguageCode="sv")


def test_parallel_data_is_imported_updated_used_and_deleted(client, server):
    (server.books / "pairs.csv").write_bytes(
        b'en,de,document,block,score\nHello.,Servus.,a,0,0.9\n,x,a,0,1\nonly,two\n"a\xff",b,a,0,1\n'
    )
    made = client.create_parallel_data(
        Name="pairs",
        Description="first",
        ParallelDataConfig={"S3Uri": "s3://books/pairs.csv", "Format": "CSV"},
        ClientToken="one",
        Tags=[{"Key": "k", "Value": "v"}],
    )
    assert (made["Name"], made["Status"]) == ("pairs", "CREATING")
    told = imported(client, "pairs")
    properties = told["ParallelDataProperties"]
    assert properties["Arn"] == f"arn:aws:translate:eu-central-1:{ACCOUNT}:parallel-data/pairs"
    assert properties["SourceLanguageCode"] == "en"
    assert properties["TargetLanguageCodes"] == ["de"]
    counts = ("ImportedRecordCount", "SkippedRecordCount", "FailedRecordCount")
    assert [properties[count] for count in counts] == [1, 1, 2]
    assert get(told["DataLocation"]["Location"]).startswith(b"en,de,document")
    problems = get(told["AuxiliaryDataLocation"]["Location"]).decode().splitlines()
    assert problems == [
        "Line 3: It has no text, or no translation.",
        "Line 4: It has 2 columns; the first row has 5.",
        "Line 5: It is not UTF-8.",
    ]
    again = client.create_parallel_data(
        Name="pairs",
        Description="first",
        ParallelDataConfig={"S3Uri": "s3://books/pairs.csv", "Format": "CSV"},
        ClientToken="one",
        Tags=[{"Key": "k", "Value": "v"}],
    )
    assert again["Status"] == "ACTIVE"
    with pytest.raises(client.exceptions.ConflictException):
        client.create_parallel_data(
            Name="pairs",
            ParallelDataConfig={"S3Uri": "s3://books/pairs.csv", "Format": "CSV"},
            ClientToken="two",
        )
    (server.books / "in" / "hello.txt").write_text("Hello.")
    job = start(client, ParallelDataNames=["pairs"], TargetLanguageCodes=["de"])
    assert server.wait(job)["JobStatus"] == "COMPLETED"
    output = server.books / "out" / f"{ACCOUNT}-TranslateText-{job}" / "de.hello.txt"
    assert output.read_text() == "Servus."

    (server.books / "broken.tmx").write_text("<tmx><header srclang='en'/><body><tu>")
    client.update_parallel_data(
        Name="pairs",
        ParallelDataConfig={"S3Uri": "s3://books/broken.tmx", "Format": "TMX"},
        ClientToken="three",
    )
    properties = imported(client, "pairs")["ParallelDataProperties"]
    assert properties["LatestUpdateAttemptStatus"] == "FAILED"
    assert "TMX" in properties["Message"]
    assert properties["ImportedRecordCount"] == 1
    tmx = "".join(
        f'<tu><tuv xml:lang="de"><seg>{a}</seg></tuv><tuv xml:lang="en"><seg>{b}</seg></tuv></tu>'
        for a, b in (("Tschüs.", "Bye."), ("Ja.", "Yes."))
    )
    (server.books / "good.tmx").write_text(
        f'<tmx version="1.4"><header srclang="en"/><body>{tmx}</body></tmx>'
    )
    client.update_parallel_data(
        Name="pairs",
        ParallelDataConfig={"S3Uri": "s3://books/good.tmx", "Format": "TMX"},
        ClientToken="four",
    )
    properties = imported(client, "pairs")["ParallelDataProperties"]
    assert properties["LatestUpdateAttemptStatus"] == "ACTIVE"
    assert (properties["SourceLanguageCode"], properties["ImportedRecordCount"]) == ("en", 2)
    assert client.delete_parallel_data(Name="pairs")["Status"] == "DELETING"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_parallel_data(Name="pairs")
    (server.books / "in" / "hello.txt").unlink()


def test_parallel_data_that_cannot_be_imported_fails_and_says_why(client, server):
    (server.books / "no.csv").write_text("English,German\na,b\n")
    for name, uri in (("bad", "s3://books/no.csv"), ("missing", "s3://books/none.csv")):
        client.create_parallel_data(
            Name=name, ParallelDataConfig={"S3Uri": uri, "Format": "CSV"}, ClientToken=name
        )
    assert "English" in imported(client, "bad", "FAILED")["ParallelDataProperties"]["Message"]
    told = imported(client, "missing", "FAILED")["ParallelDataProperties"]
    assert "nothing at s3://books/none.csv" in told["Message"]
    first = client.list_parallel_data(MaxResults=1)
    second = client.list_parallel_data(MaxResults=1, NextToken=first["NextToken"])
    pages = [page["ParallelDataPropertiesList"][0]["Name"] for page in (first, second)]
    assert pages == ["bad", "missing"]
    for name in pages:
        client.delete_parallel_data(Name=name)
    with pytest.raises(ClientError) as error:
        client.list_parallel_data(NextToken="nonsense!")
    assert code(error) == "InvalidParameterValueException"


def test_a_job_is_told_listed_and_stopped(client, server):
    for number in range(6):
        (server.books / "in" / f"{number}.txt").write_text(f"word {number}")
    job = start(client, JobName="my job", ClientToken="token")
    assert start(client, JobName="my job", ClientToken="token") == job
    told = server.wait(job)
    assert told["JobStatus"] == "COMPLETED"
    assert told["JobDetails"] == {
        "TranslatedDocumentsCount": 12,
        "DocumentsWithErrorsCount": 0,
        "InputDocumentsCount": 12,
    }
    folder = f"{ACCOUNT}-TranslateText-{job}"
    assert told["OutputDataConfig"]["S3Uri"] == f"s3://books/out/{folder}/"
    details = server.books / "out" / folder / "details" / "zh.auxiliary-translation-details.json"
    assert len(json.loads(details.read_text())["details"]) == 6
    listed = client.list_text_translation_jobs(
        Filter={"JobName": "my job", "SubmittedAfterTime": told["SubmittedTime"].timestamp() - 1}
    )["TextTranslationJobPropertiesList"]
    assert [each["JobId"] for each in listed] == [job]
    (server.folder / "slow").touch()
    slow = start(client)
    server.wait(slow, ("IN_PROGRESS",))
    assert client.stop_text_translation_job(JobId=slow)["JobStatus"] == "STOP_REQUESTED"
    told = server.wait(slow)
    (server.folder / "slow").unlink()
    assert told["JobStatus"] == "STOPPED"
    assert told["JobDetails"]["TranslatedDocumentsCount"] < 12
    for path in (server.books / "in").iterdir():
        path.unlink()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_text_translation_job(JobId="none")
    with pytest.raises(client.exceptions.InvalidFilterException):
        client.list_text_translation_jobs(
            Filter={"SubmittedAfterTime": 20, "SubmittedBeforeTime": 10}
        )
    for unwanted in (
        {
            "OutputDataConfig": {
                "S3Uri": "s3://books/o",
                "EncryptionKey": {"Type": "KMS", "Id": "a"},
            }
        },
        {"TargetLanguageCodes": ["de"] * 11},
    ):
        with pytest.raises(client.exceptions.InvalidParameterValueException):
            start(client, **unwanted)


def test_two_clients_at_once_make_one_resource_of_a_name(server):
    def create(number):
        try:
            return server.client().create_parallel_data(
                Name="race",
                ParallelDataConfig={"S3Uri": "s3://books/none.csv", "Format": "CSV"},
                ClientToken=f"t{number}",
            )["Status"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(create, range(4)))
    assert outcomes == ["CREATING", "ConflictException", "ConflictException", "ConflictException"]
    imported(server.client(), "race", "FAILED")
    server.client().delete_parallel_data(Name="race")
