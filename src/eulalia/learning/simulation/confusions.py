"""What a recogniser hears for what is said: learned from pairs of both, and kept in a small file.

A recording has a level of difficulty. At a level, each word is misheard with its own chance; a
word that is misheard becomes another, several or none. What was observed for a word counts by its
frequency; beside it stand the words that sound like it, by what phones were heard for each other.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from importlib import resources
from math import exp, log
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.errors import EulaliaError
from eulalia.learning.simulation.sounds import Costs, align, learn_costs, sounds

LEVELS: Final = tuple(float(level) for level in np.linspace(-4.5, 4.5, 13))
"""Log odds that a recording adds to those of each word."""
_PRIOR: Final = 1.0
"""One by the variance, in log odds, of what words add: how words differ before any was heard."""
_KEPT: Final = 6
"""Words heard for one word that are kept, the most frequent first."""
_ENGLISH: Final = "en-US"


class ConfusionError(EulaliaError):
    """Recordings or a file that no confusions can be learned from."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What somebody said, and what a recogniser heard of it."""

    id: str
    said: str
    heard: str
    far: bool
    """Whether the microphone was far away rather than at the speaker's mouth."""


@dataclass(frozen=True, slots=True)
class Confusions:
    """What was learned; `learn` says how."""

    base: float
    """Log odds of mishearing a word of no particular kind at level 0."""
    words: dict[str, float]
    """What the word adds to them."""
    first: float
    """What it adds to be the first word, where speech is cut off."""
    last: float
    near: tuple[float, ...]
    """Chance of each of LEVELS at a near microphone."""
    far: tuple[float, ...]
    heard: dict[str, dict[str, int]]
    """What was heard for a word, how often; several words are separated by blanks, "" is none."""
    dropped: float
    """Chance that a misheard word is not heard at all, for words of which nothing is known."""
    added: dict[str, int]
    """Words that were heard where nobody said any, how often."""
    adding: float
    """Chance of such a word between two words, as a share of the chance of mishearing."""
    phones: dict[str, float]
    """Cost of hearing a phone for another, both joined by ">"."""
    persistence: float
    """Chance that what is misheard once is misheard in the same way again."""

    @classmethod
    def open(cls, path: str | Path | None = None) -> Self:
        """Those in a file that `write` wrote; without one, those that come with Eulalia, which
        were learned from SLURP (CC BY 4.0).

        Raises ConfusionError when the file holds none.
        """
        if path is None:
            shipped = resources.files("eulalia.learning.simulation") / "confusions.json.gz"
            packed = shipped.read_bytes()
        else:
            try:
                packed = Path(path).read_bytes()
            except OSError as error:
                raise ConfusionError(f"{path} cannot be read ({error.strerror}).") from error
        try:
            plain = json.loads(gzip.decompress(packed))
            return cls(**{**plain, "near": tuple(plain["near"]), "far": tuple(plain["far"])})
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise ConfusionError(
                f"{path} holds no confusions; name a file that `eulalia learn confusions` wrote."
            ) from error

    def to_bytes(self) -> bytes:
        """The contents of a file."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return gzip.compress(text.encode(), mtime=0)

    @property
    def costs(self) -> Costs:
        """The costs of phones by pair."""
        pairs = ((pair.partition(">"), value) for pair, value in self.phones.items())
        return {(said, heard): value for (said, _, heard), value in pairs}


def read_slurp(annotations: Path, predictions: Path) -> list[Recording]:
    """SLURP's recordings (Bastianelli et al. 2020) with what a recogniser heard in each.

    `annotations` is a file such as test.jsonl, `predictions` has `file` and `text` for each
    recording; either may be gzipped. Raises ConfusionError for files of another form.
    """
    said = {}
    try:
        for row in _rows(annotations):
            for recording in row["recordings"]:
                said[str(recording["file"])] = str(row["sentence"])
        return [
            Recording(
                id=row["file"].partition(".")[0].removesuffix("-headset"),
                said=_plain(said[row["file"]]),
                heard=_plain(row["text"]),
                far="headset" not in row["file"],
            )
            for row in _rows(predictions)
            if row["file"] in said
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfusionError(
            f"{annotations} and {predictions} are no files of SLURP with recordings and what was "
            f"heard in them ({type(error).__name__}: {error})."
        ) from error


def _plain(text: str) -> str:
    """A text without apostrophes, which the recogniser sets as it likes ("what 's"), and without
    its marks of words that it could not spell.

    >>> _plain("What 's the < unk >")
    'whats the'
    """
    plain = text.casefold()
    for mark in ("< unk >", "@@unknown@@"):
        plain = plain.replace(mark, " ")
    return " ".join(plain.replace(" '", "'").replace("'", "").split())


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        packed = path.read_bytes()
        text = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        return [json.loads(line) for line in text.decode().splitlines() if line.strip()]
    except (OSError, EOFError, ValueError) as error:
        raise ConfusionError(f"{path} cannot be read as lines of JSON ({error}).") from error


def learn(recordings: Sequence[Recording]) -> Confusions:
    """Confusions from recordings in English.

    The chance of a level is found by expectation maximisation over a grid (a binomial mixture with
    fixed places, Laird 1978), in turn with what each word adds, which is shrunk towards nothing
    where a word is rare. Raises ConfusionError for fewer than a hundred recordings.
    """
    if len(recordings) < 100:
        raise ConfusionError(
            f"{len(recordings)} recordings are too few to learn confusions from; give 100 or more."
        )
    steps = [aligned(recording) for recording in recordings]
    said = [[step for step in each if step[0]] for each in steps]
    heard: dict[str, Counter[str]] = defaultdict(Counter)
    added: Counter[str] = Counter()
    for each in steps:
        for word, other in each:
            if not word:
                added[other] += 1
            elif word != other:
                heard[word][other] += 1
    levels, words, first, last, base = _fit_levels(recordings, said)
    wrong = sum(sum(counts.values()) for counts in heard.values())
    sounded = [
        (sounds(word, _ENGLISH), sounds(other, _ENGLISH))
        for word, counts in heard.items()
        for other, count in counts.items()
        # What is nothing like the word says nothing of its phones.
        if SequenceMatcher(None, word, other.replace(" ", "")).ratio() >= 0.4
        for _ in range(count)
    ]
    costs = learn_costs(sounded)
    return Confusions(
        base=round(base, 3),
        words={word: round(value, 2) for word, value in words.items() if abs(value) >= 0.05},
        first=round(first, 3),
        last=round(last, 3),
        near=tuple(np.round(levels[0], 4).tolist()),
        far=tuple(np.round(levels[1], 4).tolist()),
        heard={word: dict(counts.most_common(_KEPT)) for word, counts in sorted(heard.items())},
        dropped=round(sum(counts[""] for counts in heard.values()) / wrong, 4),
        added=dict(added.most_common(100)),
        adding=round(sum(added.values()) / wrong, 4),
        phones={f"{said}>{heard}": value for (said, heard), value in sorted(costs.items())},
        persistence=round(_persistence(recordings, steps), 3),
    )


def aligned(recording: Recording) -> list[tuple[str, str]]:
    """Each word said with what was heard for it, and ("", word) for a word heard beyond.

    >>> aligned(Recording("1", "olly wake me", "oh lee wake", far=False))
    [('olly', 'oh lee'), ('wake', 'wake'), ('me', '')]
    """
    said, heard = tuple(recording.said.split()), tuple(recording.heard.split())
    likeness = {
        (word, other): 0.8 + 1.7 * (1 - SequenceMatcher(None, word, other).ratio())
        for word in said
        for other in heard
    }
    steps: list[tuple[str, str]] = []
    for word, other in align(said, heard, likeness):
        steps.append((word, other))
        # A word beyond joins the misheard one beside it when together they are more like it.
        if len(steps) > 1 and (joined := _joined(steps[-2], steps[-1])):
            steps[-2:] = [joined]
    return steps


def _joined(left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str] | None:
    if bool(left[0]) == bool(right[0]):
        return None
    word = left[0] or right[0]
    alone = left[1] if left[0] else right[1]
    both = f"{left[1]} {right[1]}"
    if word == alone or not alone:
        return None
    longer = SequenceMatcher(None, word, both.replace(" ", "")).ratio()
    return (word, both) if longer > SequenceMatcher(None, word, alone).ratio() else None


def _fit_levels(
    recordings: Sequence[Recording], said: Sequence[Sequence[tuple[str, str]]]
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], dict[str, float], float, float, float]:
    """The chances of levels (near, far), what words and places add, and the base."""
    far = np.array([recording.far for recording in recordings])
    owner = np.array([n for n, steps in enumerate(said) for _ in steps])
    words = [word for steps in said for word, _ in steps]
    wrong = np.array([float(word != other) for steps in said for word, other in steps])
    is_first = np.array([n == 0 for steps in said for n in range(len(steps))])
    is_last = np.array([n == len(steps) - 1 for steps in said for n in range(len(steps))])
    numbers = {word: n for n, word in enumerate(sorted(set(words)))}
    kind = np.array([numbers[word] for word in words])
    grid = np.array(LEVELS)
    shares = [np.full(len(grid), 1 / len(grid)) for _ in range(2)]
    effect = np.zeros(len(numbers))
    first = last = 0.0
    share = float(wrong.mean())
    base = log(share / (1 - share))
    for _ in range(30):
        odds = base + effect[kind] + first * is_first + last * is_last
        chances = 1 / (1 + np.exp(-(odds[:, None] + grid)))
        likely = np.log(np.where(wrong[:, None] > 0, chances, 1 - chances))
        per_recording = np.zeros((len(recordings), len(grid)))
        np.add.at(per_recording, owner, likely)
        weights = np.where(far[:, None], shares[1], shares[0]) * np.exp(
            per_recording - per_recording.max(1, keepdims=True)
        )
        weights /= weights.sum(1, keepdims=True)
        shares = [weights[far == place].mean(0) + 1e-6 for place in (False, True)]
        shares = [each / each.sum() for each in shares]
        # One Newton step for what words and places add, under the weights of the levels.
        posterior = weights[owner]
        gap = wrong - (posterior * chances).sum(1)
        bend = (posterior * chances * (1 - chances)).sum(1)
        effect += (np.bincount(kind, gap, len(numbers)) - _PRIOR * effect) / (
            np.bincount(kind, bend, len(numbers)) + _PRIOR
        )
        first += float(gap[is_first].sum() / bend[is_first].sum())
        last += float(gap[is_last].sum() / bend[is_last].sum())
        base += float(gap.sum() / bend.sum())
    return (
        (shares[0], shares[1]),
        {word: float(effect[number]) for word, number in numbers.items()},
        first,
        last,
        base,
    )


def _persistence(recordings: Sequence[Recording], steps: Sequence[list[tuple[str, str]]]) -> float:
    """How often two microphones that both misheard a word heard the same for it.

    Both recorded the same breath, so this is the most that a speaker's own way can account for.
    """
    by_id: dict[str, list[dict[tuple[int, str], str]]] = defaultdict(list)
    for recording, each in zip(recordings, steps, strict=True):
        said = [(word, other) for word, other in each if word]
        by_id[recording.id].append(
            {(n, word): other for n, (word, other) in enumerate(said) if word != other}
        )
    same = both = 0
    for wrongs in by_id.values():
        if len(wrongs) == 2:
            shared = wrongs[0].keys() & wrongs[1].keys()
            both += len(shared)
            same += sum(wrongs[0][place] == wrongs[1][place] for place in shared)
    return same / both if both else 0.0


def chance(odds: float) -> float:
    """The probability of log odds.

    >>> chance(0.0)
    0.5
    """
    return 1 / (1 + exp(-odds)) if odds > -700 else 0.0


def words_of(texts: Iterable[str]) -> Counter[str]:
    """The words of texts and how often each occurs."""
    return Counter(word for text in texts for word in text.casefold().split())


def key(word: str) -> str:
    """The form under which `Confusions` knows a word.

    >>> key("What's")
    'whats'
    """
    return word.casefold().replace("'", "")
