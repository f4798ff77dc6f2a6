"""What is kept: turns, records, learned rewrites. SQLite by default, PostgreSQL by URL."""

from eulalia.memory.database import FILE_NAME
from eulalia.memory.errors import MemoryAccessError, MemoryBusyError, MemoryVersionError
from eulalia.memory.memory import Memory
from eulalia.memory.records import Records
from eulalia.memory.rewrites import Rewrites

__all__ = [
    "FILE_NAME",
    "Memory",
    "MemoryAccessError",
    "MemoryBusyError",
    "MemoryVersionError",
    "Records",
    "Rewrites",
]
