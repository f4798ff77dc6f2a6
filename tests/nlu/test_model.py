"""The shipped model, held to the same reading computed slowly and plainly from its files."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from eulalia.nlu import Understander
from eulalia.nlu.model import SHIPPED
from eulalia.text import tokenize
from eulalia.text.features import (
    character_features,
    context_features,
    key,
    normalize,
    word_features,
)
from eulalia.turn import Interpretation

REQUESTS = {
    "en-US": [
        "wake me up at seven on friday",
        "stop",
        "play the the the beatles",
        "xyzzy \ufeff ?",
    ],
    "de-DE": ["Mach bitte das Licht im Flur aus", "wie wird das wetter morgen in münchen"],
    "zh-CN": ["明天早上七点叫醒我", "play 周杰伦 on spotify", "灯"],
    "th-TH": ["ปลุกฉันตอนเจ็ดโมง"],
}
CASES = [(text, locale) for locale, texts in REQUESTS.items() for text in texts]


class Plain:
    """A model's files, read as their formats say, one number after the other."""

    def __init__(self, folder: Path) -> None:
        self.config = json.loads((folder / "config.json").read_text("utf-8"))
        self.encoder = onnxruntime.InferenceSession(folder / "encoder.onnx")
        with np.load(folder / "tables.npz") as arrays:
            self.tables = {name: arrays[name] for name in arrays.files}
        with np.load(folder / "linear.npz") as arrays:
            self.linear = {
                name: arrays[name] for name in arrays.files if name.split("/")[0] in REQUESTS
            }
        self.rows = {
            kind: {number: row for row, number in enumerate(self.tables[f"{kind}_keys"].tolist())}
            for kind in ("word", "character")
        }

    def understand(self, text: str, locale: str) -> dict[str, Any]:
        """Chances of all intents, the best path's labels and the chance of each."""
        words = [normalize(token.text) for token in tokenize(text, locale)]
        by_word = list(word_features(words, locale))
        by_letters = [character_features(word) for word in words]
        vectors = [
            np.concatenate([self.embed("word", own), self.embed("character", letters)])
            for own, letters in zip(by_word, by_letters, strict=True)
        ]
        inputs = np.array(vectors) + self.tables["locales"][self.config["locales"].index(locale)]
        intents, labels = self.encoder.run(None, {"tokens": inputs[None].astype(np.float32)})
        scale, vote_scale = self.config["calibration"][locale]
        votes = self.votes(locale, [by_word, by_letters])
        around = context_features(words, locale)
        labels = labels[0] + self.config["slot_vote_weight"] * np.array(
            [
                self.votes(f"{locale}/slots", [[own], [letters]])
                for own, letters in zip(around, by_letters, strict=True)
            ]
        )
        path = self.best_path(labels)
        return {
            "intents": chances(scale * intents[0].astype(float) + vote_scale * votes),
            "labels": [self.config["labels"][label] for label in path],
            "sure": [chances(row)[label] for row, label in zip(labels, path, strict=True)],
        }

    def embed(self, kind: str, features: list[str]) -> np.ndarray:
        rows = [self.rows[kind].get(key(feature)) for feature in features]
        known = [row for row in rows if row is not None]
        total = np.zeros(self.tables[f"{kind}_weights"].shape[1])
        for row in known:
            total += self.tables[f"{kind}_weights"][row] * float(self.tables[f"{kind}_scales"][row])
        return total / math.sqrt(len(known) or 1)

    def votes(self, name: str, kinds: list[list[list[str]]]) -> np.ndarray:
        arrays = {part: self.linear[f"{name}/{part}"] for part in
                  ("steps", "counts", "classes", "weights", "scale", "bias")}  # fmt: skip
        row_of = {key: row for row, key in enumerate(np.cumsum(arrays["steps"]).tolist())}
        ends = np.cumsum(arrays["counts"], dtype=int)
        total = arrays["bias"].astype(float)
        for kind in kinds:
            distinct = {key(feature) & 0xFFFFFF for token in kind for feature in token}
            for row in [row_of[number] for number in distinct if number in row_of]:
                for vote in range(ends[row] - arrays["counts"][row], ends[row]):
                    weight = float(arrays["weights"][vote]) * float(arrays["scale"])
                    total[arrays["classes"][vote]] += weight / math.sqrt(len(distinct))
        return total

    def best_path(self, scores: np.ndarray) -> list[int]:
        first, transitions = self.tables["first"], self.tables["transitions"]
        paths = {label: ([label], first[label] + row) for label, row in enumerate(scores[0])}
        for row in scores[1:]:
            paths = {
                label: max(
                    (([*path, label], total + transitions[before, label] + own)
                     for before, (path, total) in paths.items()),
                    key=lambda reached: reached[1],
                )
                for label, own in enumerate(row)
            }  # fmt: skip
        ends = [(path, total + self.tables["last"][path[-1]]) for path, total in paths.values()]
        return max(ends, key=lambda end: end[1])[0]


def chances(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


@pytest.fixture(scope="module")
def plain() -> Plain:
    return Plain(SHIPPED)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander.open()


@pytest.mark.parametrize(("text", "locale"), CASES)
def test_a_request_is_read_as_the_plain_computation_reads_it(
    text: str, locale: str, plain: Plain, understander: Understander
) -> None:
    expected = plain.understand(text, locale)
    readings = understander.understand(text, locale)
    by_intent = dict(zip(plain.config["intents"], expected["intents"], strict=True))
    # The encoder rounds its inputs to 8 bits, which now and then turns the last bit of one.
    for reading, best in zip(readings, sorted(by_intent.values(), reverse=True), strict=False):
        assert reading.confidence == pytest.approx(by_intent[reading.intent], abs=5e-3)
        assert reading.confidence == pytest.approx(best, abs=5e-3)
    assert len(readings) == 5

    tokens = tokenize(text, locale)
    found = ["Other"] * len(tokens)
    for slot in next(r.slots for r in readings if r.intent != "out_of_scope"):
        inside = [n for n, token in enumerate(tokens) if slot.start <= token.start < slot.end]
        assert text[slot.start : slot.end] == slot.value
        assert slot.confidence == pytest.approx(min(expected["sure"][n] for n in inside), abs=5e-3)
        for number in inside:
            found[number] = slot.name
    assert found == expected["labels"]


def test_out_of_scope_has_no_slots(understander: Understander) -> None:
    for text, locale in CASES:
        for reading in understander.understand(text, locale):
            assert reading.intent != "out_of_scope" or not reading.slots


def test_a_text_without_words_has_no_reading(understander: Understander) -> None:
    assert understander.understand_all(["", " \n", "stop"], "en-US")[:2] == [(), ()]


def test_many_requests_are_read_in_the_order_they_came(understander: Understander) -> None:
    texts = REQUESTS["en-US"] * 11
    for text, readings in zip(texts, understander.understand_all(texts, "en-US"), strict=True):
        alone = understander.understand(text, "en-US")
        assert readings[0].text == text
        assert readings[0].intent == alone[0].intent
        # Requests that are read together share the steps in which the encoder rounds.
        assert readings[0].confidence == pytest.approx(alone[0].confidence, abs=0.03)


def test_threads_may_share_a_model() -> None:
    shared = Understander.open()

    def read(_: int) -> list[tuple[Interpretation, ...]]:
        return [shared.understand(text, locale) for text, locale in CASES]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(read, range(8))
    assert all(other == first for other in others)
