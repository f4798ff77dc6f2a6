"""Worker processes, and what watches over them."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import uuid
from multiprocessing.context import SpawnProcess
from typing import Self

from eulalia.translation.errors import TranslationError
from eulalia.translation.jobs import queue
from eulalia.translation.jobs.work import Setup, work
from eulalia.translation.resources.errors import UnavailableError
from eulalia.translation.resources.store import Store

_WATCH = 0.1
_REST = 1.0
"""Seconds before a worker that died is replaced, so that a broken setup does not spin."""
_FAREWELL = 10.0
"""Seconds that a worker may take to come to a place where it can stop."""


class Workers:
    """So many processes that work on the jobs of a folder; one that dies is replaced.

    >>> with Workers(setup, 2):  # doctest: +SKIP
    ...     serve()
    """

    def __init__(self, setup: Setup, count: int) -> None:
        """Take how many there shall be; they begin with `start`."""
        self._setup, self._count = setup, count
        self._context = multiprocessing.get_context("spawn")
        self._stopping = self._context.Event()
        self._processes: dict[str, SpawnProcess] = {}
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> bool:
        """Begin; False when another program's workers are at work in this folder."""
        self._store = Store.open(self._setup.folder)
        lock = self._store.alone("workers")
        if lock is None:
            self._store.close()
            return False
        self._unlock = lock
        queue.release(self._store)
        for _ in range(self._count):
            self._begin()
        self._watcher.start()
        return True

    def stop(self) -> None:
        """End all workers; what they have begun stays to be done."""
        self._stopping.set()
        self._watcher.join()
        until = time.monotonic() + _FAREWELL
        for owner, process in self._processes.items():
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
            queue.release(self._store, owner)
        self._unlock()
        self._store.close()

    def __enter__(self) -> Self:
        if not self.start():
            raise TranslationError(
                f"Another program works on the jobs in {self._setup.folder}; stop it, or name "
                "another folder."
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _begin(self) -> None:
        owner = uuid.uuid4().hex
        process = self._context.Process(
            target=work,
            args=(self._setup, owner, os.getpid(), self._stopping),
            name=f"translation-{owner[:6]}",
            daemon=True,
        )
        process.start()
        self._processes[owner] = process

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH):
            for owner, process in list(self._processes.items()):
                if process.is_alive():
                    continue
                try:
                    queue.release(self._store, owner)
                except UnavailableError:
                    continue  # the disk is full or the like: the next round tries again
                del self._processes[owner]
                if not self._stopping.wait(_REST):
                    self._begin()
