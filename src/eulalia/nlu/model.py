"""The understanding model as it is served: a text in any of its locales to what it means."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.errors import EulaliaError
from eulalia.nlu.features import Table, character_keys, normalize, word_keys
from eulalia.nlu.linear import Votes
from eulalia.text import Token, tokenize
from eulalia.turn import Interpretation, Slot

SHIPPED = Path(__file__).parent.parent / "models" / "nlu"
OTHER = "Other"
OUT_OF_SCOPE = "out_of_scope"
_READINGS = 5
_BATCH = 256

Scores = NDArray[np.float32]


class ModelError(EulaliaError):
    """A folder that holds no understanding model, or a locale that the model has not learned."""


class Understander:
    """Reads requests: intents with calibrated confidences, and the slots of each."""

    def __init__(self, folder: Path) -> None:
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            tables = _arrays(folder / "tables.npz")
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            self._encoder = onnxruntime.InferenceSession(
                folder / "encoder.onnx", options, providers=["CPUExecutionProvider"]
            )
            self._words = _table(tables, "word")
            self._characters = _table(tables, "character")
            self._locale_vectors: Scores = tables["locales"]
            self._transitions: Scores = tables["transitions"]
            self._first: Scores = tables["first"]
            self._last: Scores = tables["last"]
            self.intents: tuple[str, ...] = tuple(config["intents"])
            self._labels: list[str] = config["labels"]
            self._locales = {name: row for row, name in enumerate(config["locales"])}
            self._calibration: dict[str, tuple[float, float]] = config.get("calibration", {})
            self._linear = _arrays(folder / "linear.npz")
            self._votes: dict[str, Votes] = {}
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"{folder} holds no understanding model that can be read ({error}); "
                "name a folder that `eulalia train nlu` wrote."
            ) from error

    @classmethod
    def open(cls, path: str | Path | None = None) -> Self:
        """The model in a folder; without one, the model that comes with Eulalia.

        Raises ModelError when the folder holds none.
        """
        return cls(Path(path) if path is not None else SHIPPED)

    @cached_property
    def locales(self) -> tuple[str, ...]:
        """The locales that the model has learned."""
        return tuple(self._locales)

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]:
        """The likeliest readings of a request, best first; none for a text without words.

        Raises ModelError for a locale that the model has not learned.
        """
        return self.understand_all([text], locale)[0]

    def understand_all(self, texts: Iterable[str], locale: str) -> list[tuple[Interpretation, ...]]:
        """`understand` for many requests of one locale, several times as fast."""
        requests = self._tokenize(texts, locale)
        results: list[tuple[Interpretation, ...]] = [()] * len(requests)
        scale, vote_scale = self._calibration.get(locale, (1.0, 0.0))
        for numbers in _batches(requests):
            scores, votes, slot_scores = self._run([requests[n][1] for n in numbers], locale)
            chances = softmax(scale * scores + vote_scale * votes)
            paths, sureness = self._decode(slot_scores)
            for row, number in enumerate(numbers):
                text, tokens = requests[number]
                results[number] = self._interpret(
                    text, tokens, chances[row], paths[row], sureness[row]
                )
        return results

    def intent_scores(self, texts: Iterable[str], locale: str) -> tuple[Scores, Scores]:
        """(texts, intents) what the network says of each intent, and what the votes say, before
        calibration weighs them."""
        requests = self._tokenize(texts, locale)
        scores = np.zeros((len(requests), len(self.intents)), np.float32)
        votes = np.zeros_like(scores)
        for numbers in _batches(requests):
            sentences = [requests[n][1] for n in numbers]
            scores[numbers], votes[numbers], _ = self._run(sentences, locale)
        return scores, votes

    def _tokenize(self, texts: Iterable[str], locale: str) -> list[tuple[str, list[Token]]]:
        if locale not in self._locales:
            raise ModelError(
                f"The understanding model has not learned the locale {locale!r}; "
                f"it knows {', '.join(self._locales)}."
            )
        return [(text, tokenize(text, locale)) for text in texts]

    def _run(self, sentences: Sequence[list[Token]], locale: str) -> tuple[Scores, Scores, Scores]:
        """Intent scores and votes (batch, intents) and label scores (batch, tokens, labels) of
        sentences of one length."""
        words = [[normalize(token.text) for token in tokens] for tokens in sentences]
        of_words = [word_keys(sentence, locale) for sentence in words]
        of_letters = [[character_keys(word) for word in sentence] for sentence in words]
        votes = self._locale_votes(locale).scores(of_words, of_letters)
        embedded = np.concatenate(
            [
                self._words.embed(list(chain.from_iterable(of_words))),
                self._characters.embed(list(chain.from_iterable(of_letters))),
            ],
            axis=1,
        )
        embedded += self._locale_vectors[self._locales[locale]]
        inputs = embedded.reshape(len(sentences), -1, embedded.shape[1])
        intents, slots = self._encoder.run(None, {"tokens": inputs})
        return intents, votes, slots

    def _locale_votes(self, locale: str) -> Votes:
        """The votes of a locale; unpacked when it is first spoken."""
        if locale not in self._votes:
            self._votes[locale] = Votes.load(self._linear, locale)
        return self._votes[locale]

    def _decode(self, scores: Scores) -> tuple[NDArray[np.intp], Scores]:
        """The likeliest labels (Viterbi 1967) and each one's chance by itself, (batch, tokens)."""
        best = self._first + scores[:, 0]
        steps = []
        for position in range(1, scores.shape[1]):
            reached = best[:, :, None] + self._transitions
            steps.append(reached.argmax(1))
            best = reached.max(1) + scores[:, position]
        path = [(best + self._last).argmax(1)]
        rows = np.arange(len(scores))
        for previous in reversed(steps):
            path.append(previous[rows, path[-1]])
        labels = np.stack(path[::-1], axis=1)
        alone = np.take_along_axis(softmax(scores), labels[:, :, None], axis=2)[:, :, 0]
        return labels, alone

    def _interpret(
        self,
        text: str,
        tokens: list[Token],
        chances: Scores,
        path: NDArray[np.intp],
        sureness: Scores,
    ) -> tuple[Interpretation, ...]:
        slots = []
        start = 0
        for end in range(1, len(tokens) + 1):
            if end < len(tokens) and path[end] == path[start]:
                continue
            name = self._labels[path[start]]
            if name != OTHER:
                first, last = tokens[start].start, tokens[end - 1].end
                confidence = float(sureness[start:end].min())
                slots.append(Slot(name, text[first:last], first, last, confidence))
            start = end
        order = np.argsort(-chances)[:_READINGS]
        return tuple(
            Interpretation(
                text=text,
                domain=self.intents[number].partition("_")[0],
                intent=self.intents[number],
                slots=tuple(slots) if self.intents[number] != OUT_OF_SCOPE else (),
                confidence=float(chances[number]),
            )
            for number in order
        )


def _batches(requests: Sequence[tuple[str, list[Token]]]) -> Iterator[list[int]]:
    """Numbers of requests of one length, so that nothing is padded; those without tokens are left
    out."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for number, (_, tokens) in enumerate(requests):
        by_length[len(tokens)].append(number)
    by_length.pop(0, None)
    for numbers in by_length.values():
        for start in range(0, len(numbers), _BATCH):
            yield numbers[start : start + _BATCH]


def softmax(scores: Scores) -> Scores:
    """Chances along the last axis."""
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    result: Scores = raised / raised.sum(-1, keepdims=True)
    return result


def _arrays(path: Path) -> Any:
    """The arrays of an .npz file, unpacked one by one when asked for; the file itself is closed."""
    return np.load(BytesIO(path.read_bytes()))


def _table(tables: Any, name: str) -> Table:
    rows = {number: row for row, number in enumerate(tables[f"{name}_keys"].tolist())}
    scales = tables[f"{name}_scales"].astype(np.float32)
    return Table(rows, tables[f"{name}_weights"], scales)
