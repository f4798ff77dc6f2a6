"""Rewriting in the laboratory: an assistant that rewrites, before one that does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from eulalia.learning.rewriting.candidates import Request
from eulalia.learning.rewriting.features import Meaning
from eulalia.learning.rewriting.history import History, served_share
from eulalia.learning.rewriting.rewriter import Rewriter
from eulalia.learning.simulation import Assistant
from eulalia.learning.simulation.chain import Reading
from eulalia.learning.state import normalize, state
from eulalia.turn import Turn

_SOON_SECONDS = 60.0


class RewritingAssistant:
    """Puts rewrites into turns that are heard, and learns the personal layer from every day."""

    def __init__(
        self,
        answering: Assistant,
        rewriter: Rewriter,
        *,
        personal: bool = True,
        is_treated: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """`is_treated` tells for which customers requests are rewritten."""
        self.rewriter = rewriter
        self._answering = answering
        self._personal = personal
        self._is_treated = is_treated
        self._histories: dict[tuple[str, str], History] = {}
        self._latest: dict[str, Turn] = {}

    def answer_all(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns, each perhaps with a rewrite, answered."""
        answered = list(self._answering.answer_all([self._rewritten(turn) for turn in turns]))
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
        before = self._latest.get(turn.session)
        previous = None
        if before is not None and (turn.time - before.time).total_seconds() <= _SOON_SECONDS:
            served = served_share(before, turn)
            previous = normalize(before.text or "") if served < 0.5 else None
        return Request.of(turn, previous)

    def meanings(self, customer: str, texts: Sequence[str]) -> list[Meaning]:
        """How the assistant that does not rewrite understands texts of a customer."""
        readings = self._answering.read_all([(customer, text) for text in texts])
        return [meaning_of(text, reading) for text, reading in zip(texts, readings, strict=True)]

    def _rewritten(self, turn: Turn) -> Turn:
        if not turn.text or not self._is_treated(turn.customer):
            return turn
        rewrite = self.rewriter.rewrite(
            self.request(turn),
            self.history(turn.customer, turn.locale),
            lambda texts: self.meanings(turn.customer, texts),
        )
        return turn if rewrite is None else replace(turn, rewrite=rewrite)


def meaning_of(text: str, reading: Reading) -> Meaning:
    """What matters of a reading for rewriting."""
    interpretation = reading.interpretation
    if interpretation is None:
        return Meaning(None, None, 0.0)
    return Meaning(state(text, interpretation), interpretation.intent, interpretation.confidence)
