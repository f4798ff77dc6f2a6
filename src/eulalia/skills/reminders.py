"""What goes off by itself: alarms, timers and the reminders of the calendar."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from eulalia.dialog import times

if TYPE_CHECKING:
    from eulalia.memory.records import Records

KINDS: Final = ("alarm", "event")
"""The kinds of records that go off."""
RINGING: Final = "ringing"
"""The kind under which is kept what has gone off and has not been stopped."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time has come."""

    customer: str
    kind: str
    """alarm, timer or event."""
    title: str
    """What it is about; empty for an alarm without a name."""
    time: datetime
    """When it was to go off, in UTC."""
    locale: str


def due(records: Records, customer: str, now: datetime) -> list[Due]:
    """Everything of a customer's that was to go off by now, earliest first.

    Each is told once: what recurs moves on to its next time, the rest of the alarms are forgotten,
    and events stay in the calendar, marked as told. What came due while the assistant was off is
    told when it is asked next.
    """
    found = []
    for kind in KINDS:
        for key, thing in list(records.list(customer, kind).items()):
            moment = datetime.fromisoformat(thing["time"])
            if moment > now or thing.get("told"):
                continue
            found.append(_due(customer, kind, thing, moment))
            records.put(customer, RINGING, key, {"title": thing.get("title", "")})
            _move_on(records, customer, kind, key, thing, now)
    return sorted(found, key=lambda one: one.time)


def stop(records: Records, customer: str) -> int:
    """Silence everything that rings; returns how many things that were."""
    ringing = list(records.list(customer, RINGING))
    for key in ringing:
        records.delete(customer, RINGING, key)
    return len(ringing)


def _due(customer: str, kind: str, thing: dict[str, Any], moment: datetime) -> Due:
    return Due(
        customer,
        str(thing.get("kind", kind)),
        str(thing.get("title", "")),
        moment.astimezone(UTC),
        str(thing.get("locale", "en-US")),
    )


def _move_on(
    records: Records, customer: str, kind: str, key: str, thing: dict[str, Any], now: datetime
) -> None:
    every = thing.get("every")
    if every:
        moment = datetime.fromisoformat(thing["time"])
        while moment <= now:
            moment = times.advance(moment, every)
        records.put(customer, kind, key, {**thing, "time": moment.isoformat()})
    elif kind == "event":
        records.put(customer, kind, key, {**thing, "told": True})
    else:
        records.delete(customer, kind, key)


class Bell:
    """Looks every so often whether something is due, and rings.

    `ring` is called in the bell's own thread, once for each thing that is due.
    """

    def __init__(
        self,
        records: Records,
        ring: Callable[[Due], None],
        *,
        customers: tuple[str, ...] = ("default",),
        interval: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`interval` is in seconds; `clock` tells the present moment, with a time zone."""
        self._records = records
        self._ring = ring
        self._customers = dict.fromkeys(customers)
        self._interval = interval
        self._clock = clock
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, customer: str) -> None:
        """Ring for this customer too."""
        self._customers = {**self._customers, customer: None}

    def start(self) -> None:
        """Begin to look; a bell that has begun goes on."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="eulalia-bell", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more; returns when the thread has ended."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self) -> list[Due]:
        """Ring for all that is due now, and return it."""
        found = [one for name in self._customers for one in due(self._records, name, self._clock())]
        for one in found:
            self._ring(one)
        return found

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.look()
