"""Whether anything was said at all where words were heard.

A network always finds some short word in noise, but hardly prefers its phones to silence there,
while in speech it does so by far. A stretch of words without a pause is believed if, summed over
its frames, the best phones are so much likelier than the blank: a test of likelihood ratios as for
garbage models in word spotting (Rose & Paul 1990, "A hidden Markov model based keyword recognition
system").

Many people talking at once are phones beyond doubt, but which ones the network cannot tell. So a
stretch of some length is believed only if in its frames of phones the entropy is low, as in
Williams & Ellis (1999), "Speech/music discrimination based on posterior probability features".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.posteriors import LogProbs
from eulalia.asr.transcript import Mode, Transcript, Word
from eulalia.turn import Hypothesis

# What the phones of a stretch must tell, in log-probability, where a voice was detected, where none
# was, and where nobody looked for one. Of 30 minutes of noise and 550 recordings of speech, half of
# them with noise, these let through one false word and lose one in two hundred of the right ones.
_VOICED: Final = 3.5
_VOICELESS: Final = 12.0
_UNKNOWN: Final = 7.0
# How uncertain the network may be in the frames of phones, in nats, where there are so many of them
# at least; and how uncertain where no voice was detected, however few they are. Strangers' reading
# is at 0.9, at 1.05 with a kitchen 12 dB below, eight people talking at once at 1.8, beeps at 1.7.
_UNCERTAIN: Final = 1.4
_MANY: Final = 8
_UNCERTAIN_VOICELESS: Final = 1.0
_IMPOSSIBLE: Final = -100.0
_PAUSE: Final = 1.0
"""Seconds between two stretches of words."""
_MARGIN: Final = 1
"""Frames around a stretch that belong to it."""
_FLUSH: Final = 1.0
"""Seconds behind the last word that belong to it: a network writes late, behind the sound's end."""


def audible(
    heard: Transcript, phones: LogProbs, blank: int, frame_shift: float, voice: bool | None
) -> Transcript:
    """What was heard without the stretches that no sound tells of.

    `phones` are frames of shape (frames, phones), `frame_shift` seconds apart; `voice` tells
    whether a voice was detected, None where nobody looked.
    """
    best = np.delete(phones, blank, axis=1).max(axis=1) - phones[:, blank]
    uncertain = -(np.exp(phones) * np.maximum(phones, _IMPOSSIBLE)).sum(axis=1)
    kept: list[Word] = []
    stretches = _stretches(heard)
    for stretch in stretches:
        first = max(0, int(stretch[0].start / frame_shift) - _MARGIN)
        last = int(np.ceil(stretch[-1].end / frame_shift)) + _MARGIN
        if stretch is stretches[-1] and len(phones) - last <= _FLUSH / frame_shift:
            last = len(phones)
        speaking = first + np.flatnonzero(best[first:last] > 0)
        if _believed(best[speaking], uncertain[speaking], voice, heard.mode):
            kept += stretch
    if len(kept) == len(heard.words):
        return heard
    if not kept:
        return Transcript("", 0.0, mode=heard.mode, final=heard.final)
    text = " ".join(word.text for word in kept)
    return replace(
        heard, text=text, words=tuple(kept), hypotheses=(Hypothesis(text, heard.confidence),)
    )


def _believed(
    told: NDArray[np.float32], uncertain: NDArray[np.float32], voice: bool | None, mode: Mode
) -> bool:
    """Whether a stretch is, by its frames of phones: how much likelier than the blank they are, and
    their entropy."""
    if told.sum() < (_UNKNOWN if voice is None else _VOICED if voice else _VOICELESS):
        return False
    if mode is Mode.GRAMMAR:
        return True  # what is expected is heard in more noise
    if voice is False and uncertain.mean() > _UNCERTAIN_VOICELESS:
        return False
    return len(told) < _MANY or bool(uncertain.mean() <= _UNCERTAIN)


def _stretches(heard: Transcript) -> list[list[Word]]:
    """The words, parted where nothing was said for a while; a sentence of a grammar stays whole."""
    if heard.mode is not Mode.OPEN:
        return [list(heard.words)] if heard.words else []
    stretches: list[list[Word]] = []
    for word in heard.words:
        if stretches and word.start - stretches[-1][-1].end <= _PAUSE:
            stretches[-1].append(word)
        else:
            stretches.append([word])
    return stretches
