"""Finding the skills that are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

from eulalia.skills.skill import Skill

GROUP = "eulalia.skills"
"""The entry point group; each entry names a skill, or a class or function that makes one."""


def find(
    *,
    entries: Iterable[EntryPoint] | None = None,
    report: Callable[[str], None] | None = None,
) -> list[Skill]:
    """All skills of the entry point group, by name.

    A skill that does not load, or that claims what is another's, is left out and `report` gets one
    sentence about it; the others live.
    """
    report = report or (lambda sentence: None)
    skills: list[Skill] = []
    found = entry_points(group=GROUP) if entries is None else entries
    for entry in sorted(found, key=lambda entry: (entry.name, entry.value)):
        try:
            made = entry.load()
            skill = made() if callable(made) else made
            if not isinstance(skill, Skill):
                raise TypeError("it has no name, intents and handle")
            problem = _conflict(skill, skills)
        except Exception as error:
            # Whatever a stranger's package does wrong must not take the assistant down.
            report(f"The skill {entry.name!r} ({entry.value}) does not load: {error}.")
            continue
        if problem:
            report(f"The skill {entry.name!r} ({entry.value}) is left out: {problem}.")
        else:
            skills.append(skill)
    return skills


def _conflict(skill: Skill, others: list[Skill]) -> str | None:
    """Why a skill cannot live beside the others, or None."""
    for other in others:
        if skill.name == other.name:
            return f"another skill has the name {skill.name!r}"
        if shared := sorted(skill.intents & other.intents):
            return f"the skill {other.name!r} already answers for {shared[0]!r}"
    return None
