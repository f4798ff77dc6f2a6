"""Grammars: which sentences may be said, as a finite-state acceptor over words.

Skills compile their templates to grammars, decoders keep to them, and tests draw sentences from
them. The constructions are the textbook ones (Hopcroft, Motwani, Ullman: Introduction to Automata
Theory, chapters 2 to 4): epsilon closures, subset construction, partition refinement.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from eulalia.errors import EulaliaError

Arc = tuple[int, str | None, int]
"""Source state, word (None: the arc is free, an epsilon), target state."""


class GrammarError(EulaliaError):
    """A grammar that cannot be, or from which nothing can be said."""


@dataclass(frozen=True)
class Grammar:
    """A set of sentences, each a path of words from the start to a final state.

    >>> order = Grammar.sequence(
    ...     Grammar.optional(Grammar.of(["a", "one"])),
    ...     Grammar.of(["coffee", "iced coffee"]),
    ... )
    >>> order.accepts("one iced coffee".split())
    True
    >>> order.count()
    6
    """

    states: int
    """How many states there are; they are numbered from 0."""
    arcs: tuple[Arc, ...]
    start: int
    finals: frozenset[int]

    def __post_init__(self) -> None:
        ends = itertools.chain.from_iterable((source, target) for source, _, target in self.arcs)
        for state in itertools.chain([self.start], self.finals, ends):
            if not 0 <= state < self.states:
                raise GrammarError(
                    f"State {state} does not exist in a grammar of {self.states} states."
                )
        for _, word, _ in self.arcs:
            if word is not None and (not word or any(letter.isspace() for letter in word)):
                raise GrammarError(
                    f"A grammar's arc carries one word without white space, not {word!r}."
                )

    # Building

    @classmethod
    def of(cls, sentences: Iterable[str | Sequence[str]]) -> Grammar:
        """The grammar of exactly these sentences, each a text or a sequence of words.

        Sentences share their beginnings. No sentence at all gives a grammar that accepts nothing;
        the sentence "" is the empty one.
        """
        following: dict[tuple[int, str], int] = {}
        finals = set()
        for sentence in sentences:
            state = 0
            for word in sentence.split() if isinstance(sentence, str) else sentence:
                state = following.setdefault((state, word), len(following) + 1)
            finals.add(state)
        arcs = tuple((source, word, target) for (source, word), target in following.items())
        return cls(len(following) + 1, arcs, 0, frozenset(finals))

    @classmethod
    def sequence(cls, *grammars: Grammar) -> Grammar:
        """A sentence of the first grammar, then one of the second, and so on."""
        if not grammars:
            return cls.of([""])
        states, arcs, offsets = _side_by_side(grammars)
        for (left, left_offset), (right, right_offset) in itertools.pairwise(
            zip(grammars, offsets, strict=True)
        ):
            arcs += [(f + left_offset, None, right.start + right_offset) for f in left.finals]
        finals = frozenset(state + offsets[-1] for state in grammars[-1].finals)
        return cls(states, tuple(arcs), grammars[0].start, finals)

    @classmethod
    def union(cls, *grammars: Grammar) -> Grammar:
        """A sentence of any one of the grammars."""
        states, arcs, offsets = _side_by_side(grammars, reserved=1)
        finals: set[int] = set()
        for grammar, offset in zip(grammars, offsets, strict=True):
            arcs.append((0, None, grammar.start + offset))
            finals |= {state + offset for state in grammar.finals}
        return cls(states, tuple(arcs), 0, frozenset(finals))

    @classmethod
    def optional(cls, grammar: Grammar) -> Grammar:
        """A sentence of the grammar, or nothing."""
        return cls.union(grammar, cls.of([""]))

    @classmethod
    def permutation(cls, *grammars: Grammar) -> Grammar:
        """One sentence of each grammar, the grammars in any order.

        There is one state for each set of grammars already spoken, so n grammars take 2ⁿ⁻¹·n
        copies; more than ten raise GrammarError.
        """
        if len(grammars) > 10:
            raise GrammarError(
                f"{len(grammars)} parts in any order make too large a grammar; use ten at most."
            )
        complete = (1 << len(grammars)) - 1
        parts = [
            (spoken, spoken | 1 << n, grammar)
            for spoken in range(complete)
            for n, grammar in enumerate(grammars)
            if not spoken >> n & 1
        ]
        copies = [grammar for _, _, grammar in parts]
        states, arcs, offsets = _side_by_side(copies, reserved=complete + 1)
        for (before, after, grammar), offset in zip(parts, offsets, strict=True):
            arcs.append((before, None, grammar.start + offset))
            arcs += [(state + offset, None, after) for state in grammar.finals]
        return cls(states, tuple(arcs), 0, frozenset({complete})).without_epsilons()

    # Asking

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word that an arc carries, sorted."""
        return tuple(sorted({word for _, word, _ in self.arcs if word is not None}))

    def accepts(self, words: Iterable[str]) -> bool:
        """Whether these words, in this order, are a sentence of the grammar."""
        states = self._closure({self.start})
        for word in words:
            states = self._closure(
                {target for state in states for target in self._following[state].get(word, ())}
            )
        return not states.isdisjoint(self.finals)

    def sample(self, rng: random.Random) -> tuple[str, ...]:
        """A sentence, drawn by a walk that takes every way out of a state with equal chance.

        Raises GrammarError when the grammar has no sentence.
        """
        grammar = self._trimmed
        if not grammar.finals:
            raise GrammarError("This grammar has no sentence that could be drawn.")
        words: list[str] = []
        state = grammar.start
        while True:
            ways = [
                (word, target)
                for word, targets in grammar._following[state].items()
                for target in targets
            ]
            choice = rng.randrange(len(ways) + (state in grammar.finals))
            if choice == len(ways):
                return tuple(words)
            word, state = ways[choice]
            if word is not None:
                words.append(word)

    def count(self) -> int | None:
        """How many different sentences there are; None when a loop makes them endless."""
        grammar = self.minimal()
        counts: dict[int, int] = {}
        # In a deterministic grammar every path is another sentence. A state is counted once all
        # states behind it are; where none is left to count and some remain, there is a loop.
        waiting = {
            state: {target for targets in grammar._following[state].values() for target in targets}
            for state in range(grammar.states)
        }
        before = defaultdict(set)
        for source, _, target in grammar.arcs:
            before[target].add(source)
        ready = [state for state, targets in waiting.items() if not targets]
        while ready:
            state = ready.pop()
            counts[state] = (state in grammar.finals) + sum(
                counts[target]
                for targets in grammar._following[state].values()
                for target in targets
            )
            for source in before[state]:
                waiting[source].discard(state)
                if not waiting[source]:
                    ready.append(source)
        return counts[grammar.start] if len(counts) == grammar.states else None

    # Reshaping

    def without_epsilons(self) -> Grammar:
        """The same sentences with a word on every arc, and no state that leads nowhere."""
        arcs = set()
        finals = set()
        reached = {self.start}
        open_states = [self.start]
        while open_states:
            state = open_states.pop()
            for member in self._closure({state}):
                if member in self.finals:
                    finals.add(state)
                for word, targets in self._following[member].items():
                    if word is None:
                        continue
                    for target in targets:
                        arcs.add((state, word, target))
                        if target not in reached:
                            reached.add(target)
                            open_states.append(target)
        return Grammar(self.states, tuple(arcs), self.start, frozenset(finals))._trimmed

    def minimal(self) -> Grammar:
        """The same sentences with the fewest states: deterministic, and without epsilons."""
        deterministic = self._deterministic()
        classes = deterministic._equal_states()
        arcs = {
            (classes[source], word, classes[target]) for source, word, target in deterministic.arcs
        }
        finals = frozenset(classes[state] for state in deterministic.finals)
        start = classes[deterministic.start]
        return Grammar(len(set(classes)), tuple(arcs), start, finals)._trimmed

    def _equal_states(self) -> list[int]:
        """For each state of a deterministic grammar, the class of states from which the same can
        be said (partition refinement after Hopcroft 1971, n log n).
        """
        before: dict[int, dict[str | None, set[int]]] = defaultdict(lambda: defaultdict(set))
        for source, word, target in self.arcs:
            before[target][word].add(source)
        others = set(range(self.states)) - self.finals
        blocks = [block for block in (set(self.finals), others) if block]
        block_of = [0 if state in blocks[0] else 1 for state in range(self.states)]
        waiting = set(range(len(blocks)))
        while waiting:
            sources: dict[str | None, set[int]] = defaultdict(set)
            for target in blocks[waiting.pop()]:
                for word, states in before[target].items():
                    sources[word] |= states
            for states in sources.values():
                touched: dict[int, set[int]] = defaultdict(set)
                for state in states:
                    touched[block_of[state]].add(state)
                for number, inside in touched.items():
                    block = blocks[number]
                    if len(inside) == len(block):
                        continue
                    block -= inside
                    new = len(blocks)
                    blocks.append(inside)
                    for state in inside:
                        block_of[state] = new
                    # A block already used as a splitter needs only its smaller part again.
                    smaller = new if len(inside) <= len(block) else number
                    waiting.add(new if number in waiting else smaller)
        return block_of

    def _deterministic(self) -> Grammar:
        """Subset construction: every state is a set of this grammar's states."""
        first = frozenset(self._closure({self.start}))
        numbers = {first: 0}
        open_sets = [first]
        arcs: list[Arc] = []
        while open_sets:
            members = open_sets.pop()
            targets: dict[str, set[int]] = defaultdict(set)
            for state in members:
                for word, following in self._following[state].items():
                    if word is not None:
                        targets[word].update(following)
            for word, following_states in targets.items():
                reached = frozenset(self._closure(following_states))
                if reached not in numbers:
                    numbers[reached] = len(numbers)
                    open_sets.append(reached)
                arcs.append((numbers[members], word, numbers[reached]))
        finals = frozenset(
            number for members, number in numbers.items() if not members.isdisjoint(self.finals)
        )
        return Grammar(len(numbers), tuple(arcs), 0, finals)._trimmed

    @cached_property
    def _following(self) -> list[Mapping[str | None, tuple[int, ...]]]:
        """By state and word, the states that follow."""
        following: list[dict[str | None, tuple[int, ...]]] = [{} for _ in range(self.states)]
        for source, word, target in self.arcs:
            following[source][word] = (*following[source].get(word, ()), target)
        return list(following)

    @cached_property
    def _trimmed(self) -> Grammar:
        """Without states that the start does not reach or that reach no final, renumbered."""
        forth = defaultdict(list)
        back = defaultdict(list)
        for source, _, target in self.arcs:
            forth[source].append(target)
            back[target].append(source)
        useful = set(_walk({self.start}, forth)) & set(_walk(self.finals, back))
        # The start stays even when it leads nowhere: a grammar needs one. Numbering in breadth
        # order makes equal construction give equal grammars.
        order = {self.start: 0}
        for state in _walk({self.start}, forth):
            if state in useful:
                order.setdefault(state, len(order))
        arcs = sorted(
            (
                (order[source], word, order[target])
                for source, word, target in self.arcs
                if source in useful and target in useful
            ),
            key=lambda arc: (arc[0], arc[1] is not None, arc[1] or "", arc[2]),
        )
        finals = frozenset(order[state] for state in self.finals & useful)
        return Grammar(len(order), tuple(arcs), 0, finals)

    def _closure(self, states: set[int]) -> set[int]:
        """These states and all that free arcs lead to from them."""
        closure = set(states)
        open_states = list(states)
        while open_states:
            for target in self._following[open_states.pop()].get(None, ()):
                if target not in closure:
                    closure.add(target)
                    open_states.append(target)
        return closure


def _side_by_side(
    grammars: Sequence[Grammar], reserved: int = 0
) -> tuple[int, list[Arc], list[int]]:
    """Number the states of several grammars apart: how many, all arcs, each one's offset."""
    offsets = [
        reserved + states
        for states in itertools.accumulate((grammar.states for grammar in grammars), initial=0)
    ]
    arcs = [
        (source + offset, word, target + offset)
        for grammar, offset in zip(grammars, offsets[:-1], strict=True)
        for source, word, target in grammar.arcs
    ]
    return offsets[-1], arcs, offsets[:-1]


def _walk(states: Iterable[int], following: Mapping[int, list[int]]) -> Iterator[int]:
    """Each state that can be reached from these, once, the nearest first."""
    seen = set(states)
    layer = sorted(seen)
    while layer:
        yield from layer
        layer = list(
            dict.fromkeys(
                target
                for state in layer
                for target in following.get(state, ())
                if target not in seen
            )
        )
        seen.update(layer)
