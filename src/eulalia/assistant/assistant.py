"""One customer's assistant: what lasts from one request to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, Self

from eulalia.assistant import chain, usual_parts
from eulalia.assistant.parts import (
    Detector,
    Parts,
    Recognizer,
    Rewriter,
    Samples,
    Speaker,
    Understander,
)
from eulalia.assistant.request import (
    RecognizerMissingError,
    check_sound,
    check_text,
    time_zone,
)
from eulalia.assistant.stages.speaking import speak
from eulalia.assistant.trace import Trace
from eulalia.dialog import locales
from eulalia.memory import Memory
from eulalia.skills import Skill, find
from eulalia.skills.conversation import LAST_ANSWER
from eulalia.turn import AudioReference, Context, Turn

_CONTEXT_TURNS: Final = 5


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
        rewriter: Callable[[], Rewriter | None] = lambda: None,
        heard: Sequence[str] = ("en-US",),
    ) -> None:
        """Put an assistant together; `Assistant.open` does so with the usual parts.

        A part is given as a function that opens it and is called once, when first needed.
        `skills` act. Those that read requests themselves, as template skills do, are asked before
        the understander, and the grammars of template skills tell the recogniser what may be said.
        `heard` are the locales whose speech the recogniser takes.
        """
        self.memory = memory
        self.locale = locales.check(locale).code
        self.customer = customer
        self.skills = tuple(skills)
        self.heard = tuple(heard)
        self._parts = Parts(
            memory=memory,
            skills=self.skills,
            understander=cache(understander),
            recognizer=cache(recognizer or (lambda: usual_parts.usual_recognizer(skills))),
            detector=cache(detector),
            speaker=cache(speaker),
            rewriter=cache(rewriter),
        )

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
        checked = locales.check(locale).code
        every = [*usual_parts.load_skills(skills), *find(report=report)]
        usual_parts.check_names(every)
        memory = Memory.open(memory_url or usual_parts.memory_file(Path(folder)))
        return cls(
            memory,
            locale=checked,
            customer=customer,
            skills=every,
            understander=usual_parts.open_understander,
            recognizer=None
            if recognizer is None
            else lambda: usual_parts.open_recognizer(recognizer),
            detector=usual_parts.open_detector,
            speaker=usual_parts.open_speaker,
            rewriter=lambda: usual_parts.open_rewriter(memory),
            heard=("en-US",) if recognizer is None else (checked,),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the memory."""
        self.memory.close()

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
        turn = self._begin(locale, context, session)
        trace = Trace(replace(turn, text=request))
        chain.run(chain.TYPED, trace, self._parts)
        return self._keep(trace.turn)

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
        turn = self._begin(locale, context, session)
        self._check_heard(turn.locale)
        trace = Trace(replace(turn, audio=audio), sound, woken=woken)
        chain.run(chain.SPOKEN, trace, self._parts)
        return self._keep(trace.turn)

    def speak(self, turn: Turn) -> Samples | None:
        """The turn's answer as sound, or None where the locale has no voice.

        The tts span joins the turn in memory, where `memory.turn(turn.id)` finds it.
        """
        if turn.answer is None:
            return None
        trace = Trace(turn)
        samples = speak(trace, self._parts)
        self.memory.save(trace.turn)
        return samples

    def _begin(self, locale: str | None, context: Context | None, session: str | None) -> Turn:
        checked = locales.check(locale).code if locale else self.locale
        context = context or Context()
        time_zone(context.timezone)  # known to be one before anything is done
        if session and not context.previous:
            earlier = self.memory.turns(
                customer=self.customer, session=session, limit=_CONTEXT_TURNS
            )
            context = replace(context, previous=tuple(turn.id for turn in earlier))
        return Turn.begin(locale=checked, customer=self.customer, session=session, context=context)

    def _keep(self, turn: Turn) -> Turn:
        self.memory.save(turn)
        if turn.answer is not None:  # for when the customer asks to hear it again
            self.memory.records.put(self.customer, *LAST_ANSWER, turn.answer.text)
        return turn

    def _check_heard(self, locale: str) -> None:
        if locale not in self.heard:
            raise RecognizerMissingError(
                f"No recogniser here hears {locale}, only {', '.join(self.heard)}; "
                f"type the request, or name a recogniser for {locale}."
            )
