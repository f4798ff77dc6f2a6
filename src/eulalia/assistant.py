"""The assistant: the stages of one request in order, and the trace that they leave.

Each stage stands behind a small protocol, so that any of them can be replaced by whatever offers
the same one or two methods. The parts that cost something to open (models, voices) are opened when
a request first needs them: asking by text loads neither ears nor voice.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, runtime_checkable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from eulalia.dialog import Answers, Candidate, arbitrate, resolve
from eulalia.dialog import locales as dialog_locales
from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.skills import Reply, Request, Skill, SkillError, TemplateSkill, find
from eulalia.skills.conversation import LAST_ANSWER
from eulalia.text import Grammar
from eulalia.turn import (
    Answer,
    AudioReference,
    Context,
    Entity,
    Hypothesis,
    Interpretation,
    Outcome,
    Span,
    Turn,
)

if TYPE_CHECKING:
    from eulalia.asr import Transcript
    from eulalia.audio import Segment

Samples = NDArray[np.float32]

SURE: Final = 0.4
"""Readings less probable than this are not acted on."""
OUT_OF_SCOPE: Final = "out_of_scope"
"""The intent of requests that are beyond what the assistant can do."""
LONGEST_TEXT: Final = 10_000
"""Characters of a typed request."""
LONGEST_SOUND: Final = 60.0
"""Seconds of a spoken request."""
SAMPLE_RATE: Final = 16_000
"""Hertz of all sound inside Eulalia; the same as audio.SAMPLE_RATE, which loads more than this."""

_UNSAID: Final = {
    Outcome.ANSWERED: "Done.",
    Outcome.UNAVAILABLE: "Sorry, I cannot do that yet.",
    Outcome.NOT_UNDERSTOOD: "Sorry, I did not understand that.",
    Outcome.NOT_HEARD: "Sorry, I did not hear anything.",
    Outcome.FAILED: "Sorry, something went wrong.",
}
"""What is said in the place of a skill that has no words for its reply."""
_QUIETEST = 1e-4  # a peak below this (-80 dBFS) is no sound that a microphone makes of speech
_MARGIN = 0.3  # seconds kept around speech: consonants are softer than a detector's threshold
_CONTEXT_TURNS = 5


class RequestError(EulaliaError):
    """A request that cannot be taken: empty, far too long, or not text or sound at all."""


class NoSpeechError(RequestError):
    """Sound in which nobody speaks."""


class RecognizerMissingError(EulaliaError):
    """Speech in a language that no recogniser here hears."""


class Detector(Protocol):
    """Finds where somebody speaks."""

    def segments(self, samples: Samples) -> Sequence[Segment]: ...


class Recognizer(Protocol):
    """Turns speech into words."""

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript: ...


class Understander(Protocol):
    """Turns words into readings, best first."""

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]: ...


@runtime_checkable
class Reader(Protocol):
    """A skill that reads some requests by itself, and is then sure of them.

    A TemplateSkill is one. Its `language` is that of the requests, English where it has none.
    """

    @property
    def name(self) -> str: ...

    def match(self, text: str) -> Interpretation | None: ...


class Speaker(Protocol):
    """Turns an answer into sound."""

    def speak(self, text: str, locale: str) -> Samples: ...


class Assistant:
    """One customer's assistant: it is asked, by text or by sound, and answers with a turn.

    >>> assistant = Assistant.open("~/.eulalia")                              # doctest: +SKIP
    >>> assistant.ask("set a timer for ten minutes").answer.text              # doctest: +SKIP
    'The timer is set for 10 minutes.'
    """

    def __init__(
        self,
        memory: Memory,
        *,
        locale: str = "en-US",
        customer: str = "default",
        skills: Sequence[Skill] = (),
        understander: Callable[[], Understander],
        recognizer: Callable[[], Recognizer] | None = None,
        detector: Callable[[], Detector],
        speaker: Callable[[], Speaker],
        heard: Sequence[str] = ("en-US",),
    ) -> None:
        """Put an assistant together; `Assistant.open` does so with the usual parts.

        A part is given as a function that opens it and is called once, when first needed.
        `skills` act. Those that read requests themselves, as template skills do, are asked before
        the understander, and the grammars of template skills tell the recogniser what may be said.
        `heard` are the locales whose speech the recogniser takes.
        """
        self.memory = memory
        self.locale = dialog_locales.check(locale).code
        self.customer = customer
        self.skills = tuple(skills)
        self.heard = tuple(heard)
        self._grammars: dict[str, Grammar] = {}
        self._understander = cache(understander)
        self._recognizer = cache(recognizer or self._usual_recognizer)
        self._detector = cache(detector)
        self._speaker = cache(speaker)

    @classmethod
    def open(
        cls,
        folder: str | Path = "~/.eulalia",
        *,
        locale: str = "en-US",
        customer: str = "default",
        skills: Sequence[str | Path | Skill] = (),
        recognizer: str | Path | Recognizer | None = None,
        memory_url: str | None = None,
        report: Callable[[str], None] | None = None,
    ) -> Self:
        """The assistant whose memory is in that folder, made if it is not there.

        `skills` are added to those installed: template files, or skills. `recognizer` is one, or
        the name of one, for speech in `locale`; without it English is heard. `memory_url` puts
        the memory elsewhere, in PostgreSQL for instance. `report` is told, in a sentence each,
        which installed skills do not load.

        Raises EulaliaError for an unknown locale, a broken skill file or a memory that cannot
        be opened.
        """
        checked = dialog_locales.check(locale).code
        added = [
            TemplateSkill.load(Path(item)) if isinstance(item, str | Path) else item
            for item in skills
        ]
        every: list[Skill] = [*added, *find(report=report)]
        _check_names(every)
        return cls(
            Memory.open(memory_url or _memory_file(Path(folder))),
            locale=checked,
            customer=customer,
            skills=every,
            understander=_open_understander,
            recognizer=None if recognizer is None else lambda: _open_recognizer(recognizer),
            detector=_open_detector,
            speaker=_open_speaker,
            heard=("en-US",) if recognizer is None else (checked,),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the memory."""
        self.memory.close()

    # Asking

    def ask(
        self,
        text: str,
        *,
        locale: str | None = None,
        context: Context | None = None,
        session: str | None = None,
    ) -> Turn:
        """The turn of a typed request; it is kept before it is returned.

        Raises RequestError for a text that is none, LocaleError for an unknown locale, and the
        memory's own error when the turn cannot be kept. What breaks inside a stage raises nothing:
        the turn's outcome is then FAILED, and the stage's span says why.
        """
        request = check_text(text)
        trace = self._begin(locale, context, session)
        trace.turn = replace(trace.turn, text=request)
        with trace.failing_gently():
            self._act(trace, request)
        return self._keep(trace)

    def listen(
        self,
        samples: Samples,
        *,
        locale: str | None = None,
        context: Context | None = None,
        session: str | None = None,
        audio: AudioReference | None = None,
        woken: bool = False,
    ) -> Turn:
        """The turn of a spoken request; it is kept before it is returned.

        `samples` are 16 kHz mono in [-1, 1]; `audio` says where their file is, if there is one.
        Sound without speech raises NoSpeechError and leaves nothing in memory, unless the
        assistant was `woken` by it: a false wake is worth remembering, as a NOT_HEARD turn.

        Raises RequestError for what is no sound, RecognizerMissingError for speech in a locale
        that nothing here hears, and as `ask` does.
        """
        sound = check_sound(samples)
        trace = self._begin(locale, context, session)
        self._check_heard(trace.turn.locale)
        trace.turn = replace(trace.turn, audio=audio)
        with trace.failing_gently():
            speech = self._detect(trace, sound)
            if speech is None and not woken:
                raise NoSpeechError(_nobody_speaks(sound))
            text = self._hear(trace, speech) if speech is not None else ""
            if text:
                trace.turn = replace(trace.turn, text=text)
                self._act(trace, text)
            else:
                trace.say("Sorry, I did not hear anything.", Outcome.NOT_HEARD)
        return self._keep(trace)

    def speak(self, turn: Turn) -> Samples | None:
        """The turn's answer as sound, or None where the locale has no voice.

        The tts span joins the turn in memory, where `memory.turn(turn.id)` finds it.
        """
        if turn.answer is None:
            return None
        trace = _Trace(turn)
        samples: Samples | None = None
        try:
            with trace.stage("tts") as stage:
                samples = self._speaker().speak(turn.answer.text, turn.answer.locale)
                stage.notes["seconds"] = round(len(samples) / SAMPLE_RATE, 3)
        except StageError:
            pass  # the answer stands as text, and the span says why it was not spoken
        self.memory.save(trace.turn)
        return samples

    # The stages

    def _detect(self, trace: _Trace, samples: Samples) -> Samples | None:
        """The stretch of sound from the first to the last speech, or None without any."""
        with trace.stage("vad") as stage:
            peak = float(np.max(np.abs(samples)))
            stage.notes["peak"] = round(peak, 6)
            segments = self._detector().segments(samples) if peak >= _QUIETEST else []
            stage.notes["segments"] = [
                [round(segment.start, 3), round(segment.end, 3)] for segment in segments
            ]
            if not segments:
                return None
            start = max(0, int((segments[0].start - _MARGIN) * SAMPLE_RATE))
            end = math.ceil((segments[-1].end + _MARGIN) * SAMPLE_RATE)
            return samples[start:end]

    def _hear(self, trace: _Trace, samples: Samples) -> str:
        with trace.stage("asr") as stage:
            grammar = self._grammar(trace.turn.locale)
            transcript = self._recognizer().transcribe(samples, grammar=grammar)
            stage.notes["mode"] = str(transcript.mode)
            stage.hypotheses = transcript.hypotheses or (
                (Hypothesis(transcript.text, transcript.confidence),) if transcript.text else ()
            )
            stage.notes["words"] = [
                [word.text, round(word.start, 3), round(word.end, 3)] for word in transcript.words
            ]
            return transcript.text.strip()

    def _act(self, trace: _Trace, text: str) -> None:
        """From the words of a request to its answer."""
        readings = self._understand(trace, text)
        if not readings:
            trace.say("Sorry, I did not understand that.", Outcome.NOT_UNDERSTOOD)
            return
        entities = self._resolve(trace, readings)
        chosen = self._arbitrate(trace, readings)
        if chosen is None:
            trace.say("Sorry, I cannot do that yet.", Outcome.UNAVAILABLE)
            return
        skill, reading = chosen
        self._perform(trace, skill, reading, entities[readings.index(reading)])

    def _understand(self, trace: _Trace, text: str) -> list[Interpretation]:
        """The readings that are sure enough to act on, best first."""
        with trace.stage("nlu") as stage:
            readings = self._readings(stage, text, trace.turn.locale)
            stage.hypotheses = tuple(Hypothesis(r.intent, r.confidence) for r in readings)
            if readings:
                stage.notes["source"] = readings[0].source
                trace.turn = replace(trace.turn, interpretation=readings[0])
            return [
                reading
                for reading in readings
                if reading.confidence >= SURE and reading.intent != OUT_OF_SCOPE
            ]

    def _readings(self, stage: _Stage, text: str, locale: str) -> tuple[Interpretation, ...]:
        """What the skills read for themselves, or else what the understander reads."""
        # A template is the word of whoever wrote it: what it matches needs no second opinion.
        exact = []
        for skill in self._readers(locale):
            try:
                match = skill.match(text)
            except Exception as error:
                # One skill that cannot read must not keep the others from it.
                stage.notes.setdefault("unread", {})[skill.name] = _sentence(error)
                continue
            if match is not None:
                exact.append(match)
        return tuple(exact) or self._understander().understand(text, locale)

    def _resolve(
        self, trace: _Trace, readings: Sequence[Interpretation]
    ) -> list[tuple[Entity, ...]]:
        turn = trace.turn
        with trace.stage("resolution") as stage:
            found = [
                resolve(reading, turn.context, turn.locale, self._now(turn), None)
                for reading in readings
            ]
            stage.hypotheses = tuple(
                Hypothesis(f"{entity.slot}: {entity.value}", entity.confidence)
                for entity in found[0]
            )
            return found

    def _arbitrate(
        self, trace: _Trace, readings: Sequence[Interpretation]
    ) -> tuple[Skill, Interpretation] | None:
        with trace.stage("arbitration") as stage:
            candidates = [
                Candidate(skill.name, reading, reading.confidence)
                for reading in readings
                for skill in self._skills_for(reading)
            ]
            ranked = arbitrate(candidates, trace.turn.context)
            stage.hypotheses = tuple(Hypothesis(c.skill, c.score) for c in ranked)
            if not ranked:
                return None
            best = ranked[0]
            if best.reasons:
                stage.notes["reasons"] = list(best.reasons)
            return self._skill(best.skill), best.interpretation

    def _perform(
        self, trace: _Trace, skill: Skill, reading: Interpretation, entities: tuple[Entity, ...]
    ) -> None:
        turn = replace(trace.turn, interpretation=reading, entities=entities, skill=skill.name)
        trace.turn = turn
        with trace.stage("skill") as stage:
            request = Request(
                interpretation=reading,
                entities=entities,
                context=turn.context,
                locale=turn.locale,
                customer=turn.customer,
                now=self._now(turn),
                records=self.memory.records,
                answers=trace.answers,
            )
            reply = _check_reply(skill, skill.handle(request))
            stage.hypotheses = (Hypothesis(skill.name, reading.confidence),)
            stage.notes.update(_json_notes(reply.notes))
            text = reply.text.strip()
            if not text:
                stage.notes["unsaid"] = f"the skill {skill.name!r} has no words for its reply"
        if text:
            trace.answer(text, reply.outcome)
        else:
            trace.say(_UNSAID[reply.outcome], reply.outcome)

    # What the stages share

    def _begin(self, locale: str | None, context: Context | None, session: str | None) -> _Trace:
        checked = dialog_locales.check(locale).code if locale else self.locale
        context = context or Context()
        _zone(context.timezone)
        if session and not context.previous:
            earlier = self.memory.turns(
                customer=self.customer, session=session, limit=_CONTEXT_TURNS
            )
            context = replace(context, previous=tuple(turn.id for turn in earlier))
        return _Trace(
            Turn.begin(locale=checked, customer=self.customer, session=session, context=context)
        )

    def _keep(self, trace: _Trace) -> Turn:
        self.memory.save(trace.turn)
        if trace.turn.answer is not None:  # for when the customer asks to hear it again
            self.memory.records.put(self.customer, *LAST_ANSWER, trace.turn.answer.text)
        return trace.turn

    def _now(self, turn: Turn) -> datetime:
        return turn.time.astimezone(_zone(turn.context.timezone))

    def _skill(self, name: str) -> Skill:
        return next(skill for skill in self.skills if skill.name == name)

    def _skills_for(self, reading: Interpretation) -> list[Skill]:
        """Who may act on a reading: the skill that read it, or else all that have its intent."""
        if any(skill.name == reading.source for skill in self.skills):
            return [self._skill(reading.source)]
        return [
            skill
            for skill in self.skills
            if reading.intent in skill.intents and not isinstance(skill, TemplateSkill)
        ]

    def _readers(self, locale: str) -> list[Reader]:
        """The skills that read requests in the language of the locale."""
        return [
            skill
            for skill in self.skills
            if isinstance(skill, Reader)
            and _language(getattr(skill, "language", "en")) == _language(locale)
        ]

    def _grammar(self, locale: str) -> Grammar | None:
        """What the template skills allow to be said; None, without any, leaves speech open."""
        templates = [each for each in self._readers(locale) if isinstance(each, TemplateSkill)]
        if locale not in self._grammars and templates:
            self._grammars[locale] = Grammar.union(*(skill.grammar for skill in templates))
        return self._grammars.get(locale)

    def _check_heard(self, locale: str) -> None:
        if locale not in self.heard:
            raise RecognizerMissingError(
                f"No recogniser here hears {locale}, only {', '.join(self.heard)}; "
                f"type the request, or name a recogniser for {locale}."
            )

    def _usual_recognizer(self) -> Recognizer:
        from eulalia import asr

        if any(isinstance(skill, TemplateSkill) for skill in self.skills):
            return asr.default_for_grammars()
        return asr.Recognizer.open()


# Checking what comes in


def check_text(text: str) -> str:
    """The request with its white space tidied; RequestError when it is none.

    >>> check_text("  what time\\tis it ")
    'what time is it'
    """
    if len(text) > LONGEST_TEXT:
        raise RequestError(
            f"The request has {len(text):,} characters; say it in at most {LONGEST_TEXT:,}."
        )
    for position, letter in enumerate(text):
        # Format characters (Cf) stay: Persian and Hindi are spelled with joiners.
        if unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace():
            raise RequestError(
                f"The request has the control character U+{ord(letter):04X} at position "
                f"{position}; send plain text."
            )
    tidy = " ".join(text.split())
    if not any(unicodedata.category(letter)[0] in "LNSP" for letter in tidy):
        raise RequestError("The request is empty; say what you would like, in words.")
    return tidy


def check_sound(samples: Samples) -> Samples:
    """The samples themselves, once they are known to be sound of a request's length.

    Raises AudioError for what is no sound, RequestError when there is too much of it.
    """
    from eulalia import audio

    sound = audio.check(samples)
    seconds = sound.size / SAMPLE_RATE
    # However long silence lasts, that it is silence is the better thing to say.
    if seconds > LONGEST_SOUND and float(np.max(np.abs(sound))) >= _QUIETEST:
        raise RequestError(
            f"The sound lasts {seconds:,.0f} s; cut out the request, which may last "
            f"{LONGEST_SOUND:.0f} s."
        )
    return sound


def _check_reply(skill: Skill, reply: object) -> Reply:
    """The reply, once it is known to be one: skills are written by anybody."""
    if (
        not isinstance(reply, Reply)
        or not isinstance(reply.text, str)
        or not isinstance(reply.outcome, Outcome)
    ):
        raise SkillError(f"The skill {skill.name!r} gave no reply; its author can mend that.")
    return reply


def _json_notes(notes: object) -> dict[str, Any]:
    """A skill's notes as they can be kept; what is no JSON object is told of in its place."""
    try:
        plain = json.loads(json.dumps(notes, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        return {"notes": f"no JSON values ({error})"}
    return plain if isinstance(plain, dict) else {"notes": plain}


def _nobody_speaks(samples: Samples) -> str:
    return (
        f"Nobody speaks in these {len(samples) / SAMPLE_RATE:,.1f} s of sound; "
        "check the microphone, or give a sound that holds a request."
    )


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RequestError(
            f"There is no time zone {name[:40]!r}; use an IANA name such as Europe/Berlin."
        ) from error


# The trace


class StageError(Exception):
    """A stage broke; its span already says how."""

    def __init__(self, stage: str, sentence: str | None) -> None:
        super().__init__(stage)
        self.sentence = sentence
        """What the customer can be told, if it is anything that they can mend."""


@dataclass
class _Stage:
    """What a running stage reports for its span."""

    hypotheses: tuple[Hypothesis, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)


class _Trace:
    """A turn while its stages run: each one leaves its span here."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        ends = [span.start + span.duration for span in turn.spans]
        # A turn that is taken up again, to be spoken, goes on where its last stage ended.
        self._began = perf_counter() - max(ends, default=0.0)

    @property
    def answers(self) -> Answers:
        """The sentences of the turn's locale."""
        return Answers.open(self.turn.locale)

    @contextmanager
    def stage(self, name: str) -> Iterator[_Stage]:
        """Time a stage; whatever it raises becomes its span's error and a StageError."""
        running = _Stage()
        start = perf_counter()
        error: str | None = None
        try:
            yield running
        except Exception as cause:
            error = _sentence(cause)
            raise StageError(name, error if isinstance(cause, EulaliaError) else None) from cause
        finally:
            span = Span(
                stage=name,
                start=round(start - self._began, 6),
                duration=round(perf_counter() - start, 6),
                hypotheses=running.hypotheses,
                error=error,
                notes=running.notes,
            )
            self.turn = self.turn.with_span(span)

    @contextmanager
    def failing_gently(self) -> Iterator[None]:
        """Turn a broken stage into an answer that says so."""
        try:
            yield
        except StageError as broken:
            self._apologize(broken.sentence)

    def say(self, sentence: str, outcome: Outcome) -> None:
        """Answer with one of the assistant's own sentences, in the turn's locale."""
        with self.stage("answer") as stage:
            self._say(stage, self.answers.say(sentence), outcome)

    def answer(self, text: str, outcome: Outcome) -> None:
        """Answer with what a skill replied."""
        with self.stage("answer") as stage:
            self._say(stage, text, outcome)

    def _say(self, stage: _Stage, text: str, outcome: Outcome) -> None:
        locale = self.answers.locale
        stage.hypotheses = (Hypothesis(text, 1.0),)
        if locale != self.turn.locale:
            stage.notes["fallback"] = f"no sentences in {self.turn.locale}; answered in {locale}"
        self.turn = replace(self.turn, outcome=outcome, answer=Answer(text, locale))

    def _apologize(self, sentence: str | None) -> None:
        """Say what broke, if the customer can mend it; our errors speak English."""
        if sentence is None:
            with suppress(StageError):  # the catalogue itself may be what broke
                self.say("Sorry, something went wrong.", Outcome.FAILED)
                return
        answer = Answer(sentence or "Sorry, something went wrong.", "en-US")
        self.turn = replace(self.turn, outcome=Outcome.FAILED, answer=answer)


def _sentence(cause: Exception) -> str:
    """One sentence for a stage's span: our own errors speak for themselves."""
    if isinstance(cause, EulaliaError):
        return str(cause)
    detail = " ".join(str(cause).split()) or "no reason given"
    return f"{type(cause).__name__}: {detail}"


# Opening the usual parts


def _check_names(skills: Sequence[Skill]) -> None:
    names = [skill.name for skill in skills]
    for name in names:
        if names.count(name) > 1:
            raise SkillError(f"There are two skills named {name!r}; rename one of them.")


def _memory_file(folder: Path) -> Path:
    home = folder.expanduser()
    try:
        # What is asked at home is nobody else's business.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(
            f"The folder {home} cannot be made ({error.strerror}); name another."
        ) from error
    return home / "memory.db"


def _open_understander() -> Understander:
    from eulalia.nlu import Understander as Usual

    return Usual.open()


def _open_recognizer(recognizer: str | Path | Recognizer) -> Recognizer:
    if not isinstance(recognizer, str | Path):
        return recognizer
    from eulalia.asr import open_recognizer

    return open_recognizer(recognizer)


def _open_detector() -> Detector:
    from eulalia.audio import SpeechDetector

    return SpeechDetector()


def _open_speaker() -> Speaker:
    from eulalia.tts import Speaker as Usual

    return Usual.open()
