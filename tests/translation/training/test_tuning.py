"""A model that knows nothing learns from pairs; what cannot be tuned is told in a sentence."""

import copy
import json
import logging
import time

import numpy as np
import pytest
import torch

from eulalia.translation import ParallelData
from eulalia.translation import tuned as tuning_cache
from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.model import DESCRIPTION, WAY_BACK, Model
from eulalia.translation.noisy_channel import NoisyChannel
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
    monkeypatch.setattr(tuning, "_EPOCHS", 120)
    monkeypatch.setattr(tuning, "_LEARNING_RATE", 4e-3)
    monkeypatch.setattr(tuning, "_SAMPLING", 0.0)
    monkeypatch.setattr(tuning, "_BATCH_PIECES", 600)
    tuning.tune(model, data(), tmp_path / "tuned")
    engine = Engine.open("en", "zh", tmp_path / "tuned")
    assert engine.translate(["big cat `q`", "quiet house `y`"]) == ["大猫`q`", "安静的房子`y`"]
    with pytest.raises(TranslationError, match="does not know zh to en"):
        Engine.open("zh", "en", tmp_path / "tuned")


@pytest.fixture
def lessons(monkeypatch):
    """What was read in each run; the network of a run says its number instead of learning."""
    read = []

    def learned(start, sets, most, pieces, run, progress):
        read.append(sets)
        network = copy.deepcopy(start)
        torch.nn.init.constant_(network.bias, run)
        return network.requires_grad_(False)

    monkeypatch.setattr(tuning, "_learned", learned)
    return read


def bias(folder):
    with np.load(folder / WEIGHTS) as file:
        return file["bias"]


def test_kept_is_the_mean_of_the_teacher_and_its_students(model, tmp_path, lessons):
    tuning.tune(model, data(), tmp_path / "tuned")
    assert len(lessons) == 4
    assert np.allclose(bias(tmp_path / "tuned"), (0 + 2 + 3) / 3, atol=1e-3)


def test_beside_it_is_the_one_that_learned_the_way_back(model, tmp_path, lessons):
    tuning.tune(model, data(), tmp_path / "tuned")
    assert np.allclose(bias(tmp_path / "tuned" / WAY_BACK), 1, atol=1e-3)
    Model.open(tmp_path / "tuned" / WAY_BACK, "zh", "en")


def test_students_read_what_the_teachers_made_of_either_side(model, tmp_path, lessons):
    tuning.tune(model, data(PAIRS[:3]), tmp_path / "tuned")
    sources, targets = (sorted(side) for side in zip(*PAIRS[:3], strict=True))
    teacher, way_back, first, second = lessons
    assert [each.source_language for each in (*teacher, *way_back)] == ["en", "zh"]
    for pairs, made in (first, second):
        assert pairs == teacher[0]
        assert (made.source_language, made.target_language) == ("en", "zh")
    assert sorted(pair.source for pair in first[1].pairs) == sources
    assert sorted(pair.target for pair in second[1].pairs) == targets


def test_no_run_takes_more_steps_than_it_may(model, tmp_path, monkeypatch):
    taken = []
    take_step = tuning.take_step
    monkeypatch.setattr(tuning, "take_step", lambda *given: taken.append(0) or take_step(*given))
    monkeypatch.setattr(tuning, "_MOST_TEACHING", 3)
    monkeypatch.setattr(tuning, "_MOST_STUDYING", 2)
    monkeypatch.setattr(tuning, "_BATCH_PIECES", 60)
    tuning.tune(model, data(), tmp_path / "tuned")
    assert len(taken) == 3 + 3 + 2 + 2


def test_a_model_of_one_way_teaches_one_student(model, tmp_path, lessons):
    about = json.loads((model / DESCRIPTION).read_text("utf-8"))
    about["source_prefixes"].pop("zh-en")
    (model / DESCRIPTION).write_text(json.dumps(about), "utf-8")
    tuning.tune(model, data(), tmp_path / "tuned")
    assert len(lessons) == 2
    assert np.allclose(bias(tmp_path / "tuned"), (0 + 1) / 2, atol=1e-3)
    assert not (tmp_path / "tuned" / WAY_BACK).exists()


@pytest.mark.parametrize(("most", "runs"), [(len(PAIRS), 4), (len(PAIRS) - 1, 2)])
def test_of_many_pairs_teachers_alone_learn(model, tmp_path, lessons, monkeypatch, most, runs):
    monkeypatch.setattr(tuning, "_MOST_DIVERSIFIED", most)
    tuning.tune(model, data(), tmp_path / "tuned")
    assert len(lessons) == runs
    if runs == 2:
        assert np.allclose(bias(tmp_path / "tuned"), 0, atol=1e-3)
    assert np.allclose(bias(tmp_path / "tuned" / WAY_BACK), 1, atol=1e-3)


def test_what_was_learned_before_a_kill_is_not_learned_again(model, tmp_path, lessons, monkeypatch):
    learned = tuning._learned

    def killed(start, sets, most, pieces, run, progress):
        if run == 2:
            raise KeyboardInterrupt
        return learned(start, sets, most, pieces, run, progress)

    monkeypatch.setattr(tuning, "_learned", killed)
    with pytest.raises(KeyboardInterrupt):
        tuning.tune(model, data(), tmp_path / "tuned")
    assert not (tmp_path / "tuned").exists()
    lessons.clear()
    monkeypatch.setattr(tuning, "_learned", learned)
    tuning.tune(model, data(), tmp_path / "tuned")
    assert len(lessons) == 2
    assert np.allclose(bias(tmp_path / "tuned"), (0 + 2 + 3) / 3, atol=1e-3)
    assert not (tmp_path / "tuned.runs").exists()


@pytest.mark.parametrize(("ways", "most"), [(1, 100), (2, 100), (2, 5)])
def test_of_how_much_it_is_told_stays_the_same_and_all_is_done(
    model, tmp_path, lessons, monkeypatch, caplog, ways, most
):
    monkeypatch.setattr(tuning, "_MOST_DIVERSIFIED", most)
    if ways == 1:
        about = json.loads((model / DESCRIPTION).read_text("utf-8"))
        about["source_prefixes"].pop("zh-en")
        (model / DESCRIPTION).write_text(json.dumps(about), "utf-8")
    monkeypatch.setattr(tuning, "_AT_ONCE", 5)
    with caplog.at_level(logging.INFO, tuning.log.name):
        tuning.tune(model, data(), tmp_path / "tuned")
    told = [tuning_cache._STEP.match(line) for line in caplog.messages]
    steps = [(int(found[1]), int(found[2])) for found in told if found]
    assert len({total for _, total in steps}) == 1
    assert sorted(steps) == steps
    assert steps[-1][0] == steps[-1][1]
    assert len(steps) >= (2 + ways * len(PAIRS) // 5 if most == 100 else 2)


@pytest.mark.slow
def test_no_pairs_leave_the_model_as_it_was(model, tmp_path):
    tuning.tune(model, data([]), tmp_path / "tuned")
    before, after = (Engine.open("en", "zh", each) for each in (model, tmp_path / "tuned"))
    assert before.translate(["big cat"]) == after.translate(["big cat"])


@pytest.mark.slow
def test_an_engine_tunes_once_and_keeps_what_it_made(model, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    pairs = data(PAIRS[:4])
    engine = Engine.open("en", "zh", model)
    assert engine.method == "tuned"
    engine.prepare(pairs)
    engine.translate(["a quiet bird"], pairs=pairs)
    assert isinstance(engine._learned, NoisyChannel)
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


def test_the_models_used_last_are_kept(model, tmp_path, monkeypatch):
    def tune(model, pairs, folder, stepped):
        folder.mkdir()
        (folder / DESCRIPTION).write_text("{}")

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tuning_cache, "_tune", tune)
    monkeypatch.setattr(tuning_cache, "_KEPT", 2)
    unfinished = tmp_path / ".cache/eulalia/translation/tuned/killed.runs"
    unfinished.mkdir(parents=True)
    made = {}
    for count in (1, 2, 1, 3):
        made[count] = tuning_cache.tuned(model, data(PAIRS[:count]))
        time.sleep(0.02)
    assert set(unfinished.parent.glob("*/")) == {made[1], made[3]}


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


def test_a_model_that_is_there_is_not_waited_for(model, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tuning_cache, "_LONGEST_WAIT", 0.1)
    cache = tmp_path / ".cache/eulalia/translation/tuned"
    made = cache / tuning_cache._fingerprint(model, data())
    made.mkdir(parents=True)
    (made / DESCRIPTION).write_text("{}")
    with tuning_cache._alone(cache / "lock"):
        assert tuning_cache.tuned(model, data()) == made


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
