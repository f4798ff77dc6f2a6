"""The understanding model as it is served: a text in any of its locales to what it means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from io import BytesIO
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.errors import EulaliaError
from eulalia.nlu.decoder import Decoder
from eulalia.nlu.lexicon import Lexicon, Word
from eulalia.nlu.linear import Votes
from eulalia.text import Token, tokenize
from eulalia.text.features import Table, context_keys, word_keys
from eulalia.turn import Interpretation, Slot

SHIPPED = Path(__file__).parent.parent / "models" / "nlu"
OTHER = "Other"
OUT_OF_SCOPE = "out_of_scope"
_READINGS = 5
_BATCH_TOKENS = 2048
"""Tokens whose features are looked up at once."""
_GROUP = 16
"""Sentences that the encoder reads at once; more no longer fit into a processor's caches."""

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
            # So small a network's memory is had sooner from the system than from an arena.
            options.enable_cpu_mem_arena = False
            self._encoder = onnxruntime.InferenceSession(
                folder / "encoder.onnx", options, providers=["CPUExecutionProvider"]
            )
            self._table = _table(tables, "word")
            self._lexicon = Lexicon(_table(tables, "character"))
            self._locale_vectors: Scores = tables["locales"]
            self._decoder = Decoder(tables["first"], tables["transitions"], tables["last"])
            self.intents: tuple[str, ...] = tuple(config["intents"])
            self._domains = [intent.partition("_")[0] for intent in self.intents]
            self._labels: list[str] = config["labels"]
            self._locales = {name: row for row, name in enumerate(config["locales"])}
            self._label_vote_weight: float = config.get("slot_vote_weight", 1.0)
            self._calibration: dict[str, tuple[float, float]] = config.get("calibration", {})
            self._linear = _arrays(folder / "linear.npz")
            self._votes: dict[str, tuple[Votes, Votes]] = {}
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
            sentences = [requests[n][1] for n in numbers]
            scores, votes, label_scores = self._score(sentences, locale)
            chances = softmax(scale * scores + vote_scale * votes)
            likeliest = chances.argsort(1)[:, : -_READINGS - 1 : -1].tolist()
            labels = self._decode(label_scores, sentences)
            label_chances = softmax(label_scores)
            end = 0
            for number, best, sure in zip(numbers, likeliest, chances.tolist(), strict=True):
                text, tokens = requests[number]
                start, end = end, end + len(tokens)
                results[number] = self._interpret(
                    text, tokens, best, sure, labels[start:end], label_chances[start:end]
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
            scores[numbers], votes[numbers], _ = self._score(sentences, locale)
        return scores, votes

    def _tokenize(self, texts: Iterable[str], locale: str) -> list[tuple[str, list[Token]]]:
        if locale not in self._locales:
            raise ModelError(
                f"The understanding model has not learned the locale {locale!r}; "
                f"it knows {', '.join(self._locales)}."
            )
        return [(text, tokenize(text, locale)) for text in texts]

    def _score(
        self, sentences: Sequence[list[Token]], locale: str
    ) -> tuple[Scores, Scores, Scores]:
        """Intent scores and votes (sentences, intents), and label scores (tokens, labels) of all
        tokens, of sentences in the order of their lengths."""
        votes, label_votes = self._locale_votes(locale)
        texts = [token.text for tokens in sentences for token in tokens]
        words = self._lexicon.words(texts, locale, votes, label_votes)
        ends = list(accumulate(map(len, sentences)))
        by_sentence = [words[start:end] for start, end in pairwise([0, *ends])]

        # (tokens, features): all tokens have equally many.
        forms = [[word.form for word in sentence] for sentence in by_sentence]
        keys = np.array([key for form in forms for key in word_keys(form, locale)], np.uint32)
        intents, labels = self._encode(words, keys, sentences, locale)

        around = np.array([key for form in forms for key in context_keys(form, locale)], np.uint32)
        by_context = label_votes.token_scores(label_votes.find(around))
        by_letters = np.array([word.label_votes for word in words])
        labels += self._label_vote_weight * (by_context + by_letters + label_votes.bias)

        of_words = votes.find(keys)
        features: list[NDArray[np.intp]] = []
        sizes: list[int] = []
        for (start, end), sentence in zip(pairwise([0, *ends]), by_sentence, strict=True):
            of_letters = [word.features for word in sentence]
            features += [of_words[start:end].ravel(), *of_letters]
            sizes += [keys.shape[1] * (end - start), sum(map(len, of_letters))]
        return intents, votes.scores(np.concatenate(features), sizes), labels

    def _encode(
        self,
        words: Sequence[Word],
        keys: NDArray[np.uint32],
        sentences: Sequence[list[Token]],
        locale: str,
    ) -> tuple[Scores, Scores]:
        """What the network says of the intents of the sentences (sentences, intents) and of the
        labels (tokens, labels) of words whose own features have these keys (tokens, features)."""
        by_word = self._table.embed(keys.ravel(), [keys.shape[1]] * len(words))
        inputs = np.concatenate([by_word, np.array([word.letters for word in words])], axis=1)
        inputs += self._locale_vectors[self._locales[locale]]
        intents, labels = [], []
        for length, tokens in _groups(sentences):
            group = inputs[tokens].reshape(-1, length, inputs.shape[1])
            scores = self._encoder.run(["intent", "slots"], {"tokens": group})
            intents.append(scores[0])
            labels.append(scores[1].reshape(-1, scores[1].shape[2]))
        return np.concatenate(intents), np.concatenate(labels)

    def _decode(self, label_scores: Scores, sentences: Sequence[list[Token]]) -> list[int]:
        """The labels of all tokens, from their scores (tokens, labels)."""
        labels: list[int] = []
        for length, tokens in _groups(sentences):
            group = label_scores[tokens].reshape(-1, length, label_scores.shape[1])
            labels += self._decoder.decode(group).ravel().tolist()
        return labels

    def _locale_votes(self, locale: str) -> tuple[Votes, Votes]:
        """The votes of a locale for intents and for labels; unpacked when it is first spoken."""
        if locale not in self._votes:
            slots = Votes.load(self._linear, f"{locale}/slots")
            self._votes[locale] = Votes.load(self._linear, locale), slots
        return self._votes[locale]

    def _interpret(
        self,
        text: str,
        tokens: list[Token],
        intents: list[int],
        chances: list[float],
        labels: Sequence[int],
        label_chances: Scores,
    ) -> tuple[Interpretation, ...]:
        """The readings of a request from its likeliest intents and the chances of all, from each
        token's label and (tokens, labels) the chances of all."""
        slots = []
        start = 0
        for end in range(1, len(tokens) + 1):
            if end < len(tokens) and labels[end] == labels[start]:
                continue
            name = self._labels[labels[start]]
            if name != OTHER:
                first, last = tokens[start].start, tokens[end - 1].end
                sureness = float(label_chances[start:end, labels[start]].min())
                slots.append(Slot(name, text[first:last], first, last, sureness))
            start = end
        return tuple(
            Interpretation(
                text=text,
                domain=self._domains[number],
                intent=self.intents[number],
                slots=tuple(slots) if self.intents[number] != OUT_OF_SCOPE else (),
                confidence=chances[number],
            )
            for number in intents
        )


def _batches(requests: Sequence[tuple[str, list[Token]]]) -> Iterator[list[int]]:
    """Numbers of requests from short to long, as many at once as the processor's caches take;
    those without tokens are left out."""
    batch: list[int] = []
    tokens = 0
    for number in sorted(range(len(requests)), key=lambda number: len(requests[number][1])):
        length = len(requests[number][1])
        if batch and tokens + length > _BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        if length:
            batch.append(number)
            tokens += length
    if batch:
        yield batch


def _groups(sentences: Sequence[list[Token]]) -> Iterator[tuple[int, slice]]:
    """Lengths of sentences, and which tokens are of neighbours of that length, so that nothing is
    padded."""
    end = 0
    for length, group in groupby(map(len, sentences)):
        left = sum(1 for _ in group)
        while left:
            number = min(left, _GROUP)
            start, end, left = end, end + number * length, left - number
            yield length, slice(start, end)


def softmax(scores: Scores) -> Scores:
    """Chances along the last axis."""
    raised = np.exp(scores - np.maximum.reduce(scores, -1, keepdims=True))
    raised /= np.add.reduce(raised, -1, keepdims=True)
    return raised


def _arrays(path: Path) -> Any:
    """The arrays of an .npz file, unpacked one by one when asked for; the file itself is closed."""
    return np.load(BytesIO(path.read_bytes()))


def _table(tables: Any, name: str) -> Table:
    return Table(tables[f"{name}_keys"], tables[f"{name}_weights"], tables[f"{name}_scales"])
