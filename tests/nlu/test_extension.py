"""A model that learns more requests without being trained anew."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from eulalia.nlu import Understander
from eulalia.nlu.training.extension import ExtensionError, extend
from tests.nlu import test_training

data, model = test_training.data, test_training.model
"""A folder of requests, and a small model that was trained on them."""

pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning", "ignore:.*:UserWarning")


def row(text: str, annotated: str, intent: str, locale: str = "en-US") -> str:
    return json.dumps(
        {"id": text, "locale": locale, "partition": "train", "scenario": "light",
         "intent": intent, "utt": text, "annot_utt": annotated, "customers": 2}
    )  # fmt: skip


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.jsonl"
    rows = [row(f"illuminate {p}", f"illuminate [room : {p}]", "light_on")
            for p in ("kitchen", "hall", "attic")]  # fmt: skip
    path.write_text("\n".join([*rows, ""]), "utf-8")
    return path


def test_added_requests_are_learned_and_the_old_ones_kept(
    labels: Path,
    data: Path,
    model: Path,
    tmp_path: Path,
) -> None:
    figures = extend(labels, data=data, output=tmp_path / "more", model=model)
    assert figures["en-US"]["after"] == figures["en-US"]["before"] == 1.0
    before, after = (
        {reading.intent: reading.confidence for reading in opened.understand(text, "en-US")}
        for text in ["illuminate the cellar"]
        for opened in (Understander.open(model), Understander.open(tmp_path / "more"))
    )
    assert after["light_on"] > before["light_on"]


def test_locales_that_nothing_was_added_to_stay_as_they_were(
    labels: Path,
    data: Path,
    model: Path,
    tmp_path: Path,
) -> None:
    extend(labels, data=data, output=tmp_path / "more", model=model)
    with np.load(model / "linear.npz") as old, np.load(tmp_path / "more/linear.npz") as new:
        assert set(old.files) == set(new.files)
        for name in old.files:
            if name.startswith("zh-CN"):
                np.testing.assert_array_equal(old[name], new[name])
    configs = [json.loads((folder / "config.json").read_text("utf-8"))
               for folder in (model, tmp_path / "more")]  # fmt: skip
    assert configs[0]["calibration"]["zh-CN"] == configs[1]["calibration"]["zh-CN"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "holds no requests"),
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        (row("go", "go", "fly_home"), "no output for"),
        (row("go up", "go [where : up]", "light_on"), "'where'"),
        (row("los", "los", "light_on", "de-DE"), "has not learned"),
        (row("go up", "go", "light_on"), "2 tokens"),
    ],
)
def test_what_cannot_be_added_is_refused_in_a_sentence_and_nothing_is_left(
    content: str,
    complaint: str,
    data: Path,
    model: Path,
    tmp_path: Path,
) -> None:
    from eulalia.errors import EulaliaError

    (tmp_path / "labels.jsonl").write_text(content, "utf-8")
    with pytest.raises(EulaliaError, match=complaint):
        extend(tmp_path / "labels.jsonl", data=data, output=tmp_path / "out" / "more", model=model)
    assert [path.name for path in tmp_path.iterdir()] == ["labels.jsonl"]


def test_a_model_is_never_written_over(
    labels: Path,
    data: Path,
    model: Path,
    tmp_path: Path,
) -> None:
    with pytest.raises(ExtensionError, match="there already"):
        extend(labels, data=data, output=model, model=model)
    assert Understander.open(model).locales


def test_a_kill_in_the_middle_leaves_no_model(
    labels: Path,
    data: Path,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import eulalia.nlu.training.extension as extension

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(extension, "_factors", interrupt)
    with pytest.raises(KeyboardInterrupt):
        extend(labels, data=data, output=tmp_path / "out" / "more", model=model)
    assert list((tmp_path / "out").iterdir()) == []
