"""The server: Amazon Translate's protocol, JSON 1.1, over HTTP."""

from __future__ import annotations

import base64
import json
import logging
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from eulalia.errors import EulaliaError
from eulalia.serving.amazon_translate import signing
from eulalia.serving.amazon_translate.access import Access
from eulalia.serving.amazon_translate.errors import STATUS, ProtocolError
from eulalia.serving.amazon_translate.operations import Caller, Operations
from eulalia.serving.amazon_translate.requests import REQUESTS, TARGET
from eulalia.serving.amazon_translate.shapes import checked
from eulalia.translation.resources import RequestError
from eulalia.translation.resources.errors import NotFoundError

LARGEST_BODY = 15 * 2**20
"""Bytes; the largest request holds a terminology of 10 MiB in base64."""
MOST_AT_ONCE = 64
"""Requests that are let in before others are asked to come again."""
_TYPE = "application/x-amz-json-1.1"
_LOG = logging.getLogger(__name__)


def create_app(operations: Operations, access: Access) -> Starlette:
    """The application for a server such as uvicorn.

    `POST /` carries out operations; `GET /download/…` gives what their answers link to.
    """
    inside = 0

    async def answer(request: Request) -> Response:
        nonlocal inside
        if inside >= MOST_AT_ONCE:
            return _refusal("TooManyRequestsException", "Too many requests at once; come again.")
        inside += 1
        try:
            return await _answer(request, operations, access)
        finally:
            inside -= 1

    async def download(request: Request) -> Response:
        query = request.query_params
        if not access.is_signed(
            request.url.path, query.get("expires", ""), query.get("signature", ""), time.time()
        ):
            return PlainTextResponse("This link is not good, or no longer.\n", 403)
        try:
            found = await run_in_threadpool(operations.file, request.url.path)
        except NotFoundError:
            found = None
        if found is None:
            return PlainTextResponse("It is no longer there.\n", 404)
        name, content = found
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if isinstance(content, bytes):
            return Response(content, media_type="text/plain; charset=utf-8", headers=headers)
        return FileResponse(content, headers=headers)

    async def unknown(request: Request) -> Response:
        return _refusal("UnknownOperationException", "Operations are called by POST /.")

    methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
    return Starlette(
        routes=[
            Route("/", answer, methods=["POST"]),
            Route("/download/{path:path}", download, methods=["GET"]),
            Route("/{path:path}", unknown, methods=methods),
        ]
    )


async def _answer(request: Request, operations: Operations, access: Access) -> Response:
    """Carry out a request; whatever is wrong is told as Amazon's clients expect it."""
    try:
        body = await _body(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        region = signing.check(
            signing.Request(request.method, headers, body), access.keys, datetime.now(UTC)
        )
        name = _operation(headers, request.url.query)
        values = checked(REQUESTS[name], _parsed(body))
        caller = Caller(region, f"{request.url.scheme}://{headers['host']}")
        told = await run_in_threadpool(operations.call, name, values, caller)
    except (ProtocolError, RequestError) as error:
        return _refusal(error.code, str(error))
    except EulaliaError as error:
        return _refusal(RequestError.code, str(error))
    except ClientDisconnect:
        return _refusal("RequestAbortedException", "The client went away.")
    except Exception:
        identity = uuid.uuid4().hex
        _LOG.exception("Request %s failed", identity)
        return _refusal("InternalServerException", f"It failed here; the log tells of {identity}.")
    return _response(200, told)


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST_BODY:
            raise ProtocolError(
                "RequestEntityTooLargeException", f"A request may have {LARGEST_BODY:,} bytes."
            )
        pieces.append(piece)
    return b"".join(pieces)


def _operation(headers: dict[str, str], query: str) -> str:
    prefix, _, name = headers.get("x-amz-target", "").partition(".")
    if prefix != TARGET or name not in REQUESTS or query:
        raise ProtocolError(
            "UnknownOperationException",
            f"The X-Amz-Target header must be {TARGET}. and the name of an operation.",
        )
    type_ = headers.get("content-type", "").partition(";")[0].strip().lower()
    if type_ != _TYPE:
        raise ProtocolError("SerializationException", f"The Content-Type must be {_TYPE}.")
    return name


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body.decode() or "{}")
    except (ValueError, RecursionError) as error:
        raise ProtocolError("SerializationException", "The body is no JSON in UTF-8.") from error


def _refusal(code: str, message: str) -> Response:
    told = {"__type": code, "Message": message, "message": message}
    return _response(STATUS.get(code, 400), told)


def _response(status: int, told: dict[str, Any]) -> Response:
    content = json.dumps(_without_none(told), default=_encoded).encode()
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(content, status, headers, media_type=_TYPE)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(each) for name, each in value.items() if each is not None}
    return [_without_none(each) for each in value] if isinstance(value, list) else value


def _encoded(value: object) -> object:
    """Bytes and times as JSON 1.1 has them."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(type(value).__name__)
