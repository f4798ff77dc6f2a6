"""What came after each turn, as Ibis expressions: another attempt, success or failure.

Nothing here knows the truth. How likely a turn was followed by another attempt at the same wish,
and how likely the last attempt failed, are log-odds that were fitted once, half to SLURP's
recordings laid out as customers and half to simulated ones, and rounded.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

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
"""By letters, where engines would not agree."""
_LATEST_SECONDS: Final = 60.0
"""What comes later than this is another wish."""
_USUAL_CONFIDENCE: Final = 0.8
"""Where a turn tells none."""


def heard(turns: ibis.Table) -> ibis.Table:
    """A row for each turn with words: who said what when, and how it was read.

    Columns: home, meaning and wording (numbers that stand for a customer, an interpretation of a
    locale, and a request that is read so), locale, request, state, text, and what steps are told
    from. A turn that was rewritten tells of the rewrite's text, which is what was understood.
    """
    understood = turns.rewritten.coalesce(turns.text)
    read = turns.select(
        *("locale", "customer", "session", "time", "intent", "state"),
        bad=~turns.outcome.fill_null("").isin(["answered"]),
        confidence=turns.confidence.fill_null(_USUAL_CONFIDENCE),
        feedback=turns.feedback.fill_null(""),
        text=understood,
        request=normalized(understood),
        place=turns.turn,
        # Cut to whole seconds, since some engines would round them up.
        seconds=turns.time.truncate("s").epoch_seconds(),
    )
    read = read.filter((read.request != "") & read.state.notnull())
    meaning = read.locale + "\n" + read.state
    return read.mutate(
        is_plain=read.request.re_search("^[a-z0-9 ]*$"),
        home=_number(read.customer),
        meaning=_number(meaning),
        wording=_number(meaning + "\n" + read.request),
    )


def steps(heard: ibis.Table) -> ibis.Table:
    """One row for each turn: what came next, and the probabilities `on` (another attempt
    follows), `served` and `failed`, which add up to 1.

    Columns: home, meaning, wording, next_wording, on, served, failed.
    """
    import ibis

    session = ibis.window(
        group_by=[heard.locale, heard.customer, heard.session], order_by=[heard.time, heard.place]
    )
    told = heard.mutate(
        **{
            f"next_{name}": heard[name].lead(1).over(session)
            for name in ("wording", "request", "is_plain", "meaning", "intent", "seconds")
        },
        **{f"before_{number}": heard.seconds.lag(number).over(session) for number in (1, 2, 3)},
    )
    going = told.mutate(on=_goes_on(told), fails=_fails(told))
    return going.select(
        *("home", "meaning", "wording", "next_wording", "on"),
        served=(1.0 - going.on) * (1.0 - going.fails),
        failed=(1.0 - going.on) * going.fails,
    )


def normalized(text: ibis.Value) -> ibis.Value:
    """What `learning.state.normalize` does, as far as every engine can: full-width letters and the
    like stay what they are."""
    import ibis

    # Most of what is heard is normal already, and looking is cheaper than rewriting.
    return ibis.ifelse(
        text.re_search("^[a-z0-9]+( [a-z0-9]+)*$"),
        text,
        text.lower().re_replace(r"[^\p{L}\p{N}]+", " ").strip(),
    )


def _number(text: ibis.Value) -> ibis.Value:
    """A number of 62 bits for a text. Hashes of some engines have 32 bits, hence two of 31."""
    high, low = (part.hash().cast("int64") & 0x7FFFFFFF for part in (text, text + "\n"))
    return high * 0x80000000 + low


def _goes_on(turns: ibis.Table) -> Any:
    import ibis

    gap = turns.next_seconds - turns.seconds
    longer = ibis.greatest(turns.request.length(), turns.next_request.length())
    alike = 1.0 - turns.request.levenshtein(turns.next_request) / longer
    # DuckDB counts the bytes that differ, Spark the letters; beyond these letters that is not one.
    is_plain = (turns.is_plain & turns.next_is_plain).fill_null(False)
    evidence = {
        "at_once": (gap <= _AT_ONCE_SECONDS).cast("float64"),
        "soon": (gap / -_SOON_SECONDS).exp(),
        "alike": ibis.ifelse(is_plain, alike, _USUALLY_ALIKE),
        "same_intent": (turns.intent == turns.next_intent).fill_null(False).cast("float64"),
        "same_meaning": (turns.meaning == turns.next_meaning).cast("float64"),
        **_noted(turns, GOES_ON),
    }
    return ibis.ifelse(
        (gap <= _LATEST_SECONDS).fill_null(False), _probability(GOES_ON, evidence), 0.0
    )


def _fails(turns: ibis.Table) -> Any:
    import ibis

    last = turns.next_request.isnull().cast("float64")
    attempts: Any = 0.0
    times = [turns.seconds, turns.before_1, turns.before_2, turns.before_3]
    for later, earlier in reversed(list(pairwise(times))):
        at_once = later - earlier <= _AT_ONCE_SECONDS
        attempts = ibis.ifelse(at_once.fill_null(False), attempts + 1.0, 0.0)
    evidence = {"last": last, "attempts": last * attempts, **_noted(turns, FAILS)}
    return _probability(FAILS, evidence)


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


def _probability(weights: dict[str, float], evidence: dict[str, Any]) -> Any:
    odds: Any = weights["always"]
    for name, value in evidence.items():
        odds = value * weights[name] + odds
    return 1.0 / (1.0 + (-odds).exp())
