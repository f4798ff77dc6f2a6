"""Making the table of letters and their sounds from CMUdict (BSD licence).

    python -m eulalia.asr.training.letter_sounds cmudict.dict.gz \\
        src/eulalia/models/sounds-en/letters.json
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from eulalia.asr.errors import ModelError
from eulalia.asr.letter_sounds import LetterSounds, Phones
from eulalia.asr.phones import PHONES

_ARPABET: Final = dict(
    zip(
        "P B T D K G F V TH DH S Z SH ZH HH CH JH M N NG L R W Y "
        "IY IH EH AE AA AO UH UW AH ER EY AY OY AW OW".split(),
        [phone for phone in PHONES if phone != "ə"],
        strict=True,
    )
)


def read_cmudict(path: Path, count: int) -> Iterator[tuple[str, Phones]]:
    """About so many words of a gzipped CMUdict, evenly spaced, in our phones.

    Raises ModelError when the file is not one.
    """
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read as a gzipped pronunciation lexicon.") from error
    for line in lines[:: max(1, len(lines) // count)]:
        word, *phones = line.split("#")[0].split()
        plain = [re.sub(r"\d", "", phone) for phone in phones]
        if not word.isalpha() or not all(phone in _ARPABET for phone in plain):
            continue
        # An unstressed AH is a schwa.
        yield (
            word,
            tuple("ə" if p == "AH0" else _ARPABET[q] for p, q in zip(phones, plain, strict=True)),
        )


def main(arguments: Sequence[str]) -> int:
    """Learn the table from a lexicon and write it."""
    if len(arguments) != 2:
        raise ModelError("Name the lexicon and the file to write.")
    LetterSounds.learn(read_cmudict(Path(arguments[0]), 15_000)).save(Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
