"""Rewriting in a running assistant, by what its memory holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from eulalia.learning.experiments import Group, group, is_applied
from eulalia.learning.rewriting.candidates import Request
from eulalia.learning.rewriting.history import History
from eulalia.learning.rewriting.meaning import Meaning
from eulalia.learning.rewriting.rewriter import Rewriter, shipped
from eulalia.learning.rewriting.shared import Shared
from eulalia.learning.rewriting.usual import kept
from eulalia.learning.state import normalize
from eulalia.memory import Memory
from eulalia.rewrites import Status
from eulalia.text.vectors import shipped as shipped_vectors
from eulalia.turn import Rewrite, Turn

_LATEST: Final = 300
"""Turns that a customer's history begins with."""
_CUSTOMERS: Final = 200
"""Histories at hand."""
_SOON_SECONDS: Final = 60.0
_IN_USE: Final = (Status.PINNED, Status.KEPT, Status.TRIAL)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rewrite, and whether this customer is to have it."""

    rewrite: Rewrite
    request: str
    """What the rewrite was learned for: this request, or one like it."""
    group: Group
    is_applied: bool


@dataclass(slots=True)
class _Customer:
    """A customer's history in a locale, and the last turn, of which it is not yet known what
    followed."""

    history: History
    last: Turn | None = None
    seen: set[str] = field(default_factory=set)


class OnlineRewriter:
    """Proposes rewrites for requests while they are made."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._vectors = shipped_vectors()
        self._rewriter: Rewriter | None = None
        self._revision = -1
        self._customers: OrderedDict[tuple[str, str], _Customer] = OrderedDict()

    def propose(
        self,
        turn: Turn,
        read: Callable[[Sequence[str]], Sequence[Meaning]],
        names: Sequence[str] = (),
    ) -> Proposal | None:
        """What to understand in place of a turn's words; None leaves them as they are.

        `read` tells how texts of the turn's locale are understood, `names` what the customer's
        people and things are called.
        """
        which = group(turn.customer)
        customer = self._customer(turn)
        text = normalize(turn.text or "")
        if not text:
            return None
        request = Request.of(turn, customer.last, [normalize(name) for name in names])
        chosen = self._current().choose(request, customer.history, read)
        if chosen is None:
            return None
        candidate, chance = chosen
        rewrite = Rewrite(turn.text or "", candidate.text, candidate.layer, chance)
        learned = candidate.rewrite
        applied = (
            is_applied(learned.status, which) if learned is not None else which is not Group.HOLDOUT
        )
        return Proposal(rewrite, learned.request if learned else text, which, applied)

    def _current(self) -> Rewriter:
        """The rewriter with the learned rewrites as they are now."""
        revision = self._memory.rewrites.revision
        if self._rewriter is None or revision != self._revision:
            usual = kept(self._memory.records)
            shared = Shared(self._vectors, self._memory.rewrites.all(_IN_USE), usual)
            self._rewriter = Rewriter(self._vectors, shipped(), shared)
            self._revision = revision
        return self._rewriter

    def _customer(self, turn: Turn) -> _Customer:
        """The customer's history, with all turns before this one taken note of but the last."""
        key = (turn.customer, turn.locale)
        customer = self._customers.pop(key, None)
        limit = 10 if customer else _LATEST
        if customer is None:
            customer = _Customer(History(self._vectors, turn.locale))
        self._customers[key] = customer
        if len(self._customers) > _CUSTOMERS:
            self._customers.popitem(last=False)
        latest = self._memory.turns(customer=turn.customer, locale=turn.locale, limit=limit)
        new = [each for each in reversed(latest) if each.id not in customer.seen]
        customer.seen = {each.id for each in latest}
        for each in new:
            if customer.last is not None:
                follows = each if each.session == customer.last.session else None
                customer.history.note(customer.last, follows)
            customer.last = each
        last = customer.last
        if last is not None and (turn.time - last.time).total_seconds() > _SOON_SECONDS:
            customer.history.note(last, None)  # nothing more will be known of it
            customer.last = None
        return customer
