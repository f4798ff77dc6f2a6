"""Operations on terminologies, with the members that Amazon's reference gives them."""

from __future__ import annotations

from eulalia.serving.amazon_translate.operations.call import (
    Call,
    Values,
    labels,
    page_asked,
    refuse_encryption,
    time_of,
)
from eulalia.translation.resources import Terminology, terminologies
from eulalia.translation.resources.errors import ParameterError


def import_terminology(values: Values, call: Call) -> Values:
    """ImportTerminology: keep a file of terms, in the place of one of that name."""
    refuse_encryption(values)
    data = values["TerminologyData"]
    made = terminologies.put(
        call.store,
        values["Name"],
        data["File"],
        data["Format"],
        directionality=data.get("Directionality", "UNI"),
        description=values.get("Description"),
        labels=labels(values),
    )
    return {"TerminologyProperties": _properties(made, call)}


def get_terminology(values: Values, call: Call) -> Values:
    """GetTerminology: what is known of it, with a link to the file."""
    found = terminologies.get(call.store, values["Name"])
    wanted = values.get("TerminologyDataFormat", found.format)
    if wanted != found.format:
        raise ParameterError(f"{found.name} was imported as {found.format}, not as {wanted}.")
    return {
        "TerminologyProperties": _properties(found, call),
        "TerminologyDataLocation": call.location("terminology", found.name),
    }


def list_terminologies(values: Values, call: Call) -> Values:
    """ListTerminologies: a page of what there is, by name."""
    page = terminologies.everything(call.store, *page_asked(values))
    listed = [_properties(each, call) for each in page.things]
    return {"TerminologyPropertiesList": listed, "NextToken": page.token}


def delete_terminology(values: Values, call: Call) -> Values:
    """DeleteTerminology: remove what no job uses."""
    terminologies.remove(call.store, values["Name"])
    return {}


def _properties(found: Terminology, call: Call) -> Values:
    return {
        "Name": found.name,
        "Description": found.description,
        "Arn": call.arn(f"terminology/{found.name}/LATEST"),
        "SourceLanguageCode": found.languages[0],
        "TargetLanguageCodes": list(found.languages[1:]),
        "SizeBytes": found.size,
        "TermCount": found.terms,
        "CreatedAt": time_of(found.created),
        "LastUpdatedAt": time_of(found.updated),
        "Directionality": found.directionality,
        "SkippedTermCount": found.skipped,
        "Format": found.format,
    }
