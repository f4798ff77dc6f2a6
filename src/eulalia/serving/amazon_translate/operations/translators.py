"""The engines that the server translates with at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from eulalia.translation.jobs import Engines, Translator, documents
from eulalia.translation.jobs.documents import Translation
from eulalia.translation.jobs.engines import check_pair


class Translators:
    """Opens each engine once, and lets one request at a time use one: it uses all cores."""

    def __init__(self, engines: Engines) -> None:
        """Take the engines that may be opened."""
        self.engines = engines
        self._opened: dict[tuple[str, str], Translator] = {}
        self._translating = threading.Lock()

    def translate(
        self,
        content: bytes,
        content_type: str,
        languages: tuple[str, str],
        terminology: Mapping[str, str] | None,
    ) -> Translation:
        """A document in the second of the languages. Raises RequestError as Amazon's would."""
        with self._translating:
            check_pair(self.engines, *languages)
            if languages not in self._opened:
                self._opened[languages] = self.engines.open(*languages)
            engine = self._opened[languages]
            return documents.translate(content, content_type, engine, terminology=terminology)
