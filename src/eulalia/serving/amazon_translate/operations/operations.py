"""Amazon Translate's operations, carried out on resources, jobs and engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from eulalia.serving.amazon_translate.access import Access
from eulalia.serving.amazon_translate.operations import (
    jobs,
    languages,
    parallel_data,
    tags,
    terminologies,
    texts,
)
from eulalia.serving.amazon_translate.operations.call import Call, Caller, Values
from eulalia.serving.amazon_translate.operations.translators import Translators
from eulalia.translation import resources
from eulalia.translation.jobs import Engines
from eulalia.translation.resources import Buckets, Store

_OPERATIONS: Mapping[str, Callable[[Values, Call], Values]] = {
    "CreateParallelData": parallel_data.create_parallel_data,
    "DeleteParallelData": parallel_data.delete_parallel_data,
    "DeleteTerminology": terminologies.delete_terminology,
    "DescribeTextTranslationJob": jobs.describe_job,
    "GetParallelData": parallel_data.get_parallel_data,
    "GetTerminology": terminologies.get_terminology,
    "ImportTerminology": terminologies.import_terminology,
    "ListLanguages": languages.list_languages,
    "ListParallelData": parallel_data.list_parallel_data,
    "ListTagsForResource": tags.list_tags,
    "ListTerminologies": terminologies.list_terminologies,
    "ListTextTranslationJobs": jobs.list_jobs,
    "StartTextTranslationJob": jobs.start_job,
    "StopTextTranslationJob": jobs.stop_job,
    "TagResource": tags.tag_resource,
    "TranslateDocument": texts.translate_document,
    "TranslateText": texts.translate_text,
    "UntagResource": tags.untag_resource,
    "UpdateParallelData": parallel_data.update_parallel_data,
}


class Operations:
    """The operations, by their names: `call("TranslateText", {…}, caller)`.

    All raise RequestError, and what stands for it, where Amazon Translate would.
    """

    def __init__(self, store: Store, buckets: Buckets, engines: Engines, access: Access) -> None:
        """Take what the operations work on."""
        self._store, self._buckets, self._access = store, buckets, access
        self._translators = Translators(engines)

    def call(self, name: str, values: Values, caller: Caller) -> Values:
        """What an operation answers to values that `shapes.checked` has let pass."""
        call = Call(self._store, self._buckets, self._translators, self._access, caller)
        return _OPERATIONS[name](values, call)

    def file(self, path: str) -> tuple[str, Path | bytes] | None:
        """What is under a link that was given out: its name, and its place or its content."""
        kind, _, name = path.strip("/").removeprefix("download/").partition("/")
        if kind == "parallel-data":
            found = resources.parallel_data.get(self._store, name)
            if found.version is not None:
                return f"{name}.{found.format.lower()}", self._store.file(found.version)
        elif kind == "terminology":
            terms = resources.terminologies.get(self._store, name)
            return f"{name}.{terms.format.lower()}", self._store.file(terms.file)
        elif kind == "problems":
            data = resources.parallel_data.get(self._store, name)
            return f"{name}.problems.txt", "".join(f"{p}\n" for p in data.problems).encode()
        return None
