"""Operations on parallel data, with the members that Amazon's reference gives them."""

from __future__ import annotations

from eulalia.serving.amazon_translate.operations.call import (
    Call,
    Values,
    labels,
    page_asked,
    refuse_encryption,
    time_of,
)
from eulalia.translation.resources import ParallelData, parallel_data
from eulalia.translation.resources.errors import ParameterError


def create_parallel_data(values: Values, call: Call) -> Values:
    """CreateParallelData: begin to import a file under a new name."""
    refuse_encryption(values)
    made = parallel_data.create(
        call.store,
        call.buckets,
        values["Name"],
        *_source(values),
        token=values["ClientToken"],
        description=values.get("Description"),
        labels=labels(values),
    )
    return {"Name": made.name, "Status": made.status}


def update_parallel_data(values: Values, call: Call) -> Values:
    """UpdateParallelData: begin to put a file in the place of what there is."""
    made = parallel_data.renew(
        call.store,
        call.buckets,
        values["Name"],
        *_source(values),
        token=values["ClientToken"],
        description=values.get("Description"),
    )
    return {"Name": made.name, "Status": made.status, **_attempt(made)}


def get_parallel_data(values: Values, call: Call) -> Values:
    """GetParallelData: what is known of it, with a link to the file."""
    found = parallel_data.get(call.store, values["Name"])
    told: Values = {"ParallelDataProperties": _properties(found, call)}
    if found.version is not None:
        told["DataLocation"] = call.location("parallel-data", found.name)
    if found.problems:
        told["AuxiliaryDataLocation"] = call.location("problems", found.name)
    return told


def list_parallel_data(values: Values, call: Call) -> Values:
    """ListParallelData: a page of what there is, by name."""
    page = parallel_data.everything(call.store, *page_asked(values))
    listed = [_properties(each, call) for each in page.things]
    return {"ParallelDataPropertiesList": listed, "NextToken": page.token}


def delete_parallel_data(values: Values, call: Call) -> Values:
    """DeleteParallelData: remove what no import and no job uses."""
    parallel_data.remove(call.store, values["Name"])
    return {"Name": values["Name"], "Status": "DELETING"}


def _properties(found: ParallelData, call: Call) -> Values:
    return {
        "Name": found.name,
        "Arn": call.arn(f"parallel-data/{found.name}"),
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
        "CreatedAt": time_of(found.created),
        "LastUpdatedAt": time_of(found.updated),
        **_attempt(found),
    }


def _attempt(found: ParallelData) -> Values:
    if found.attempt is None:
        return {}
    return {
        "LatestUpdateAttemptStatus": found.attempt["status"],
        "LatestUpdateAttemptAt": time_of(found.attempt["time"]),
    }


def _source(values: Values) -> tuple[str, str]:
    config = values["ParallelDataConfig"]
    if "S3Uri" not in config or "Format" not in config:
        raise ParameterError("The ParallelDataConfig must have an S3Uri and a Format.")
    return config["S3Uri"], config["Format"]
