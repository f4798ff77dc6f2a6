"""What letters may stand for, learned from a small lexicon."""

from __future__ import annotations

import gzip
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr.errors import ModelError
from eulalia.asr.letter_sounds import LetterSounds, VariantLexicon
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.phones import PHONES
from eulalia.asr.training.letter_sounds import main, read_cmudict

LEXICON = [
    ("cat", ("k", "æ", "t")), ("cap", ("k", "æ", "p")), ("cake", ("k", "eɪ", "k")),
    ("chat", ("tʃ", "æ", "t")), ("chap", ("tʃ", "æ", "p")), ("pat", ("p", "æ", "t")),
    ("tap", ("t", "æ", "p")), ("cent", ("s", "ɛ", "n", "t")), ("tax", ("t", "æ", "k", "s")),
] * 8  # fmt: skip


@pytest.fixture(scope="module")
def sounds() -> LetterSounds:
    return LetterSounds.load(Path(str(files("eulalia") / "models" / "sounds-en" / "letters.json")))


def test_letters_are_aligned_with_what_they_stand_for() -> None:
    learned = LetterSounds.learn(LEXICON)
    assert learned.align("chat", ("tʃ", "æ", "t")) == [
        ("ch", ("tʃ",)), ("a", ("æ",)), ("t", ("t",)),
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    word=st.text("abcdefghijklmnopqrstuvwxyz", max_size=12),
    phones=st.lists(st.sampled_from(PHONES), max_size=10).map(tuple),
)
def test_alignments_give_back_word_and_phones(
    sounds: LetterSounds, word: str, phones: tuple[str, ...]
) -> None:
    parts = sounds.align(word, phones)
    variants = sounds.variants(word, phones)
    if parts is None:
        assert variants == []
        return
    assert "".join(letters for letters, _ in parts) == word
    assert tuple(phone for _, part in parts for phone in part) == phones
    assert phones not in variants
    assert len(variants) == len(set(variants))


def test_names_get_the_other_sounds_of_their_letters(sounds: LetterSounds) -> None:
    lexicon = Lexicon(["<blank>", *PHONES])
    varied = VariantLexicon(lexicon, sounds)
    ways = varied.pronunciations("Martim")
    assert ways[: len(lexicon.pronunciations("Martim"))] == lexicon.pronunciations("Martim")
    assert tuple(lexicon.labels[p] for p in "m ɑː ɹ t iː m".split()) in ways
    assert len(set(ways)) == len(ways)
    assert varied.pronunciations("66") == lexicon.pronunciations("66")


def test_the_table_is_written_and_read_again(tmp_path: Path) -> None:
    packed = tmp_path / "lexicon.gz"
    lines = "\n".join(f"{word} K AE1 T # note" for word in ["cat", "kat", "qat"] * 9)
    packed.write_bytes(gzip.compress(f"{lines}\n'bout B AW1 T\nx EH1 ?".encode()))
    assert set(read_cmudict(packed, 100)) == {(w, ("k", "æ", "t")) for w in ("cat", "kat", "qat")}
    main([str(packed), str(tmp_path / "letters.json")])
    table = LetterSounds.load(tmp_path / "letters.json").table
    assert ("k",) in table["k"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_is_no_table_or_lexicon_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("[1]")
    for path in (tmp_path / "bad.json", tmp_path / "absent"):
        with pytest.raises(ModelError, match=r"^[^\n]+\.$"):
            LetterSounds.load(path)
        with pytest.raises(ModelError, match=r"^[^\n]+\.$"):
            list(read_cmudict(path, 10))
    with pytest.raises(ModelError, match="without a word"):
        LetterSounds.learn([])
