"""What a speaker said, held to a grammar: token passing over its words' phones.

Every word of the grammar becomes the CTC states of its pronunciations, and the best path through
them is found by the Viterbi algorithm as Young, Russell & Thornton (1989) put it, "Token passing: a
simple conceptual model for connected speech recognition systems": each state keeps its best token,
and a token remembers the words it came through. All states advance at once in arrays.

Where one word ends in the phone that the next begins with, the two may be said as one, as in
"hot tea"; within a word, CTC wants a blank between equal phones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.errors import RecognitionError
from eulalia.asr.lexicon import Pronouncer
from eulalia.asr.posteriors import LogProbs, telling_frames
from eulalia.text import Grammar

_BEAM: Final = 60.0
"""How far a token may fall behind the best, in log-probability, and still leave its word."""
_MOST_STATES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a path through the grammar."""

    text: str
    start: int
    """The frame that it begins in."""
    end: int
    """The frame behind its last one."""
    gap: float
    """How far each of its phones falls behind the best phones of all, in log-probability; >= 0."""


@dataclass(frozen=True, slots=True)
class Path:
    """A sentence of the grammar, aligned with the sound."""

    words: tuple[SpokenWord, ...]
    score: float
    """Log-probability of the best alignment."""
    gap: float
    """How far each of its phones falls behind the best phones of all, in log-probability; >= 0."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class GrammarSearch:
    """A grammar compiled to CTC states.

    There is one blank state for each state of the grammar, its junction, and a chain of phone,
    blank, phone … for each way to say each word.
    """

    def __init__(self, grammar: Grammar, pronouncer: Pronouncer, blank: int = 0) -> None:
        """Raises RecognitionError for a grammar without a sentence or far too large."""
        grammar = grammar.without_epsilons()
        if not grammar.finals:
            raise RecognitionError("No sentence can be said by this grammar; give it one.")
        self.grammar = grammar
        self.words: list[str | None] = []
        labels = [blank] * grammar.states
        sources = [-1] * grammar.states
        arcs: list[int] = [-1] * grammar.states
        ends: list[tuple[int, int]] = []
        chains: list[tuple[int, str | None, int]] = list(grammar.arcs)
        if pronouncer.between is not None:
            chains += [(state, None, state) for state in range(grammar.states)]
        for source, word, target in chains:
            if word is None:
                ways: tuple[tuple[int, ...], ...] = ((pronouncer.between or 0,),)
            else:
                ways = pronouncer.pronunciations(word)
            for way in ways:
                for position, phone in enumerate(way):
                    if position:
                        labels.append(blank)
                        sources.append(-1)
                        arcs.append(-1)
                    labels.append(phone)
                    sources.append(-1 if position else source)
                    arcs.append(-1 if position else len(self.words))
                ends.append((target, len(labels) - 1))
                self.words.append(word)
                if len(labels) > _MOST_STATES:
                    raise RecognitionError("This grammar is too large to listen by; split it up.")
        ends.sort()
        self.junctions = grammar.states
        self.labels = np.array(labels)
        self.source = np.array(sources)
        """By state, the junction that it is entered from; -1 inside a chain."""
        self.arc = np.array(arcs)
        """By first state of a chain, the word's number; else -1."""
        self.lengths = np.array([0] * len(self.words))
        self.targets = np.array([target for target, _ in ends])
        self.ends = np.array([state for _, state in ends])
        """The last states of all chains, those that lead to one junction side by side."""
        self._measure()

    def _measure(self) -> None:
        size = len(self.labels)
        chain = np.arange(size)
        first = self.source >= 0
        first_state = np.maximum.accumulate(np.where(first, chain, 0))
        self.word_of = np.where(chain < self.junctions, -1, self.arc[first_state])
        phones = (self.labels != self.labels[0]) & (chain >= self.junctions)
        self.lengths = np.bincount(self.word_of[phones], minlength=len(self.words))
        inner = (chain >= self.junctions) & ~first
        self.first = np.flatnonzero(first)
        self.inner = np.flatnonzero(inner)
        # A phone may follow another without the blank between them, where the two differ.
        self.skipping = self.inner[
            (self.labels[self.inner] != self.labels[0])
            & (self.labels[self.inner] != self.labels[self.inner - 2])
        ]
        self.reached, self.groups = np.unique(self.targets, return_index=True)

    def decode(self, log_probs: LogProbs, count: int = 8) -> list[Path]:
        """The best sentences for frames of shape (frames, phones), best first.

        None when the sound is too short for any. The first is the best of all; the others end in
        other words.
        """
        run = self.search()
        run.accept(log_probs)
        return run.best(count)

    def search(self) -> TokenPassing:
        """A search over the frames of one sound while they arrive."""
        return TokenPassing(self)


class TokenPassing:
    """The tokens in the states of a compiled grammar, after the frames so far."""

    def __init__(self, graph: GrammarSearch) -> None:
        self._graph = graph
        size = len(graph.labels)
        self._score = np.full(size, -np.inf)
        self._link = np.full(size, -1)
        self._entry = np.zeros(size, np.int64)
        # The sound begins at the start's junction, without having spent a frame there.
        self._junction_score = np.full(graph.junctions, -np.inf)
        self._junction_score[graph.grammar.start] = 0.0
        self._junction_link = np.full(graph.junctions, -1)
        # A link is a word that was left: which, from when to when, with what score, after which.
        self._links: list[tuple[int, int, int, float, int]] = []
        self._free = [0.0]
        """The best score of any labels at all, before each frame."""
        self._time = 0
        self._after_blank = False
        self._frames: list[int] = []

    def accept(self, log_probs: LogProbs) -> None:
        """Pass tokens on through frames of shape (frames, phones)."""
        blank = int(self._graph.labels[0])
        telling = telling_frames(log_probs, blank, after_blank=self._after_blank)
        for frame, row in zip(telling, log_probs[telling].astype(np.float64), strict=True):
            self._frames.append(self._time + int(frame))
            self._step(row)
        if len(log_probs):
            self._after_blank = bool(
                len(telling_frames(log_probs[-1:], blank, after_blank=True)) == 0
            )
        self._time += len(log_probs)

    def best(self, count: int = 8, *, partial: bool = False) -> list[Path]:
        """The best sentences so far; `partial` ones need not be complete."""
        graph = self._graph
        if partial:
            scores, links = self._junction_score, self._junction_link
            tokens = [(float(scores[i]), int(links[i])) for i in range(graph.junctions)]
        else:
            tokens = self._final_tokens()
        paths: dict[str, Path] = {}
        for score, link in sorted(tokens, key=lambda token: -token[0]):
            if np.isfinite(score):
                path = self._path(score, link)
                paths.setdefault(path.text, path)
            if len(paths) == count:
                break
        return list(paths.values())

    def _final_tokens(self) -> list[tuple[float, int]]:
        """Score and last link of every token that stands where a sentence may end."""
        graph, tokens = self._graph, []
        for state in graph.grammar.finals:
            if not self._frames:
                continue
            tokens.append((float(self._score[state]), int(self._link[state])))
            for end in graph.ends[graph.targets == state]:
                if np.isfinite(self._score[end]):
                    tokens.append((float(self._score[end]), self._leave(int(end))))
        return tokens

    def _step(self, row: NDArray[np.float64]) -> None:
        graph, time = self._graph, len(self._frames) - 1
        score, link, entry = self._score, self._link, self._entry
        new_score, new_link, new_entry = score.copy(), link.copy(), entry.copy()

        def pass_on(to: NDArray[np.intp], origin: NDArray[np.intp]) -> None:
            better = score[origin] > new_score[to]
            to, origin = to[better], origin[better]
            new_score[to], new_link[to], new_entry[to] = score[origin], link[origin], entry[origin]

        pass_on(graph.inner, graph.inner - 1)
        pass_on(graph.skipping, graph.skipping - 2)

        origin = graph.source[graph.first]
        better = self._junction_score[origin] > new_score[graph.first]
        to, origin = graph.first[better], origin[better]
        new_score[to], new_link[to] = self._junction_score[origin], self._junction_link[origin]
        new_entry[to] = time

        junctions = slice(0, graph.junctions)
        better = self._junction_score > new_score[junctions]
        new_score[junctions] = np.where(better, self._junction_score, new_score[junctions])
        new_link[junctions] = np.where(better, self._junction_link, new_link[junctions])

        new_score += row[graph.labels]
        self._score, self._link, self._entry = new_score, new_link, new_entry
        self._free.append(self._free[-1] + float(row.max()))
        self._cross()

    def _cross(self) -> None:
        """Let the best token at the end of a word go to the junction behind it."""
        graph = self._graph
        self._junction_score = self._score[: graph.junctions].copy()
        self._junction_link = self._link[: graph.junctions].copy()
        if not len(graph.ends):
            return
        at_ends = self._score[graph.ends]
        arriving = np.maximum.reduceat(at_ends, graph.groups)
        better = (arriving > self._junction_score[graph.reached]) & (
            arriving > self._score.max() - _BEAM
        )
        for group in np.flatnonzero(better):
            start = graph.groups[group]
            stop = graph.groups[group + 1] if group + 1 < len(graph.groups) else len(graph.ends)
            end = int(graph.ends[start + int(np.argmax(at_ends[start:stop]))])
            junction = graph.reached[group]
            self._junction_score[junction] = self._score[end]
            self._junction_link[junction] = self._leave(end)

    def _leave(self, end: int) -> int:
        """Record that the token in this last state leaves its word now."""
        word = int(self._graph.word_of[end])
        self._links.append(
            (word, int(self._entry[end]), len(self._frames), float(self._score[end]),
             int(self._link[end]))
        )  # fmt: skip
        return len(self._links) - 1

    def _path(self, score: float, link: int) -> Path:
        graph = self._graph
        words: list[SpokenWord] = []
        phones = 0
        while link >= 0:
            word, first, last, left_with, link = self._links[link]
            before = self._links[link][3] if link >= 0 else 0.0
            begun = self._links[link][2] if link >= 0 else 0
            length = int(graph.lengths[word])
            phones += length
            text = graph.words[word]
            if text is not None:
                behind = (self._free[last] - self._free[begun]) - (left_with - before)
                words.append(
                    SpokenWord(
                        text,
                        self._frames[first],
                        self._frames[last - 1] + 1,
                        max(behind, 0.0) / length,
                    )
                )
        gap = max(self._free[-1] - score, 0.0) / max(phones, 1)
        return Path(tuple(reversed(words)), score, gap)
