"""What people say to teach, in every language in which the assistant answers."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.dialog.answers import LANGUAGES
from eulalia.skills.preferences import NAMES
from eulalia.skills.teaching import wordings

LOCALES = ("en-US", *LANGUAGES)

SAID = tomllib.loads((Path(__file__).parent / "said.toml").read_text("utf-8"))


@pytest.mark.parametrize(("locale", "text", "phrase", "request_"), SAID["taught"])
def test_a_phrase_is_taught(locale: str, text: str, phrase: str, request_: str) -> None:
    said = wordings.read(text, locale)
    assert said is not None
    assert (said.kind, said.words("phrase"), said.words("request")) == ("teach", phrase, request_)
    for part in said.parts.values():
        assert text[part.start : part.end] == part.text


@pytest.mark.parametrize(("locale", "text", "meant"), SAID["corrected"])
def test_a_misunderstanding_is_corrected(locale: str, text: str, meant: str) -> None:
    said = wordings.read(text, locale)
    assert said is not None
    assert (said.kind, said.words("request")) == ("correct", meant)


@pytest.mark.parametrize(("locale", "kind", "text"), SAID["whole"])
def test_complaints_tours_and_questions_are_told_apart(locale: str, kind: str, text: str) -> None:
    said = wordings.read(text, locale)
    assert said is not None
    assert said.kind == kind


@pytest.mark.parametrize(("locale", "name", "text", "value"), SAID["stated"])
def test_a_preference_is_stated(locale: str, name: str, text: str, value: str) -> None:
    said = wordings.read(text, locale)
    assert said is not None
    assert (said.kind, said.words(name)) == ("state", value)


@pytest.mark.parametrize(("locale", "text", "phrase"), SAID["forgotten"])
def test_something_taught_is_to_be_forgotten(locale: str, text: str, phrase: str) -> None:
    assert wordings.forgets(text, locale) == phrase


@pytest.mark.parametrize(("locale", "text"), SAID["asked"])
def test_a_preference_is_asked_for(locale: str, text: str) -> None:
    said = wordings.read(text, locale)
    assert said is not None
    assert (said.kind, *said.parts) == ("tell", "team")


@pytest.mark.parametrize("kind", SAID["answered"])
def test_every_language_has_its_answers(kind: str) -> None:
    assert {locale for locale, _ in SAID["answered"][kind]} == set(LOCALES)
    for locale, said in SAID["answered"][kind]:
        assert wordings.is_said(kind, said, locale), (locale, said)
        assert not wordings.is_said(kind, f"{said} Zürich Zürich", locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_can_say_everything(locale: str) -> None:
    table = wordings._wordings()[locale.split("-")[0]]
    for kind in (
        *wordings.KINDS,
        "forget_taught",
        "list_frames",
        "yes",
        "no",
        "skip",
        "stop",
        "tell",
        "frames",
    ):
        assert table[kind], kind
    assert set(table["state"]) == set(table["named"]) == set(NAMES)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("turn off the lights", "en-US"),
        ("call me a taxi", "en-US"),
        ("call me at six am", "en-US"),
        ("remind me to call mom", "en-US"),
        ("what does serendipity mean", "en-US"),
        ("delete everything", "en-US"),
        ("use the email in my contacts", "en-US"),
        ("lösche alles", "de-DE"),
        ("chiamami un taxi", "it-IT"),
        ("मुझे छह बजे बुलाओ", "hi-IN"),
        ("删除全部", "zh-CN"),
        ("when i say movie time i mean lights", "nl-NL"),
        ("", "en-US"),
    ],
)
def test_other_requests_are_left_alone(text: str, locale: str) -> None:
    assert wordings.read(text, locale) is None


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("when I say I mean turn off the lights", "phrase"),
        ("when I say movie time I mean", "request"),
        ("when I say “”, I mean turn off the lights", "phrase"),
    ],
)
def test_a_part_that_nobody_said_is_missing(text: str, missing: str) -> None:
    said = wordings.read(text, "en-US")
    assert said is not None
    assert said.kind == "teach"
    assert said.words(missing) == ""


def test_favourites_are_named_inside_a_request() -> None:
    values = {"team": "Warriors", "artist": "Björk"}
    assert wordings.replaced("When does my team play?", "en-US", values) == (
        "When does Warriors play?"
    )
    assert wordings.replaced("播放我最喜欢的歌手的歌", "zh-CN", values) == "播放Björk的歌"
    assert wordings.replaced("play some jazz", "en-US", values) is None
    assert wordings.replaced("when does my team play", "en-US", {"team": "my team"}) is None


@pytest.mark.parametrize(
    ("answer", "name", "value"),
    [
        ("It's Boston.", "home", "Boston"), ("I live in Boston", "home", "Boston"),
        ("I'm a Warriors fan", "team", "Warriors"), ("Celsius, please", "units", "metric"),
        ("Björk", "artist", "Björk"),
        ("the groceries list", "list", "groceries"), ("The Beatles", "artist", "The Beatles"),
        ("I prefer miles", "units", "imperial"), ("bananas", "units", ""),
    ],
)  # fmt: skip
def test_an_answer_is_freed_from_its_frame(answer: str, name: str, value: str) -> None:
    assert wordings.value_of(answer, "en-US", name) == value


@given(st.text(max_size=700), st.sampled_from(LOCALES))
def test_any_text_can_be_read(text: str, locale: str) -> None:
    said = wordings.read(text, locale)
    wordings.forgets(text, locale)
    wordings.key(text, locale)
    for part in said.parts.values() if said else ():
        assert part.text.strip()


@given(st.text(alphabet="abc ,.!?", min_size=1, max_size=40))
def test_marks_case_and_spaces_make_no_difference(text: str) -> None:
    plain = " ".join(re.sub(r"[,.!?]", " ", text).split())
    if not re.search(r"[a-z][,.!?][a-z]", text):
        assert wordings.key(text.upper(), "en-US") == wordings.key(plain, "en-US")


@pytest.mark.parametrize(
    "text",
    ["when i say " + "i mean " * 80, "no i meant " * 50, "," * 600, "when i say " + "a " * 280],
)
def test_nothing_takes_long_to_read(text: str) -> None:
    began = time.perf_counter()
    wordings.read(text[: wordings.LONGEST], "en-US")
    assert time.perf_counter() - began < 0.5
