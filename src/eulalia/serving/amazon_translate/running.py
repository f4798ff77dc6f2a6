"""The server at work: its socket, its worker processes, and its end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from eulalia.serving.amazon_translate.access import Access, AccessError
from eulalia.serving.amazon_translate.operations import Operations
from eulalia.serving.amazon_translate.server import create_app
from eulalia.translation.jobs import Setup, Workers
from eulalia.translation.resources import Store

_WAITING = 128
_FAREWELL = 10


def run(
    setup: Setup,
    access: Access,
    *,
    host: str,
    port: int,
    workers: int,
    listening: Callable[[int], None],
) -> None:
    """Serve until told to end by SIGINT or SIGTERM.

    `listening` is called with the port, which the system chooses for port 0. Raises AccessError for
    an address that cannot be had, TranslationError while another program works on these jobs.
    """
    bound = _bind(host, port)
    # uvicorn ends by sending itself the signal again; it shall not kill us before the workers end.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), Workers(setup, workers):
            store = Store.open(setup.folder)
            operations = Operations(store, setup.buckets, setup.engines, access)
            config = uvicorn.Config(
                create_app(operations, access),
                log_level="warning",
                timeout_graceful_shutdown=_FAREWELL,
                server_header=False,
            )
            listening(bound.getsockname()[1])
            uvicorn.Server(config).run(sockets=[bound])
            store.close()
    finally:
        signal.signal(signal.SIGTERM, before)
        bound.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_WAITING)
    except OSError as error:
        raise AccessError(
            f"{host}:{port} cannot be listened at ({error.strerror}); name another --port."
        ) from error
    return bound
