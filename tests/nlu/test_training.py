"""Training on a few requests, and the model that comes of it."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from eulalia.errors import EulaliaError
from eulalia.nlu import ModelError, Understander
from eulalia.nlu.training import train
from eulalia.nlu.training.data import Example, Exchange, batches

pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning", "ignore:.*:UserWarning")

RECIPE = """
seed = 1
cycles = [{epochs}]
batch_tokens = 64
learning_rates = [1e-2]
warmup_steps = 5
average_decay = 0.9
label_smoothing = 0.05
teacher_folds = 2
teacher_share = 0.5
slot_weight = 0.5
exchange = 0.3
word_dropout = 0.05
dropout = 0.0
word_rows = 300
character_rows = 500
dimension = 16
hidden = 32
layers = 1
votes = 500
vote_cost = 1.0
slot_vote_cost = 1.0
"""

PLACES = {
    "en-US": ["kitchen", "hall", "attic", "cellar"],
    "zh-CN": ["厨房", "大厅", "阁楼", "地下室"],
}
FRAMES = {
    "en-US": {"light_on": "turn on the [room : {}] light", "heat_up": "make the [room : {}] warm"},
    "zh-CN": {"light_on": "打开 [room : {}] 的灯", "heat_up": "让 [room : {}] 暖和"},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in MASSIVE's layout with 2 locales, 2 intents and one slot."""
    root = tmp_path_factory.mktemp("data")
    folder = root / "massive" / "1.1" / "data"
    folder.mkdir(parents=True)
    for locale, frames in FRAMES.items():
        rows = []
        for intent, frame in frames.items():
            for place in PLACES[locale]:
                for partition in ("train", "train", "train", "dev"):
                    annotated = frame.format(place)
                    text = annotated.replace("[room : ", "").replace("]", "")
                    if locale == "zh-CN":
                        text = text.replace(" ", "")
                    rows.append(
                        {"id": str(len(rows)), "locale": locale, "partition": partition,
                         "scenario": intent.split("_")[0], "intent": intent, "utt": text,
                         "annot_utt": annotated}
                    )  # fmt: skip
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{locale}.jsonl").write_text(lines, "utf-8")
    return root


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(epochs=25))
    scores = train(recipe, data=data, output=folder / "nlu")
    assert scores["exact_match"] == 1.0
    return folder / "nlu"


def test_a_trained_model_reads_intents_and_slots_in_both_scripts(model: Path) -> None:
    understander = Understander.open(model)
    english = understander.understand("Turn on the cellar light", "en-US")[0]
    assert english.intent == "light_on"
    assert [(s.name, s.value, s.start, s.end) for s in english.slots] == [
        ("room", "cellar", 12, 18)
    ]
    chinese = understander.understand("让阁楼暖和", "zh-CN")[0]
    assert chinese.intent == "heat_up"
    assert [(s.value, s.start, s.end) for s in chinese.slots] == [("阁楼", 1, 3)]


def test_many_requests_at_once_are_read_as_one_by_one(model: Path) -> None:
    understander = Understander.open(model)
    texts = ["make the attic warm", "", "light", "turn on the hall light", "   ", "warm"]
    together = understander.understand_all(texts, "en-US")
    for text, readings in zip(texts, together, strict=True):
        alone = understander.understand(text, "en-US")
        assert [r.intent for r in alone] == [r.intent for r in readings]
        assert [r.confidence for r in alone] == pytest.approx(
            [r.confidence for r in readings], abs=1e-2
        )


def test_confidences_are_calibrated_probabilities(model: Path) -> None:
    config = json.loads((model / "config.json").read_text("utf-8"))
    assert set(config["calibration"]) == {"en-US", "zh-CN"}
    readings = Understander.open(model).understand("make the hall warm", "en-US")
    assert sum(reading.confidence for reading in readings) == pytest.approx(1, abs=1e-3)
    assert readings[0].confidence > 0.8


def test_an_unknown_locale_is_named_with_those_known(model: Path) -> None:
    with pytest.raises(ModelError, match=r"xx-XX.*en-US, zh-CN"):
        Understander.open(model).understand("hello", "xx-XX")


def test_a_folder_without_a_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no understanding model"):
        Understander.open(tmp_path)


def test_training_resumes_where_it_stopped_and_ends_alike(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(epochs=2))
    through = train(recipe, data=data, output=tmp_path / "through")
    again = train(recipe, data=data, output=tmp_path / "through", resume=True)
    assert again == through


def test_a_checkpoint_of_another_recipe_is_not_continued(data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(epochs=1))
    train(recipe, data=data, output=tmp_path / "model")
    recipe.write_text(RECIPE.format(epochs=2))
    with pytest.raises(EulaliaError, match="another recipe"):
        train(recipe, data=data, output=tmp_path / "model", resume=True)


@pytest.mark.parametrize("text", ["seed = ", "seed = 1", RECIPE.format(epochs=1) + "colour = 3"])
def test_a_broken_recipe_is_refused_in_a_sentence(text: str, data: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(text)
    with pytest.raises(EulaliaError, match="cannot be used"):
        train(recipe, data=data, output=tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_exchanged_slot_values_keep_their_labels_and_their_locale() -> None:
    import numpy as np

    examples = [
        Example("en-US", "a", ("in", "new", "york"), ("Other", "place", "place")),
        Example("en-US", "a", ("at", "home"), ("Other", "place")),
        Example("de-DE", "a", ("in", "ulm"), ("Other", "place")),
    ]
    exchange = Exchange(examples)
    random = np.random.default_rng(0)
    seen = {exchange(examples[0], random).words for _ in range(50)}
    assert seen == {("in", "new", "york"), ("in", "home")}
    drawn = exchange(examples[1], random)
    assert len(drawn.words) == len(drawn.labels)


def test_batches_hold_one_length_and_every_example_once() -> None:
    import numpy as np

    examples = [Example("en-US", "a", ("x",) * n, ("Other",) * n) for n in (1, 2, 2, 3, 2, 1)]
    groups = batches(examples, 4, np.random.default_rng(0))
    assert all(len({len(e.words) for e in group}) == 1 for group in groups)
    assert sorted(len(e.words) for group in groups for e in group) == [1, 1, 2, 2, 2, 3]
