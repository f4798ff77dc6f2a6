"""The guided questions: what a customer prefers, one question a turn."""

from __future__ import annotations

from typing import Any, Final

from eulalia.skills import preferences, questions
from eulalia.skills.skill import Reply, Request
from eulalia.skills.teaching import wordings

_QUESTIONS: Final = {
    "name": "What should I call you?",
    "home": "Which town do you live in?",
    "units": "Do you measure in metric units, with Celsius, or in imperial ones, with Fahrenheit?",
    "team": "Which team are you a fan of?",
    "artist": "Which singer or band do you like best?",
    "genre": "What kind of music do you like best?",
    "station": "Which radio station do you like best?",
    "list": "Which list do you mean when you name none?",
}
_FACTS: Final = {
    "name": "Your name is {value}.",
    "home": "You live in {value}.",
    "team": "You are a fan of {value}.",
    "artist": "You like to hear {value}.",
    "genre": "The music that you like best: {value}.",
    "station": "Your radio station: {value}.",
    "list": "Your usual list: {value}.",
}
_SYSTEMS: Final = {
    "metric": "You measure in metric units.",
    "imperial": "You measure in imperial units.",
}


def fact(request: Request, name: str, value: str) -> str:
    """A preference as a sentence."""
    if name == "units":
        return request.answers.say(_SYSTEMS.get(value, "You measure in metric units."))
    return request.answers.say(_FACTS[name], value=value)


def begin(request: Request) -> Reply:
    """Ask the first question whose answer is not known; tell what is known where all is."""
    known = preferences.every(request.records, request.customer)
    left = [name for name in preferences.NAMES if name not in known]
    if not left:
        facts = [fact(request, *one) for one in known.items()]
        return Reply(together(request, *facts))
    return _ask(request, left, request.answers.say("You can skip any question, or stop."))


def go_on(request: Request, question: dict[str, Any], answer: str) -> Reply:
    """Keep the answer to a question, and ask the next one."""
    left = [name for name in question.get("left", ()) if name in preferences.NAMES]
    if answer == "stop" or not left:
        questions.drop(request.records, request.customer, request.session)
        return Reply(request.answers.say("All right."))
    if answer == "skip":
        return _ask(request, left[1:], "")
    value = wordings.value_of(answer, request.locale, left[0])[: preferences.LONGEST]
    if left[0] == "units" and value not in _SYSTEMS:
        if question.get("again"):
            return _ask(request, left[1:], "")
        return _ask(request, left, "", again=True)
    if not value:
        return _ask(request, left[1:], "")
    preferences.put(request.records, request.customer, left[0], value)
    taught = [{"kind": "teaching", "detail": f"{left[0]}={value}"}]
    reply = _ask(request, left[1:], fact(request, left[0], value))
    return Reply(reply.text, end_session=reply.end_session, notes={"feedback": taught})


def together(request: Request, *sentences: str) -> str:
    """Sentences one behind the other, as the language writes them."""
    space = "" if request.locale.startswith(("ja", "zh")) else " "
    return space.join(sentence for sentence in sentences if sentence)


def _ask(request: Request, left: list[str], before: str, *, again: bool = False) -> Reply:
    """The next question behind what is said before it, or thanks where none is left."""
    say, records, customer = request.answers.say, request.records, request.customer
    if not left:
        questions.drop(records, customer, request.session)
        thanks = say("Thank you, that was all that I wanted to know.")
        return Reply(together(request, before, thanks))
    details = {"name": left[0], "left": left, "again": again}
    questions.ask(records, customer, request.session, request.now, "tour", **details)
    question = say(_QUESTIONS[left[0]])
    return Reply(together(request, before, question), end_session=False)
