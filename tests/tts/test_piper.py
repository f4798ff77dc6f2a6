"""Piper voices are run as their format says, on a small model with a real one's inputs.

The model's sound tells what it was given: each phone identifier becomes a stretch of that height,
as long as length_scale says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from eulalia.tts import PiperVoice, Speaker, SpeechUnavailableError
from eulalia.tts.piper import _sentences

RATE = 22_050
STRETCH = 256  # samples of a phone identifier at length_scale 1
SYMBOLS = "_^$ !',-.:;?abcdefhijklmnopqrstuvwxyzæðŋɑɐɔəɚɛɜɡɪɹɾʃʊʌʒʔˈˌːθ"
IDS = {symbol: [number] for number, symbol in enumerate(SYMBOLS)}


def save_model(path: Path, *, speakers: int = 1, inputs_missing: tuple[str, ...] = ()) -> None:
    """A model with a Piper voice's inputs and output: (1, 1, 1, time) float32.

    Every identifier, divided by 256, is repeated for STRETCH · length_scale samples; the speaker's
    number is added to the identifiers, and the noise scales and input_lengths must be there.
    """
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch"]))
    inputs = [value for value in inputs if value.name not in inputs_missing]
    constants = {
        "one": np.array([1], np.int64),
        "zero": np.array([0], np.int64),
        "stretch": np.array([STRETCH], np.float32),
        "divisor": np.array([256], np.float32),
        "flat": np.array([-1, 1], np.int64),
        "shape": np.array([1, 1, 1, -1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["input"], ["plain"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["plain", "divisor"], ["height"]),
        helper.make_node("Reshape", ["height", "flat"], ["column"]),
        helper.make_node("Slice", ["scales", "one", "two", "zero"], ["length_scale"]),
        helper.make_node("Mul", ["length_scale", "stretch"], ["length"]),
        helper.make_node("Cast", ["length"], ["count"], to=TensorProto.INT64),
        helper.make_node("Concat", ["input_lengths", "count"], ["size"], axis=0),
        helper.make_node("Expand", ["column", "size"], ["rows"]),
        helper.make_node("Reshape", ["rows", "shape"], ["output"]),
    ]
    constants["two"] = np.array([2], np.int64)
    if speakers > 1:
        nodes[0] = helper.make_node("Add", ["input", "sid"], ["shifted"])
        nodes.insert(1, helper.make_node("Cast", ["shifted"], ["plain"], to=TensorProto.FLOAT))
    if inputs_missing:
        nodes = [helper.make_node("Cast", ["input"], ["output"], to=TensorProto.FLOAT)]
    graph = helper.make_graph(
        nodes,
        "voice",
        inputs,
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)


def description(**changes: Any) -> dict[str, Any]:
    return {
        "audio": {"sample_rate": RATE, "quality": "medium"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": IDS,
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
    } | changes


def save_voice(folder: Path, *, speakers: int = 1, **changes: Any) -> Path:
    path = folder / "en_US-tiny.onnx"
    save_model(path, speakers=speakers)
    plain = description(num_speakers=speakers, **changes)
    path.with_name("en_US-tiny.onnx.json").write_text(json.dumps(plain), "utf-8")
    return path


def heard_ids(samples: np.ndarray, rate: int = STRETCH) -> list[int]:
    """The identifiers that the model was given, but for a common factor, from its sound."""
    return [round(float(x), 4) for x in samples[rate // 2 :: rate]]


def test_the_model_hears_the_phones_between_begin_and_end(tmp_path: Path) -> None:
    voice = PiperVoice.open(save_voice(tmp_path, audio={"sample_rate": 16_000}))
    phones = ["w", "ˈ", "ɔ", "ː", "ɾ", "ɚ", "."]
    ids = [IDS["^"][0], 0] + [i for phone in phones for i in (IDS[phone][0], 0)] + [IDS["$"][0]]
    samples = voice.speak("Water.")
    assert samples.dtype == np.float32
    expected = np.array(ids) / max(ids)  # the loudest is brought to full scale
    np.testing.assert_allclose(heard_ids(samples), expected, atol=1e-3)


def test_the_sound_is_resampled_from_the_voices_own_rate(tmp_path: Path) -> None:
    phones = 2 + 2 * 7 + 1
    samples = PiperVoice.open(save_voice(tmp_path)).speak("Water.")
    assert len(samples) == pytest.approx(phones * STRETCH * 16_000 / RATE, abs=2)
    assert np.abs(samples).max() <= 1.2


def test_a_length_scale_of_two_takes_twice_as_long(tmp_path: Path) -> None:
    normal = PiperVoice.open(save_voice(tmp_path)).speak("Water.")
    slow = save_voice(tmp_path, inference={"noise_scale": 0.667, "length_scale": 2, "noise_w": 0.8})
    assert len(PiperVoice.open(slow).speak("Water.")) == pytest.approx(2 * len(normal), abs=2)


def test_sentences_are_parted_by_a_pause(tmp_path: Path) -> None:
    voice = PiperVoice.open(save_voice(tmp_path, audio={"sample_rate": 16_000}))
    one, both = voice.speak("Water."), voice.speak("Water. Water!")
    assert len(both) == 2 * len(one) + 3_200
    assert not both[len(one) : len(one) + 3_200].any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", ["jˈɛs."]),
        ("Yes, yes", ["jˈɛs, jˈɛs"]),
        ("Yes! Yes?", ["jˈɛs!", "jˈɛs?"]),
        ("Yes... yes", ["jˈɛs.", "jˈɛs"]),
        ("Yes；yes。Yes", ["jˈɛs; jˈɛs.", "jˈɛs"]),
        ("... , !", []),
        ("", []),
    ],
)
def test_marks_are_kept_and_sentences_parted(text: str, expected: list[str]) -> None:
    assert ["".join(phones) for phones in _sentences(text, "en-us")] == expected


def test_a_point_within_a_number_parts_nothing() -> None:
    (sentence,) = _sentences("It is 3.5 degrees.", "en-us")
    assert "".join(sentence).count(".") == 1


def test_switches_of_language_are_not_spoken() -> None:
    (sentence,) = _sentences("Der Timer läuft.", "de")
    assert "(" not in sentence
    assert ")" not in sentence


def test_letters_are_read_where_the_voice_reads_letters() -> None:
    assert list(_sentences("Né.", None)) == [["N", "e", "\u0301", "."]]


def test_phones_that_the_voice_does_not_know_are_left_out(tmp_path: Path) -> None:
    few = {symbol: IDS[symbol] for symbol in "_^$wɔ"}
    voice = PiperVoice.open(save_voice(tmp_path, audio={"sample_rate": 16_000}, phoneme_id_map=few))
    assert len(voice.speak("Water.")) == (2 + 2 * 2 + 1) * STRETCH


def test_a_text_of_which_nothing_is_known_is_refused(tmp_path: Path) -> None:
    few = {symbol: IDS[symbol] for symbol in "_^$."}
    voice = PiperVoice.open(save_voice(tmp_path, phoneme_id_map=few))
    with pytest.raises(SpeechUnavailableError, match="knows no sound of 'Water"):
        voice.speak("Water.")


@pytest.mark.parametrize(("speaker", "number"), [(0, 0), (2, 2), ("ann", 1)])
def test_the_speaker_is_the_one_that_was_named(
    tmp_path: Path, speaker: str | int, number: int
) -> None:
    path = save_voice(
        tmp_path,
        speakers=3,
        audio={"sample_rate": 16_000},
        speaker_id_map={"zoe": 0, "ann": 1, "eve": 2},
    )
    samples = PiperVoice.open(path, speaker=speaker).speak("Water.")
    loudest = max(IDS[phone][0] for phone in "wˈɔːɾɚ.") + number
    expected = (IDS["^"][0] + number) / loudest
    assert heard_ids(samples)[0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("speaker", [3, -1, "bob"])
def test_an_unknown_speaker_is_refused(tmp_path: Path, speaker: str | int) -> None:
    path = save_voice(tmp_path, speakers=3, speaker_id_map={"zoe": 0, "ann": 1})
    with pytest.raises(SpeechUnavailableError, match=r"has no speaker .* zoe, ann"):
        PiperVoice.open(path, speaker=speaker)


def test_a_speaker_takes_a_piper_voice_by_its_path(tmp_path: Path) -> None:
    speaker = Speaker.open(
        voices={"en-US": save_voice(tmp_path), "jv-ID": str(save_voice(tmp_path))}
    )
    assert len(speaker.locales) == 49
    samples = speaker.speak("Water.", "jv-ID")
    assert samples.dtype == np.float32
    assert np.abs(samples).max() <= 1


def refusal(path: Path) -> str:
    with pytest.raises(SpeechUnavailableError) as caught:
        Speaker.open(voices={"en-US": path})
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_missing_voice_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.onnx")


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    path = save_voice(tmp_path)
    path.unlink()
    assert "not a model" in refusal(path)


def test_a_broken_model_is_refused(tmp_path: Path) -> None:
    path = save_voice(tmp_path)
    path.write_bytes(b"not a model" * 100)
    assert "not a model" in refusal(path)


def test_a_model_that_is_no_voice_is_refused(tmp_path: Path) -> None:
    path = save_voice(tmp_path)
    save_model(path, inputs_missing=("scales",))
    assert "no input 'scales'" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        json.dumps(description(phoneme_type="pinyin")).encode(),
        json.dumps(description(phoneme_id_map={"a": [1]})).encode(),
        json.dumps(description(phoneme_id_map={**IDS, "a": "x"})).encode(),
        json.dumps(description(audio={})).encode(),
        json.dumps(description(audio={"sample_rate": 0})).encode(),
        json.dumps(description(espeak=None)).encode(),
        json.dumps(description(inference=[1])).encode(),
        json.dumps(description(speaker_id_map=["a"])).encode(),
    ],
)
def test_a_broken_description_is_refused(tmp_path: Path, content: bytes) -> None:
    path = save_voice(tmp_path)
    path.with_name(path.name + ".json").write_bytes(content)
    assert "en_US-tiny.onnx.json" in refusal(path)


def test_a_model_that_breaks_while_speaking_is_reported(tmp_path: Path) -> None:
    path = save_voice(tmp_path, inference={"noise_scale": 0, "length_scale": -1, "noise_w": 0})
    voice = PiperVoice.open(path)
    onnxruntime.set_default_logger_severity(4)
    try:
        with pytest.raises(SpeechUnavailableError, match=r"model failed|gave no sound"):
            voice.speak("Water.")
    finally:
        onnxruntime.set_default_logger_severity(2)
