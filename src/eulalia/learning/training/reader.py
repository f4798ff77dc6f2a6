"""Fitting the reader and the wording of requests from labelled requests."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression, SGDClassifier  # type: ignore[import-untyped]
from sklearn.preprocessing import normalize  # type: ignore[import-untyped]

from eulalia.datasets import Massive
from eulalia.errors import EulaliaError
from eulalia.learning.ngrams import words
from eulalia.learning.reader import (
    OTHER,
    Reader,
    intent_features,
    rows_of,
    slot_keys,
    tag_features,
)

_PIECE = re.compile(r"\[(?P<name>\w+) : (?P<value>[^\]]*)\]|(?P<plain>[^\[\]]+)")


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled request."""

    words: tuple[str, ...]
    intent: str
    tags: tuple[str, ...]
    """Of each word, the name of its slot or Other."""


def massive_examples(path: Path) -> list[Example]:
    """The English requests of MASSIVE's train partition."""
    return [
        Example(
            tuple(word for token in request.tokens for word in words(token)),
            request.intent,
            tuple(
                tag
                for token, tag in zip(request.tokens, request.labels, strict=True)
                for _ in words(token)
            ),
        )
        for request in Massive.open(path).requests("en-US", "train")
    ]


def slurp_examples(path: Path) -> list[Example]:
    """The requests of a file of SLURP's annotations. Raises EulaliaError when it is none."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return [_annotated(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EulaliaError(f"{path} holds no annotations of SLURP ({error!r}).") from error


def _annotated(row: dict[str, str]) -> Example:
    split: list[str] = []
    tags: list[str] = []
    for match in _PIECE.finditer(row["sentence_annotation"]):
        piece = words(match["value"] or match["plain"])
        split += piece
        tags += [match["name"] or OTHER] * len(piece)
    return Example(tuple(split), f"{row['scenario']}_{row['action']}", tuple(tags))


def fit_reader(examples: Sequence[Example], *, seed: int = 1) -> Reader:
    """Fit both parts on the logistic loss: the intents over TF-IDF, the tags word by word."""
    texts = [example.words for example in examples]
    found, owners = intent_features(texts)
    intent_keys = _frequent(found)
    counted = _matrix(rows_of(intent_keys, found), owners, len(intent_keys))
    documents = np.bincount(counted.indices, minlength=len(intent_keys))
    importance = np.log((1 + len(texts)) / (1 + documents)) + 1
    intents, intent_weights = _fit(
        LogisticRegression(C=20.0, max_iter=100, tol=1e-3),
        normalize(counted.multiply(importance[None, :]).tocsr()),
        [example.intent for example in examples],
    )
    contexts = tag_features(texts)
    tag_keys = _frequent(contexts.ravel())
    count, width = contexts.shape
    tags, tag_weights = _fit(
        SGDClassifier(
            loss="log_loss", alpha=1e-5, max_iter=8, tol=None, average=True, random_state=seed
        ),
        _matrix(
            rows_of(tag_keys, contexts.ravel()), np.repeat(np.arange(count), width), len(tag_keys)
        ),
        [tag for example in examples for tag in example.tags],
    )
    scales = np.array([np.abs(intent_weights).max() / 127, np.abs(tag_weights).max() / 127])
    return Reader(
        intents=intents,
        tags=tags,
        intent_weights=np.rint(intent_weights / scales[0]).astype(np.int8),
        tag_weights=np.rint(tag_weights / scales[1]).astype(np.int8),
        scales=scales,
        intent_keys=intent_keys,
        tag_keys=tag_keys,
        importance=np.append(importance, 0.0),
        shares=_shares(examples, intents, tags),
        values=np.unique(slot_keys(sorted({slot for e in examples for slot in slots_of(e)}))),
    )


def slots_of(example: Example) -> list[tuple[str, tuple[str, ...]]]:
    """The slots of an example, each a name and the words of its value."""
    slots: list[tuple[str, tuple[str, ...]]] = []
    before = OTHER
    for word, tag in zip(example.words, example.tags, strict=True):
        if tag != OTHER:
            value = (*slots.pop()[1], word) if tag == before else (word,)
            slots.append((tag, value))
        before = tag
    return slots


def _frequent(found: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The keys that occur more than once."""
    unique, counts = np.unique(found, return_counts=True)
    return unique[counts > 1]


def _matrix(columns: npt.NDArray[np.intp], rows: npt.NDArray[np.intp], width: int) -> csr_matrix:
    """How often each feature stands in each row, those without a column left out."""
    kept = columns < width
    return csr_matrix(
        (np.ones(np.count_nonzero(kept)), (rows[kept], columns[kept])), (int(rows[-1]) + 1, width)
    )


def _fit(
    model: LogisticRegression | SGDClassifier, features: csr_matrix, labels: Sequence[str]
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Classes in order, and (features + 2, classes) weights, as Reader has them."""
    model.fit(features, np.array(labels))
    weights = np.vstack([model.coef_.T, np.zeros_like(model.intercept_), model.intercept_])
    # Weights beyond the usual come from the rarest features and would coarsen the steps.
    limit = np.quantile(np.abs(weights[weights != 0]), 0.9999)
    return tuple(str(name) for name in model.classes_), np.clip(weights, -limit, limit)


def _shares(
    examples: Sequence[Example], intents: tuple[str, ...], tags: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    requests = Counter(example.intent for example in examples)
    pairs = Counter((example.intent, tag) for example in examples for tag in set(example.tags))
    return np.array(
        [[pairs[intent, tag] / (requests[intent] + 1) for tag in tags] for intent in intents]
    )
