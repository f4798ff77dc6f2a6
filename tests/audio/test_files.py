"""Any sound file comes in as 16 kHz mono; what is none is refused in one sentence."""

from __future__ import annotations

import os
import resource
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.audio import AudioError, Samples, read, resample, write


def tone(seconds: float, rate: int, hertz: float = 440.0, level: float = 0.5) -> Samples:
    time = np.arange(int(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def frequency(samples: Samples) -> float:
    """Hertz of the strongest tone."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * 16_000 / len(samples))


def refusal(path: Path | str, **options: float) -> str:
    with pytest.raises(AudioError) as caught:
        read(path, **options)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


FORMATS = [
    ("WAV", "PCM_16", 16_000),
    ("WAV", "PCM_16", 44_100),
    ("WAV", "PCM_U8", 8_000),
    ("WAV", "PCM_24", 48_000),
    ("WAV", "PCM_32", 22_050),
    ("WAV", "FLOAT", 16_000),
    ("WAV", "DOUBLE", 96_000),
    ("WAV", "ULAW", 8_000),
    ("FLAC", "PCM_16", 32_000),
    ("FLAC", "PCM_24", 44_100),
    ("OGG", "VORBIS", 44_100),
    ("OGG", "OPUS", 48_000),
    ("MP3", "MPEG_LAYER_III", 44_100),
    ("MP3", "MPEG_LAYER_III", 16_000),
    ("AIFF", "PCM_16", 11_025),
]


@pytest.mark.parametrize(("container", "coding", "rate"), FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_every_usual_format_as_the_same_tone(
    tmp_path: Path, container: str, coding: str, rate: int, channels: int
) -> None:
    path = tmp_path / f"tone.{container.lower()}"
    sound = np.tile(tone(1, rate)[:, None], channels)
    soundfile.write(path, sound, rate, format=container, subtype=coding)
    samples = read(path)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert abs(len(samples) - 16_000) <= 16_000 * 0.1  # lossy codecs add silence at the ends
    assert abs(frequency(samples) - 440) < 2
    middle = samples[6_000:10_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    left = tone(1, 16_000)
    soundfile.write(path, np.stack([left, np.zeros_like(left)], axis=1), 16_000, subtype="FLOAT")
    np.testing.assert_allclose(read(path), left / 2, atol=1e-7)


def test_resampling_keeps_length_and_leaves_no_alias(tmp_path: Path) -> None:
    path = tmp_path / "high.wav"
    soundfile.write(path, tone(25, 44_100, hertz=11_000), 44_100, subtype="FLOAT")
    samples = read(path)
    assert abs(len(samples) - 25 * 16_000) <= 1
    assert np.abs(samples[1_000:-1_000]).max() < 1e-3


def test_reading_in_blocks_is_the_same_as_resampling_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 44_100 * 23).astype(np.float32)
    soundfile.write(path, sound, 44_100, subtype="FLOAT")
    np.testing.assert_allclose(read(path), resample(sound, 44_100), atol=1e-6)


def test_an_mp3_renamed_wav_is_read(tmp_path: Path) -> None:
    mp3 = tmp_path / "song.mp3"
    soundfile.write(mp3, tone(1, 44_100), 44_100, format="MP3")
    wav = mp3.rename(tmp_path / "song.wav")
    assert abs(frequency(read(wav)) - 440) < 2


def test_a_wav_renamed_raw_is_read(tmp_path: Path) -> None:
    wav = tmp_path / "tone.wav"
    soundfile.write(wav, tone(1, 16_000), 16_000)
    assert abs(frequency(read(wav.rename(tmp_path / "tone.raw"))) - 440) < 2


def test_louder_than_full_scale_is_scaled_down_and_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, tone(1, 16_000, level=30_000), 16_000, subtype="FLOAT")
    np.testing.assert_allclose(read(path), tone(1, 16_000, level=1), atol=2e-3)


def test_refuses_a_missing_file(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "none.wav")


def test_refuses_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_refuses_a_device() -> None:
    assert "not an ordinary file" in refusal(os.devnull)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"this is a letter, not a sound\n" * 50,
        b"RIFF",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bytes(16),
        b"\x00" * 5_000,
        b"OggS" + b"\x00" * 100,
        b"fLaC" + b"\xff" * 100,
    ],
)
@pytest.mark.parametrize("name", ["sound.wav", "sound.mp3", "sound.raw", "sound"])
def test_refuses_what_is_not_sound(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert "not a sound file" in refusal(path)


@given(content=st.binary(max_size=200), start=st.sampled_from([b"", b"RIFF", b"OggS", b"fLaC"]))
@settings(deadline=None, max_examples=100)
def test_no_bytes_raise_anything_but_an_audio_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.wav"
    path.write_bytes(start + content)
    try:
        samples = read(path)
    except AudioError:
        return
    assert np.isfinite(samples).all()


@given(position=st.integers(0, 4_000), value=st.integers(0, 255), cut=st.integers(20, 4_044))
@settings(deadline=None, max_examples=100)
def test_a_damaged_wav_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.wav"
    soundfile.write(path, tone(0.125, 16_000), 16_000, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[position] = value
    path.write_bytes(content[:cut])
    try:
        samples = read(path)
    except AudioError:
        return
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1


def test_refuses_0_samples(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    soundfile.write(path, np.zeros(0, np.float32), 16_000)
    assert "0 samples" in refusal(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_refuses_samples_that_are_not_finite(tmp_path: Path, value: float, rate: int) -> None:
    path = tmp_path / "broken.wav"
    sound = tone(1, rate)
    sound[100] = value
    soundfile.write(path, sound, rate, subtype="FLOAT")
    assert "NaN or infinite" in refusal(path)


@pytest.mark.parametrize("rate", [100, 1_000_000])
def test_refuses_sample_rates_that_no_speech_has(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, np.zeros(100, np.float32), rate)
    assert f"{rate:,} samples a second" in refusal(path)


def test_refuses_more_than_an_hour_before_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "day.flac"
    silence: NDArray[np.int16] = np.zeros(8_000 * 600, np.int16)
    with soundfile.SoundFile(path, "w", 8_000, 1, subtype="PCM_16") as sound:
        for _ in range(7):
            sound.write(silence)
    tracemalloc.start()
    sentence = refusal(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "lasts 4,200.0 seconds and at most 3,600" in sentence
    assert peak < 1_000_000


def test_the_limit_itself_is_read(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, tone(2, 16_000), 16_000)
    assert len(read(path, limit_seconds=2)) == 32_000
    assert "lasts 2.0 seconds and at most 1 " in refusal(path, limit_seconds=1)


def test_the_limit_holds_where_the_header_does_not_say_how_long_the_sound_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "streamed.flac"
    soundfile.write(path, tone(30, 16_000), 16_000)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the 36 bits of STREAMINFO that count the samples; 0 means unknown
    content[22:26] = bytes(4)
    path.write_bytes(content)
    assert "at most 15 are read" in refusal(path, limit_seconds=15)
    assert len(read(path)) == 30 * 16_000


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    samples = np.random.default_rng(0).uniform(-1, 1, 5_000).astype(np.float32)
    write(path, samples)
    np.testing.assert_allclose(read(path), samples, atol=1.1 / 32_767)
    assert soundfile.info(path).subtype == "PCM_16"


def test_writing_cuts_off_at_full_scale_and_does_not_wrap(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    write(path, np.array([2, -2, 0.5], np.float32))
    np.testing.assert_allclose(read(path), [1, -1, 0.5], atol=1e-4)


def test_another_sample_rate_is_written_as_such(tmp_path: Path) -> None:
    path = tmp_path / "piper.wav"
    write(path, tone(1, 22_050), 22_050)
    assert soundfile.info(path).samplerate == 22_050


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0, np.float32), np.full(9, np.nan, np.float32), np.zeros((2, 9), np.float32)],
)
def test_bad_samples_leave_the_old_file_and_nothing_else(tmp_path: Path, samples: Samples) -> None:
    path = tmp_path / "kept.wav"
    write(path, tone(1, 16_000))
    before = path.read_bytes()
    with pytest.raises(AudioError):
        write(path, samples)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_up_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.wav"
    write(path, tone(1, 16_000))
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(AudioError, match="cannot be written"):
            write(path, tone(2, 16_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_writing_refuses_places_where_no_file_can_be(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "a.wav", tmp_path):
        with pytest.raises(AudioError, match="cannot be written"):
            write(path, tone(0.1, 16_000))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rate", [0, -16_000, 1, 10**9])
def test_resampling_refuses_rates_that_no_sound_has(rate: int) -> None:
    with pytest.raises(AudioError, match="samples a second"):
        resample(tone(0.1, 16_000), rate)
