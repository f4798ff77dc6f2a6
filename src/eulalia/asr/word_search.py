"""What a speaker said, out of an open vocabulary: a beam search through a tree of pronunciations.

Hypotheses walk down the tree phone by phone as CTC allows (Graves et al. 2006), and where a word
ends, the language model of words has its say, of whose opinion the best that lies ahead is
reckoned in beforehand (Ortmanns, Ney & Eiden 1996, "Language-model look-ahead"). Words that a
network spells badly are so found by their sound. All hypotheses advance at once in arrays.

Phrases that are not in the vocabulary, or that are to be favoured, join the tree as if they were
one word each, where the language model expects a word that it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.errors import RecognitionError
from eulalia.asr.grammar_search import Path, SpokenWord
from eulalia.asr.lexicon import Pronouncer, Pronunciation
from eulalia.asr.posteriors import LogProbs, telling_frames
from eulalia.asr.prefix_tree import ROOT, PrefixTree
from eulalia.asr.words import Words

_MOST_WAYS: Final = 16
"""Ways to say a phrase that are listened for."""
_FEW: Final = 3.4
"""Phrases up to which a list is not crowded."""
_LONG: Final = 7
"""Phones from which on a phrase is not short."""
_BLANK: Final = 0


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How widely is searched, and what counts how much."""

    beam: int = 600
    """Hypotheses that are kept at each frame."""
    threshold: float = 15.0
    """How far a hypothesis may fall behind the best, in log-probability."""
    language_weight: float = 0.8
    """What the language model's log-probabilities count, the sound's counting 1."""
    word_bonus: float = -1.0
    """Added for each word."""
    phrase_bonus: float = 4.0
    """Added for each phrase that is listened for, if there are but few of them."""
    crowding: float = 1.63
    """How much less further phrases make of the bonus, times the logarithm of how many times as
    many as few they are: in a long list there is always one that sounds like what was said …"""
    brevity: float = 0.1
    """… all the more so a short one: what each phone takes that it has less than seven, times the
    logarithm of the number of phrases."""


class WordSearch:
    """A vocabulary, and perhaps phrases, ready to be listened for."""

    def __init__(
        self,
        words: Words,
        pronouncer: Pronouncer,
        phrases: Sequence[str] = (),
        options: SearchOptions | None = None,
        weights: Sequence[float] = (),
    ) -> None:
        """`weights` say how likely each phrase is beside the others; without them all are alike.

        Raises RecognitionError for a phrase without words, or with one that cannot be said.
        """
        self.words = words
        self.options = options or SearchOptions()
        self.phrases = tuple(phrases)
        self.first_phrase = words.unknown + 1
        """The number of the first phrase; those of words are smaller."""
        owners = [number for number, _ in words.pronunciations]
        ways = [way for _, way in words.pronunciations]
        for number, phrase in enumerate(self.phrases, self.first_phrase):
            for way in ways_to_say(phrase, pronouncer):
                owners.append(number)
                ways.append(way)
        self.tree = PrefixTree.build(ways, owners)
        self.lengths = np.zeros(self.first_phrase + len(self.phrases), np.int64)
        """By word, the phones of its shortest pronunciation."""
        self.lengths[owners[::-1]] = [len(way) for way in reversed(ways)]
        self._bonuses = self._bonus(weights)
        self.ahead, self.likeliest = self.tree.best_below(self._alone())
        """(nodes,) what the best word below a node is worth on its own, and which it is."""

    def text(self, number: int) -> str:
        """The word or phrase of that number."""
        if number >= self.first_phrase:
            return self.phrases[number - self.first_phrase]
        return self.words.texts[number - 1]

    def search(self) -> Beam:
        """A search over the frames of one sound while they arrive."""
        return Beam(self)

    def decode(self, log_probs: LogProbs, count: int = 8) -> list[Path]:
        """The best readings of frames of shape (frames, phones), best first."""
        beam = self.search()
        beam.accept(log_probs)
        return beam.best(count)

    def worth(
        self, contexts: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """What words or phrases are worth, each behind its context, and the contexts behind them;
        shapes (n,)."""
        model, words_known = self.words.language_model, self.words.unknown
        is_phrase = numbers >= self.first_phrase
        labels = np.where(is_phrase, self.words.unknown, numbers)
        worth = self.options.language_weight * model.score(contexts, labels)
        worth += self._bonuses[np.maximum(numbers - words_known, 0)]
        return worth, model.follow(contexts, labels)

    def _bonus(self, weights: Sequence[float]) -> NDArray[np.float64]:
        """What is added for each word; the first is for all that are no phrases."""
        options = self.options
        if not self.phrases:
            return np.array([options.word_bonus])
        relative = np.array(weights or [1.0] * len(self.phrases))
        lacking = np.maximum(_LONG - self.lengths[self.first_phrase :], 0)
        crowd = options.crowding * np.log(max(len(self.phrases) / _FEW, 1))
        crowd = crowd + options.brevity * lacking * np.log(len(self.phrases))
        of_phrases = options.phrase_bonus - crowd + np.log(relative / relative.mean())
        return np.concatenate([[options.word_bonus], of_phrases])

    def _alone(self) -> NDArray[np.float64]:
        """By word, what it is worth without knowing what comes before."""
        numbers = np.arange(self.first_phrase + len(self.phrases))
        labels = np.minimum(numbers, self.words.unknown)
        bonus = self._bonuses[np.maximum(numbers - self.words.unknown, 0)]
        unigrams = self.words.language_model.orders[0].log_probs[labels]
        alone: NDArray[np.float64] = (
            self.options.language_weight * unigrams.astype(np.float64) + bonus
        )
        return alone


def ways_to_say(phrase: str, pronouncer: Pronouncer) -> list[Pronunciation]:
    """The pronunciations of a phrase, some of them if there are many."""
    if not phrase.split():
        raise RecognitionError("A phrase to favour must have at least one word.")
    between = () if pronouncer.between is None else (pronouncer.between,)
    ways = []
    for parts in islice(product(*map(pronouncer.pronunciations, phrase.split())), _MOST_WAYS):
        way = parts[0]
        for part in parts[1:]:
            way = way + between + part
        ways.append(way)
    return ways


@dataclass(frozen=True, slots=True)
class _Hypotheses:
    """Hypotheses side by side, one a column."""

    numbers: NDArray[np.int64]
    """(5, n)"""
    scores: NDArray[np.float64]
    """(2, n)"""

    @classmethod
    def of(
        cls,
        *,
        node: NDArray[np.int64],
        context: NDArray[np.int64],
        last: NDArray[np.int64],
        link: NDArray[np.int64],
        entry: NDArray[np.int64],
        score: NDArray[np.float64],
        heard: NDArray[np.float64],
    ) -> _Hypotheses:
        """From what the properties tell; all of shape (n,)."""
        return cls(np.stack([node, context, last, link, entry]), np.stack([score, heard]))

    @property
    def node(self) -> NDArray[np.int64]:
        """Where in the tree they stand."""
        node: NDArray[np.int64] = self.numbers[0]
        return node

    @property
    def context(self) -> NDArray[np.int64]:
        """The words before, as the language model numbers them."""
        context: NDArray[np.int64] = self.numbers[1]
        return context

    @property
    def last(self) -> NDArray[np.int64]:
        """The label of the last frame."""
        last: NDArray[np.int64] = self.numbers[2]
        return last

    @property
    def link(self) -> NDArray[np.int64]:
        """The last word behind them, by its number among the links; -1 at the beginning."""
        link: NDArray[np.int64] = self.numbers[3]
        return link

    @property
    def entry(self) -> NDArray[np.int64]:
        """The frame in which the word that they are in began."""
        entry: NDArray[np.int64] = self.numbers[4]
        return entry

    @property
    def score(self) -> NDArray[np.float64]:
        """All in all, with the best that may lie ahead."""
        score: NDArray[np.float64] = self.scores[0]
        return score

    @property
    def heard(self) -> NDArray[np.float64]:
        """The log-probability of the sound alone."""
        heard: NDArray[np.float64] = self.scores[1]
        return heard

    def __len__(self) -> int:
        return int(self.numbers.shape[1])

    def at(self, places: NDArray[np.intp]) -> _Hypotheses:
        """Those at some places."""
        return _Hypotheses(self.numbers[:, places], self.scores[:, places])

    def __add__(self, other: _Hypotheses) -> _Hypotheses:
        return _Hypotheses(
            np.concatenate([self.numbers, other.numbers], axis=1),
            np.concatenate([self.scores, other.scores], axis=1),
        )


@dataclass(frozen=True, slots=True)
class _Link:
    """A word that a hypothesis went through."""

    number: int
    entry: int
    exit: int
    """The frame behind its last one."""
    heard: float
    """The log-probability of the sound up to its end."""
    before: int
    """The link of the word before, -1 for none."""


class Beam:
    """The hypotheses about one sound, after the frames so far."""

    def __init__(self, graph: WordSearch) -> None:
        self._graph = graph
        nothing = np.zeros(1, np.int64)
        self._alive = _Hypotheses.of(
            node=nothing + ROOT,
            context=graph.words.language_model.start,
            last=nothing + _BLANK,
            link=nothing - 1,
            entry=nothing,
            score=np.array([graph.ahead[ROOT]]),
            heard=np.zeros(1),
        )
        self._links: list[tuple[NDArray[np.int64], _Hypotheses, int]] = []
        self._first_links = [0]
        self._free = [0.0]
        """The best score of any phones at all, before each frame."""
        self._frames: list[int] = []
        self._time = 0
        self._after_blank = False

    def accept(self, log_probs: LogProbs) -> None:
        """Go on through frames of shape (frames, phones)."""
        telling = telling_frames(log_probs, _BLANK, after_blank=self._after_blank)
        for frame, row in zip(telling, log_probs[telling].astype(np.float64), strict=True):
            self._frames.append(self._time + int(frame))
            self._step(row)
        if len(log_probs):
            self._after_blank = not len(telling_frames(log_probs[-1:], _BLANK, after_blank=True))
        self._time += len(log_probs)

    def best(self, count: int = 8, *, partial: bool = False) -> list[Path]:
        """The best readings so far.

        `partial` ones may end in a word that has only begun, the likeliest of those that do so. All
        others leave it out, if the sound ends in the middle of every word that it may be.
        """
        alive, model = self._alive, self._graph.words.language_model
        at_end = np.flatnonzero(alive.node == ROOT)
        if partial or not len(at_end):
            scores = alive.score
        else:
            alive = alive.at(at_end)
            ending = model.score(alive.context, np.zeros(len(alive), np.int64))
            weight, ahead = self._graph.options.language_weight, self._graph.ahead[ROOT]
            scores = alive.score - ahead + weight * ending
        paths: dict[str, Path] = {}
        for place in np.argsort(-scores, kind="stable"):
            path = self._path(
                float(scores[place]), int(alive.link[place]), float(alive.heard[place])
            )
            if partial and alive.node[place] != ROOT:
                path = self._with_begun(path, int(alive.node[place]), int(alive.entry[place]))
            paths.setdefault(path.text, path)
            if len(paths) == count:
                break
        return list(paths.values())

    def _with_begun(self, path: Path, node: int, entry: int) -> Path:
        """The path with the likeliest word that it may be in."""
        text = self._graph.text(int(self._graph.likeliest[node]))
        word = SpokenWord(text, self._frames[entry], self._time, path.gap)
        return replace(path, words=(*path.words, word))

    def _step(self, row: NDArray[np.float64]) -> None:
        graph, alive = self._graph, self._alive
        time = len(self._frames) - 1
        resting = _Hypotheses(alive.numbers.copy(), alive.scores + row[_BLANK])
        resting.last[:] = _BLANK
        speaking = alive.at(np.flatnonzero(alive.last != _BLANK))
        again = _Hypotheses(speaking.numbers, speaking.scores + row[speaking.last])

        parents, children = graph.tree.children(alive.node)
        phones = graph.tree.phones[children]
        # Equal phones need a blank between them, but not those of two words: "hot tea".
        possible = (phones != alive.last[parents]) | (alive.node[parents] == ROOT)
        parents, children, phones = parents[possible], children[possible], phones[possible]
        origin = alive.at(parents)
        onward = _Hypotheses.of(
            node=children,
            context=origin.context,
            last=phones,
            link=origin.link,
            entry=np.where(origin.node == ROOT, time, origin.entry),
            score=origin.score + row[phones] + graph.ahead[children] - graph.ahead[origin.node],
            heard=origin.heard + row[phones],
        )
        self._free.append(self._free[-1] + float(row.max()))
        inside = self._pruned(resting + again + onward)
        self._alive = self._pruned(inside + self._leaving(inside, time))

    def _leaving(self, inside: _Hypotheses, time: int) -> _Hypotheses:
        """The hypotheses that have come to the end of a word, as they stand behind it."""
        graph = self._graph
        speaking = np.flatnonzero(inside.last != _BLANK)
        owners, numbers = graph.tree.words(inside.node[speaking])
        ending = inside.at(speaking[owners])
        worth, contexts = graph.worth(ending.context, numbers)
        scores = ending.score + worth + graph.ahead[ROOT] - graph.ahead[ending.node]
        likely = np.flatnonzero(scores > inside.score.max() - graph.options.threshold)
        ending, numbers = ending.at(likely), numbers[likely]
        first = self._first_links[-1]
        self._links.append((numbers, ending, time + 1))
        self._first_links.append(first + len(numbers))
        return _Hypotheses.of(
            node=np.full_like(ending.node, ROOT),
            context=contexts[likely],
            last=ending.last,
            link=first + np.arange(len(numbers)),
            entry=ending.entry,
            score=scores[likely],
            heard=ending.heard,
        )

    def _pruned(self, hypotheses: _Hypotheses) -> _Hypotheses:
        """The best hypotheses, of those that stand in one place only the best."""
        options = self._graph.options
        score = hypotheses.score
        near = np.flatnonzero(score >= score.max() - options.threshold)
        near = near[np.argsort(-score[near], kind="stable")]
        size = len(self._graph.tree.phones)
        places = hypotheses.context[near] * size + hypotheses.node[near]
        places = places * (int(self._graph.tree.phones.max()) + 1) + hypotheses.last[near]
        _, first = np.unique(places, return_index=True)
        first.sort()
        return hypotheses.at(near[first[: options.beam]])

    def _link(self, number: int) -> _Link:
        step = int(np.searchsorted(self._first_links, number, side="right")) - 1
        numbers, ending, exit_ = self._links[step]
        place = number - self._first_links[step]
        return _Link(
            int(numbers[place]), int(ending.entry[place]), exit_, float(ending.heard[place]),
            int(ending.link[place]),
        )  # fmt: skip

    def _path(self, score: float, number: int, heard: float) -> Path:
        words: list[SpokenWord] = []
        phones = 0
        while number >= 0:
            link = self._link(number)
            before = self._link(link.before) if link.before >= 0 else None
            begun, heard_before = (before.exit, before.heard) if before else (0, 0.0)
            length = int(self._graph.lengths[link.number])
            phones += length
            behind = (self._free[link.exit] - self._free[begun]) - (link.heard - heard_before)
            words.append(
                SpokenWord(
                    self._graph.text(link.number),
                    self._frames[link.entry],
                    self._frames[link.exit - 1] + 1,
                    max(behind, 0.0) / length,
                )
            )
            number = link.before
        gap = max(self._free[-1] - heard, 0.0) / max(phones, 1)
        return Path(tuple(reversed(words)), score, gap)
