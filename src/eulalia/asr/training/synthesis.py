"""Speech made by machines, for the words that the few hours of human speech lack."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import which

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.audio import espeak

ESPEAK_ACCENTS = ("en-us", "en-us", "en-us", "en-us-nyc", "en", "en-gb-x-rp", "en-gb-scotland")
ESPEAK_VARIANTS = (
    "adam alex Alicia Andrea Andy anika Annie antonio aunty belinda benjamin boris caleb david ed "
    "edward f1 f2 f3 f4 f5 grandma grandpa Gene Henrique Hugo ian iven Jacky john kaukovalta klatt "
    "klatt2 klatt3 Lee linda m1 m2 m3 m4 m5 m6 m7 m8 marcelo Marco Mario max Michael michel mike2 "
    "Mike norbert pablo paul pedro quincy Reed rob robert sandro shelby steph travis victor zac"
).split()
FLITE_VOICES = ("rms", "slt", "awb", "rms", "slt", "kal16")


def read_number_names(count: int, random: np.random.Generator) -> list[str]:
    """Strings of digits and numbers as people say them to machines."""
    digits = "zero one two three four five six seven eight nine oh".split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    teens = (
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )

    def number() -> str:
        kind = random.integers(5)
        if kind == 0:
            return " ".join(random.choice(digits, random.integers(1, 6)))
        if kind == 1:
            return str(random.choice(teens))
        if kind == 2:
            return f"{random.choice(tens)} {random.choice(digits[1:10])}"
        if kind == 3:
            return f"{random.choice(digits[1:10])} hundred {random.choice(tens)}"
        return str(random.choice(tens))

    return [" ".join(number() for _ in range(random.integers(1, 4))) for _ in range(count)]


def word_lists(texts: Sequence[str], count: int, random: np.random.Generator) -> list[str]:
    """Words in no order, each as likely as any other, so that rare ones are heard as well."""
    words = sorted({word for text in texts for word in text.split()})
    return [" ".join(random.choice(words, random.integers(1, 6))) for _ in range(count)]


def speak_espeak(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    """The text in a random accent, voice, speed and pitch of espeak-ng."""
    voice = f"{random.choice(ESPEAK_ACCENTS)}+{random.choice(ESPEAK_VARIANTS)}"
    return espeak.synthesize(
        text,
        voice,
        rate=int(random.integers(120, 210)),
        pitch=int(random.integers(25, 80)),
        pitch_range=int(random.integers(20, 80)),
    )


def speak_flite(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    """The text in a random voice of flite, a program to be installed on the training machine."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        stretch = random.uniform(0.8, 1.25)
        subprocess.run(
            ["flite", "-voice", str(random.choice(FLITE_VOICES)), "--setf",
             f"duration_stretch={stretch:.2f}", "-t", text, "-o", str(path)],
            check=True, capture_output=True,
        )  # fmt: skip
        samples, _ = soundfile.read(path, dtype="float32")
    result: NDArray[np.float32] = samples
    return result


def speak_all(
    texts: Sequence[str], synthesiser: str, seed: int
) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    """Each text with the phone voice to transcribe it by, and its sound at 16 kHz."""
    if synthesiser == "flite" and which("flite") is None:
        return
    speak = {"espeak": speak_espeak, "flite": speak_flite}[synthesiser]
    for number, text in enumerate(texts):
        random = np.random.default_rng((seed, number))
        yield text, synthesiser, speak(text, random)
