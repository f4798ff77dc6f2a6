"""How many threads may translate at once."""

from __future__ import annotations

import os


def threads() -> int:
    """The processor threads that OpenMP is allowed; without a word of it, those of the process."""
    told = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if told.isdecimal() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
