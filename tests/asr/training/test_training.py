"""Training the recogniser on a little speech that the test makes."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")

from eulalia.asr.training import data as training_data
from eulalia.asr.training import train
from eulalia.asr.training.data import Corpus, Utterance, batches, is_held_out, plain_text
from eulalia.asr.training.trainer import Recipe
from eulalia.audio import espeak
from eulalia.errors import EulaliaError

RECIPE = """
seed = 1
cycles = [1, 1]
learning_rates = [2e-3, 1e-3]
batch_frames = 2000
warmup_steps = 2
plain_steps = 3
average_decay = 0.9
human_repeats = 1
machine_share = 1.0
espeak_texts = 3
flite_texts = 0
subwords = 26
width = 16
layers = 3
kernel = 3
expansions = [1, 2]
dropout = 0.1
subword_weight = 0.4
phone_weight = 0.4
tap_weight = 0.1
language_model_order = 3
phone_blank_penalty = 2.0
subword_blank_penalty = 1.0
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a few sentences spoken by espeak-ng in place of people."""
    root = tmp_path_factory.mktemp("data")
    texts = ["turn on the light", "play some music", "what time is it", "wake me up early please"]
    for name in training_data.HUMAN_SETS:
        folder = root / "speech" / name
        folder.mkdir(parents=True)
        rows = []
        for number, text in enumerate(texts):
            path = f"{number}.flac"
            soundfile.write(folder / path, espeak.synthesize(text), 16_000)
            rows.append({"audio_filepath": path, "text": text, "speaker": f"s{number}{name}"})
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / "manifest.jsonl").write_text(lines, "utf-8")
    (root / "speech" / "noise").mkdir()
    massive = root / "massive" / "1.1" / "data"
    massive.mkdir(parents=True)
    lines = "\n".join(
        json.dumps({"id": str(n), "locale": "en-US", "partition": "train", "scenario": "a",
                    "intent": "b", "utt": text, "annot_utt": text})
        for n, text in enumerate(texts)
    )  # fmt: skip
    (massive / "en-US.jsonl").write_text(lines, "utf-8")
    return root


def test_training_writes_a_model_and_resumes_to_the_same_end(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    output = tmp_path / "model"
    first = train(recipe, data=data, output=output)
    assert set(first) == {"phone_error_rate", "subword_error_rate"}
    config = json.loads((output / "config.json").read_text("utf-8"))
    assert config["cache_shape"] == [3, 2, 16]
    for name in ("encoder.onnx", "subwords.model", "lm.npz", "words.npz", "words-lm.npz"):
        assert (output / name).stat().st_size > 0
    assert train(recipe, data=data, output=output, resume=True) == first
    recipe.write_text(RECIPE.replace("cycles = [1, 1]", "cycles = [1, 2]"))
    with pytest.raises(EulaliaError, match="another recipe"):
        train(recipe, data=data, output=output, resume=True)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("expansions = [1, 2]", "expansions = [2, 1]", "cannot fall"),
        ("expansions = [1, 2]", "expansions = [2]", "as many"),
        ("cycles = [1, 1]", "", "cycles"),
    ],
)
def test_a_recipe_that_does_not_add_up_is_refused(
    old: str, new: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.replace(old, new))
    with pytest.raises(EulaliaError, match=problem):
        Recipe.load(path)


def test_a_source_half_computed_is_computed_anew(data: Path, tmp_path: Path) -> None:
    arguments = {"espeak_texts": 2, "flite_texts": 0, "seed": 0}
    whole = training_data.prepare(data, tmp_path / "a", **arguments)
    (tmp_path / "b").mkdir()
    # What a kill leaves behind: features without an index.
    (tmp_path / "b" / "kathleen.f16").write_bytes(b"\0" * 999)
    again = training_data.prepare(data, tmp_path / "b", **arguments)
    assert again.utterances == whole.utterances
    utterance = next(u for u in whole.utterances if u.source == "kathleen")
    np.testing.assert_array_equal(again.features(utterance), whole.features(utterance))
    assert Corpus(tmp_path / "a").utterances == whole.utterances


def test_about_a_tenth_of_the_speakers_is_held_out_always_the_same() -> None:
    held_out = [name for name in map(str, range(1000)) if is_held_out(name)]
    assert 60 < len(held_out) < 140
    assert held_out == [name for name in map(str, range(1000)) if is_held_out(name)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Hello, World!", "hello world"), ("it’s twenty-one", "it's twenty one"), ("…", "")],
)
def test_transcripts_are_lower_case_words(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_batches_are_of_like_length_and_lose_nothing() -> None:
    random = np.random.default_rng(0)
    speech = [Utterance("a", "", (), 0, int(n), False) for n in random.integers(10, 900, 200)]
    groups = batches(speech, 2000, random)
    assert sorted(u.frames for g in groups for u in g) == sorted(u.frames for u in speech)
    assert all(max(u.frames for u in g) * len(g) <= 2000 for g in groups if len(g) > 1)
