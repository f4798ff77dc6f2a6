"""Whole conversations in which something is taught, with the real understanding and memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from eulalia.asr import Mode, RecognitionError, Transcript
from eulalia.assistant import Assistant, Samples
from eulalia.audio import SpeechDetector
from eulalia.memory import Memory
from eulalia.skills import find, preferences, questions, reminders
from eulalia.skills.teaching import lessons
from eulalia.text import Grammar
from eulalia.tts import EspeakVoice
from eulalia.turn import Outcome
from tests.talking import Talk, never, opened

LIGHT = "turn on the kitchen light"
NONSENSE = "flibber gabber doo"


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with Memory.open(tmp_path_factory.mktemp("home")) as memory:
        yield memory


@pytest.fixture
def talk(memory: Memory, request: pytest.FixtureRequest) -> Talk:
    return Talk(memory, request.node.name[:100])


def test_a_phrase_works_on_the_next_turn(talk: Talk) -> None:
    assert talk(f"When I say movie time, I mean {LIGHT}") == (
        f"All right: when you say “movie time”, I will take it for “{LIGHT}”."
    )
    assert talk("movie time") == "The light is on (kitchen)."
    rewrite, span = talk.turn.rewrite, talk.turn.span("rewrite")
    assert rewrite is not None
    assert span is not None
    assert (rewrite.original, rewrite.text, rewrite.source) == ("movie time", LIGHT, "taught")
    assert span.notes["layer"] == "taught"
    assert talk.feedback(f"When I say movie time, I mean {LIGHT}") == ["teaching"]


def test_what_failed_before_is_marked_as_taught(talk: Talk) -> None:
    talk(NONSENSE)
    talk(f"when I say {NONSENSE} I mean {LIGHT}")
    assert talk.feedback(NONSENSE) == ["teaching"]
    assert talk(NONSENSE) == "The light is on (kitchen)."


def test_a_phrase_is_listed_and_forgotten(talk: Talk) -> None:
    assert talk("what have I taught you") == "You have not taught me anything yet."
    talk(f"when I say movie time I mean {LIGHT}")
    assert talk("what have I taught you") == f"“movie time” means “{LIGHT}”."
    assert talk("Forget movie time") == "I have forgotten what “movie time” meant."
    assert talk("what have I taught you") == "You have not taught me anything yet."
    talk("forget my dentist appointment")
    assert talk.turn.skill != "teaching"


def test_everything_is_forgotten_only_after_a_yes(talk: Talk) -> None:
    talk(f"when I say movie time I mean {LIGHT}")
    talk("I'm a Warriors fan")
    assert talk("forget everything I taught you").endswith("?")
    assert talk("no") == "All right."
    assert talk("movie time") == "The light is on (kitchen)."
    talk("forget everything I taught you")
    talk("what time is it")
    talk("yes")  # too late: it went on to something else
    assert "Warriors" in talk("what have I taught you")
    talk("forget everything I taught you")
    assert talk("yes please") == "I have forgotten everything that you taught me."
    assert talk("what have I taught you") == "You have not taught me anything yet."


def test_a_correction_of_what_was_not_understood_is_remembered_once_it_worked(talk: Talk) -> None:
    talk(NONSENSE)
    assert talk.turn.outcome is Outcome.NOT_UNDERSTOOD
    answer = talk(f"no, I meant {LIGHT}")
    assert answer == f"The light is on (kitchen). I will remember what “{NONSENSE}” means."
    assert talk.feedback(NONSENSE) == ["correction", "teaching"]
    assert talk(NONSENSE) == "The light is on (kitchen)."


def test_a_correction_that_does_not_work_is_not_remembered(talk: Talk) -> None:
    talk(NONSENSE)
    talk("no, I meant grumbo plax")
    assert talk.turn.outcome is not Outcome.ANSWERED
    assert not lessons.every(talk.memory.records, talk.customer, "en-US")
    assert talk.feedback(NONSENSE) == ["correction"]


def test_a_correction_of_what_did_something_is_asked_about(talk: Talk) -> None:
    talk(LIGHT)
    answer = talk("no, I meant turn off the kitchen light")
    assert answer.endswith(f"Should I always do that when you say “{LIGHT}”?")
    assert not lessons.every(talk.memory.records, talk.customer, "en-US")
    talk("yes")
    assert talk.feedback("no, I meant turn off the kitchen light") == ["confirmation"]
    assert talk(LIGHT) == "The light is off (kitchen)."


def test_a_no_leaves_the_words_as_they_were(talk: Talk) -> None:
    talk(LIGHT)
    talk("no, I meant turn off the kitchen light")
    assert talk("no thanks") == "All right."
    assert talk(LIGHT) == "The light is on (kitchen)."
    span = talk.turn.span("rewrite")
    assert span is not None  # nothing learned from the correction may speak against the no
    assert span.notes["how"] == "as_said"


def test_the_first_words_are_learned_where_it_took_two_corrections(talk: Talk) -> None:
    talk(NONSENSE)
    talk("no, I meant grumbo plax")
    talk(f"no, I meant {LIGHT}")
    assert [one.phrase for one in lessons.every(talk.memory.records, talk.customer, "en-US")] == [
        NONSENSE
    ]


@pytest.mark.parametrize(
    ("locale", "asked", "correction", "done"),
    [
        ("en-US", "turn on the bedroom light", "no, I meant the kitchen light", "kitchen"),
        ("en-US", "turn on the bedroom light", "no I meant the kitchen", "kitchen"),
        ("de-DE", "mach das licht im schlafzimmer aus", "nein, ich meinte in der Küche", "Küche"),
        ("zh-CN", "打开客厅的灯", "不，我的意思是厨房的灯", "厨房"),
        ("ja-JP", "リビングの電気をつけて", "いや、キッチンと言ったんです", "キッチン"),
    ],
)
def test_a_correction_may_name_only_what_was_wrong(
    talk: Talk, locale: str, asked: str, correction: str, done: str
) -> None:
    first = talk(asked, locale)
    assert talk(correction, locale).startswith(re.sub(r"[（(].*[)）]", "", first)[:3])
    assert done in talk(correction, locale)
    assert talk.turn.outcome is Outcome.ANSWERED


def test_a_correction_that_is_a_request_of_its_own_is_taken_as_it_is(talk: Talk) -> None:
    talk("turn on the bedroom light")
    assert talk("no, I meant lights off in the kitchen").startswith("The light is off (kitchen).")


def test_a_correction_out_of_the_blue_is_just_a_request(talk: Talk) -> None:
    assert talk(f"no, I meant {LIGHT}") == "The light is on (kitchen)."
    assert not lessons.every(talk.memory.records, talk.customer, "en-US")


def test_two_failures_in_a_row_bring_an_offer_and_no_second_one(talk: Talk) -> None:
    assert "teach" not in talk(NONSENSE)
    offer = talk("grumbo plax")
    assert offer.endswith("Would you like to teach me what “grumbo plax” means?")
    assert talk("yes") == "What should I do when you say “grumbo plax”?"
    assert "I will remember" in talk(LIGHT)
    assert talk("grumbo plax") == "The light is on (kitchen)."
    for text in ("snick snack doo", "doo wop flib", "snorf quabble"):
        assert "teach" not in talk(text)


def test_who_declines_an_offer_is_left_in_peace(talk: Talk) -> None:
    talk(NONSENSE)
    talk("grumbo plax")
    assert talk("no thank you") == "All right."
    for text in ("snick snack doo", "doo wop flib"):
        assert "teach" not in talk(text)


def test_a_complaint_is_noted_and_brings_an_offer(talk: Talk) -> None:
    talk(LIGHT)
    answer = talk("that's wrong")
    assert answer == (
        f"I am sorry that I got that wrong. Would you like to teach me what “{LIGHT}” means?"
    )
    assert talk.feedback(LIGHT) == ["denial"]
    talk("yes")
    assert talk("stop") == "All right."
    assert talk(LIGHT) == "The light is on (kitchen)."


def test_guided_questions_are_skipped_answered_and_stopped(talk: Talk) -> None:
    assert talk("learn my preferences").endswith("What should I call you?")
    assert talk("Ana María") == "Your name is Ana María. Which town do you live in?"
    assert "metric" in talk("skip")
    assert "metric" in talk("bananas")  # asked once more
    assert talk("Fahrenheit").startswith("You measure in imperial units.")
    assert talk("stop") == "All right."
    kept = preferences.every(talk.memory.records, talk.customer)
    assert kept == {"name": "Ana María", "units": "imperial"}
    assert "town" in talk("learn my preferences")  # it goes on with what is not known


def test_a_request_amid_the_questions_is_done(talk: Talk) -> None:
    talk("learn my preferences")
    assert talk(LIGHT) == "The light is on (kitchen)."
    assert not preferences.every(talk.memory.records, talk.customer)
    assert questions.pending(talk.memory.records, talk.customer, "s", datetime.now(UTC)) is None


def test_an_answer_in_another_session_is_none(talk: Talk) -> None:
    talk("learn my preferences")
    talk("Boston", session="other")
    assert not preferences.every(talk.memory.records, talk.customer)


def test_stop_silences_what_rings_before_it_ends_the_questions(talk: Talk) -> None:
    talk("learn my preferences")
    talk.memory.records.put(talk.customer, reminders.RINGING, "1", {"title": ""})
    assert talk("stop") == "The alarm is off."
    assert talk("Ana").startswith("Your name is Ana.")


def test_teaching_works_while_an_alarm_rings_and_leaves_it_ringing(talk: Talk) -> None:
    talk.memory.records.put(talk.customer, reminders.RINGING, "1", {"title": ""})
    talk(f"when I say movie time I mean {LIGHT}")
    assert talk("movie time") == "The light is on (kitchen)."
    assert talk.memory.records.list(talk.customer, reminders.RINGING)
    assert talk(NONSENSE)
    assert "teach" not in talk("grumbo plax")


def test_preferences_have_effect(talk: Talk) -> None:
    assert talk("I'm a Warriors fan") == "You are a fan of Warriors. I will remember that."
    assert talk("what's my favorite team") == "You are a fan of Warriors."
    talk("when does my favorite team play")
    assert talk.turn.rewrite is not None
    assert talk.turn.rewrite.text == "when does Warriors play"
    talk("my usual list is groceries")
    assert talk("add milk") == "I put milk on your groceries list."
    talk("call me Zoë")
    assert talk("hello") == "Hello, Zoë! What can I do for you?"
    talk("use Fahrenheit")
    talk("set the thermostat to 70 degrees")
    thermostat = talk.memory.records.get(talk.customer, "device", "thermostat")
    assert thermostat["temperature"] == pytest.approx(21.11, abs=0.01)
    assert talk("forget my favorite team") == "I have forgotten that."
    assert talk("what's my favorite team") == "You have not told me that yet."


def test_what_is_taught_in_one_locale_does_not_fire_in_another(talk: Talk) -> None:
    talk(f"when I say quatsch I mean {LIGHT}")
    talk("quatsch", "de-DE")
    assert talk.turn.rewrite is None
    assert talk("was habe ich dir beigebracht", "de-DE") == (
        "Sie haben mir noch nichts beigebracht."
    )


def test_a_language_without_wordings_is_left_alone(talk: Talk) -> None:
    talk(NONSENSE, "nl-NL")
    talk("grumbo plax", "nl-NL")
    assert talk.turn.span("teaching") is None


def test_a_long_list_is_cut_short(talk: Talk) -> None:
    for number in range(12):
        lessons.teach(
            talk.memory.records, talk.customer, "en-US", f"lamp {number}", LIGHT, datetime.now(UTC)
        )
    assert talk("what have I taught you").endswith("And 2 more phrases.")


@pytest.mark.parametrize("text", ["when I say " + "x" * 150 + f" I mean {LIGHT}"])
def test_what_is_too_long_is_refused_in_a_sentence(talk: Talk, text: str) -> None:
    assert talk(text) == "That is too long for me to remember; please use fewer words."
    assert talk.turn.outcome is Outcome.UNAVAILABLE


def test_an_assistant_without_the_skill_teaches_nothing(tmp_path: Path) -> None:
    with Memory.open(tmp_path) as memory:
        skills = [skill for skill in find() if skill.name != "teaching"]
        assistant = Assistant(
            memory, skills=skills, understander=opened, detector=never, speaker=never
        )
        lessons.teach(memory.records, "default", "en-US", "movie time", LIGHT, datetime.now(UTC))
        assert assistant.ask("movie time", session="s").rewrite is None
        assert assistant.ask(f"no, I meant {LIGHT}", session="s").rewrite is None


@dataclass
class Hears:
    """A recogniser that hears a phrase where it listens for it, and else something like it."""

    asked: list[Sequence[str]] = field(default_factory=list)
    error: Exception | None = None

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        self.asked.append(phrases)
        if phrases and self.error:
            raise self.error
        if "movie time" in phrases:
            return Transcript("movie time", 0.9, mode=Mode.PHRASES)
        return Transcript("moving tie", 0.9)


@pytest.mark.parametrize("error", [None, RecognitionError("Nobody can say that.")])
def test_a_taught_phrase_is_listened_for(
    talk: Talk, tmp_path: Path, error: Exception | None
) -> None:
    hears = Hears(error=error)
    sound = espeak_speech("movie time")
    assistant = Assistant(
        talk.memory,
        customer=talk.customer,
        skills=find(),
        understander=opened,
        recognizer=lambda: hears,
        detector=SpeechDetector,
        speaker=never,
    )
    assert assistant.listen(sound).text == "moving tie"
    assert hears.asked == [()]
    talk(f"when I say movie time I mean {LIGHT}")
    turn = assistant.listen(sound)
    # In silence first, to learn whether it can be listened for at all.
    tried = [("movie time",), ("movie time",)]
    assert hears.asked == [(), *tried, ()] if error else [(), *tried]
    assert turn.text == ("moving tie" if error else "movie time")
    assert (turn.rewrite is None) == bool(error)


def espeak_speech(text: str) -> Samples:
    return np.asarray(EspeakVoice("en-us").speak(text), dtype=np.float32)
