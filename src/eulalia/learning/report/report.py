"""Writing the report."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from eulalia.errors import EulaliaError
from eulalia.learning.defects import Probabilities
from eulalia.learning.failures import shipped
from eulalia.learning.report.figures import find_figures
from eulalia.memory import Rewrites
from eulalia.turn import Turn


class ReportError(EulaliaError):
    """A report that cannot be written."""


def write_report(
    path: Path, turns: Sequence[Turn], defects: Probabilities, rewrites: Rewrites
) -> None:
    """Write the report on a log with (turns,) defect probabilities, whole or not at all.

    Raises ReportError when the file cannot be written.
    """
    from eulalia.learning.report.page import page

    figures = find_figures(
        turns,
        defects,
        shipped().judge(turns),
        rewrites.standings(),
        rewrites.history(),
        rewrites.revision,
    )
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_text(page(figures), "utf-8")
        part.replace(path)
    except OSError as error:
        raise ReportError(f"{path} cannot be written ({error.strerror}); name another.") from error
    finally:
        part.unlink(missing_ok=True)
