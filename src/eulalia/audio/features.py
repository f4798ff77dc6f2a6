"""Log-mel features: what the recogniser sees of a sound.

Computed by kaldi-native-fbank, after Kaldi's `compute-fbank-feats`. Offline and streaming use the
same code, so that a model trained on one meets the very same numbers in the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import kaldi_native_fbank  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from eulalia.audio.samples import SAMPLE_RATE, Samples, check

Frames = NDArray[np.float32]
"""Shape (frames, bins)."""

_FULL_SCALE: Final = 32_768.0  # Kaldi's energies are those of 16-bit numbers

# Mean and standard deviation of the log energies of 300 utterances of Common Voice English. They
# are fixed, not fitted to each sound, because a stream does not know its own mean in advance.
_MEAN: Final = 12.0
_DEVIATION: Final = 5.4

# The rounding of 16-bit sound alone has a log energy of about 4. What lies under 0 is the digital
# silence and the emptied bands that lossy codecs leave, which should not look unlike other silence.
_FLOOR: Final = 0.0

# Samples handed over at once: the library takes a Python list, eight times an array's size.
_PIECE: Final = 10 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class LogMel:
    """Sound to frames of normalised log energies in mel bands.

    >>> LogMel()(np.zeros(16_000, dtype=np.float32)).shape
    (98, 80)
    """

    bins: int = 80
    """Mel bands."""
    window: float = 0.025
    """Seconds, under a Hann window."""
    hop: float = 0.010
    """Seconds from a frame to the next."""
    low: float = 20.0
    """Hertz, lower edge of the lowest band."""
    high: float = 7_600.0
    """Hertz, upper edge of the highest band."""

    def __call__(self, samples: Samples) -> Frames:
        """Frames of shape (frames, bins), about zero-mean and unit-variance for speech.

        Only whole windows count: sound shorter than one gives no frame.

        Raises AudioError when `check` refuses the samples.
        """
        return self.stream().accept(check(samples))

    def stream(self) -> LogMelStream:
        """The same frames, bit for bit, from sound that comes in chunks of any length."""
        return LogMelStream(self)

    def _options(self) -> kaldi_native_fbank.FbankOptions:
        options = kaldi_native_fbank.FbankOptions()
        options.frame_opts.samp_freq = SAMPLE_RATE
        options.frame_opts.frame_length_ms = 1_000 * self.window
        options.frame_opts.frame_shift_ms = 1_000 * self.hop
        options.frame_opts.window_type = "hanning"
        options.frame_opts.snip_edges = True
        options.frame_opts.dither = 0.0  # the same sound must always give the same frames
        options.mel_opts.num_bins = self.bins
        options.mel_opts.low_freq = self.low
        options.mel_opts.high_freq = self.high
        return options


class LogMelStream:
    """The features of one sound while it arrives."""

    def __init__(self, features: LogMel) -> None:
        self._bins = features.bins
        self._bank = kaldi_native_fbank.OnlineFbank(features._options())
        self._given = 0

    def accept(self, samples: Samples) -> Frames:
        """The frames that these samples complete, of shape (frames, bins); often none.

        Raises AudioError when `check` refuses the samples; a chunk may be empty.
        """
        check(samples, empty=True)
        parts = [self._ready()]
        for start in range(0, len(samples), _PIECE):
            piece = samples[start : start + _PIECE] * np.float32(_FULL_SCALE)
            self._bank.accept_waveform(SAMPLE_RATE, piece.tolist())
            parts.append(self._ready())
        return np.concatenate(parts)

    def finish(self) -> Frames:
        """The frames still due at the end of the sound, of shape (frames, bins)."""
        self._bank.input_finished()
        return self._ready()

    def _ready(self) -> Frames:
        ready = self._bank.num_frames_ready
        energies = np.empty((ready - self._given, self._bins), dtype=np.float32)
        for row, frame in enumerate(range(self._given, ready)):
            energies[row] = self._bank.get_frame(frame)
        self._bank.pop(ready - self._given)
        self._given = ready
        return (np.maximum(energies, _FLOOR) - np.float32(_MEAN)) / np.float32(_DEVIATION)
