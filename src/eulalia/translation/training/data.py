"""Parallel text for training: sentences with masks, from the sets that a recipe names."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eulalia.datasets.massive import Massive, Request
from eulalia.errors import EulaliaError
from eulalia.translation.masking import Kind, has_words, mask
from eulalia.translation.passages import cut
from eulalia.translation.protection import Protected, protect_pair
from eulalia.turn import Slot

_BLOCK_MARK = re.compile(r"\A(?:H )?(?:#{1,6} |[-*+] |\d{1,3}\. |> )+")
_NO_TEXT = re.compile(r"[|] *:?-{2,}")
"""A table on one line."""
_LOCALES = {"en": "en-US", "zh": "zh-CN", "es": "es-ES"}


@dataclass(frozen=True)
class Example:
    """A sentence and its translation, with masks."""

    source: Protected
    target: str
    into: str
    """The language of the translation."""
    tag: str
    document: str
    """Which it is from."""
    dev: bool
    """Whether it is kept out of training to measure by."""


@dataclass(frozen=True)
class Source:
    """One set of a recipe."""

    file: str
    """Path within the data folder."""
    tag: str
    """What its sentences are said to be from."""


def read(
    data: Path, sources: Sequence[Source], source_language: str, target_language: str
) -> Iterator[Example]:
    """The examples of all sets for two languages, either way round, each pair of texts once.

    Whole documents are for dev, one of forty, and of sets without documents one pair of forty.
    Raises EulaliaError for a set that is missing or of a kind that is not known, and where no set
    has these languages.
    """
    used = [source for source in sources if _has(source, source_language, target_language)]
    if not used:
        raise EulaliaError(f"No set of the recipe is from {source_language} to {target_language}.")
    seen: set[tuple[str, str]] = set()
    for source in used:
        path = data / source.file
        if not path.exists():
            raise EulaliaError(f"There is no {path}, which the recipe names.")
        for document, ours, theirs in _rows(path, source_language, target_language):
            dev = zlib.crc32(document.encode()) % 40 == 0
            for one, two in _sentences(ours, theirs, source_language, target_language):
                protected, target = protect_pair(*(mask(x, Kind.MARKDOWN) for x in (one, two)))
                if (protected.text, target) not in seen and _is_good(protected, target):
                    seen.add((protected.text, target))
                    yield Example(protected, target, target_language, source.tag, document, dev)


def _has(source: Source, *languages: str) -> bool:
    """Whether a set has both languages."""
    name = Path(source.file).name
    if "massive" in name:
        return set(languages) <= _LOCALES.keys()
    if not name.endswith(".tsv.gz"):
        raise EulaliaError(f"{source.file} is no set of pairs; a .tsv.gz or MASSIVE's archive is.")
    return set(languages) == set(name.split(".")[0].split("-"))


def _rows(path: Path, source: str, target: str) -> Iterator[tuple[str, str, str]]:
    """The documents, texts and translations of a set."""
    if "massive" in path.name:
        massive = Massive.open(path)
        ours, theirs = (
            {each.id: each for each in massive.requests(_LOCALES[language], "train")}
            for language in (source, target)
        )
        for number, request in ours.items():
            if number in theirs:
                yield f"massive {number}", request.text, theirs[number].text
                tagged = tagged_slots(request, theirs[number])
                if tagged:
                    yield f"massive {number}", *tagged
        return
    talk = "tatoeba" in path.name
    first = path.name.split(".")[0].split("-")[0]
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            columns = row.rstrip("\n").split("\t")
            document, *texts = (columns[0], *columns[:2]) if talk else columns[:3]
            if len(texts) == 2:
                yield (document, *(texts if first == source else texts[::-1]))  # type: ignore[misc]


def tagged_slots(ours: Request, theirs: Request) -> tuple[str, str] | None:
    """A request and its translation with tags around the same slots; None where these differ.

    A model that saw such pairs carries tags along (see `eulalia.translation.requests`).
    """
    numbers: dict[str, list[int]] = {}
    for number, slot in enumerate(ours.slots):
        numbers.setdefault(slot.name, []).append(number)
    own = [(slot, number) for number, slot in enumerate(ours.slots)]
    other = []
    for slot in theirs.slots:
        left = numbers.get(slot.name)
        if not left:
            return None
        other.append((slot, left.pop(0)))
    if any(numbers.values()) or not own:
        return None
    return _tagged(ours.text, own), _tagged(theirs.text, other)


def _tagged(text: str, slots: Sequence[tuple[Slot, int]]) -> str:
    for slot, number in sorted(slots, key=lambda each: -each[0].start):
        inner = f"<s{number}>{text[slot.start : slot.end]}</s{number}>"
        text = text[: slot.start] + inner + text[slot.end :]
    return text


def _sentences(
    ours: str, theirs: str, source_language: str, target_language: str
) -> Iterable[tuple[str, str]]:
    """A pair of texts sentence by sentence, where both have as many; else whole."""
    one, two = (_BLOCK_MARK.sub("", text.strip()) for text in (ours, theirs))
    if _NO_TEXT.search(one):
        return []
    masked = [mask(text, Kind.MARKDOWN) for text in (one, two)]
    sentences = [
        [text.restore(part) for part in cut(text.text, language).sentences]
        for text, language in zip(masked, (source_language, target_language), strict=True)
    ]
    if len(sentences[0]) == len(sentences[1]):
        return list(zip(*sentences, strict=True))
    return [(one, two)]


def _is_good(source: Protected, target: str) -> bool:
    """Whether a pair is likely to be one, and short enough."""
    if not has_words(source.text) or not has_words(target) or source.text == target:
        return False
    if not _is_simplified(target) or not _is_simplified(source.text):
        return False
    ours, theirs = len(source.text) + 8, _weight(target) + 8
    return len(source.text) <= 500 and 0.3 < theirs / ours < 3


def _is_simplified(text: str) -> bool:
    """Whether all Chinese letters are among the 6,763 of GB 2312, which are simplified ones."""
    try:
        "".join(letter for letter in text if "\u3400" <= letter <= "\u9fff").encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _weight(text: str) -> int:
    """Letters, those of Chinese counting for three."""
    return len(text) + 2 * sum("\u3400" <= letter <= "\u9fff" for letter in text)
