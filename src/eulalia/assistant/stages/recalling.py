"""The stage that recalls what the customer taught: phrases of their own, and favourites."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Trace
from eulalia.skills import preferences
from eulalia.skills.teaching import TeachingSkill, lessons, wordings
from eulalia.turn import Hypothesis, Rewrite

_SPOKEN_OF: Final[tuple[str, ...]] = ("home", "team", "artist", "station")
"""Preferences whose names stand for them in a request, as in "play my favourite band".

"My favourite music" is as often a song as a genre; the music skill knows what to do with it.
"""


def recall(trace: Trace, parts: Parts) -> None:
    """Put what a taught phrase stands for in its place, or a favourite's name; else do nothing."""
    turn, text = trace.turn, trace.text
    if not parts.has(TeachingSkill.name) or not wordings.speaks(turn.locale):
        return
    records = parts.memory.records
    owner = (records, turn.customer, turn.locale)
    how, meant = "phrase", lessons.recall(*owner, text)
    if meant is None and lessons.is_as_said(*owner, text):
        how, meant = "as_said", text  # a rewrite to itself, which nothing learned replaces
    if meant is None and wordings.read(text, turn.locale) is None:
        known = preferences.every(records, turn.customer)
        values = {name: known[name] for name in _SPOKEN_OF if name in known}
        how, meant = "preference", wordings.replaced(text, turn.locale, values)
    if meant is None:
        return
    with trace.stage("rewrite") as report:
        report.hypotheses = (Hypothesis(meant, 1.0),)
        report.notes = {"layer": "taught", "how": how, "applied": True}
        trace.turn = replace(turn, rewrite=Rewrite(turn.text or "", meant, "taught", 1.0))
