"""Without a microphone there is one clear sentence; with one, chunks of its sound."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from eulalia.audio import SAMPLE_RATE, AudioError, listen

try:
    import sounddevice
except (ImportError, OSError):
    sounddevice = None


def test_without_sounddevice_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(AudioError, match=r"pip install eulalia\[microphone\]"):
        next(listen())


@pytest.mark.skipif(sounddevice is not None, reason="PortAudio is installed")
def test_without_portaudio_it_says_what_to_install() -> None:
    pytest.importorskip("_sounddevice")
    with pytest.raises(AudioError, match="PortAudio library"):
        next(listen())


@pytest.mark.skipif(sounddevice is None, reason="PortAudio is not installed")
@pytest.mark.parametrize("device", ["no such microphone", 9_999])
def test_an_unknown_device_is_refused_in_one_sentence(device: str | int) -> None:
    with pytest.raises(AudioError, match="No microphone can be opened") as caught:
        next(listen(device=device))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(sounddevice is None, reason="PortAudio is not installed")
def test_chunks_are_sound_as_the_device_gives_it(tmp_path: Path) -> None:
    """A real PortAudio device, made by ALSA out of a file."""
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(60 * SAMPLE_RATE) / SAMPLE_RATE)
    raw = tmp_path / "tone.raw"
    soundfile.write(raw, tone, SAMPLE_RATE, format="RAW", subtype="FLOAT")
    (tmp_path / "asound.conf").write_text(
        f"""
        pcm.!default {{ type file  slave.pcm null  file /dev/null  infile "{raw}"  format raw }}
        """
    )
    script = """
import sys
from itertools import islice
import numpy as np
from eulalia.audio import check, listen
chunks = [check(chunk) for chunk in islice(listen(chunk_seconds=0.1), 10)]
assert all(chunk.shape == (1600,) for chunk in chunks), [chunk.shape for chunk in chunks]
spectrum = np.abs(np.fft.rfft(np.concatenate(chunks)))
assert spectrum.argmax() == 440, spectrum.argmax()
"""
    environment = {
        **os.environ,
        "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{tmp_path}/asound.conf",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
