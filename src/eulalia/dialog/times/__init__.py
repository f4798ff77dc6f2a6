"""Times in text: moments, days, durations and recurrences, in 52 locales.

The text is read as a row of marks (a number, a weekday, "half", "next" …) found by the longest
match among the words of the CLDR and of timewords.toml; what the marks mean together depends on
their order only where languages put it there: "half past six", "sechs Uhr dreißig", "七点半".
"""

from eulalia.dialog.times.calendar import WEEKDAYS, advance
from eulalia.dialog.times.parsed_time import ParsedTime
from eulalia.dialog.times.parser import TimeError, parse, says_all, says_timer

__all__ = ["WEEKDAYS", "ParsedTime", "TimeError", "advance", "parse", "says_all", "says_timer"]
