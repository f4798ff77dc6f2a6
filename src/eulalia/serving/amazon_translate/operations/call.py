"""What an operation is given besides the values of its request, and how such values are read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eulalia.serving.amazon_translate.access import Access
from eulalia.serving.amazon_translate.operations.translators import Translators
from eulalia.translation.resources import Buckets, Store, pages
from eulalia.translation.resources.errors import ParameterError, RequestError

Values = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """What of a request its operation knows besides its values."""

    region: str
    base: str
    """The server's own URL, as the client calls it."""


@dataclass(frozen=True)
class Call:
    """One call of an operation: what it works on, and for whom."""

    store: Store
    buckets: Buckets
    translators: Translators
    access: Access
    caller: Caller

    def arn(self, resource: str) -> str:
        """The name that a resource has among all of Amazon's."""
        return f"arn:aws:translate:{self.caller.region}:{self.access.account}:{resource}"

    def location(self, kind: str, name: str) -> Values:
        """A link to a file, for half an hour."""
        path = self.access.sign(f"/download/{kind}/{name}", time.time())
        return {"RepositoryType": "S3", "Location": f"{self.caller.base}{path}"}


def labels(values: Values) -> dict[str, str]:
    """The tags of a request."""
    return {each["Key"]: each["Value"] for each in values.get("Tags", ())}


def page_asked(values: Values) -> tuple[int, str | None]:
    """How many things a page shall have, and the token that it begins at."""
    return values.get("MaxResults", pages.LONGEST), values.get("NextToken")


def refuse_encryption(values: Values) -> None:
    """Raise ParameterError for what is to be encrypted."""
    if "EncryptionKey" in values:
        raise ParameterError("Nothing is encrypted here; leave EncryptionKey away.")


def refuse_settings(values: Values) -> None:
    """Raise RequestError for settings of the translation, such as its formality."""
    for name in values.get("Settings", {}):
        raise RequestError(f"The engines here cannot be told {name}; leave it away.")


def time_of(seconds: float) -> datetime:
    """A time since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
