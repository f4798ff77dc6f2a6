"""Teaching by dialogue: preferences, phrases of one's own, and forgetting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eulalia.skills import preferences, questions, reminders
from eulalia.skills.skill import Reply, Request
from eulalia.skills.teaching import lessons, offers, satisfaction, wordings
from eulalia.skills.teaching.lessons import Verdict
from eulalia.skills.teaching.tour import begin, fact, go_on, together
from eulalia.turn import Interpretation, Outcome, Slot, Turn

if TYPE_CHECKING:
    from eulalia.memory.records import Records

_REFUSALS: Final = {
    Verdict.INCOMPLETE: "Tell me both: the words that you say, and what you mean by them.",
    Verdict.TOO_LONG: "That is too long for me to remember; please use fewer words.",
    Verdict.RESERVED: "Those words have a meaning that I must keep; please choose others.",
    Verdict.CIRCLE: "That would lead in a circle, so I left everything as it was.",
    Verdict.FULL: "I cannot remember any more phrases; have me forget some first.",
}
_MOST_TOLD: Final = 10
"""Lessons that are read out."""


class TeachingSkill:
    """Learns what a customer teaches in words, tells it and forgets it."""

    name = "teaching"
    intents = frozenset(
        {
            "teaching_teach", "teaching_state", "teaching_tour", "teaching_taught",
            "teaching_tell", "teaching_forget", "teaching_forget_all", "teaching_wrong",
            "teaching_answer",
        }
    )  # fmt: skip

    def read(self, text: str, locale: str) -> Interpretation | None:
        """What teaches, asks what was taught, or wants it forgotten; or None."""
        said = wordings.read(text, locale)
        if said is None or (said.kind == "correct" and said.parts):
            return None  # what is meant is asked in its place
        return _interpretation(text, "wrong" if said.kind == "correct" else said.kind, said.parts)

    def follow(self, turn: Turn, records: Records) -> Interpretation | None:
        """The answer to what this skill asked in the session, or what `read` reads; or None.

        It comes before all rewriting, so that nothing learned can stand in the way of teaching.
        """
        text, locale = turn.text or "", turn.locale
        question = questions.pending(records, turn.customer, turn.session, turn.time)
        if question is not None:
            answer, confidence = _answer(text, locale, question)
            if answer == "stop" and records.list(turn.customer, reminders.RINGING):
                return None  # what rings is to stop
            if answer is not None:
                slots = (Slot("answer", answer, 0, len(text)),)
                return Interpretation(
                    text, "teaching", "teaching_answer", slots, confidence, self.name
                )
        wanted = wordings.forgets(text, locale)
        if wanted and _is_known(records, turn.customer, locale, wanted):
            start = max(0, text.find(wanted))
            part = wordings.Part(wanted, start, start + len(wanted))
            return _interpretation(text, "forget", {"phrase": part})
        return self.read(text, locale)

    def handle(self, request: Request) -> Reply:
        """Learn, tell or forget, as asked."""
        match request.interpretation.intent.removeprefix("teaching_"):
            case "teach":
                return _teach(request, request.said("phrase") or "", request.said("request") or "")
            case "state":
                return _state(request)
            case "tour":
                return begin(request)
            case "taught":
                return _taught(request)
            case "tell":
                return _tell(request)
            case "forget":
                return _forget(request, request.said("phrase") or "")
            case "forget_all":
                return _ask_whether_to_forget(request)
            case "answer":
                return _take_answer(request)
            case _:
                return Reply(
                    request.answers.say("I am sorry that I got that wrong."),
                    notes={"feedback": [{"kind": "denial"}]},
                )


def _interpretation(text: str, kind: str, parts: Any) -> Interpretation:
    slots = tuple(Slot(name, part.text, part.start, part.end) for name, part in parts.items())
    return Interpretation(text, "teaching", f"teaching_{kind}", slots, source=TeachingSkill.name)


def _answer(text: str, locale: str, question: dict[str, Any]) -> tuple[str | None, float]:
    """What the text answers to a question, and how surely: yes, no, stop, skip, or itself; or None.

    What is no statement may be a request of its own. Long texts are so more often, and names of
    music and lists are more like requests than those of people, towns and teams.
    """
    kinds = ("stop", "skip") if question["about"] in ("tour", "meaning") else ("yes", "no")
    for kind in kinds:
        if wordings.is_said(kind, text, locale):
            return kind, 1.0
    if question["about"] != "tour" or len(text) > preferences.LONGEST:
        return None, 0.0
    name = question.get("name")
    said = wordings.read(text, locale)
    if said is not None:
        return (text, 1.0) if said.kind == "state" and name in said.parts else (None, 0.0)
    short = wordings.is_short(text, locale)
    if name == "units":
        return text, 1.0 if wordings.system(text, locale) else 0.4
    if name in ("name", "home", "team"):
        return text, 0.9 if short else 0.5
    return text, 1.0 if short else 0.95


def _is_known(records: Records, customer: str, locale: str, words: str) -> bool:
    name = wordings.named(words, locale)
    if name is not None and preferences.get(records, customer, name):
        return True
    return lessons.find(records, customer, locale, words) is not None


def _teach(request: Request, phrase: str, meant: str) -> Reply:
    say, records, customer = request.answers.say, request.records, request.customer
    before = lessons.find(records, customer, request.locale, phrase)
    verdict = lessons.teach(records, customer, request.locale, phrase, meant, request.now)
    if verdict in _REFUSALS:
        return Reply(say(_REFUSALS[verdict]), Outcome.UNAVAILABLE, notes={"verdict": verdict})
    if verdict is Verdict.CHANGED and before is not None:
        text = say(
            "“{phrase}” meant “{before}” so far; from now on it means “{request}”.",
            phrase=phrase, before=before.request, request=meant,
        )  # fmt: skip
    else:
        text = say(
            "All right: when you say “{phrase}”, I will take it for “{request}”.",
            phrase=phrase, request=meant,
        )  # fmt: skip
    taught = {"kind": "teaching", "detail": meant, "text": phrase}
    return Reply(text, notes={"verdict": verdict, "feedback": [taught]})


def _state(request: Request) -> Reply:
    slot = request.interpretation.slots[0]
    value = slot.value
    if slot.name == "units":
        value = wordings.system(value, request.locale) or value
    if len(value) > preferences.LONGEST:
        return Reply(request.answers.say(_REFUSALS[Verdict.TOO_LONG]), Outcome.UNAVAILABLE)
    preferences.put(request.records, request.customer, slot.name, value)
    known = request.answers.say("I will remember that.")
    notes = {"feedback": [{"kind": "teaching", "detail": f"{slot.name}={value}"}]}
    return Reply(together(request, fact(request, slot.name, value), known), notes=notes)


def _taught(request: Request) -> Reply:
    answers, records, customer = request.answers, request.records, request.customer
    told = [
        answers.say("“{phrase}” means “{request}”.", phrase=one.phrase, request=one.request)
        for one in lessons.every(records, customer, request.locale)
    ]
    facts = [fact(request, *one) for one in preferences.every(records, customer).items()]
    if not told and not facts:
        return Reply(answers.say("You have not taught me anything yet."))
    more = len(told) - _MOST_TOLD
    sentences = [*facts, *told[:_MOST_TOLD]]
    if more > 0:
        sentences.append(answers.say_plural("And one more phrase.", "And {n} more phrases.", more))
    return Reply(together(request, *sentences))


def _tell(request: Request) -> Reply:
    name = request.interpretation.slots[0].name
    value = preferences.get(request.records, request.customer, name)
    if not value:
        answer = "You have not told me that yet."
        return Reply(request.answers.say(answer), Outcome.UNAVAILABLE)
    return Reply(fact(request, name, value))


def _forget(request: Request, words: str) -> Reply:
    say, records, customer = request.answers.say, request.records, request.customer
    if lessons.forget(records, customer, request.locale, words):
        return Reply(say("I have forgotten what “{phrase}” meant.", phrase=words))
    name = wordings.named(words, request.locale)
    if name is not None and preferences.forget(records, customer, name):
        return Reply(say("I have forgotten that."))
    answer = "You have not taught me “{phrase}”."
    return Reply(say(answer, phrase=words[: lessons.LONGEST_PHRASE]), Outcome.UNAVAILABLE)


def _ask_whether_to_forget(request: Request) -> Reply:
    records, customer = request.records, request.customer
    known = records.list(customer, lessons.KIND) or records.list(customer, preferences.KIND)
    if not known:
        return Reply(request.answers.say("You have not taught me anything yet."))
    questions.ask(records, customer, request.session, request.now, "forget_all")
    answer = "Shall I really forget everything that you have taught me?"
    return Reply(request.answers.say(answer), end_session=False)


def _take_answer(request: Request) -> Reply:
    """Do what the answer to the session's question asks for."""
    say, records, customer = request.answers.say, request.records, request.customer
    question = questions.pending(records, customer, request.session, request.now) or {}
    answer = request.said("answer") or ""
    if question.get("about") == "tour":
        return go_on(request, question, answer)
    questions.drop(records, customer, request.session)
    if question.get("about") == satisfaction.ABOUT:
        return satisfaction.take(request, question, answer)
    match question.get("about"), answer:
        case "forget_all", "yes":
            lessons.forget_all(records, customer)
            for name in preferences.NAMES:
                preferences.forget(records, customer, name)
            return Reply(say("I have forgotten everything that you taught me."))
        case "always", "yes":
            reply = _teach(request, question["phrase"], question["request"])
            confirmed = {"kind": "confirmation", "turn": question["turn"]}
            marks = [*reply.notes.get("feedback", []), confirmed]
            return Reply(reply.text, reply.outcome, notes={**reply.notes, "feedback": marks})
        case "always", _:
            lessons.keep_as_said(records, customer, request.locale, question["phrase"])
        case "offer", "yes":
            offers.accept(records, customer)
            phrase = question["phrase"]
            questions.ask(records, customer, request.session, request.now, "meaning", phrase=phrase)
            text = say("What should I do when you say “{phrase}”?", phrase=phrase)
            return Reply(text, end_session=False)
        case "offer", _:
            offers.decline(records, customer, request.now)
    return Reply(say("All right."))
