"""Customers made of SLURP's recordings, who say what they want until they are understood.

SLURP's recordings are single requests. A log has people in it, so recordings are dealt out as a
person would have made them; docs/LEARNING.md tells how, and what is real and what is made up. Every
recording is one turn, once, and everything follows from the recordings' names.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.slurp import Prediction, Prompt
from eulalia.truth import Failure, TrueSlot, Truth
from eulalia.turn import Context, Interpretation, Outcome, Slot, Span, Turn

READER_PAUSE = 600
"""Seconds between two readings after which another person is taken to read."""
CHAT = frozenset({"general", "qa"})
"""Scenarios whose annotation does not tell what is wanted, unless there are slots."""

_MOMENT = re.compile(r"audio-+(\d{1,10})\b")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recording: what was said, and what became of it."""

    prompt: Prompt
    prediction: Prediction
    moment: int
    """Seconds since 1970 when it was read; both microphones of a reading share it."""

    @property
    def failure(self) -> Failure:
        """Which stage failed, as one who knows the annotation would say."""
        return failure(self.prompt, self.prediction)


Wish = list[Attempt]
"""A customer's attempts at one thing, up to the first that succeeds."""


def failure(prompt: Prompt, prediction: Prediction) -> Failure:
    """The first stage that failed beyond recovery: none, recognition, the intent or the slots.

    Texts are the same when their letters and digits are, whatever their case and spacing: "what 's"
    is "whats". A request that was understood is correct even if some words were misheard.
    """
    right_intent = prompt.intent == prediction.intent
    if right_intent and _comparable(prompt.slots) == _comparable(prediction.slots):
        return Failure.CORRECT
    if _letters(prompt.text) != _letters(prediction.heard):
        return Failure.ASR
    return Failure.SLOT if right_intent else Failure.INTENT


def turns(prompts: Iterable[Prompt], predictions: Iterable[Prediction]) -> list[tuple[Turn, Truth]]:
    """A log of every prediction as a turn with its truth, oldest first.

    Raises DatasetError for a recording that no prompt names, or whose name holds no time.
    """
    prompts = list(prompts)
    intents = {prompt.intent for prompt in prompts}
    log = [
        _turn(attempt, customer, session, number, time, attempt.prediction.intent in intents)
        for customer, wishes in _customers(_attempts(prompts, predictions)).items()
        for number, session, time, attempt in _timetable(customer, wishes)
    ]
    return sorted(log, key=lambda pair: (pair[0].time, pair[0].id))


def _attempts(prompts: list[Prompt], predictions: Iterable[Prediction]) -> list[Attempt]:
    """The attempts in the order of their reading."""
    by_recording = {name: prompt for prompt in prompts for name in prompt.recordings}
    attempts = []
    for prediction in predictions:
        name = prediction.recording
        if name not in by_recording:
            raise DatasetError(f"No annotation has the recording {name!r}; add its partition.")
        if (moment := _MOMENT.match(name)) is None:
            raise DatasetError(f"The recording's name {name!r} must hold its time: audio-SECONDS.")
        attempts.append(Attempt(by_recording[name], prediction, int(moment[1])))
    return sorted(attempts, key=lambda attempt: (attempt.moment, _chance(attempt)))


# Who wants what


def _customers(attempts: list[Attempt]) -> dict[str, list[Wish]]:
    """The wishes of each customer, who is the reader of each wish's first attempt."""
    readers = _readers(attempts)
    alike: dict[object, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        alike[_meaning(attempt.prompt)].append(attempt)
    wishes = [wish for group in alike.values() for wish in _wishes(group)]
    customers: dict[str, list[Wish]] = defaultdict(list)
    for wish in sorted(wishes, key=lambda wish: (wish[0].moment, _chance(wish[0]))):
        customers[readers[wish[0].moment]].append(wish)
    return customers


def _readers(attempts: list[Attempt]) -> dict[int, str]:
    """A customer's name for each moment of reading."""
    readers: dict[int, str] = {}
    name, last = "", -READER_PAUSE
    for attempt in attempts:
        if attempt.moment - last > READER_PAUSE or not name:
            name = f"reader-{attempt.moment}"
        readers[attempt.moment], last = name, attempt.moment
    return readers


def _meaning(prompt: Prompt) -> object:
    """What prompts share that ask for the same in other words."""
    if prompt.scenario in CHAT and not prompt.slots:
        return prompt.id
    return prompt.intent, _comparable(prompt.slots)


def _wishes(attempts: list[Attempt]) -> Iterator[Wish]:
    """Deal out attempts at the same thing, in the order of their reading.

    A customer who is not understood says it once more or, now or then, puts it in other words;
    after three to five attempts, or when nothing is left to say, the customer gives up.
    """
    left: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        left[attempt.prompt.id].append(attempt)
    for attempt in attempts:
        if attempt not in left[attempt.prompt.id]:
            continue
        wish = [_take(left, attempt.prompt.id, attempt)]
        patience = 3 + _chance(attempt, "patience") % 3
        while wish[-1].failure is not Failure.CORRECT and len(wish) < patience:
            prompt = _next_prompt(wish, left)
            if prompt is None:
                break
            wish.append(_take(left, prompt))
        yield wish


def _take(left: dict[str, list[Attempt]], prompt: str, attempt: Attempt | None = None) -> Attempt:
    attempts = left[prompt]
    return attempts.pop(0 if attempt is None else attempts.index(attempt))


def _next_prompt(wish: Wish, left: dict[str, list[Attempt]]) -> str | None:
    """The prompt that a customer tries next, or None when there is none."""
    said = wish[-1].prompt.id
    tried = {attempt.prompt.id for attempt in wish}
    others = [prompt for prompt, attempts in left.items() if attempts and prompt not in tried]
    is_repeated = len(wish) > 1 and wish[-2].prompt.id == said
    if left[said] and not is_repeated and (_chance(wish[-1], "again") % 2 or not others):
        return said
    if others:
        return min(others, key=lambda prompt: _chance(wish[-1], prompt))
    return said if left[said] else None


# When


def _timetable(customer: str, wishes: list[Wish]) -> Iterator[tuple[str, str, datetime, Attempt]]:
    """Each attempt with its wish's name, its session and its time.

    Within a wish the attempts follow in seconds; a session is one to four wishes within minutes,
    and ends when the customer gives up; hours lie between sessions.
    """
    time = datetime.fromtimestamp(wishes[0][0].moment, UTC)
    session, most = 0, 0
    in_session = 0
    for number, wish in enumerate(wishes, start=1):
        if in_session >= most:
            session, in_session = session + 1, 0
            most = 1 + _chance(wish[0], "session") % 4
            time += timedelta(seconds=3_600 + _chance(wish[0], "hours") % 36_000)
        else:
            time += timedelta(seconds=20 + _chance(wish[0], "pause") % 100)
        for attempt in wish:
            yield f"{customer}-{number}", f"{customer}-{session}", time, attempt
            time += timedelta(seconds=5 + _chance(attempt, "gap") % 10)
        in_session = in_session + 1 if wish[-1].failure is Failure.CORRECT else most


def _chance(attempt: Attempt, purpose: str = "") -> int:
    """A number that follows from a recording's name, and is as good as random."""
    digest = hashlib.sha256(f"{attempt.prediction.recording} {purpose}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


# As turns


def _turn(
    attempt: Attempt, customer: str, session: str, wish: str, time: datetime, is_served: bool
) -> tuple[Turn, Truth]:
    prediction, prompt = attempt.prediction, attempt.prompt
    name = prediction.recording
    turn = Turn(
        id=hashlib.sha256(name.encode()).hexdigest()[:32],
        session=session,
        customer=customer,
        locale="en-US",
        time=time,
        text=prediction.heard,
        context=Context(device="headset" if "headset" in name else "room"),
        spans=(Span("asr", 0.0, 0.0, notes={"recording": name}),),
        interpretation=Interpretation(
            text=prediction.heard,
            domain=prediction.scenario,
            intent=prediction.intent,
            slots=_placed(prediction.slots, prediction.heard),
        ),
        skill=prediction.scenario if is_served else None,
        outcome=Outcome.ANSWERED if is_served else Outcome.NOT_UNDERSTOOD,
    )
    truth = Truth(
        turn=turn.id,
        text=prompt.text,
        intent=prompt.intent,
        slots=prompt.slots,
        failure=attempt.failure,
        goal=wish,
        satisfied=attempt.failure is Failure.CORRECT,
    )
    return turn, truth


def _placed(slots: tuple[TrueSlot, ...], text: str) -> tuple[Slot, ...]:
    """Slots with the places where their values stand, looked for from left to right."""
    placed: list[Slot] = []
    ends: dict[str, int] = {}
    for slot in slots:
        start = max(text.find(slot.value, ends.get(slot.value, 0)), 0)
        ends[slot.value] = start + len(slot.value)
        end = min(ends[slot.value], len(text))
        placed.append(Slot(slot.name, slot.value, start, end))
    return tuple(placed)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _comparable(slots: tuple[TrueSlot, ...]) -> tuple[tuple[str, str], ...]:
    """Names and letters of slots; their order does not count."""
    return tuple(sorted((slot.name, _letters(slot.value)) for slot in slots))
