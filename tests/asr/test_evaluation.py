"""The figures that `eulalia evaluate asr` and `evaluate commands` write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from eulalia import audio
from eulalia.asr import Transcript
from eulalia.cli import evaluate_asr as evaluation
from eulalia.cli.phrases import Bias
from eulalia.datasets import Manifest
from eulalia.errors import EulaliaError
from eulalia.skills import TemplateSkill
from eulalia.text import Grammar

SKILL = """
language: en
intents:
  order:
    data:
      - sentences: ["a {size} {drink}"]
lists:
  size: {values: [small, large]}
  drink: {values: [latte, mocha]}
"""


class Echo:
    """Hears the texts that it was given, one after the other, and notes how it was asked."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.phrases: list[tuple[str, ...]] = []

    def transcribe(
        self, samples: audio.Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        self.phrases.append(tuple(phrases))
        return Transcript(self.texts.pop(0), 1.0)

    def stream(self, *, phrases: Sequence[str] = (), grammar: Grammar | None = None) -> None:
        raise AssertionError("evaluation does not stream")


def manifest(folder: Path, *rows: dict[str, object]) -> Manifest:
    sound = np.random.default_rng(0).normal(0, 0.1, 8_000).astype(np.float32)
    audio.write(folder / "a.wav", sound)
    lines = [json.dumps({"audio_filepath": "a.wav", **row}) for row in rows]
    (folder / "manifest.jsonl").write_text("\n".join(lines))
    return Manifest.read(folder)


def test_recordings_are_scored_with_their_own_and_the_common_phrases(tmp_path: Path) -> None:
    rows = manifest(
        tmp_path, {"text": "Call Ada.", "phrases": ["Ada"], "rare": ["Ada"]}, {"text": "yes"}
    )
    echo = Echo("call ada", "no")
    report = evaluation.evaluate_asr(echo, rows, ["yes"])
    assert echo.phrases == [("yes", "Ada"), ("yes",)]
    assert report["n"] == 2
    assert report["wer"] == pytest.approx(1 / 3)
    assert report["b_wer"] == pytest.approx(1 / 2)
    assert report["accuracy"] == 0.5
    assert set(report) == {
        "n", "wer", "cer", "rtf", "u_wer", "b_wer", "precision", "recall", "f1", "accuracy",
    }  # fmt: skip


def test_phrases_that_are_not_favoured_still_count(tmp_path: Path) -> None:
    echo = Echo("call ada")
    rows = manifest(tmp_path, {"text": "call ada", "phrases": ["ada"]})
    report = evaluation.evaluate_asr(echo, rows, favoured=False)
    assert echo.phrases == [()]
    assert report["recall"] == 1.0


def test_a_command_is_right_with_its_intent_and_all_its_slots(tmp_path: Path) -> None:
    (tmp_path / "cafe.yaml").write_text(SKILL)
    skill = TemplateSkill.load(tmp_path / "cafe.yaml")
    order = {"intent": "order", "slots": {"size": "Small", "drink": "latte"}}
    rows = manifest(tmp_path, order, order, order)
    echo = Echo("a small latte", "a large latte", "")
    report = evaluation.evaluate_commands(echo, rows, skill)
    assert (report["n"], report["acceptance"], report["by_snr"]) == (3, pytest.approx(1 / 3), {})


def test_noise_is_reported_by_its_ratio(tmp_path: Path) -> None:
    (tmp_path / "cafe.yaml").write_text(SKILL)
    skill = TemplateSkill.load(tmp_path / "cafe.yaml")
    rows = manifest(tmp_path, {"intent": "order", "slots": {"size": "small", "drink": "latte"}})
    noise = np.random.default_rng(1).normal(0, 0.1, 4_000).astype(np.float32)
    report = evaluation.evaluate_commands(
        Echo("a small latte", "a large latte"), rows, skill, noise, (24.0, 6.0)
    )
    assert report["by_snr"] == {"24": 1.0, "6": 0.0}
    assert report["acceptance"] == 0.5


@pytest.mark.parametrize("bias", [Bias.ENCODER, Bias.JOINT])
def test_what_a_recogniser_cannot_do_is_an_error(
    tmp_path: Path, model_folder: Path, bias: Bias
) -> None:
    manifest(tmp_path, {"text": "yes", "phrases": ["yes"]})
    with pytest.raises(EulaliaError, match="no adapter"):
        evaluation.asr(tmp_path, bias=bias, recognizer=str(model_folder))
    with pytest.raises(EulaliaError, match="no adapter"):
        evaluation.asr(tmp_path, attention_plot=tmp_path / "plot.png", recognizer=str(model_folder))
    assert not (tmp_path / "plot.png").exists()


@pytest.mark.parametrize("options", [{"snr": "6"}, {"noise": Path("n.wav")},
                                     {"noise": Path("n.wav"), "snr": "loud"},
                                     {"noise": Path("n.wav"), "snr": "nan"}])  # fmt: skip
def test_noise_needs_a_sound_and_ratios(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(EulaliaError, match=r"^[^\n]+\.$"):
        evaluation.commands(tmp_path, tmp_path / "skill.yaml", **options)  # type: ignore[arg-type]


def test_phrases_without_a_list_are_an_error(tmp_path: Path) -> None:
    manifest(tmp_path, {"text": "yes"})
    with pytest.raises(EulaliaError, match="no phrases to favour"):
        evaluation.asr(tmp_path, bias=Bias.DECODER)
    (tmp_path / "empty.txt").write_text("\n \n")
    with pytest.raises(EulaliaError, match="no phrase in it"):
        evaluation.asr(tmp_path, phrases=tmp_path / "empty.txt")


def test_a_recording_without_text_cannot_be_scored(tmp_path: Path) -> None:
    with pytest.raises(EulaliaError, match="has no text"):
        evaluation.evaluate_asr(Echo("x"), manifest(tmp_path, {"speaker": "ada"}))
