"""The report: what went wrong, what was learned and whether it helps, to be checked by a person."""

from eulalia.learning.report.figures import Figures, find_figures
from eulalia.learning.report.report import write_report

__all__ = ["Figures", "find_figures", "write_report"]
