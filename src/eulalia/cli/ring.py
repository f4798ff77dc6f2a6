"""`eulalia ring`: alarms, timers and reminders, when their time has come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from eulalia.cli import options

if TYPE_CHECKING:
    from eulalia.skills.reminders import Due


def ring(
    memory: options.Memory = options.DEFAULT_MEMORY,
    customer: options.Customer = "default",
    once: options.Once = False,
) -> None:
    """Ring for alarms, timers and reminders as they come due, until Ctrl-C."""
    from eulalia.skills.reminders import Bell

    with options.open_assistant(memory, locale="en-US", customer=customer) as assistant:
        bell = Bell(assistant.memory.records, announce, customers=(customer,))
        while True:
            bell.look()
            if once:
                return
            time.sleep(0.5)


def announce(due: Due) -> None:
    """Ring the terminal's bell and say what for."""
    title = f" {due.title}" if due.title else ""
    print(f"\a{due.kind}{title}, {due.time.astimezone():%H:%M:%S}", flush=True)
