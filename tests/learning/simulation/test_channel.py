from __future__ import annotations

from collections import Counter

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.learning.simulation import Channel, Voice
from eulalia.learning.simulation.chances import stream
from eulalia.learning.simulation.confusions import (
    LEVELS,
    ConfusionError,
    Confusions,
    Recording,
    aligned,
    learn,
)
from eulalia.learning.simulation.sounds import Neighbourhood, align, sounds
from tests.learning.simulation.town import phrasebook

NEAR = Voice("ann", "en-US", accent=0.0, far=False)
FAR = Voice("ann", "en-US", accent=0.0, far=True)


def channel() -> Channel:
    return Channel(Confusions.open(), phrasebook().words, "en-US")


def heard(ears: Channel, voice: Voice, said: str, effort: float, times: int) -> list[str]:
    return [
        ears.hear(voice, said, effort, stream("test", n), force=False).text for n in range(times)
    ]


def wer(voices: list[Voice], effort: float = 0.0) -> float:
    ears = channel()
    said = "please get me up at six am"
    texts = [ears.hear(v, said, effort, stream(v.name), force=False).text for v in voices]
    return float(jiwer.wer([said] * len(texts), texts))


def test_far_microphones_mishear_more_and_effort_helps() -> None:
    near = [Voice(f"v{n}", "en-US", stream(n).gauss(0, 1), far=False) for n in range(400)]
    far = [Voice(v.name, v.locale, v.accent, far=True) for v in near]
    assert wer(near) < wer(far)
    assert wer(far, effort=2.0) < 0.8 * wer(far)


def test_a_speaker_is_misheard_in_the_same_ways() -> None:
    ears = channel()
    voices = [Voice(f"v{n}", "en-US", 0.0, far=True) for n in range(60)]
    said = "any mail from susan"
    same = others = 0
    wrong = [
        [text for text in heard(ears, voice, said, 0.0, 12) if text != said] for voice in voices
    ]
    pooled = Counter(text for texts in wrong for text in texts)
    for texts in wrong:
        counts = Counter(texts)
        same += sum(n * (n - 1) for n in counts.values())
        others += len(texts) * (len(texts) - 1)
    total = sum(pooled.values())
    by_chance = sum(n * (n - 1) for n in pooled.values()) / (total * (total - 1))
    assert same / others > 1.5 * by_chance


def test_force_always_changes_something() -> None:
    ears = channel()
    for n in range(50):
        assert (
            ears.hear(NEAR, "play yesterday", 5.0, stream(n), force=True).text != "play yesterday"
        )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.floats(-5, 5), st.integers(0, 5))
def test_whatever_is_said_the_best_hypothesis_is_the_text(
    said: str, effort: float, seed: int
) -> None:
    result = EARS.hear(FAR, said, effort, stream(seed), force=False)
    assert result.hypotheses[0].value == result.text
    confidences = [hypothesis.confidence for hypothesis in result.hypotheses]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 < confidence < 1 for confidence in confidences)
    assert sum(confidences) <= 1.0 + 1e-3
    assert bool(result.text) == bool(said.split())


EARS = channel()


def test_chances_of_levels_are_chances() -> None:
    confusions = Confusions.open()
    for place in (confusions.near, confusions.far):
        assert len(place) == len(LEVELS)
        assert sum(place) == pytest.approx(1.0, abs=0.01)
    assert 0 < confusions.persistence < 1


def test_words_that_sound_alike_are_near() -> None:
    near = Neighbourhood(["wake", "take", "banana", "elephant", "whale"], "en-US", {})
    numbers, costs = near.distances("bake")
    ranked = [near.words[number] for _, number in sorted(zip(costs, numbers, strict=True))]
    assert set(ranked[:2]) == {"wake", "take"}
    assert near.distances("wake")[1].min() == 0


def test_a_language_that_espeak_lacks_is_compared_by_letters() -> None:
    assert sounds("сайн", "mn-MN") == ("с", "а", "й", "н")


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_alignments_hold_both_words_in_order(said: list[str], heard: list[str]) -> None:
    steps = align(tuple(said), tuple(heard), {})
    assert [a for a, _ in steps if a] == said
    assert [b for _, b in steps if b] == heard


def test_a_word_heard_as_two_is_one_confusion() -> None:
    recording = Recording("1", "olly wake me", "oh lee wake", far=False)
    assert aligned(recording) == [("olly", "oh lee"), ("wake", "wake"), ("me", "")]


def test_what_is_learned_is_what_was_heard(tmp_path) -> None:  # type: ignore[no-untyped-def]
    recordings = [
        Recording(str(n), "call anna now", "call hannah now" if n % 4 == 0 else "call anna now",
                  far=n % 2 == 0)
        for n in range(200)
    ]  # fmt: skip
    learned = learn(recordings)
    assert learned.heard == {"anna": {"hannah": 50}}
    assert learned.words["anna"] > learned.words.get("now", 0.0)
    path = tmp_path / "confusions.json.gz"
    path.write_bytes(learned.to_bytes())
    assert Confusions.open(path) == learned


def test_too_few_recordings_teach_nothing() -> None:
    with pytest.raises(ConfusionError, match="too few"):
        learn([Recording("1", "a", "b", far=False)])


@pytest.mark.parametrize("content", [b"", b"{}", b"\x1f\x8bnothing"])
def test_a_file_of_something_else_is_refused(tmp_path, content: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "file.gz"
    path.write_bytes(content)
    with pytest.raises(ConfusionError, match="holds no confusions"):
        Confusions.open(path)
