"""The answer to "did I answer your question?", and the offer to be taught after a no."""

from __future__ import annotations

from typing import Any, Final

from eulalia.skills import questions
from eulalia.skills.skill import Reply, Request
from eulalia.skills.teaching import lessons, offers
from eulalia.skills.teaching.lessons import Verdict
from eulalia.skills.teaching.tour import together

ABOUT: Final = "satisfaction"
"""What the question is about."""
ASKED: Final = "asked"
"""Detail of feedback that was given because the assistant asked."""
_ANYTHING: Final = "7"
"""A request that no phrase is."""


def take(request: Request, question: dict[str, Any], answer: str) -> Reply:
    """Thank for a yes; after a no, offer to be taught where there is something to teach."""
    say, records, customer = request.answers.say, request.records, request.customer
    kind = "confirmation" if answer == "yes" else "denial"
    notes = {"feedback": [{"kind": kind, "turn": question["turn"], "detail": ASKED}]}
    if answer == "yes":
        return Reply(say("Thank you for telling me."), notes=notes)
    sorry = say("I am sorry that I got that wrong.")
    phrase = question.get("phrase") or ""
    teachable = lessons.check(records, customer, request.locale, phrase, _ANYTHING)
    if teachable not in (Verdict.LEARNED, Verdict.CHANGED) or not offers.may_offer(
        records, customer, request.now
    ):
        return Reply(sorry, notes=notes)
    offers.note(records, customer, request.now)
    questions.ask(records, customer, request.session, request.now, "offer", phrase=phrase)
    wish = say("Would you like to teach me what “{phrase}” means?", phrase=phrase)
    return Reply(together(request, sorry, wish), end_session=False, notes=notes)
