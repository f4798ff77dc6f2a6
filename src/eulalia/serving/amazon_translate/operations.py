"""Amazon Translate's operations, carried out on resources, jobs and engines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale

from eulalia.serving.amazon_translate.access import Access
from eulalia.translation.jobs import Engines, Filter, Job, Request, Translator, documents, jobs
from eulalia.translation.jobs.engines import check_pair
from eulalia.translation.resources import (
    Buckets,
    ParallelData,
    Store,
    Terminology,
    pages,
    parallel_data,
    tags,
    terminologies,
)
from eulalia.translation.resources.errors import (
    DisplayLanguageError,
    LimitError,
    NotFoundError,
    ParameterError,
    RequestError,
    TextSizeError,
)

LONGEST_TEXT = 10_000
"""Bytes of a text that is translated at once."""
LARGEST_DOCUMENT = 102_400
"""Bytes of a document that is translated at once."""
_DISPLAYED = ("de", "en", "es", "fr", "it", "ja", "ko", "pt", "zh", "zh-TW")

Values = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """What of a request its operation knows besides its values."""

    region: str
    base: str
    """The server's own URL, as the client calls it."""


class Operations:
    """The operations, by their names: `call("TranslateText", {…}, caller)`.

    All raise RequestError, and what stands for it, where Amazon Translate would.
    """

    def __init__(self, store: Store, buckets: Buckets, engines: Engines, access: Access) -> None:
        """Take what the operations work on."""
        self._store, self._buckets, self._engines = store, buckets, engines
        self._access = access
        self._translators: dict[tuple[str, str], Translator] = {}
        self._translating = threading.Lock()
        self._calls: Mapping[str, Callable[[Values, Caller], Values]] = {
            "CreateParallelData": self._create_parallel_data,
            "DeleteParallelData": self._delete_parallel_data,
            "DeleteTerminology": self._delete_terminology,
            "DescribeTextTranslationJob": self._describe_job,
            "GetParallelData": self._get_parallel_data,
            "GetTerminology": self._get_terminology,
            "ImportTerminology": self._import_terminology,
            "ListLanguages": self._list_languages,
            "ListParallelData": self._list_parallel_data,
            "ListTagsForResource": self._list_tags,
            "ListTerminologies": self._list_terminologies,
            "ListTextTranslationJobs": self._list_jobs,
            "StartTextTranslationJob": self._start_job,
            "StopTextTranslationJob": self._stop_job,
            "TagResource": self._tag,
            "TranslateDocument": self._translate_document,
            "TranslateText": self._translate_text,
            "UntagResource": self._untag,
            "UpdateParallelData": self._update_parallel_data,
        }

    def call(self, name: str, values: Values, caller: Caller) -> Values:
        """What an operation answers to values that `shapes.checked` has let pass."""
        return self._calls[name](values, caller)

    def file(self, path: str) -> tuple[str, Path | bytes] | None:
        """What is under a link that was given out: its name, and its place or its content."""
        kind, _, name = path.strip("/").removeprefix("download/").partition("/")
        if kind == "parallel-data":
            found = parallel_data.get(self._store, name)
            if found.version is not None:
                return f"{name}.{found.format.lower()}", self._store.file(found.version)
        elif kind == "terminology":
            terms = terminologies.get(self._store, name)
            return f"{name}.{terms.format.lower()}", self._store.file(terms.file)
        elif kind == "problems":
            data = parallel_data.get(self._store, name)
            return f"{name}.problems.txt", "".join(f"{p}\n" for p in data.problems).encode()
        return None

    # Parallel data

    def _create_parallel_data(self, values: Values, caller: Caller) -> Values:
        _refuse_encryption(values)
        made = parallel_data.create(
            self._store,
            self._buckets,
            values["Name"],
            *_source(values),
            token=values["ClientToken"],
            description=values.get("Description"),
            labels=_labels(values),
        )
        return {"Name": made.name, "Status": made.status}

    def _update_parallel_data(self, values: Values, caller: Caller) -> Values:
        made = parallel_data.renew(
            self._store,
            self._buckets,
            values["Name"],
            *_source(values),
            token=values["ClientToken"],
            description=values.get("Description"),
        )
        return {
            "Name": made.name,
            "Status": made.status,
            **_attempt(made),
        }

    def _get_parallel_data(self, values: Values, caller: Caller) -> Values:
        found = parallel_data.get(self._store, values["Name"])
        told: Values = {"ParallelDataProperties": self._parallel_data(found, caller)}
        if found.version is not None:
            told["DataLocation"] = self._location("parallel-data", found.name, caller)
        if found.problems:
            told["AuxiliaryDataLocation"] = self._location("problems", found.name, caller)
        return told

    def _list_parallel_data(self, values: Values, caller: Caller) -> Values:
        page = parallel_data.everything(self._store, *_page(values))
        listed = [self._parallel_data(each, caller) for each in page.things]
        return {"ParallelDataPropertiesList": listed, "NextToken": page.token}

    def _delete_parallel_data(self, values: Values, caller: Caller) -> Values:
        parallel_data.remove(self._store, values["Name"])
        return {"Name": values["Name"], "Status": "DELETING"}

    def _parallel_data(self, found: ParallelData, caller: Caller) -> Values:
        return {
            "Name": found.name,
            "Arn": self._arn(f"parallel-data/{found.name}", caller),
            "Description": found.description,
            "Status": found.status,
            "SourceLanguageCode": found.languages[0] if found.languages else None,
            "TargetLanguageCodes": list(found.languages[1:]),
            "ParallelDataConfig": {"S3Uri": found.uri, "Format": found.format},
            "Message": found.message or (found.attempt or {}).get("message"),
            "ImportedDataSize": found.size,
            "ImportedRecordCount": found.imported,
            "FailedRecordCount": found.failed,
            "SkippedRecordCount": found.skipped,
            "CreatedAt": _time(found.created),
            "LastUpdatedAt": _time(found.updated),
            **_attempt(found),
        }

    # Terminologies

    def _import_terminology(self, values: Values, caller: Caller) -> Values:
        _refuse_encryption(values)
        data = values["TerminologyData"]
        made = terminologies.put(
            self._store,
            values["Name"],
            data["File"],
            data["Format"],
            directionality=data.get("Directionality", "UNI"),
            description=values.get("Description"),
            labels=_labels(values),
        )
        return {"TerminologyProperties": self._terminology(made, caller)}

    def _get_terminology(self, values: Values, caller: Caller) -> Values:
        found = terminologies.get(self._store, values["Name"])
        wanted = values.get("TerminologyDataFormat", found.format)
        if wanted != found.format:
            raise ParameterError(f"{found.name} was imported as {found.format}, not as {wanted}.")
        return {
            "TerminologyProperties": self._terminology(found, caller),
            "TerminologyDataLocation": self._location("terminology", found.name, caller),
        }

    def _list_terminologies(self, values: Values, caller: Caller) -> Values:
        page = terminologies.everything(self._store, *_page(values))
        listed = [self._terminology(each, caller) for each in page.things]
        return {"TerminologyPropertiesList": listed, "NextToken": page.token}

    def _delete_terminology(self, values: Values, caller: Caller) -> Values:
        terminologies.remove(self._store, values["Name"])
        return {}

    def _terminology(self, found: Terminology, caller: Caller) -> Values:
        return {
            "Name": found.name,
            "Description": found.description,
            "Arn": self._arn(f"terminology/{found.name}/LATEST", caller),
            "SourceLanguageCode": found.languages[0],
            "TargetLanguageCodes": list(found.languages[1:]),
            "SizeBytes": found.size,
            "TermCount": found.terms,
            "CreatedAt": _time(found.created),
            "LastUpdatedAt": _time(found.updated),
            "Directionality": found.directionality,
            "SkippedTermCount": found.skipped,
            "Format": found.format,
        }

    # Tags

    def _tag(self, values: Values, caller: Caller) -> Values:
        tags.tag(self._store, self._resource(values, caller), _labels(values))
        return {}

    def _untag(self, values: Values, caller: Caller) -> Values:
        tags.untag(self._store, self._resource(values, caller), values["TagKeys"])
        return {}

    def _list_tags(self, values: Values, caller: Caller) -> Values:
        found = tags.tags(self._store, self._resource(values, caller))
        return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}

    def _arn(self, resource: str, caller: Caller) -> str:
        return f"arn:aws:translate:{caller.region}:{self._access.account}:{resource}"

    def _resource(self, values: Values, caller: Caller) -> str:
        """The resource that an ARN names."""
        arn: str = values["ResourceArn"]
        parts = arn.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or parts[2] != "translate":
            raise ParameterError(f"{arn!r} is no ARN of a resource of translate.")
        if parts[4] != self._access.account:
            raise NotFoundError(f"There is no resource {arn}.")
        return parts[5].removesuffix("/LATEST")

    # Jobs

    def _start_job(self, values: Values, caller: Caller) -> Values:
        _refuse_settings(values)
        _refuse_encryption(values["OutputDataConfig"])
        request = Request(
            input=values["InputDataConfig"]["S3Uri"],
            output=values["OutputDataConfig"]["S3Uri"],
            content_type=values["InputDataConfig"]["ContentType"],
            source_language=values["SourceLanguageCode"],
            target_languages=tuple(values["TargetLanguageCodes"]),
            terminologies=tuple(values.get("TerminologyNames", ())),
            parallel_data=tuple(values.get("ParallelDataNames", ())),
            name=values.get("JobName"),
            role=values["DataAccessRoleArn"],
        )
        job = jobs.start(
            self._store,
            self._buckets,
            self._engines,
            request,
            token=values["ClientToken"],
            account=self._access.account,
        )
        return {"JobId": job.id, "JobStatus": job.status}

    def _describe_job(self, values: Values, caller: Caller) -> Values:
        return {"TextTranslationJobProperties": _job(jobs.get(self._store, values["JobId"]))}

    def _list_jobs(self, values: Values, caller: Caller) -> Values:
        wanted = values.get("Filter", {})
        chosen = Filter(
            name=wanted.get("JobName"),
            status=wanted.get("JobStatus"),
            before=wanted.get("SubmittedBeforeTime"),
            after=wanted.get("SubmittedAfterTime"),
        )
        page = jobs.everything(self._store, chosen, *_page(values))
        listed = [_job(each) for each in page.things]
        return {"TextTranslationJobPropertiesList": listed, "NextToken": page.token}

    def _stop_job(self, values: Values, caller: Caller) -> Values:
        job = jobs.stop(self._store, values["JobId"])
        return {"JobId": job.id, "JobStatus": job.status}

    # Translating at once

    def _translate_text(self, values: Values, caller: Caller) -> Values:
        size = len(values["Text"].encode())
        if size > LONGEST_TEXT:
            raise TextSizeError(
                f"A text may have {LONGEST_TEXT:,} bytes, and this one has {size:,}; divide it."
            )
        content, told = self._translated(values, values["Text"].encode(), "text/plain")
        return {"TranslatedText": content.decode(), **told}

    def _translate_document(self, values: Values, caller: Caller) -> Values:
        document = values["Document"]
        if len(document["Content"]) > LARGEST_DOCUMENT:
            raise LimitError(
                f"A document may have {LARGEST_DOCUMENT:,} bytes; translate it with a job."
            )
        content, told = self._translated(values, document["Content"], document["ContentType"])
        return {"TranslatedDocument": {"Content": content}, **told}

    def _translated(self, values: Values, content: bytes, type_: str) -> tuple[bytes, Values]:
        _refuse_settings(values)
        source, target = values["SourceLanguageCode"], values["TargetLanguageCode"]
        names = values.get("TerminologyNames", ())
        if len(names) > 1:
            raise RequestError(f"A request takes one terminology, not {len(names)}.")
        terms: dict[str, str] = {}
        for name in names:
            terms = terminologies.terms(self._store, name, source, target)
        with self._translating:  # an engine uses all cores for one request at a time
            engine = self._translator(source, target)
            made = documents.translate(content, type_, engine, terminology=terms or None)
        told: Values = {"SourceLanguageCode": source, "TargetLanguageCode": target}
        applied = [{"SourceText": a, "TargetText": b} for a, b in made.terms.items()]
        told["AppliedTerminologies"] = [{"Name": name, "Terms": applied} for name in names]
        return made.content, told

    def _translator(self, source: str, target: str) -> Translator:
        check_pair(self._engines, source, target)
        if (source, target) not in self._translators:
            self._translators[source, target] = self._engines.open(source, target)
        return self._translators[source, target]

    def _list_languages(self, values: Values, caller: Caller) -> Values:
        display = values.get("DisplayLanguageCode", "en")
        if display not in _DISPLAYED:
            raise DisplayLanguageError(
                f"Languages have no names in {display!r} here, but in {', '.join(_DISPLAYED)}."
            )
        count, token = _page(values)
        names = Locale.parse(display, sep="-").languages
        known = sorted({code for pair in self._engines.pairs() for code in pair})
        found = [code for code in known if code > pages.after(token)][: count + 1]
        page = pages.page(found, count, lambda code: code)
        listed = [
            {"LanguageName": names.get(code.replace("-", "_"), code), "LanguageCode": code}
            for code in page.things
        ]
        return {"Languages": listed, "DisplayLanguageCode": display, "NextToken": page.token}

    def _location(self, kind: str, name: str, caller: Caller) -> Values:
        path = self._access.sign(f"/download/{kind}/{name}", time.time())
        return {"RepositoryType": "S3", "Location": f"{caller.base}{path}"}


def _job(job: Job) -> Values:
    request = job.request
    return {
        "JobId": job.id,
        "JobName": request.name,
        "JobStatus": job.status,
        "JobDetails": {
            "TranslatedDocumentsCount": job.translated,
            "DocumentsWithErrorsCount": job.failed,
            "InputDocumentsCount": job.documents,
        },
        "SourceLanguageCode": request.source_language,
        "TargetLanguageCodes": list(request.target_languages),
        "TerminologyNames": list(request.terminologies),
        "ParallelDataNames": list(request.parallel_data),
        "Message": job.message,
        "SubmittedTime": _time(job.submitted),
        "EndTime": None if job.ended is None else _time(job.ended),
        "InputDataConfig": {"S3Uri": request.input, "ContentType": request.content_type},
        "OutputDataConfig": {"S3Uri": job.output},
        "DataAccessRoleArn": request.role,
    }


def _attempt(found: ParallelData) -> Values:
    if found.attempt is None:
        return {}
    return {
        "LatestUpdateAttemptStatus": found.attempt["status"],
        "LatestUpdateAttemptAt": _time(found.attempt["time"]),
    }


def _source(values: Values) -> tuple[str, str]:
    config = values["ParallelDataConfig"]
    if "S3Uri" not in config or "Format" not in config:
        raise ParameterError("The ParallelDataConfig must have an S3Uri and a Format.")
    return config["S3Uri"], config["Format"]


def _labels(values: Values) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in values.get("Tags", ())}


def _page(values: Values) -> tuple[int, str | None]:
    return values.get("MaxResults", pages.LONGEST), values.get("NextToken")


def _refuse_encryption(values: Values) -> None:
    if "EncryptionKey" in values:
        raise ParameterError("Nothing is encrypted here; leave EncryptionKey away.")


def _refuse_settings(values: Values) -> None:
    for name in values.get("Settings", {}):
        raise RequestError(f"The engines here cannot be told {name}; leave it away.")


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
