"""Signatures of requests: AWS Signature Version 4, as Amazon's reference for it describes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eulalia.serving.amazon_translate.errors import ProtocolError

SERVICE = "translate"
SKEW = timedelta(minutes=5)
"""A signature is good for so long before and after its time."""
_ALGORITHM = "AWS4-HMAC-SHA256"
_TIME = "%Y%m%dT%H%M%SZ"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM}\s+Credential=(?P<credential>[^,\s]+)\s*,"
    r"\s*SignedHeaders=(?P<signed>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})\s*"
)


@dataclass(frozen=True)
class Request:
    """What of a request is signed; it is sent to the path `/`, without a query."""

    method: str
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes


def check(request: Request, keys: Mapping[str, str], now: datetime) -> str:
    """The region that a request was signed for, by one of these keys (secrets by their ids).

    Raises ProtocolError, under the names that Amazon's services use, for a request that is not
    signed, signed by another key, for something else, at another time, or wrongly.
    """
    authorization = request.headers.get("authorization")
    if authorization is None:
        raise ProtocolError("MissingAuthenticationTokenException", "The request is not signed.")
    found = _AUTHORIZATION.fullmatch(authorization)
    scope = found["credential"].split("/") if found else []
    if found is None or len(scope) != 5:
        raise ProtocolError(
            "IncompleteSignatureException",
            f"The Authorization header must be: {_ALGORITHM} Credential=KEY/DATE/REGION/{SERVICE}/"
            "aws4_request, SignedHeaders=..., Signature=...",
        )
    key, date, region, service, end = scope
    if key not in keys or "x-amz-security-token" in request.headers:
        raise ProtocolError(
            "UnrecognizedClientException",
            "The access key, or the session that goes with it, is not known here.",
        )
    if (service, end) != (SERVICE, "aws4_request"):
        raise _invalid(f"The request must be signed for the service {SERVICE!r}.")
    time = _check_time(request.headers.get("x-amz-date", ""), date, now)
    signed = found["signed"].split(";")
    _check_headers(request, signed)
    scoped = "/".join(scope[1:])
    text = "\n".join([_ALGORITHM, time, scoped, _digest(_canonical(request, signed).encode())])
    expected = hmac.new(_key(keys[key], scope[1:]), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, found["signature"]):
        raise _invalid(
            "The signature is not that of this request; check the secret access key, and that "
            "nothing between client and server changes the request."
        )
    return region


def _check_time(time: str, date: str, now: datetime) -> str:
    try:
        moment = datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise ProtocolError(
            "IncompleteSignatureException",
            "The X-Amz-Date header must be such as 20300101T120000Z.",
        ) from error
    if time[:8] != date:
        raise _invalid("The date of the credential is not that of the X-Amz-Date header.")
    if moment < now - SKEW:
        raise _invalid(f"Signature expired: {time} is more than 5 minutes before {now:{_TIME}}.")
    if moment > now + SKEW:
        raise _invalid(
            f"Signature not yet current: {time} is more than 5 minutes after {now:{_TIME}}."
        )
    return time


def _check_headers(request: Request, signed: list[str]) -> None:
    """What decides about the request must be signed, and what is signed must be there."""
    amazon = {name for name in request.headers if name.startswith("x-amz-")}
    missing = ({"host"} | amazon) - set(signed)
    if missing:
        raise _invalid(f"The header {min(missing)} must be signed.")
    absent = [name for name in signed if name not in request.headers]
    if absent:
        raise _invalid(f"The header {absent[0][:80]} is said to be signed, and is not there.")
    told = request.headers.get("x-amz-content-sha256")
    if told is not None and told != _digest(request.body):
        raise _invalid("The X-Amz-Content-SHA256 header is not that of the body.")


def _canonical(request: Request, signed: list[str]) -> str:
    headers = [f"{name}:{' '.join(request.headers[name].split())}\n" for name in signed]
    parts = [request.method, "/", "", "".join(headers), ";".join(signed), _digest(request.body)]
    return "\n".join(parts)


def _key(secret: str, scope: list[str]) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _invalid(message: str) -> ProtocolError:
    return ProtocolError("InvalidSignatureException", message)
