"""Rewriting in the laboratory: an assistant that rewrites, before one that does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from eulalia.learning.rewriting.candidates import Candidate, Request
from eulalia.learning.rewriting.history import History
from eulalia.learning.rewriting.meaning import Meaning
from eulalia.learning.rewriting.rewriter import Rewriter
from eulalia.learning.simulation import Assistant
from eulalia.learning.simulation.chain import Reading
from eulalia.turn import Rewrite, Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, its customer's history, and what it may be taken for."""

    request: Request
    history: History | None
    offered: list[Candidate]


class RewritingAssistant:
    """Puts rewrites into turns that are heard, and learns the personal layer from every day."""

    def __init__(
        self,
        answering: Assistant,
        rewriter: Rewriter,
        *,
        personal: bool = True,
        is_treated: Callable[[str], bool] = lambda _: True,
        names: Callable[[str], Sequence[str]] = lambda _: (),
    ) -> None:
        """`is_treated` tells for which customers requests are rewritten, `names` what a customer's
        people and things are called, normalised."""
        self.rewriter = rewriter
        self._answering = answering
        self._personal = personal
        self._is_treated = is_treated
        self._names = names
        self._histories: dict[tuple[str, str], History] = {}
        self._latest: dict[str, Turn] = {}

    def answer_all(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns, each perhaps with a rewrite, answered."""
        asked = {
            turn.id: self._asked(turn)
            for turn in turns
            if turn.text and self._is_treated(turn.customer)
        }
        texts = [
            (turn.customer, candidate.text)
            for turn in turns
            if turn.id in asked
            for candidate in asked[turn.id].offered
        ]
        self._answering.read_all(texts)  # at once, which is quicker; one by one they are known then
        rewritten = [
            self._rewritten(turn, asked[turn.id]) if turn.id in asked else turn for turn in turns
        ]
        answered = list(self._answering.answer_all(rewritten))
        self._latest.update({turn.session: turn for turn in answered})
        return answered

    def read_all(self, texts: Sequence[tuple[str, str]]) -> Sequence[Reading]:
        """What texts mean when nothing is rewritten."""
        return self._answering.read_all(texts)

    def learn(self, turns: Sequence[Turn]) -> None:
        """Add a day's turns to their customers' histories."""
        self._answering.learn(turns)
        self._latest.clear()
        if not self._personal:
            return
        ordered = sorted(turns, key=lambda turn: (turn.customer, turn.session, turn.time))
        for (customer, _), session in groupby(ordered, lambda turn: (turn.customer, turn.session)):
            kept = list(session)
            key = (customer, kept[0].locale)
            if key not in self._histories:
                self._histories[key] = History(self.rewriter.vectors, kept[0].locale)
            self._histories[key].learn(kept)

    def history(self, customer: str, locale: str) -> History | None:
        """What a customer has asked so far; None for a stranger."""
        return self._histories.get((customer, locale))

    def request(self, turn: Turn) -> Request:
        """The turn's request and what was the case."""
        return Request.of(turn, self._latest.get(turn.session), self._names(turn.customer))

    def meanings(self, customer: str, texts: Sequence[str]) -> list[Meaning]:
        """How the assistant that does not rewrite understands texts of a customer."""
        readings = self._answering.read_all([(customer, text) for text in texts])
        return [
            Meaning.of(text, reading.interpretation)
            for text, reading in zip(texts, readings, strict=True)
        ]

    def _asked(self, turn: Turn) -> Asked:
        request, history = self.request(turn), self.history(turn.customer, turn.locale)
        return Asked(request, history, self.rewriter.offered(request, history))

    def _rewritten(self, turn: Turn, asked: Asked) -> Turn:
        chosen = self.rewriter.choose_among(
            asked.offered,
            asked.request,
            asked.history,
            lambda texts: self.meanings(turn.customer, texts),
        )
        if chosen is None:
            return turn
        candidate, chance = chosen
        return replace(
            turn, rewrite=Rewrite(asked.request.text, candidate.text, candidate.layer, chance)
        )
