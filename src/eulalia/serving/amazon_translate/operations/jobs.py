"""Operations on jobs, with the members that Amazon's reference gives requests and answers."""

from __future__ import annotations

from eulalia.serving.amazon_translate.operations.call import (
    Call,
    Values,
    page_asked,
    refuse_encryption,
    refuse_settings,
    time_of,
)
from eulalia.translation.jobs import Filter, Job, Request, jobs


def start_job(values: Values, call: Call) -> Values:
    """StartTextTranslationJob: queue a job; a token that was used before starts none."""
    refuse_settings(values)
    refuse_encryption(values["OutputDataConfig"])
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
        call.store,
        call.buckets,
        call.translators.engines,
        request,
        token=values["ClientToken"],
        account=call.access.account,
    )
    return {"JobId": job.id, "JobStatus": job.status}


def describe_job(values: Values, call: Call) -> Values:
    """DescribeTextTranslationJob: how far a job is."""
    return {"TextTranslationJobProperties": _properties(jobs.get(call.store, values["JobId"]))}


def list_jobs(values: Values, call: Call) -> Values:
    """ListTextTranslationJobs: a page of jobs, the newest first."""
    wanted = values.get("Filter", {})
    chosen = Filter(
        name=wanted.get("JobName"),
        status=wanted.get("JobStatus"),
        before=wanted.get("SubmittedBeforeTime"),
        after=wanted.get("SubmittedAfterTime"),
    )
    page = jobs.everything(call.store, chosen, *page_asked(values))
    listed = [_properties(each) for each in page.things]
    return {"TextTranslationJobPropertiesList": listed, "NextToken": page.token}


def stop_job(values: Values, call: Call) -> Values:
    """StopTextTranslationJob: ask a job to stop after the documents at hand."""
    job = jobs.stop(call.store, values["JobId"])
    return {"JobId": job.id, "JobStatus": job.status}


def _properties(job: Job) -> Values:
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
        "SubmittedTime": time_of(job.submitted),
        "EndTime": None if job.ended is None else time_of(job.ended),
        "InputDataConfig": {"S3Uri": request.input, "ContentType": request.content_type},
        "OutputDataConfig": {"S3Uri": job.output},
        "DataAccessRoleArn": request.role,
    }
