"""A model that knows nothing learns from pairs; what cannot be tuned is told in a sentence."""

import numpy as np
import pytest
import torch

from eulalia.translation import ParallelData
from eulalia.translation import tuned as tuning_cache
from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION
from eulalia.translation.pairs import Pair, write_pairs
from eulalia.translation.training import tuning
from eulalia.translation.training.export import export
from eulalia.translation.training.network import Network
from eulalia.translation.training.vocabulary import write_vocabulary
from eulalia.translation.transformer import WEIGHTS

PAIRS = [
    (f"{size} {noun} `{code}`", f"{theirs}{other}`{code}`")
    for size, theirs in (("small", "小"), ("big", "大"), ("quiet", "安静的"))
    for noun, other in (("cat", "猫"), ("dog", "狗"), ("house", "房子"), ("bird", "鸟"))
    for code in "xyz"
]


@pytest.fixture
def model(tmp_path):
    vocabulary = tmp_path / "sentences.model"
    texts = [text for pair in PAIRS for text in pair] * 3
    write_vocabulary(vocabulary, texts, 315, ["en", "zh"])
    torch.manual_seed(1)
    network = Network(315, 32, 64, 2, (2, 1), 0.0).eval()
    export(network, vocabulary, tmp_path / "model", [("en", "zh"), ("zh", "en")])
    return tmp_path / "model"


def data(pairs=PAIRS, languages=("en", "zh")):
    return ParallelData(*languages, [Pair(*pair) for pair in pairs])


@pytest.mark.slow
def test_a_model_learns_the_pairs_and_translates_one_way(model, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "_EPOCHS", 150)
    monkeypatch.setattr(tuning, "_LEARNING_RATES", (4e-3, 4e-3))
    monkeypatch.setattr(tuning, "_SAMPLING", 0.0)
    monkeypatch.setattr(tuning, "_BATCH_PIECES", 600)
    tuning.tune(model, data(), tmp_path / "tuned")
    engine = Engine.open("en", "zh", tmp_path / "tuned")
    assert engine.translate(["big cat `q`", "quiet house `y`"]) == ["大猫`q`", "安静的房子`y`"]
    with pytest.raises(TranslationError, match="does not know zh to en"):
        Engine.open("zh", "en", tmp_path / "tuned")


@pytest.mark.slow
def test_the_mean_of_the_runs_is_kept(model, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "_SAMPLING", 0.0)

    def weights(*rates):
        monkeypatch.setattr(tuning, "_LEARNING_RATES", rates)
        tuning.tune(model, data(), tmp_path / str(rates))
        with np.load(tmp_path / str(rates) / WEIGHTS) as file:
            return file["table.weight"].astype(np.float32)

    small, large = weights(1e-3), weights(0.1)
    assert np.abs(small - large).max() > 1e-2
    assert np.allclose(weights(1e-3, 0.1), (small + large) / 2, atol=1e-3)


@pytest.mark.slow
def test_no_pairs_leave_the_model_as_it_was(model, tmp_path):
    tuning.tune(model, data([]), tmp_path / "tuned")
    before, after = (Engine.open("en", "zh", each) for each in (model, tmp_path / "tuned"))
    assert before.translate(["big cat"]) == after.translate(["big cat"])


@pytest.mark.slow
def test_an_engine_tunes_once_and_keeps_what_it_made(model, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    pairs = data(PAIRS[:4])
    steps = []
    engine = Engine.open("en", "zh", model)
    assert engine.method == "tuned"
    engine.prepare(pairs, lambda *counts: steps.append(counts))
    assert steps[-1] == (8, 8)
    engine.translate(["a quiet bird"], pairs=pairs)
    (folder,) = (tmp_path / "home/.cache/eulalia/translation/tuned").glob("*/")
    made = (folder / DESCRIPTION).stat().st_mtime_ns
    Engine.open("en", "zh", model).translate(["a quiet bird"], pairs=pairs)
    assert (folder / DESCRIPTION).stat().st_mtime_ns == made
    assert tuning_cache.tuned(model, data(PAIRS[:5])) != folder


def test_a_cache_that_cannot_be_written_is_told_in_a_sentence(model, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(TranslationError, match=r"cannot be written.*use another method"):
        tuning_cache.tuned(model, data())


def test_one_tunes_at_a_time(model, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tuning_cache, "_LONGEST_WAIT", 0.1)
    cache = tmp_path / ".cache/eulalia/translation/tuned"
    cache.mkdir(parents=True)
    with (
        tuning_cache._alone(cache / "lock"),
        pytest.raises(TranslationError, match="another program may be tuning"),
    ):
        tuning_cache.tuned(model, data())


@pytest.mark.parametrize("broken", ["absent", "empty", "languages"])
def test_what_cannot_be_tuned_is_told_in_a_sentence(model, tmp_path, broken, capsys):
    folder = tmp_path / "other" if broken == "absent" else model
    if broken == "empty":
        (model / "weights.npz").write_bytes(b"")
    languages = ("en", "de") if broken == "languages" else ("en", "zh")
    write_pairs(tmp_path / "pairs.csv", data(languages=languages))
    output = tmp_path / "tuned"
    assert tuning.main([str(folder), str(tmp_path / "pairs.csv"), str(output)]) == 1
    assert "model" in capsys.readouterr().err.splitlines()[-1]
    assert not output.exists()
