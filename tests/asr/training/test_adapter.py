"""Training of the adapter: what it is shown, and that it learns to find words in lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import onnxruntime  # noqa: E402

from eulalia.asr.lexicon import Lexicon  # noqa: E402
from eulalia.asr.lookup import PhoneTrie  # noqa: E402
from eulalia.asr.phones import PHONES  # noqa: E402
from eulalia.asr.training import adapter  # noqa: E402
from eulalia.asr.training.adapter import Recipe, export, history_loss, list_losses  # noqa: E402
from eulalia.asr.training.adapter_data import Heard, MadeUpWords, Said, padded  # noqa: E402
from eulalia.asr.training.adapter_lists import (  # noqa: E402
    IGNORED,
    Lists,
    history,
    misheard,
    targets,
)
from eulalia.asr.training.adapter_network import AdapterNetwork  # noqa: E402
from eulalia.errors import EulaliaError  # noqa: E402

LEXICON = Lexicon(["<blank>", *PHONES])
SIZE = len(PHONES) + 1
WORDS = ("amber", "violin", "copper", "window", "ticket", "banana", "laser", "melon")


def said(words: tuple[tuple[int, ...], ...], gap: int = 1) -> Said:
    """One frame for each unit, `gap` frames between them, and one at either end."""
    units = [unit for word in words for unit in word]
    starts = tuple(1 + place * (1 + gap) for place in range(len(units)))
    log_probs = np.full((2 + len(units) * (1 + gap), SIZE), np.log(1 / SIZE), np.float16)
    return Said(log_probs, words, starts, tuple(start + 1 for start in starts))


def utterance(random: np.random.Generator) -> Heard:
    """Three words whose phones the states tell, with noise, and the log-probabilities do not."""
    words = tuple(random.choice(WORDS, 3).tolist())
    spoken = said(tuple(LEXICON.pronunciations(word)[0] for word in words))
    states = random.normal(0, 0.1, (len(spoken.log_probs), 1, SIZE)).astype(np.float16)
    for unit, start in zip(spoken.units, spoken.starts, strict=True):
        states[start, 0, unit] += 1
    return Heard(states, words, frozenset(), spoken)


def network() -> AdapterNetwork:
    torch.manual_seed(0)
    return AdapterNetwork(units=SIZE, window=4, levels=1, states=SIZE, width=32, keys=16)


def lists(heard: list[Heard]) -> Lists:
    return Lists(heard, LEXICON, window=4, most=10, unlisted=0.3, misheard=0.2)


def test_attention_is_to_choose_what_is_said_if_it_is_listed() -> None:
    trie = PhoneTrie.build([(5, 6), (8,)])
    chosen = targets(said(((5, 6), (7,))), trie, [True, False])
    five, six = (int(np.flatnonzero(trie.phone == unit)[0]) for unit in (5, 6))
    assert chosen.tolist() == [IGNORED, five, IGNORED, six, IGNORED, 0, 0, 0]


def test_a_listed_word_said_in_a_way_that_is_not_listed_is_not_judged() -> None:
    chosen = targets(said(((5, 6),)), PhoneTrie.build([(8,)]), [True])
    assert chosen.tolist() == [IGNORED] * 5 + [0]


def test_history_tells_the_last_units_first() -> None:
    table = history(said(((5, 6), (7,)), gap=0), 2)
    assert table.tolist() == [[IGNORED] * 2, [5, IGNORED], [6, 5], [7, 6], [IGNORED] * 2]


def test_made_up_words_are_nobodys() -> None:
    random = np.random.default_rng(0)
    made_up = MadeUpWords(WORDS)
    drawn = {made_up.draw(random) for _ in range(50)}
    assert drawn.isdisjoint(WORDS)
    assert all(4 <= len(word) <= 12 and word.isalpha() for word in drawn)


def test_a_word_misheard_is_another_word() -> None:
    random = np.random.default_rng(0)
    heard = [misheard("copper", random) for _ in range(50)]
    assert sum(word != "copper" for word in heard) > 40
    assert all(5 <= len(word) <= 7 for word in heard)


def test_lists_that_are_not_said_hold_nothing_that_is() -> None:
    random = np.random.default_rng(0)
    heard = [utterance(random) for _ in range(8)]
    for _ in range(5):
        drawn = lists(heard).draw(heard, random, listed=False)
        assert (drawn.targets <= 0).all()
        assert drawn.windows[0].tolist() == [0, 0, 0, 0]


def test_shorter_utterances_are_filled_up() -> None:
    table = padded([np.ones((2, 3), np.float16), np.ones((4, 3), np.float16)])
    assert table.shape == (2, 4, 3)
    assert table.sum() == 18


def test_it_learns_to_find_the_words_of_a_list() -> None:
    random = np.random.default_rng(0)
    heard = [utterance(random) for _ in range(60)]
    learned, drawn = network(), lists(heard)
    optimizer = torch.optim.Adam(learned.parameters(), 5e-3)
    first = drawn.draw(heard[:8], np.random.default_rng(1))
    before = [loss.item() for loss in list_losses(learned, heard[:8], first)]
    for step in range(150):
        batch = [heard[place] for place in random.permutation(len(heard))[:8]]
        if step < 60:
            loss = history_loss(learned, batch, 4)
        else:
            recognition, attention = list_losses(learned, batch, drawn.draw(batch, random))
            loss = recognition + attention
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    after = [loss.item() for loss in list_losses(learned, heard[:8], first)]
    assert after[0] < 0.95 * before[0]
    assert after[1] < 0.5 * before[1]


@torch.no_grad()
def test_the_exported_adapter_says_what_the_trained_one_says(tmp_path: Path) -> None:
    trained = network().eval()
    export(trained, tmp_path, Path(__file__))
    states, memory = torch.randn(1, 13, 1, SIZE), torch.randn(1, 1, 32)
    session = onnxruntime.InferenceSession(tmp_path / "adapter.onnx")
    served = session.run(None, {"states": states.numpy(), "memory": memory.numpy()})
    for mine, theirs in zip(served, trained.frames(states, memory), strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-4)
    windows = torch.randint(0, SIZE, (9, 4))
    session = onnxruntime.InferenceSession(tmp_path / "adapter-list.onnx")
    (keys,) = session.run(None, {"windows": windows.numpy()})
    np.testing.assert_allclose(keys, trained.list(windows).numpy(), atol=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "adapter-list.onnx", "adapter.json", "adapter.onnx",
    ]  # fmt: skip


def test_a_recogniser_that_does_not_tell_its_states_is_an_error(
    tmp_path: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Path(__file__).parents[3] / "recipes" / "adapter-en.toml"
    monkeypatch.setattr("eulalia.asr.encoder.Encoder.open", lambda _: Silent())
    with pytest.raises(EulaliaError, match="does not tell its states"):
        adapter.train(recipe, data=tmp_path, model=model_folder, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


class Silent:
    """An encoder of before states were told."""

    has_states = False


@pytest.mark.parametrize("text", ["seed = ", "seed = 1\n", "seed = 1\nnonsense = 2\n"])
def test_a_recipe_that_cannot_be_used_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(EulaliaError, match="cannot be used"):
        Recipe.load(path)
    with pytest.raises(EulaliaError, match="There is no recipe"):
        Recipe.load(tmp_path / "absent.toml")
