"""The contextual adapter: what it shifts, what it leaves alone, and bad input."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr import BiasingOptions, ModelError, RecognitionError, Recognizer
from eulalia.asr.adapter import Adapter, Catalogue, attention, windows
from eulalia.asr.attention import AttentionMap, attention_map, draw
from eulalia.asr.lookup import PhoneTrie
from eulalia.asr.posteriors import Posteriors
from eulalia.audio import Samples, espeak
from tests.asr.tiny_adapter import add_adapter

PHRASES = ["Ouagadougou", "Ann", "New York"]
ON = BiasingOptions(encoder=True)


@pytest.fixture(scope="session")
def adapted_folder(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="the miniature adapter is made with torch")
    return add_adapter(model_folder, tmp_path_factory.mktemp("asr") / "adapted")


@pytest.fixture(scope="session")
def adapted(adapted_folder: Path) -> Recognizer:
    return Recognizer.open(adapted_folder)


@pytest.fixture(scope="session")
def sound() -> Samples:
    return espeak.synthesize("call ann in new york please", "en-us")


def frames(recognizer: Recognizer, sound: Samples, phrases: list[str], piece: int) -> Posteriors:
    """What the search sees of a sound that comes in pieces."""
    adapter, model = recognizer.adapter, recognizer.model
    assert adapter is not None
    _, catalogue = recognizer.listed(tuple(phrases))
    stream = adapter.stream(model.stream(states=True), catalogue)  # type: ignore[call-arg, arg-type]
    parts = [stream.accept(sound[i : i + piece]) for i in range(0, len(sound), piece)]
    parts.append(stream.finish())
    return Posteriors(
        np.concatenate([part.subwords for part in parts]),
        np.concatenate([part.phones for part in parts]),
    )


def test_windows_tell_each_unit_and_those_before_it() -> None:
    trie = PhoneTrie.build([(5, 6, 7), (5, 8)])
    assert windows(trie, 3).tolist() == [[0, 0, 0], [5, 0, 0], [6, 5, 0], [8, 5, 0], [7, 6, 5]]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=0, max_size=30),
    st.integers(0, 7),
    st.integers(0, 2**32 - 1),
)
def test_shifts_are_the_attention_to_each_unit_times_the_gates(
    listed: list[int], length: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    by_node = np.array([0, *sorted(listed)])
    keys = random.normal(size=(len(by_node), 4)).astype(np.float32)
    queries = random.normal(size=(length, 4)).astype(np.float32)
    gates = random.normal(size=(length, 2)).astype(np.float32)
    everything = np.arange(len(by_node))
    catalogue = Catalogue(everything, by_node, keys, ())
    shifts = catalogue.shifts(queries, gates, 8)
    for frame in range(length):
        scores = np.exp(queries[frame] @ keys.T)
        weights = scores / scores.sum()
        for unit in range(1, 8):
            expected = gates[frame, 0] * weights[by_node == unit].sum() if listed else 0
            assert shifts[frame, unit] == pytest.approx(expected, abs=1e-5)
        expected = gates[frame, 1] * weights[1:].sum()
        assert shifts[frame, 0] == pytest.approx(expected, abs=1e-5)


def test_attention_adds_up_to_one_however_large_the_scores() -> None:
    weights = attention(np.full((2, 3), 1e4, np.float32), np.ones((5, 3), np.float32))
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_a_stream_is_shifted_as_the_whole_sound_is(adapted: Recognizer, sound: Samples) -> None:
    whole = frames(adapted, sound, PHRASES, len(sound))
    for piece in (400, 1_777, 16_000):
        parts = frames(adapted, sound, PHRASES, piece)
        np.testing.assert_allclose(parts.phones, whole.phones, atol=1e-4)
        np.testing.assert_allclose(parts.subwords, whole.subwords, atol=1e-4)


def test_shifted_frames_are_distributions_and_differ_from_the_plain_ones(
    adapted: Recognizer, sound: Samples
) -> None:
    shifted = frames(adapted, sound, PHRASES, len(sound)).phones
    np.testing.assert_allclose(np.exp(shifted).sum(axis=1), 1, atol=1e-4)
    plain = adapted.model.stream()
    phones = np.concatenate([plain.accept(sound).phones, plain.finish().phones])
    assert np.abs(shifted - phones).max() > 0.5


def test_an_empty_list_changes_nothing(adapted: Recognizer, sound: Samples) -> None:
    assert adapted.transcribe(sound, phrases=[], biasing=ON) == adapted.transcribe(sound)


def test_phrases_listed_twice_count_once(adapted: Recognizer, sound: Samples) -> None:
    once = frames(adapted, sound, PHRASES, len(sound)).phones
    twice = frames(adapted, sound, PHRASES + PHRASES[::-1], len(sound)).phones
    np.testing.assert_allclose(twice, once, atol=1e-5)


@pytest.mark.parametrize("phrase", ["", "...", "!?"])
def test_a_phrase_that_cannot_be_said_is_an_error_that_names_it(
    adapted: Recognizer, sound: Samples, phrase: str
) -> None:
    with pytest.raises(RecognitionError, match="phrase"):
        adapted.transcribe(sound, phrases=["Ann", phrase], biasing=ON)


def test_what_is_listed_is_heard_the_same_way_in_pieces(
    adapted: Recognizer, sound: Samples
) -> None:
    whole = adapted.transcribe(sound, phrases=PHRASES, biasing=ON)
    stream = adapted.stream(phrases=PHRASES, biasing=ON)
    for start in range(0, len(sound), 3_000):
        stream.accept(sound[start : start + 3_000])
    assert stream.finish().text == whole.text


def test_a_list_is_embedded_once(adapted: Recognizer) -> None:
    assert adapted.listed(tuple(PHRASES))[1] is adapted.listed(tuple(PHRASES))[1]


def test_a_recogniser_without_an_adapter_says_so(recognizer: Recognizer, sound: Samples) -> None:
    with pytest.raises(RecognitionError, match="no adapter"):
        recognizer.transcribe(sound, phrases=PHRASES, biasing=ON)
    with pytest.raises(RecognitionError, match="no adapter"):
        attention_map(recognizer, sound, PHRASES)


def test_an_adapter_that_could_change_nothing_is_an_error(
    adapted: Recognizer, sound: Samples
) -> None:
    with pytest.raises(RecognitionError, match="by spelling"):
        adapted.transcribe(
            sound, phrases=PHRASES, biasing=BiasingOptions(encoder=True, lookup=False, whole=False)
        )


@pytest.mark.parametrize("name", ["adapter.onnx", "adapter-list.onnx"])
def test_a_broken_adapter_is_an_error_that_names_the_file(
    adapted_folder: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(adapted_folder, folder)
    (folder / name).write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match=name):
        Recognizer.open(folder)


def test_an_adapter_of_another_encoder_is_not_used(
    adapted_folder: Path, tmp_path: Path, sound: Samples
) -> None:
    folder = tmp_path / "newer"
    shutil.copytree(adapted_folder, folder)
    (folder / "adapter.json").write_text('{"encoder": "00000000"}', "utf-8")
    newer = Recognizer.open(folder)
    newer.transcribe(sound, phrases=PHRASES)
    with pytest.raises(RecognitionError, match="no adapter that fits"):
        newer.transcribe(sound, phrases=PHRASES, biasing=ON)


def test_an_adapter_lacks_no_half(adapted_folder: Path, tmp_path: Path) -> None:
    shutil.copy(adapted_folder / "adapter.onnx", tmp_path)
    with pytest.raises(ModelError, match=r"adapter-list\.onnx"):
        Adapter.open(tmp_path)


def test_half_a_million_units_are_attended_to(adapted: Recognizer) -> None:
    random = np.random.default_rng(0)
    ways = [tuple(way) for way in random.integers(1, 41, (100_000, 6)).tolist()]
    adapter = adapted.adapter
    assert adapter is not None
    catalogue = adapter.embed(PhoneTrie.build(ways))
    assert len(catalogue.keys) > 300_000
    queries = random.normal(size=(20, catalogue.keys.shape[1])).astype(np.float32)
    shifts = catalogue.shifts(queries, np.ones((20, 2), np.float32), 41)
    np.testing.assert_allclose(shifts[:, 0], shifts[:, 1:].sum(axis=1), atol=1e-3)
    assert np.isfinite(shifts).all()


def test_of_a_long_list_what_fits_best_is_shifted_as_if_all_were_weighed_up(
    adapted: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(1)
    ways = [tuple(way) for way in random.integers(1, 41, (2_000, 5)).tolist()]
    adapter = adapted.adapter
    assert adapter is not None
    catalogue = adapter.embed(PhoneTrie.build(ways))
    assert len(catalogue.keys) > 4_000
    # Queries that are surely about some node, as those of speech are.
    queries = catalogue.keys[random.integers(1, len(catalogue.keys), 30)]
    gates = np.ones((30, 2), np.float32)
    shortlisted = catalogue.shifts(queries, gates, 41)
    monkeypatch.setattr("eulalia.asr.adapter._ALL", 10**6)
    off = np.abs(shortlisted - catalogue.shifts(queries, gates, 41)).max(axis=1)
    # What the last units alone do not tell may now and then be missed.
    assert np.mean(off < 0.05) >= 0.9


def test_a_map_shows_each_phrase_over_time(adapted: Recognizer, sound: Samples) -> None:
    shown = attention_map(adapted, sound, PHRASES)
    assert shown.phrases == tuple(PHRASES)
    assert shown.weights.shape[0] == 1 + len(PHRASES)
    assert (shown.weights >= 0).all()
    assert (shown.weights <= 1 + 1e-5).all()
    # New York, Ann and Ouagadougou begin differently, so that together they are everything.
    np.testing.assert_allclose(shown.weights.sum(axis=0), 1, atol=1e-4)


def test_a_map_of_nothing_is_an_error(adapted: Recognizer, sound: Samples) -> None:
    with pytest.raises(RecognitionError, match="list of phrases"):
        attention_map(adapted, sound, [])


def test_maps_are_drawn_whatever_the_phrases_are_written_with(tmp_path: Path) -> None:
    phrases = tuple(f"a$ap {number} <&> 日本" for number in range(40))
    weights = np.random.default_rng(0).random((41, 50), dtype=np.float32)
    maps = [("costs $5", AttentionMap(phrases, weights, 0.04))]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        draw([*maps, *maps], tmp_path / "attention.png")
        draw(maps, tmp_path / "attention.svg")
    assert (tmp_path / "attention.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "attention.svg").read_text("utf-8")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_picture_that_cannot_be_drawn_leaves_nothing_behind(
    adapted: Recognizer, sound: Samples, tmp_path: Path
) -> None:
    maps = [("Ann", attention_map(adapted, sound, ["Ann"]))]
    for name in ("attention.nonsense", "absent/attention.png"):
        with pytest.raises(RecognitionError, match="cannot be drawn"):
            draw(maps, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
