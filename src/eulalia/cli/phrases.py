"""Listed phrases on the command line, and what favours them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.errors import EulaliaError

if TYPE_CHECKING:
    from eulalia.asr import BiasingOptions, SpeechRecognizer


class Bias(StrEnum):
    """How the listed phrases are favoured."""

    NONE = "none"
    ENCODER = "encoder"
    DECODER = "decoder"
    JOINT = "joint"


BiasOption = Annotated[
    Bias | None,
    typer.Option(
        "--bias",
        help="How phrases are favoured: by the adapter in the encoder, by the decoder, by both "
        "(joint), or not; as the recogniser does by default.",
    ),
]


def read_phrases(path: Path) -> tuple[str, ...]:
    """The phrases in a file, one a line. Raises EulaliaError where there are none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise EulaliaError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise EulaliaError(f"{path} is not UTF-8 text with a phrase a line.") from error
    phrases = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not phrases:
        raise EulaliaError(f"{path} has no phrase in it; write one a line.")
    return phrases


def biasing_of(recognizer: SpeechRecognizer, bias: Bias | None) -> BiasingOptions | None:
    """What favours phrases, and nothing else; None for what the recogniser does by default.

    Raises EulaliaError for what it cannot do.
    """
    from eulalia.asr import BiasingOptions, Recognizer

    if bias in (None, Bias.NONE):
        return None
    if not isinstance(recognizer, Recognizer) and bias is Bias.DECODER:
        return None  # it has no other way
    if not isinstance(recognizer, Recognizer):
        raise EulaliaError(
            f"This recogniser cannot favour phrases by {bias}; choose none or decoder."
        )
    if bias is Bias.DECODER:
        return BiasingOptions(encoder=False)
    if bias is Bias.JOINT:
        return BiasingOptions(encoder=True)
    by_spelling = {} if recognizer.words is not None else {"adaptive": False, "rescoring": False}
    return BiasingOptions(encoder=True, in_language=False, lookup=False, whole=False, **by_spelling)
