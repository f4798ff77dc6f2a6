"""A real house: Home Assistant through its REST API.

https://developers.home-assistant.io/docs/api/rest describes it: `GET /api/states` lists the
entities, `POST /api/services/DOMAIN/SERVICE` acts on one.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, Final, Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from eulalia.skills.home import Device
from eulalia.skills.skill import SkillError

SECONDS: Final = 5.0
"""How long to wait for Home Assistant's answer."""
_KINDS: Final = {
    "light": "light", "switch": "plug", "cover": "blind", "climate": "thermostat",
    "vacuum": "vacuum",
}  # fmt: skip
_COFFEE: Final = ("coffee", "espresso", "kaffee", "café", "caffè", "кофе", "咖啡", "コーヒー")


class HomeAssistant:
    """The house that a Home Assistant server knows."""

    def __init__(self, url: str, token: str) -> None:
        """`url` is the server's, http://homeassistant.local:8123 say; `token` a long-lived one.

        Raises SkillError when the address is not one of HTTP.
        """
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            raise SkillError(
                f"{url!r} is no address of Home Assistant; it begins with http:// or https://."
            )
        self._url = url.rstrip("/")
        self._token = token

    @classmethod
    def from_setting(cls, setting: Any) -> Self:
        """The house of the record {"url": …, "token": …}; raises SkillError for another shape."""
        try:
            return cls(str(setting["url"]), str(setting["token"]))
        except (KeyError, TypeError) as error:
            raise SkillError("The setting home_assistant needs a url and a token.") from error

    def devices(self) -> list[Device]:
        """The lights, switches, covers, thermostats and vacuum cleaners that are within reach.

        Raises SkillError when the server does not answer as Home Assistant does.
        """
        states = self._ask("GET", "/api/states")
        try:
            found = [_device(entity) for entity in states]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SkillError(f"{self._url} does not answer as Home Assistant does.") from error
        return [device for device in found if device is not None]

    def change(self, device: Device, state: Mapping[str, Any]) -> None:
        """Call the services that bring the device to that state.

        Raises SkillError when the server does not take the call.
        """
        for service, data in _services(device, state):
            self._ask("POST", f"/api/services/{service}", {"entity_id": device.key, **data})

    def _ask(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        try:
            request = HttpRequest(
                self._url + path,
                method=method,
                data=None if data is None else json.dumps(data).encode(),
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Content-Type": "application/json",
                },
            )
            with urlopen(request, timeout=SECONDS) as response:
                return json.load(response)
        except HTTPError as error:
            with error:
                if error.code == 401:
                    raise SkillError(
                        f"Home Assistant at {self._url} refuses the token; make a new one."
                    ) from error
                raise SkillError(
                    f"Home Assistant at {self._url} answers {error.code} {error.reason}."
                ) from error
        except (URLError, OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise SkillError(
                f"Home Assistant at {self._url} cannot be reached ({reason})."
            ) from error
        except ValueError as error:
            raise SkillError(f"{self._url} does not answer as Home Assistant does.") from error


def _device(entity: Mapping[str, Any]) -> Device | None:
    """The device of one entry of /api/states, or None for one of no interest here."""
    key = str(entity["entity_id"])
    kind = _KINDS.get(key.split(".")[0])
    if kind is None or entity["state"] in {"unavailable", "unknown"}:
        return None
    attributes = entity.get("attributes") or {}
    name = str(attributes.get("friendly_name") or key.split(".", 1)[1].replace("_", " "))
    if kind == "plug" and any(word in name.casefold() for word in _COFFEE):
        kind = "coffee"
    state: dict[str, Any] = {"on": entity["state"] in {"on", "cleaning", "open", "heat"}}
    if kind == "light":
        state["brightness"] = round(float(attributes.get("brightness") or 255) / 2.55)
    if kind == "blind":
        state["position"] = attributes.get("current_position", 100 if state["on"] else 0)
    if kind == "thermostat":
        state["temperature"] = attributes.get("temperature")
    return Device(key, kind, name, "", state)


def _services(device: Device, state: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The services to call and their data, without the entity."""
    if device.kind == "thermostat":
        return [("climate/set_temperature", {"temperature": state["temperature"]})]
    if device.kind == "blind":
        return [("cover/set_cover_position", {"position": state["position"]})]
    if device.kind == "vacuum":
        return [("vacuum/start" if state["on"] else "vacuum/return_to_base", {})]
    if device.kind == "light":
        if not state["on"]:
            return [("light/turn_off", {})]
        data: dict[str, Any] = {}
        if "brightness" in state:
            data["brightness_pct"] = state["brightness"]
        if "color" in state:
            data["color_name"] = state["color"].replace(" ", "")
        return [("light/turn_on", data)]
    return [("switch/turn_on" if state["on"] else "switch/turn_off", {})]
