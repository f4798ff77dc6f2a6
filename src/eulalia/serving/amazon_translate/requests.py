"""The requests of Amazon Translate's 19 operations, as its public service model bounds them."""

from __future__ import annotations

from typing import Final

from eulalia.serving.amazon_translate.shapes import (
    Blob,
    Moment,
    Several,
    Shape,
    Structure,
    Text,
    Whole,
)

TARGET: Final = "AWSShineFrontendService_20170701"
"""What stands before an operation's name in the header X-Amz-Target."""

_NAME = Text(1, 256, r"([A-Za-z0-9-]_?)+")
_NAMES = Several(_NAME)
_DESCRIPTION = Text(0, 256)
_TOKEN = Text(1, 64, r"[a-zA-Z0-9-]+")
_LANGUAGE = Text(2, 5)
_URI = Text(0, 1024, r"s3://[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](/.*)?")
_TYPE = Text(0, 256, r"[-\w.]+/[-\w.+]+")
_FORMAT = Text(choices=("TSV", "CSV", "TMX"))
_JOB = Text(1, 32, r"[\w\s.:/=+\-%@]*")
_JOB_NAME = Text(1, 256, r"[\w\s.:/=+\-%@]*")
_ARN = Text(1, 512)
_TAG = Structure({"Key": Text(1, 128), "Value": Text(0, 256)}, ("Key", "Value"))
_TAGS = Several(_TAG, 0, 200)
_KEY = Structure({"Type": Text(choices=("KMS",)), "Id": Text(1, 400)}, ("Type", "Id"))
_SOURCE = Structure({"S3Uri": _URI, "Format": _FORMAT})
_PAGE: Final[dict[str, Shape]] = {
    "NextToken": Text(0, 8192, r"[\x00-\x7f]*"),
    "MaxResults": Whole(1, 500),
}
_SETTINGS = Structure(
    {
        "Formality": Text(choices=("FORMAL", "INFORMAL")),
        "Profanity": Text(choices=("MASK",)),
        "Brevity": Text(choices=("ON",)),
    }
)
_STATUS = Text(
    choices=(
        "SUBMITTED",
        "IN_PROGRESS",
        "COMPLETED",
        "COMPLETED_WITH_ERROR",
        "FAILED",
        "STOP_REQUESTED",
        "STOPPED",
    )
)
_NAMED = Structure({"Name": _NAME}, ("Name",))

REQUESTS: Final = {
    "CreateParallelData": Structure(
        {
            "Name": _NAME,
            "Description": _DESCRIPTION,
            "ParallelDataConfig": _SOURCE,
            "EncryptionKey": _KEY,
            "ClientToken": _TOKEN,
            "Tags": _TAGS,
        },
        ("Name", "ParallelDataConfig", "ClientToken"),
    ),
    "DeleteParallelData": _NAMED,
    "DeleteTerminology": _NAMED,
    "DescribeTextTranslationJob": Structure({"JobId": _JOB}, ("JobId",)),
    "GetParallelData": _NAMED,
    "GetTerminology": Structure({"Name": _NAME, "TerminologyDataFormat": _FORMAT}, ("Name",)),
    "ImportTerminology": Structure(
        {
            "Name": _NAME,
            "MergeStrategy": Text(choices=("OVERWRITE",)),
            "Description": _DESCRIPTION,
            "TerminologyData": Structure(
                {
                    "File": Blob(),
                    "Format": _FORMAT,
                    "Directionality": Text(choices=("UNI", "MULTI")),
                },
                ("File", "Format"),
            ),
            "EncryptionKey": _KEY,
            "Tags": _TAGS,
        },
        ("Name", "MergeStrategy", "TerminologyData"),
    ),
    "ListLanguages": Structure({"DisplayLanguageCode": _LANGUAGE, **_PAGE}),
    "ListParallelData": Structure(_PAGE),
    "ListTagsForResource": Structure({"ResourceArn": _ARN}, ("ResourceArn",)),
    "ListTerminologies": Structure(_PAGE),
    "ListTextTranslationJobs": Structure(
        {
            "Filter": Structure(
                {
                    "JobName": _JOB_NAME,
                    "JobStatus": _STATUS,
                    "SubmittedBeforeTime": Moment(),
                    "SubmittedAfterTime": Moment(),
                }
            ),
            **_PAGE,
        }
    ),
    "StartTextTranslationJob": Structure(
        {
            "JobName": _JOB_NAME,
            "InputDataConfig": Structure(
                {"S3Uri": _URI, "ContentType": _TYPE}, ("S3Uri", "ContentType")
            ),
            "OutputDataConfig": Structure({"S3Uri": _URI, "EncryptionKey": _KEY}, ("S3Uri",)),
            "DataAccessRoleArn": Text(20, 2048, r"arn:aws(-[^:]+)?:iam::[0-9]{12}:role/.+"),
            "SourceLanguageCode": _LANGUAGE,
            "TargetLanguageCodes": Several(_LANGUAGE, 1),
            "TerminologyNames": _NAMES,
            "ParallelDataNames": _NAMES,
            "ClientToken": _TOKEN,
            "Settings": _SETTINGS,
        },
        (
            "InputDataConfig",
            "OutputDataConfig",
            "DataAccessRoleArn",
            "SourceLanguageCode",
            "TargetLanguageCodes",
            "ClientToken",
        ),
    ),
    "StopTextTranslationJob": Structure({"JobId": _JOB}, ("JobId",)),
    "TagResource": Structure({"ResourceArn": _ARN, "Tags": _TAGS}, ("ResourceArn", "Tags")),
    "TranslateDocument": Structure(
        {
            "Document": Structure(
                {"Content": Blob(), "ContentType": _TYPE}, ("Content", "ContentType")
            ),
            "TerminologyNames": _NAMES,
            "SourceLanguageCode": _LANGUAGE,
            "TargetLanguageCode": _LANGUAGE,
            "Settings": _SETTINGS,
        },
        ("Document", "SourceLanguageCode", "TargetLanguageCode"),
    ),
    "TranslateText": Structure(
        {
            "Text": Text(1),
            "TerminologyNames": _NAMES,
            "SourceLanguageCode": _LANGUAGE,
            "TargetLanguageCode": _LANGUAGE,
            "Settings": _SETTINGS,
        },
        ("Text", "SourceLanguageCode", "TargetLanguageCode"),
    ),
    "UntagResource": Structure(
        {"ResourceArn": _ARN, "TagKeys": Several(Text(1, 128), 0, 200)}, ("ResourceArn", "TagKeys")
    ),
    "UpdateParallelData": Structure(
        {
            "Name": _NAME,
            "Description": _DESCRIPTION,
            "ParallelDataConfig": _SOURCE,
            "ClientToken": _TOKEN,
        },
        ("Name", "ParallelDataConfig", "ClientToken"),
    ),
}
"""By the operation's name."""
