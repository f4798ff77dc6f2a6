"""The stage vad: where in the sound somebody speaks."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from eulalia.assistant.parts import Parts, Samples
from eulalia.assistant.request import QUIETEST, SAMPLE_RATE, NoSpeechError
from eulalia.assistant.trace import Trace
from eulalia.turn import Outcome

_MARGIN: Final = 0.3  # seconds kept around speech: consonants are softer than the threshold


def detect(trace: Trace, parts: Parts) -> None:
    """Keep the stretch of sound from the first to the last speech.

    Without any, a turn that a wake word began is answered as not heard: a false wake is worth
    remembering. Any other raises NoSpeechError.
    """
    assert trace.sound is not None
    with trace.stage("vad") as report:
        peak = float(np.max(np.abs(trace.sound)))
        report.notes["peak"] = round(peak, 6)
        segments = parts.detector().segments(trace.sound) if peak >= QUIETEST else []
        report.notes["segments"] = [
            [round(segment.start, 3), round(segment.end, 3)] for segment in segments
        ]
    if segments:
        start = max(0, int((segments[0].start - _MARGIN) * SAMPLE_RATE))
        end = math.ceil((segments[-1].end + _MARGIN) * SAMPLE_RATE)
        trace.sound = trace.sound[start:end]
    elif trace.woken:
        trace.say("Sorry, I did not hear anything.", Outcome.NOT_HEARD)
    else:
        raise NoSpeechError(_nobody_speaks(trace.sound))


def _nobody_speaks(samples: Samples) -> str:
    return (
        f"Nobody speaks in these {len(samples) / SAMPLE_RATE:,.1f} s of sound; "
        "check the microphone, or give a sound that holds a request."
    )
