"""Words that are kept at hand."""

import numpy as np
import pytest

from eulalia.nlu import lexicon
from eulalia.nlu.lexicon import Lexicon
from eulalia.nlu.linear import Votes
from eulalia.text.features import Table, character_keys, normalize

KEYS = np.array(sorted({key for word in ("light", "größe") for key in character_keys(word)}))
TABLE = Table(
    KEYS.astype(np.uint32),
    np.random.default_rng(0).integers(-127, 128, (len(KEYS), 8)).astype(np.int8),
    np.ones(len(KEYS), np.float16),
)


def votes(first: int) -> Votes:
    """Votes for every other character n-gram, or for those between."""
    keys = np.unique(KEYS[first::2] & 0xFFFFFF)
    return Votes(keys, np.ones((len(keys), 2), np.int8), 1.0, np.zeros(2, np.float32))


def test_each_word_is_described_by_its_letters_however_often_it_is_said() -> None:
    words = Lexicon(TABLE)
    texts = ["Light", "größe", "Light", "unseen", "LIGHT"]
    for _ in range(2):
        found = words.words(texts, "en-US", votes(0), votes(1))
        assert [word.form for word in found] == ["light", "grösse", "light", "unseen", "light"]
        for text, word in zip(texts, found, strict=True):
            keys = np.array(character_keys(normalize(text)), np.uint32)
            np.testing.assert_array_equal(word.letters, TABLE.embed(keys, [len(keys)])[0])
            np.testing.assert_array_equal(word.features, votes(0).find(keys))
            own = np.unique(votes(1).find(keys))[None]
            np.testing.assert_array_equal(word.label_votes, votes(1).token_scores(own)[0])


def test_a_word_votes_in_each_locale_by_that_locale() -> None:
    words = Lexicon(TABLE)
    (english,) = words.words(["light"], "en-US", votes(0), votes(0))
    (german,) = words.words(["light"], "de-DE", votes(1), votes(1))
    assert english.features.tolist() != german.features.tolist()


def test_no_more_words_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_MOST", 10)
    words = Lexicon(TABLE)
    for start in range(0, 100, 4):
        texts = [str(number) for number in range(start, start + 4)]
        assert [word.form for word in words.words(texts, "en-US", votes(0), votes(0))] == texts
        assert len(words._kept) <= 10
