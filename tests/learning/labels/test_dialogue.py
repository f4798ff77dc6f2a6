"""The model of dialogues: what it computes, and what its files must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from eulalia.learning.labels import Dialogues, LabelModelError, label
from eulalia.learning.labels.inputs import FIELDS, LONGEST, Inputs, standardized
from eulalia.learning.labels.tone import Tone
from eulalia.turn import Answer, Turn
from tests.learning.making import make_turn

if TYPE_CHECKING:
    from eulalia.learning.training.dialogues import Network

torch = pytest.importorskip("torch")

SETTINGS = {"width": 12, "dimension": 4, "dropout": 0.0, "heads": 3, "layers": 2}
NEVER = {"weights": [0.0] * 6, "bias": 0.0, "precision": [[1.0, 0.0]]}
CALIBRATION = {"traced": [1.0, 0.0, 0.0], "bare": [1.0, 0.0, 0.0]} | dict.fromkeys(
    ("own", "other", "guessed"), NEVER
)


def some_turns(count: int = 7) -> list[Turn]:
    return [
        make_turn(
            str(n), f"play song {n % 3}", seconds=9.0 * n, session=f"s{n // 4}",
            slots={"song": f"song {n % 3}"}, answer=Answer(f"Playing {n}.", "en-US"),
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def network() -> Network:
    from eulalia.learning.training.dialogues import Network

    torch.manual_seed(0)
    made = Network(len(Inputs.of([]).names), 3, SETTINGS)
    torch.nn.init.normal_(made.steps)
    return made.eval()


@pytest.fixture
def model(network: Network) -> Dialogues:
    names = Inputs.of([]).names
    arrays = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    scales = {"means": np.zeros(len(names), "f"), "deviations": np.ones(len(names), "f")}
    return Dialogues(
        {**arrays, **scales}, Tone.deaf(), names, ("a_b", "c_d", "play_music"), 3, CALIBRATION
    )


def test_numpy_computes_what_torch_was_trained_to(model: Dialogues, network: Network) -> None:
    inputs = Inputs.of(some_turns())
    found = model.scores(inputs)
    scaled = torch.from_numpy(standardized(inputs.numbers, 0, 1))
    for dialogue in inputs.dialogues:
        places = torch.arange(len(dialogue))[None]
        there = torch.ones_like(places, dtype=torch.bool)
        with torch.no_grad():
            states = network(inputs.bags.take(dialogue), scaled[dialogue], places, there)
            sources = network.sources(states, there).log_softmax(2)[0]
            wanted = network.intent(states).log_softmax(2)[0]
            success = network.success(states)[0, :, 0]
        width = 1 + len(dialogue)
        close = {"rtol": 1e-4, "atol": 1e-4}
        np.testing.assert_allclose(found.sources[dialogue, :width], sources, **close)
        np.testing.assert_allclose(found.wanted[dialogue], wanted, **close)
        np.testing.assert_allclose(found.success[dialogue], success, **close)


def test_the_order_of_a_log_and_other_sessions_in_it_do_not_matter(model: Dialogues) -> None:
    turns = some_turns()
    alone = {each.turn: each for each in label(turns[:4], model)}
    shuffled = list(turns)
    Random(1).shuffle(shuffled)
    for each in label(shuffled, model):
        if each.turn in alone:
            same = alone[each.turn]
            assert each.goal == same.goal
            assert each.success == pytest.approx(same.success, abs=1e-5)
            assert (each.intent, each.slots, each.source) == (same.intent, same.slots, same.source)


def test_nothing_gives_nothing_and_turns_without_words_get_a_label(model: Dialogues) -> None:
    assert label([], model) == []
    silent = make_turn("1", None, outcome=None)
    (found,) = label([silent], model)
    assert found.source is None
    assert 0 <= found.success <= 1


def test_a_session_longer_than_is_read_at_once_is_labelled_in_pieces(model: Dialogues) -> None:
    turns = [make_turn(f"{n:04}", "again", seconds=n) for n in range(5 * LONGEST + 3)]
    inputs = Inputs.of(turns)
    assert max(map(len, inputs.dialogues)) <= LONGEST
    assert sorted(np.concatenate(inputs.dialogues).tolist()) == list(range(len(turns)))
    assert len({each.turn for each in label(turns, model)}) == len(turns)


def test_a_very_long_text_and_broken_letters_are_read(model: Dialogues) -> None:
    turns = [make_turn("1", "word " * 100_000), make_turn("2", "half \ud800 of a pair", seconds=5)]
    assert len(label(turns, model)) == 2


def test_features_of_some_turns_are_those_of_each() -> None:
    inputs = Inputs.of(some_turns())
    picked = inputs.bags.take(np.array([4, 0]))
    assert len(picked.ends) == 2 * FIELDS
    whole = [
        inputs.bags.features[a:b].tolist()
        for a, b in zip(inputs.bags.starts, inputs.bags.ends, strict=True)
    ]
    parts = [picked.features[a:b].tolist() for a, b in zip(picked.starts, picked.ends, strict=True)]
    assert parts == whole[4 * FIELDS : 5 * FIELDS] + whole[:FIELDS]


def test_a_saved_model_says_the_same(model: Dialogues, tmp_path: Path) -> None:
    model.save(tmp_path)
    inputs = Inputs.of(some_turns())
    before, after = model.scores(inputs), Dialogues.open(tmp_path).scores(inputs)
    np.testing.assert_allclose(before.success, after.success, atol=0.05)
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", "model.npz"}


def test_a_number_that_a_log_lacks_counts_as_missing(model: Dialogues) -> None:
    inputs = Inputs.of(some_turns())
    fewer = replace(inputs, names=inputs.names[1:], numbers=inputs.numbers[:, 1:])
    assert np.isfinite(model.scores(fewer).success).all()


@pytest.mark.parametrize("broken", ["config.json", "model.npz"])
def test_a_broken_model_is_refused_in_a_sentence(
    broken: str, model: Dialogues, tmp_path: Path
) -> None:
    model.save(tmp_path)
    (tmp_path / broken).write_bytes(b"{}")
    with pytest.raises(LabelModelError, match="holds no model of dialogues"):
        Dialogues.open(tmp_path)


def test_weights_that_do_not_fit_each_other_are_refused(model: Dialogues, tmp_path: Path) -> None:
    lacking = {name: a for name, a in model.weights.items() if name != "success.weight"}
    replace(model, weights=lacking).save(tmp_path)
    with pytest.raises(LabelModelError, match="holds no model of dialogues"):
        Dialogues.open(tmp_path)
