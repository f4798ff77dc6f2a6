"""A skill is told what it needs, and whatever it replies, the turn is answered and kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from eulalia.memory import Memory
from eulalia.skills import Reply, Request, SkillError
from eulalia.turn import Answer, Context, Outcome
from tests.assistant.parts import Make, Reads, Waits, reading


def test_a_skill_learns_who_asks_where_and_when(make: Make) -> None:
    skill = Waits()
    assistant = make(Reads((reading("wait", 0.9),)), skills=[skill])
    turn = assistant.ask("wait", locale="de_de", context=Context(timezone="Asia/Tokyo"))
    (request,) = skill.requests
    assert request.locale == "de-DE"
    assert request.customer == "default"
    assert request.now == turn.time
    assert str(request.now.tzinfo) == "Asia/Tokyo"


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
