"""Parallel data and terminologies under names, in a folder; and buckets, which they come from."""

from eulalia.translation.resources.buckets import Buckets, FolderBuckets, S3Buckets
from eulalia.translation.resources.errors import RequestError
from eulalia.translation.resources.parallel_data import ParallelData
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.terminologies import Terminology

__all__ = [
    "Buckets",
    "FolderBuckets",
    "ParallelData",
    "RequestError",
    "S3Buckets",
    "Store",
    "Terminology",
]
