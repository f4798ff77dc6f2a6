"""What is kept: turns, and the records of skills. SQLite by default, PostgreSQL by URL."""

from eulalia.memory.database import FILE_NAME
from eulalia.memory.errors import MemoryAccessError, MemoryBusyError, MemoryVersionError
from eulalia.memory.memory import Memory
from eulalia.memory.records import Records

__all__ = [
    "FILE_NAME",
    "Memory",
    "MemoryAccessError",
    "MemoryBusyError",
    "MemoryVersionError",
    "Records",
]
