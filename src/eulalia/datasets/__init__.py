"""Public data sets, each read in its official format."""

from eulalia.datasets.clinc import Clinc, LabelledText
from eulalia.datasets.errors import DatasetError
from eulalia.datasets.massive import Massive, Request
from eulalia.datasets.sample import evenly_spaced
from eulalia.datasets.speech import Manifest, Recording

__all__ = [
    "Clinc",
    "DatasetError",
    "LabelledText",
    "Manifest",
    "Massive",
    "Recording",
    "Request",
    "evenly_spaced",
]
