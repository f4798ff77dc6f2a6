"""Rewrites that many customers' turns speak for, mined from logs of any size."""

from eulalia.learning.mining.engine import Engine, table
from eulalia.learning.mining.mining import rewrites
from eulalia.learning.mining.settings import MiningError, Settings

__all__ = ["Engine", "MiningError", "Settings", "rewrites", "table"]
