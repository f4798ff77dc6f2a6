"""Jobs that translate folders of documents, done by processes of their own."""

from eulalia.translation.jobs.engines import Engines, InstalledEngines, Translator
from eulalia.translation.jobs.jobs import Filter, Job, Request
from eulalia.translation.jobs.work import Setup
from eulalia.translation.jobs.workers import Workers

__all__ = [
    "Engines",
    "Filter",
    "InstalledEngines",
    "Job",
    "Request",
    "Setup",
    "Translator",
    "Workers",
]
