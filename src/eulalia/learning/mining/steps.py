"""What came after each turn, as Ibis expressions: another attempt, success or failure.

Nothing here knows the truth. How likely a turn was followed by another attempt at the same wish,
and how likely the last attempt failed, are log-odds that were fitted once, half to SLURP's
recordings laid out as customers and half to simulated ones, and rounded.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from eulalia.learning.mining.functions import microseconds, number

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

GOES_ON: Final = {
    "always": -7.0,
    "at_once": 3.5,
    "soon": 9.5,
    "alike": 3.5,
    "same_intent": 1.0,
    "same_meaning": -1.0,
    "bad_outcome": 4.0,
    "confidence": -1.0,
    "rephrase": 0.5,
    "reprompt": 0.5,
    "correction": 2.0,
    "denial": 1.5,
    "confirmation": -1.5,
    "teaching": -5.0,
}
"""Log-odds that the next turn of the session tries the same once more."""
FAILS: Final = {
    "always": -2.0,
    "last": 2.5,
    "attempts": 1.2,
    "bad_outcome": 4.0,
    "confidence": -2.5,
    "abandonment": 2.0,
    "barge_in": 2.5,
    "denial": 3.0,
    "confirmation": -2.0,
}
"""Log-odds that the last attempt was no success."""
_AT_ONCE_SECONDS: Final = 15.0
_SOON_SECONDS: Final = 20.0
_USUALLY_ALIKE: Final = 0.4
"""By letters, where engines would not agree or it does not matter."""
_SURELY_NOT: Final = -3.0
_SURELY: Final = 3.0
"""Log-odds of one in twenty either way: there the likeness need not be known."""
_LATEST_SECONDS: Final = 60.0
"""What comes later than this is another wish."""
_USUAL_CONFIDENCE: Final = 0.8
"""Where a turn tells none."""


def understood(turns: ibis.Table) -> ibis.Table:
    """Those of the turns that have words, with what was understood: text, request (normalised),
    is_plain, and meaning and wording (numbers that stand for an interpretation of a locale, and for
    a request that is read so). A turn that was rewritten tells of the rewrite's text."""
    read = turns.mutate(text=turns.rewritten.coalesce(turns.text))
    # Most of what is heard is normal already, and looking is cheaper than rewriting.
    read = read.mutate(is_normal=read.text.re_search("^[a-z0-9]+( [a-z0-9]+)*$"))
    read = read.mutate(request=_request(read), meaning=read.locale + "\n" + read.state)
    read = read.filter((read.request != "") & read.state.notnull())
    return read.mutate(
        is_plain=read.is_normal | read.request.re_search("^[a-z0-9 ]*$"),
        meaning=number(read.meaning),
        wording=number(read.meaning + "\n" + read.request),
    )


def heard(turns: ibis.Table) -> ibis.Table:
    """A row for each turn with words: who said what when, and how it was read.

    Columns: home and dialogue (numbers that stand for a customer, and for a session of theirs),
    those that `understood` adds, and what steps are told from.
    """
    read = understood(turns)
    return read.select(
        *("text", "request", "is_plain", "meaning", "wording", "intent"),
        home=number(read.customer),
        dialogue=number(read.locale + "\n" + read.customer + "\n" + read.session),
        place=read.turn,
        time=microseconds(read.time),
        bad=~read.outcome.fill_null("").isin(["answered"]),
        confidence=read.confidence.fill_null(_USUAL_CONFIDENCE),
        feedback=read.feedback.fill_null(""),
    )


def steps(heard: ibis.Table) -> ibis.Table:
    """One row for each turn: what came next, and the probabilities that another attempt follows
    (`on`) and, if none does, that it had success.

    Columns: home, meaning, wording, next_wording, on, served.
    """
    import ibis

    session = ibis.window(group_by=heard.dialogue, order_by=[heard.time, heard.place])
    told = heard.select(
        *("home", "meaning", "wording", "request", "is_plain", "intent", "time"),
        *("bad", "confidence", "feedback"),
        **{
            f"next_{name}": heard[name].lead(1).over(session)
            for name in ("wording", "request", "is_plain", "meaning", "intent", "time")
        },
        **{f"before_{number}": heard.time.lag(number).over(session) for number in (1, 2, 3)},
    )
    going = told.mutate(on=_goes_on(told), fails=_fails(told))
    return going.select(
        *("home", "meaning", "wording", "next_wording", "on"),
        served=(1.0 - going.on) * (1.0 - going.fails),
    )


def _request(read: ibis.Table) -> ibis.Value:
    """What `learning.state.normalize` does, as far as every engine can: full-width letters and the
    like stay what they are."""
    import ibis

    letters = read.text.lower().re_replace(r"[^\p{L}\p{N}]+", " ").strip()
    return ibis.ifelse(read.is_normal, read.text, letters)


def _goes_on(turns: ibis.Table) -> Any:
    import ibis

    gap = (turns.next_time - turns.time) / 1e6
    odds = _odds(
        GOES_ON,
        {
            "at_once": (gap <= _AT_ONCE_SECONDS).cast("float64"),
            "soon": (gap / -_SOON_SECONDS).exp(),
            "same_intent": (turns.intent == turns.next_intent).fill_null(False).cast("float64"),
            "same_meaning": (turns.meaning == turns.next_meaning).cast("float64"),
            **_noted(turns, GOES_ON),
        },
    )
    longer = ibis.greatest(turns.request.length(), turns.next_request.length())
    alike = 1.0 - turns.request.levenshtein(turns.next_request) / longer
    # Comparing letters takes as long as all else, and mostly the rest has told already.
    is_open = (odds > _SURELY_NOT - GOES_ON["alike"]) & (odds < _SURELY)
    comparable = (turns.is_plain & turns.next_is_plain & is_open).fill_null(False)
    odds = odds + GOES_ON["alike"] * ibis.ifelse(comparable, alike, _USUALLY_ALIKE)
    return ibis.ifelse((gap <= _LATEST_SECONDS).fill_null(False), _probability(odds), 0.0)


def _fails(turns: ibis.Table) -> Any:
    import ibis

    last = turns.next_wording.isnull().cast("float64")
    attempts: Any = 0.0
    times = [turns.time, turns.before_1, turns.before_2, turns.before_3]
    for later, earlier in reversed(list(pairwise(times))):
        at_once = later - earlier <= _AT_ONCE_SECONDS * 1e6
        attempts = ibis.ifelse(at_once.fill_null(False), attempts + 1.0, 0.0)
    evidence = {"last": last, "attempts": last * attempts, **_noted(turns, FAILS)}
    return _probability(_odds(FAILS, evidence))


def _noted(turns: ibis.Table, weights: dict[str, float]) -> dict[str, Any]:
    """What the assistant itself noted about a turn."""
    kinds = "rephrase reprompt correction denial confirmation teaching abandonment barge_in".split()
    return {
        "bad_outcome": turns.bad.cast("float64"),
        "confidence": turns.confidence,
        **{
            kind: turns.feedback.contains(kind).cast("float64") for kind in kinds if kind in weights
        },
    }


def _odds(weights: dict[str, float], evidence: dict[str, Any]) -> Any:
    odds: Any = weights["always"]
    for name, value in evidence.items():
        odds = value * weights[name] + odds
    return odds


def _probability(odds: Any) -> Any:
    return 1.0 / (1.0 + (-odds).exp())
