"""How people put what works: a language model of all customers' requests that served."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from eulalia.learning.state import normalize
from eulalia.learning.wording import Wording
from eulalia.memory import Records
from eulalia.turn import Turn

RECORDS: Final = "usual wording"
"""The kind of the records; each has the model of a locale, and stands under nobody's name."""
_EVERYBODY: Final = "everybody"
_MOST_TURNS: Final = 3
"""Turns with the same words that a customer counts for."""


def usual_wordings(
    turns: Sequence[Turn], defects: npt.NDArray[np.floating[Any]]
) -> dict[str, Wording]:
    """By locale, how usual words and their neighbours are in requests that served.

    `defects` has (turns,) probabilities that a turn did not serve. Words, and words beside each
    other, that only one customer said are left out, so that none tells of one home. Turns with a
    rewrite tell of the words that were understood.
    """
    said: Counter[tuple[str, str, str]] = Counter()
    texts: dict[str, list[list[str]]] = defaultdict(list)
    customers: dict[str, list[str]] = defaultdict(list)
    for turn, defect in zip(turns, defects, strict=True):
        words = normalize((turn.rewrite.text if turn.rewrite else turn.text) or "")
        if not words or turn.interpretation is None or defect >= 0.5:
            continue
        said[turn.customer, turn.locale, words] += 1
        if said[turn.customer, turn.locale, words] <= _MOST_TURNS:
            texts[turn.locale].append(words.split())
            customers[turn.locale].append(turn.customer)
    return {locale: Wording.fit(texts[locale], customers[locale]) for locale in sorted(texts)}


def keep(records: Records, wordings: Mapping[str, Wording]) -> None:
    """Keep the models in place of those before, in one transaction."""
    packed = {locale: _packed(wording) for locale, wording in wordings.items()}
    records.replace_all(RECORDS, {_EVERYBODY: packed})


def kept(records: Records) -> dict[str, Wording]:
    """The models that were kept; one that somebody else wrote in another shape is none."""
    found = {
        locale: _unpacked(value) for locale, value in records.list(_EVERYBODY, RECORDS).items()
    }
    return {locale: wording for locale, wording in found.items() if wording is not None}


def _packed(wording: Wording) -> str:
    file = io.BytesIO()
    np.savez_compressed(file, **wording.arrays())  # type: ignore[arg-type]
    return base64.b64encode(file.getvalue()).decode()


def _unpacked(value: Any) -> Wording | None:
    try:
        with np.load(io.BytesIO(base64.b64decode(value)), allow_pickle=False) as tables:
            return Wording.of_arrays(dict(tables))
    except (TypeError, ValueError, KeyError, EOFError, OSError, BadZipFile):
        return None
