"""All evidence in the turns of a log, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.endings import endings
from eulalia.learning.evidence.hearings import hearings
from eulalia.learning.evidence.opinions import meanings, opinions
from eulalia.learning.evidence.others import others
from eulalia.learning.evidence.sessions import sessions
from eulalia.learning.evidence.things import things
from eulalia.learning.evidence.traces import outcomes, traces
from eulalia.learning.evidence.wordings import wordings
from eulalia.learning.reader import Reader
from eulalia.learning.wording import Wording


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row a turn, a column a name; NaN where a turn does not tell."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float32]

    def __getitem__(self, name: str) -> npt.NDArray[np.float32]:
        column: npt.NDArray[np.float32] = self.values[:, self.names.index(name)]
        return column


def read(columns: Columns, wording: Wording, reader: Reader) -> Evidence:
    """The evidence in all turns of a log."""
    surprise = wordings(columns, wording)
    opinion = opinions(columns, reader)
    found = {
        **surprise,
        **opinion,
        **meanings(columns, reader),
        **traces(columns.turns),
        **outcomes(columns.turns),
        **sessions(columns, surprise["surprise"], opinion["reader_agrees"]),
        **others(columns, surprise["surprise"]),
        **endings(columns, reader),
        **hearings(columns, wording, reader, surprise["surprise"]),
        **things(columns),
    }
    values = np.stack([np.asarray(v, np.float32) for v in found.values()], axis=1)
    return Evidence(tuple(found), values)
