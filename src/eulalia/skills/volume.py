"""The volume of whatever the assistant plays and says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eulalia.dialog import numbers
from eulalia.skills.skill import Reply, Request

if TYPE_CHECKING:
    from eulalia.memory.records import Records

STEP: Final = 10
"""Percent by which it gets louder or softer when nobody says how much."""
START: Final = 50


def gain(records: Records, customer: str) -> float:
    """What the customer's volume multiplies samples by, from 0 to 1."""
    kept = records.get(customer, "player", "volume") or {}
    return 0.0 if kept.get("muted") else int(kept.get("level", START)) / 100


class VolumeSkill:
    """Makes it louder, softer or silent; the record `volume` of kind `player` keeps the level."""

    name = "volume"
    intents = frozenset(
        {"audio_volume_up", "audio_volume_down", "audio_volume_mute", "audio_volume_other"}
    )

    def handle(self, request: Request) -> Reply:
        """Change the level, or tell it."""
        kept = request.records.get(request.customer, "player", "volume") or {}
        level = int(kept.get("level", START))
        match request.interpretation.intent:
            case "audio_volume_mute":
                # "Unmute" is so like "mute" that the understanding takes the one for the other.
                muted = "unmute" not in request.interpretation.text.casefold()
                return self._set(request, {"level": level, "muted": muted})
            case "audio_volume_up":
                return self._set(request, {"level": _changed(request, level, 1), "muted": False})
            case "audio_volume_down":
                return self._set(request, {"level": _changed(request, level, -1), "muted": False})
        if request.said("change_amount"):
            return self._set(request, {"level": _changed(request, level, 1), "muted": False})
        return self._tell(request, {"level": level, "muted": bool(kept.get("muted"))})

    def _set(self, request: Request, volume: dict[str, Any]) -> Reply:
        request.records.put(request.customer, "player", "volume", volume)
        return self._tell(request, volume)

    def _tell(self, request: Request, volume: dict[str, Any]) -> Reply:
        if volume["muted"]:
            return Reply(request.answers.say("The sound is off."), notes=volume)
        percent = request.answers.number(volume["level"])
        answer = request.answers.say("The volume is at {percent} percent.", percent=percent)
        return Reply(answer, notes=volume)


def _changed(request: Request, level: int, direction: int) -> int:
    """The new level: the number that was said, or a step; "by ten" is a difference."""
    said = request.said("change_amount")
    found = numbers.find(said, request.locale) if said else []
    if not said or len(found) != 1:
        new: float = level + direction * STEP
    elif said.casefold().split()[0] in {"by", "um", "por", "de", "di", "на", "kwa"}:
        new = level + direction * found[0].value
    else:
        new = found[0].value
    return round(min(max(new, 0), 100))
