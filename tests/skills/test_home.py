"""The home: the virtual one, and Home Assistant's over real HTTP."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from eulalia.dialog import Answers
from eulalia.memory import Memory
from eulalia.skills import Request, SkillError
from eulalia.skills.home import HomeSkill, VirtualHouse
from eulalia.turn import Context, Interpretation, Outcome, Slot


@pytest.fixture
def memory(tmp_path):
    opened = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield opened
    opened.close()


def ask(memory, intent, text="", locale="en-US", place=None, **slots):
    filled = tuple(Slot(name, value, 0, len(value)) for name, value in slots.items())
    reading = Interpretation(text or intent, intent.split("_")[0], intent, filled)
    request = Request(
        reading, (), Context(place=place), locale, "me", datetime.now(UTC), memory.records,
        Answers.open(locale),
    )  # fmt: skip
    return HomeSkill().handle(request)


def state(memory, key):
    house = VirtualHouse(memory.records, "me")
    return next(dict(device.state) for device in house.devices() if device.key == key)


def test_a_light_is_switched_in_the_room_that_was_named_and_nowhere_else(memory):
    reply = ask(memory, "iot_hue_lighton", house_place="the kitchen")
    assert reply.outcome is Outcome.ANSWERED
    assert "kitchen" in reply.text
    assert state(memory, "light.kitchen")["on"]
    assert not state(memory, "light.bedroom")["on"]
    ask(memory, "iot_hue_lightoff", house_place="kitchen")
    assert not state(memory, "light.kitchen")["on"]


@pytest.mark.parametrize(
    ("locale", "room"), [("de-DE", "Küche"), ("ru-RU", "на кухне"), ("zh-CN", "厨房")]
)
def test_rooms_have_names_in_other_languages(memory, locale, room):
    ask(memory, "iot_hue_lighton", locale=locale, house_place=room)
    assert state(memory, "light.kitchen")["on"]


def test_without_a_room_the_one_where_the_request_was_made_is_meant(memory):
    ask(memory, "iot_hue_lighton", place="bedroom")
    assert state(memory, "light.bedroom")["on"]
    assert not state(memory, "light.kitchen")["on"]
    ask(memory, "iot_hue_lighton", house_place="house")
    assert state(memory, "light.kitchen")["on"]


def test_a_room_that_is_not_there_changes_nothing(memory):
    reply = ask(memory, "iot_hue_lighton", house_place="dungeon")
    assert reply.outcome is Outcome.UNAVAILABLE
    assert memory.records.list("me", "device") == {}


def test_lights_are_dimmed_by_a_step_by_an_amount_and_to_a_level(memory):
    ask(memory, "iot_hue_lighton", house_place="kitchen")
    ask(memory, "iot_hue_lightdim", house_place="kitchen")
    assert state(memory, "light.kitchen")["brightness"] == 80
    ask(memory, "iot_hue_lightdim", house_place="kitchen", change_amount="by ten percent")
    assert state(memory, "light.kitchen")["brightness"] == 70
    ask(memory, "iot_hue_lightup", house_place="kitchen", change_amount="to ninety percent")
    assert state(memory, "light.kitchen")["brightness"] == 90
    ask(memory, "iot_hue_lightup", house_place="kitchen")
    assert state(memory, "light.kitchen")["brightness"] == 100
    ask(memory, "iot_hue_lightdim", house_place="kitchen", change_amount="to zero")
    assert not state(memory, "light.kitchen")["on"]


def test_a_color_is_set_or_asked_for(memory):
    reply = ask(memory, "iot_hue_lightchange", house_place="kitchen", color_type="blue")
    assert "blue" in reply.text
    assert state(memory, "light.kitchen")["color"] == "blue"
    question = ask(memory, "iot_hue_lightchange", house_place="kitchen")
    assert not question.end_session


def test_plugs_coffee_and_cleaning(memory):
    ask(memory, "iot_wemo_on", device_type="fan")
    assert state(memory, "plug.fan")["on"]
    ask(memory, "iot_wemo_off", device_type="the fan")
    assert not state(memory, "plug.fan")["on"]
    assert ask(memory, "iot_wemo_on", device_type="death ray").outcome is Outcome.UNAVAILABLE
    ask(memory, "iot_coffee")
    assert state(memory, "coffee")["on"]
    ask(memory, "iot_cleaning")
    assert state(memory, "vacuum")["on"]


def test_what_is_switched_in_a_room_without_a_plug_is_its_light(memory):
    ask(memory, "iot_wemo_off", house_place="kitchen")
    assert not state(memory, "light.kitchen")["on"]
    ask(memory, "iot_wemo_on", house_place="kitchen")
    assert state(memory, "light.kitchen")["on"]
    assert not state(memory, "plug.socket")["on"]


def test_what_is_asked_for_later_is_not_done_now(memory):
    assert ask(memory, "iot_coffee", time="eight am").outcome is Outcome.UNAVAILABLE
    assert not state(memory, "coffee")["on"]


def test_blinds_and_thermostat_are_understood_by_templates(memory):
    assert "closed" in ask(memory, "iot_hue_lightoff", "close the bedroom blinds").text
    assert state(memory, "blind.bedroom")["position"] == 0
    assert state(memory, "blind.living room")["position"] == 100
    ask(memory, "iot_hue_lightdim", "set the blinds in the bedroom to thirty percent")
    assert state(memory, "blind.bedroom")["position"] == 30
    reply = ask(memory, "iot_wemo_on", "set the thermostat to twenty two degrees")
    assert "22" in reply.text
    ask(memory, "iot_hue_lightup", "make it a bit warmer")
    assert state(memory, "thermostat")["temperature"] == 23


def test_the_house_remembers(tmp_path):
    url = f"sqlite:///{tmp_path}/memory.db"
    memory = Memory.open(url)
    ask(memory, "iot_hue_lighton", house_place="kitchen")
    memory.close()
    again = Memory.open(url)
    assert state(again, "light.kitchen")["on"]
    again.close()


@contextmanager
def home_assistant(states, status=200):
    """A server that speaks as much of Home Assistant's REST API as the skill needs."""
    calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply(states if self.path == "/api/states" else None)

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            calls.append((self.path, json.loads(self.rfile.read(length))))
            self.reply([])

        def reply(self, content):
            allowed = self.headers["Authorization"] == "Bearer secret"
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status if allowed else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


STATES = [
    {"entity_id": "light.k", "state": "on",
     "attributes": {"friendly_name": "Kitchen light", "brightness": 128}},
    {"entity_id": "light.b", "state": "off", "attributes": {"friendly_name": "Bedroom light"}},
    {"entity_id": "switch.brew", "state": "off", "attributes": {"friendly_name": "Coffee maker"}},
    {"entity_id": "cover.c", "state": "open", "attributes": {"friendly_name": "Blinds"}},
    {"entity_id": "climate.t", "state": "heat",
     "attributes": {"friendly_name": "Thermostat", "temperature": 19}},
    {"entity_id": "vacuum.v", "state": "docked", "attributes": {}},
    {"entity_id": "sun.sun", "state": "below_horizon", "attributes": {}},
]  # fmt: skip


def set_up(memory, url, token="secret"):
    memory.records.put("me", "setting", "home_assistant", {"url": url, "token": token})


def test_home_assistant_is_told_to_do_the_same(memory):
    with home_assistant(STATES) as (url, calls):
        set_up(memory, url)
        ask(memory, "iot_hue_lightoff", house_place="bedroom")
        ask(memory, "iot_hue_lightdim", house_place="kitchen")
        ask(memory, "iot_hue_lightchange", house_place="kitchen", color_type="light blue")
        ask(memory, "iot_coffee")
        ask(memory, "iot_cleaning")
        ask(memory, "iot_hue_lightoff", "close the blinds")
        ask(memory, "iot_wemo_on", "set the heating to 21 degrees")
    assert calls == [
        ("/api/services/light/turn_off", {"entity_id": "light.b"}),
        ("/api/services/light/turn_on", {"entity_id": "light.k", "brightness_pct": 30}),
        ("/api/services/light/turn_on", {"entity_id": "light.k", "color_name": "lightblue"}),
        ("/api/services/switch/turn_on", {"entity_id": "switch.brew"}),
        ("/api/services/vacuum/start", {"entity_id": "vacuum.v"}),
        ("/api/services/cover/set_cover_position", {"entity_id": "cover.c", "position": 0}),
        ("/api/services/climate/set_temperature", {"entity_id": "climate.t", "temperature": 21.0}),
    ]
    assert memory.records.list("me", "device") == {}


def test_a_server_that_refuses_or_errs_is_told_of_in_one_sentence(memory):
    with home_assistant(STATES) as (url, _):
        set_up(memory, url, "wrong")
        with pytest.raises(SkillError, match="refuses the token"):
            ask(memory, "iot_coffee")
    with pytest.raises(SkillError, match="cannot be reached"):
        ask(memory, "iot_coffee")
    with home_assistant(STATES, status=500) as (url, _):
        set_up(memory, url)
        with pytest.raises(SkillError, match="answers 500"):
            ask(memory, "iot_coffee")


@pytest.mark.parametrize("states", [b"<html>", {"a": 1}, [1], [{"entity_id": "light.x"}], None])
def test_a_server_of_another_kind_is_told_of_in_one_sentence(memory, states):
    with home_assistant(states) as (url, _):
        set_up(memory, url)
        with pytest.raises(SkillError, match="does not answer as Home Assistant does"):
            ask(memory, "iot_coffee")


@pytest.mark.parametrize("setting", [{"url": "ftp://x", "token": ""}, {"url": "x"}, ["x"], "x"])
def test_a_setting_that_cannot_be_is_told_of_in_one_sentence(memory, setting):
    memory.records.put("me", "setting", "home_assistant", setting)
    with pytest.raises(SkillError):
        ask(memory, "iot_coffee")
