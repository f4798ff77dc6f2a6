"""The public sets that can be downloaded, and where their publishers keep them."""

from __future__ import annotations

from dataclasses import dataclass

from eulalia.datasets.errors import DatasetError

# Branches move; a commit stays what it is.
_CLINC_COMMIT = "828f8093932c8fe6ca7936c3d2e52903b1c523de"
_OHF_COMMIT = "3e74ab7ed8d4319293f3cc24e9895d593959e701"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a publisher offers."""

    name: str
    title: str
    licence: str
    url: str
    path: str
    """Where it belongs in the data folder."""
    sha256: str | None = None
    """Known only where the file itself was checked; else that of the first download is kept."""


SOURCES = (
    Source(
        name="massive",
        title="MASSIVE 1.1: requests in 52 locales with intents and slots",
        licence="CC BY 4.0",
        url="https://amazon-massive-nlu-dataset.s3.amazonaws.com/amazon-massive-dataset-1.1.tar.gz",
        path="massive/amazon-massive-dataset-1.1.tar.gz",
    ),
    Source(
        name="massive-1.0",
        title="MASSIVE 1.0: the same in 51 locales, as first published",
        licence="CC BY 4.0",
        url="https://amazon-massive-nlu-dataset.s3.amazonaws.com/amazon-massive-dataset-1.0.tar.gz",
        path="massive-1.0/amazon-massive-dataset-1.0.tar.gz",
    ),
    Source(
        name="clinc150",
        title="CLINC150: English requests of 150 intents and out of scope",
        licence="CC BY 3.0",
        url=f"https://raw.githubusercontent.com/clinc/oos-eval/{_CLINC_COMMIT}/data/data_full.json",
        path="nlu/clinc150.json",
        sha256="36923c3705a59e08fe9c3883d8bc2dd966ef93e22cb78ac41171782a698d56e0",
    ),
    Source(
        name="speech-commands",
        title="Speech Commands 0.02: single English words by many speakers",
        licence="CC BY 4.0",
        url="https://storage.googleapis.com/download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
        path="speech/speech_commands_v0.02.tar.gz",
    ),
    Source(
        name="ohf-intents",
        title="Home Assistant's sentence templates in 65 languages",
        licence="CC BY 4.0",
        url=f"https://github.com/OHF-Voice/intents/archive/{_OHF_COMMIT}.tar.gz",
        path="nlu/ohf-intents.tar.gz",
    ),
)


def find_source(name: str) -> Source:
    """The source of that name. Raises DatasetError when there is none."""
    for source in SOURCES:
        if source.name == name:
            return source
    raise DatasetError(
        f"There is no set {name!r}; there are {', '.join(source.name for source in SOURCES)}."
    )
