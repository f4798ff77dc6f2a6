"""The home: lights, plugs, blinds, a thermostat, a vacuum cleaner and a coffee machine.

The skill speaks to a `House`. Without anything configured that is a virtual one, kept in the
records; with the address and token of Home Assistant it is a real one (home_assistant.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from eulalia.dialog import numbers
from eulalia.dialog.resolution import closest
from eulalia.skills import preferences
from eulalia.skills.skill import Reply, Request
from eulalia.skills.templates import TemplateSkill
from eulalia.turn import Interpretation, Outcome

if TYPE_CHECKING:
    from eulalia.memory.records import Records

STEP: Final = 20
"""Percent by which a light gets brighter or darker when nobody says how much."""
_BY: Final = frozenset({"by", "um", "por", "de", "di", "на", "kwa"})
"""Words that make an amount a difference: dim by ten percent."""

ROOMS: Final[dict[str, dict[str, str]]] = {
    "kitchen": {
        "en": "kitchen", "de": "Küche", "es": "cocina", "fr": "cuisine", "it": "cucina",
        "pt": "cozinha", "ru": "кухня", "zh": "厨房", "ja": "キッチン", "ar": "المطبخ",
        "hi": "रसोई", "sw": "jikoni",
    },
    "living room": {
        "en": "living room", "de": "Wohnzimmer", "es": "sala de estar", "fr": "salon",
        "it": "soggiorno", "pt": "sala de estar", "ru": "гостиная", "zh": "客厅", "ja": "リビング",
        "ar": "غرفة المعيشة", "hi": "लिविंग रूम", "sw": "sebule",
    },
    "bedroom": {
        "en": "bedroom", "de": "Schlafzimmer", "es": "dormitorio", "fr": "chambre",
        "it": "camera da letto", "pt": "quarto", "ru": "спальня", "zh": "卧室", "ja": "寝室",
        "ar": "غرفة النوم", "hi": "बेडरूम", "sw": "chumba cha kulala",
    },
    "bathroom": {
        "en": "bathroom", "de": "Badezimmer", "es": "baño", "fr": "salle de bain", "it": "bagno",
        "pt": "casa de banho", "ru": "ванная", "zh": "浴室", "ja": "浴室", "ar": "الحمام",
        "hi": "बाथरूम", "sw": "bafuni",
    },
}  # fmt: skip
"""The rooms of the virtual house, by language."""
_EVERYWHERE: Final = (
    "house", "home", "everywhere", "all", "room", "here", "haus", "wohnung", "zimmer", "überall",
    "casa", "habitación", "maison", "pièce", "chambre", "stanza", "дом", "комната", "везде", "房子",
    "房间", "家", "部屋", "المنزل", "البيت", "الغرفة", "घर", "कमरा", "कमरे", "nyumba", "chumba",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """A thing in the house that can be told to do something."""

    key: str
    """Unique in its house, such as light.kitchen."""
    kind: str
    """light, plug, blind, thermostat, vacuum or coffee."""
    name: str
    room: str = ""
    """Key of `ROOMS` in the virtual house; empty where the house does not tell."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """on (bool), brightness and position (percent), color (text), temperature (degrees)."""


class House(Protocol):
    """Where the devices are."""

    def devices(self) -> list[Device]:
        """All devices with their present state."""

    def change(self, device: Device, state: Mapping[str, Any]) -> None:
        """Bring a device to that state, as far as the keys of `state` go."""


_DEFAULT_HOUSE: Final = (
    *(
        Device(f"light.{room}", "light", f"{room} light", room, {"on": False, "brightness": 100})
        for room in ROOMS
    ),
    Device("plug.fan", "plug", "fan", "bedroom", {"on": False}),
    Device("plug.socket", "plug", "smart plug socket", "living room", {"on": False}),
    Device("blind.living room", "blind", "blinds", "living room", {"position": 100}),
    Device("blind.bedroom", "blind", "blinds", "bedroom", {"position": 100}),
    Device("thermostat", "thermostat", "thermostat", "living room", {"temperature": 20.0}),
    Device("vacuum", "vacuum", "vacuum cleaner", "", {"on": False}),
    Device("coffee", "coffee", "coffee machine", "kitchen", {"on": False}),
)


class VirtualHouse:
    """A house that exists in the records alone, and remembers."""

    def __init__(self, records: Records, customer: str) -> None:
        self._records = records
        self._customer = customer

    def devices(self) -> list[Device]:
        """The default house, in the state that it was left in."""
        kept = self._records.list(self._customer, "device")
        return [
            replace(device, state={**device.state, **kept.get(device.key, {})})
            for device in _DEFAULT_HOUSE
        ]

    def change(self, device: Device, state: Mapping[str, Any]) -> None:
        """Remember the new state."""
        self._records.put(self._customer, "device", device.key, {**device.state, **state})


def configured_house(request: Request) -> House:
    """Home Assistant when the customer's settings name one, otherwise the virtual house.

    The setting is the record `home_assistant` of kind `setting`: {"url": …, "token": …}.
    """
    setting = request.records.get(request.customer, "setting", "home_assistant")
    if not setting:
        return VirtualHouse(request.records, request.customer)
    # Imported here: most houses are virtual, and an HTTP client takes time to load.
    from eulalia.skills.home_assistant import HomeAssistant

    return HomeAssistant.from_setting(setting)


class HomeSkill:
    """Switches, dims, colours, opens, heats, cleans and makes coffee."""

    name = "home"
    settings = frozenset({"home_assistant"})
    intents = frozenset(
        {
            "iot_hue_lighton", "iot_hue_lightoff", "iot_hue_lightdim", "iot_hue_lightup",
            "iot_hue_lightchange", "iot_wemo_on", "iot_wemo_off", "iot_coffee", "iot_cleaning",
            "home_open", "home_close", "home_position", "home_temperature", "home_warmth",
        }
    )  # fmt: skip

    def __init__(self, house: Callable[[Request], House] = configured_house) -> None:
        self._house = house

    def match(self, text: str) -> Interpretation | None:
        """What the text means by the templates for blinds and thermostat (home.yaml), or None."""
        return self._templates.match(text)

    @cached_property
    def _templates(self) -> TemplateSkill:
        with resources.as_file(resources.files("eulalia.skills") / "home.yaml") as path:
            return TemplateSkill.load(Path(path))

    def handle(self, request: Request) -> Reply:
        """Change the house as asked.

        Raises SkillError when the house does not answer.
        """
        if request.interpretation.slot("time") or request.interpretation.slot("date"):
            answer = "I can only do that right away, not at another time."
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
        # MASSIVE has no intent for blinds and heating, so that a model trained on it takes them
        # for lights and plugs; the templates know better.
        if request.locale.startswith("en") and request.interpretation.intent.startswith("iot_"):
            matched = self.match(request.interpretation.text)
            if matched is not None:
                request = replace(request, interpretation=matched)
        house = self._house(request)
        devices = house.devices()
        match request.interpretation.intent:
            case "iot_hue_lighton":
                return self._switch_lights(request, house, devices, True)
            case "iot_hue_lightoff":
                return self._switch_lights(request, house, devices, False)
            case "iot_hue_lightdim":
                return self._change_brightness(request, house, devices, -STEP)
            case "iot_hue_lightup":
                return self._change_brightness(request, house, devices, STEP)
            case "iot_hue_lightchange":
                return self._change_color(request, house, devices)
            case "iot_wemo_on" | "iot_wemo_off":
                return self._switch_plug(request, house, devices)
            case "iot_coffee":
                return self._start(request, house, devices, "coffee", "Coffee is on its way.")
            case "iot_cleaning":
                return self._start(request, house, devices, "vacuum", "The cleaning has begun.")
            case "home_temperature" | "home_warmth":
                return self._heat(request, house, devices)
            case _:
                return self._move_blinds(request, house, devices)

    def _switch_lights(
        self, request: Request, house: House, devices: Sequence[Device], on: bool
    ) -> Reply:
        chosen = _in_room(request, [d for d in devices if d.kind == "light"])
        if not chosen:
            return _nothing_there(request)
        for device in chosen:
            house.change(device, {"on": on})
        answer = "The light is on ({places})." if on else "The light is off ({places})."
        return Reply(request.answers.say(answer, places=_places(request, chosen)))

    def _change_brightness(
        self, request: Request, house: House, devices: Sequence[Device], step: int
    ) -> Reply:
        chosen = _in_room(request, [d for d in devices if d.kind == "light"])
        if not chosen:
            return _nothing_there(request)
        amount = _amount(request, "change_amount")
        levels = []
        for device in chosen:
            now = float(device.state.get("brightness", 100)) if device.state.get("on") else 0.0
            if amount is None:
                # A light that is off and is to be dimmed shines dimly.
                level = (now or 50 - step / 2) + step
            elif amount.relative:
                level = now + (amount.value if step > 0 else -amount.value)
            else:
                level = amount.value
            levels.append(round(min(max(level, 0), 100)))
            house.change(device, {"on": levels[-1] > 0, "brightness": levels[-1]})
        return Reply(
            request.answers.say(
                "The light is at {percent} percent ({places}).",
                percent=request.answers.number(max(levels)),
                places=_places(request, chosen),
            )
        )

    def _change_color(self, request: Request, house: House, devices: Sequence[Device]) -> Reply:
        chosen = _in_room(request, [d for d in devices if d.kind == "light"])
        if not chosen:
            return _nothing_there(request)
        color = request.said("color_type")
        if color is None:
            if request.said("change_amount"):
                return self._change_brightness(request, house, devices, STEP)
            answer = "Which color should the light have?"
            return Reply(request.answers.say(answer), Outcome.UNAVAILABLE, end_session=False)
        for device in chosen:
            house.change(device, {"on": True, "color": color})
        return Reply(
            request.answers.say(
                "The light is {color} now ({places}).",
                color=color,
                places=_places(request, chosen),
            )
        )

    def _switch_plug(self, request: Request, house: House, devices: Sequence[Device]) -> Reply:
        on = request.interpretation.intent == "iot_wemo_on"
        plugs = [d for d in devices if d.kind in {"plug", "coffee", "vacuum"}]
        said = request.said("device_type")
        device = None
        if said is not None:
            found = closest(said, [d.name for d in plugs], request.locale)
            device = next((d for d in plugs if found and d.name == found[0]), None)
        elif request.said("house_place"):
            # What is switched in a room, with no device named, is its plug or else its light.
            device = next(iter(_in_room(request, [d for d in plugs if d.kind == "plug"])), None)
            if device is None:
                return self._switch_lights(request, house, devices, on)
        elif plugs:
            device = next((d for d in plugs if "socket" in d.name), plugs[0])
        if device is None:
            answer = "I know no device called {device}."
            return Reply(request.answers.say(answer, device=said or "–"), Outcome.UNAVAILABLE)
        house.change(device, {"on": on})
        answer = "{device} is on." if on else "{device} is off."
        return Reply(request.answers.say(answer, device=said or device.name))

    def _start(
        self, request: Request, house: House, devices: Sequence[Device], kind: str, answer: str
    ) -> Reply:
        device = next((d for d in devices if d.kind == kind), None)
        if device is None:
            return _nothing_there(request)
        house.change(device, {"on": True})
        return Reply(request.answers.say(answer))

    def _move_blinds(self, request: Request, house: House, devices: Sequence[Device]) -> Reply:
        chosen = _in_room(request, [d for d in devices if d.kind == "blind"])
        if not chosen:
            return _nothing_there(request)
        amount = _amount(request, "position")
        whole = 100.0 if request.interpretation.intent == "home_open" else 0.0
        position = round(min(max(amount.value if amount else whole, 0), 100))
        for device in chosen:
            house.change(device, {"position": position})
        if position in (0, 100):
            answer = "The blinds are open." if position else "The blinds are closed."
            return Reply(request.answers.say(answer))
        answer = "The blinds are {percent} percent open."
        return Reply(request.answers.say(answer, percent=request.answers.number(position)))

    def _heat(self, request: Request, house: House, devices: Sequence[Device]) -> Reply:
        device = next((d for d in devices if d.kind == "thermostat"), None)
        if device is None:
            return _nothing_there(request)
        fahrenheit = isinstance(house, VirtualHouse) and _measures_in_fahrenheit(request)
        before = float(device.state.get("temperature") or 20.0)
        before = before * 9 / 5 + 32 if fahrenheit else before
        amount = _amount(request, "temperature")
        if request.interpretation.intent == "home_warmth":
            target = before + (1 if request.said("direction") == "warmer" else -1)
        else:
            target = amount.value if amount is not None else before
        if target != before:
            celsius = (target - 32) * 5 / 9 if fahrenheit else target
            house.change(device, {"temperature": celsius})
        degrees = request.answers.number(round(target, 1))
        return Reply(
            request.answers.say("The thermostat is set to {degrees} degrees.", degrees=degrees)
        )


def _measures_in_fahrenheit(request: Request) -> bool:
    """Whether the customer thinks in Fahrenheit; a real house has a setting of its own for that."""
    return preferences.get(request.records, request.customer, "units") == "imperial"


@dataclass(frozen=True, slots=True)
class _Amount:
    value: float
    relative: bool


def _amount(request: Request, slot: str) -> _Amount | None:
    """The number that was said for a slot, and whether it is a difference."""
    said = request.said(slot)
    found = numbers.find(said, request.locale) if said else []
    if not said or len(found) != 1:
        return None
    return _Amount(found[0].value, said.casefold().split()[0] in _BY)


def _in_room(request: Request, devices: Sequence[Device]) -> list[Device]:
    """The devices of the room that was named, of the room where the request was made, or all."""
    said = request.said("house_place") or request.said("room")
    place = said or request.context.place
    if place is None or (said and closest(said, _EVERYWHERE, request.locale)):
        found = _devices_at(place, devices, request.locale) if place else []
        return found or list(devices)
    found = _devices_at(place, devices, request.locale)
    # A device may stand where there is no light; only a room that was named must exist.
    return found if found or said else list(devices)


def _devices_at(place: str, devices: Sequence[Device], locale: str) -> list[Device]:
    """The devices whose room, in any language, or else whose name is most like the place."""
    names = {
        name: device.key
        for device in devices
        for name in (*ROOMS.get(device.room, {}).values(), device.room, device.name)
        if name
    }
    found = closest(place, names, locale)
    if found is None:
        return []
    room = next(device.room for device in devices if device.key == names[found[0]])
    return [d for d in devices if (d.room == room if room else d.key == names[found[0]])]


def _places(request: Request, devices: Sequence[Device]) -> str:
    language = request.answers.locale.split("-")[0]
    names = (ROOMS.get(d.room, {}).get(language, d.room) or d.name for d in devices)
    return request.answers.list(list(dict.fromkeys(names)))


def _nothing_there(request: Request) -> Reply:
    answer = "I know no such device or room in this house."
    return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
