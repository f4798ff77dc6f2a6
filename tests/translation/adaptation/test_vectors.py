"""Pairs of a like sense are found by the vectors of a small model's pieces."""

import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation import ParallelData, TranslationError
from eulalia.translation.adaptation import TranslationMemory, Vectors
from eulalia.translation.adaptation.cells import Cells
from eulalia.translation.engine import Engine
from eulalia.translation.masking import Kind, mask
from eulalia.translation.model import Model
from eulalia.translation.pairs import Pair
from eulalia.translation.protection import protect
from eulalia.translation.transformer import WEIGHTS

SENSES = (
    ("physician", "doctor", "surgeon"),
    ("automobile", "car", "vehicle"),
    ("fixed", "repaired", "mended"),
    ("rapidly", "quickly", "swiftly"),
    ("house", "home", "dwelling"),
    ("yesterday", "lately", "recently"),
)
"""Words of one sense in each row."""
WORDS = [word for sense in SENSES for word in sense]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model's folder with a table in which words of one sense are close to each other."""
    folder = tmp_path_factory.mktemp("model")
    draw = random.Random(1)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(draw.choices(WORDS, k=6)) for _ in range(500)]),
        model_prefix=str(folder / "pieces"), vocab_size=60, hard_vocab_limit=False,
        minloglevel=2, user_defined_symbols=["⟦0⟧"],
    )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "pieces.model"))
    normal = np.random.default_rng(1).normal
    table = normal(size=(pieces.get_piece_size(), 24))
    for sense in SENSES:
        vector = normal(size=24)
        for word in sense:
            (number,) = pieces.encode(word)
            table[number] = vector + normal(size=24) / 10
    np.savez_compressed(folder / WEIGHTS, **{"table.weight": table.astype(np.float16)})
    nothing = SimpleNamespace(unload_model=None)
    return Model(nothing, pieces, pieces, "eulalia", "en", "zh", (), (), 64, folder)


def data(*sources):
    return ParallelData("en", "zh", [Pair(source, f"译{n}") for n, source in enumerate(sources)])


def related(model, sources, text, count=8):
    memory = TranslationMemory.of(data(*sources), vectors=Vectors.of_model(model))
    return [source for source, _ in memory.related(protect(mask(text, Kind.MARKDOWN)), count)]


def test_words_of_one_sense_are_close(model):
    one, other, third = Vectors.of_model(model).of(["doctor car", "vehicle physician", "home"])
    assert one @ other > 0.9 > one @ third
    assert np.linalg.norm(one) == pytest.approx(1)


def test_a_paraphrase_without_a_common_word_is_found_by_vectors_and_not_by_words(model):
    sources = ["doctor repaired car", "home recently", "quickly dwelling"]
    asked = protect(mask("physician mended automobile", Kind.MARKDOWN))
    assert TranslationMemory.of(data(*sources)).related(asked, 8) == []
    memory = TranslationMemory.of(data(*sources), vectors=Vectors.of_model(model))
    assert memory.related(asked, 8) == [("doctor repaired car", "译0")]


def test_what_is_found_by_vectors_alone_is_never_taken_for_like_word_by_word(model):
    memory = TranslationMemory.of(data("doctor repaired car"), vectors=Vectors.of_model(model))
    asked = protect(mask("physician mended automobile", Kind.MARKDOWN))
    assert memory.best([asked]) == [None]
    assert memory.matches(asked, 3) == []


def test_what_is_found_by_sense_follows_what_is_found_by_words_and_takes_nobodys_place(model):
    sources = ["doctor quickly", "doctor home", "car lately", "car fixed"]
    sources += ["surgeon vehicle", "house lately", "physician automobile"]
    asked = protect(mask("doctor car", Kind.MARKDOWN))
    by_words = TranslationMemory.of(data(*sources)).related(asked, 4)
    vectors = Vectors.of_model(model)
    found = TranslationMemory.of(data(*sources), vectors=vectors).related(asked, 4)
    assert len(by_words) == 4
    assert found[:4] == by_words
    assert set(found[4:]) == {("surgeon vehicle", "译4"), ("physician automobile", "译6")}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=1, max_size=12))
def test_the_same_sentence_is_found_first(model, sentences):
    texts = [" ".join(own) for own in sentences]
    vectors = Vectors.of_model(model)
    own = Cells.of(lambda numbers: vectors.of([texts[n] for n in numbers]), len(texts))
    for text in texts:
        ((cosine, number),) = own.nearest(vectors.of([text])[0], 1)
        assert cosine == pytest.approx(1, abs=0.02)
        assert vectors.of([texts[number]])[0] @ vectors.of([text])[0] > 0.98


@pytest.mark.parametrize("text", ["", " ", "`doctor car`", "我们", "\ud800", "$x$ ⟦0⟧ 😀"])
def test_a_text_without_a_known_piece_has_no_vector_and_is_near_to_none(model, text):
    vectors = Vectors.of_model(model)
    assert not vectors.of([text]).any()
    assert related(model, [text, "doctor"], "physician") == ["doctor"]


def test_code_and_formulas_say_nothing_of_a_text(model):
    plain, with_code = Vectors.of_model(model).of(["home doctor", "home `house` $car$ doctor"])
    assert plain == pytest.approx(with_code)


def test_one_pair_is_found_and_none_is_no_error(model):
    assert related(model, ["doctor"], "physician") == ["doctor"]
    assert related(model, [], "physician") == []
    assert Vectors.of_model(model).of([]).shape == (0, 24)


def test_vectors_of_many_texts_are_those_of_each(model):
    vectors = Vectors.of_model(model)
    texts = [" ".join(WORDS[n % 18 : n % 18 + n % 5]) for n in range(1_100)]
    together = vectors.of(texts)
    for number in (0, 1, 511, 512, 513, 1_099):
        assert together[number] == pytest.approx(vectors.of([texts[number]])[0], abs=1e-6)


def test_a_very_long_text_is_read_up_to_a_point(model):
    (vector,) = Vectors.of_model(model).of(["doctor " * 100_000 + "home " * 100_000])
    assert vector == pytest.approx(Vectors.of_model(model).of(["doctor"])[0], abs=1e-5)


def test_a_checkpoint_without_weights_has_none(model, tmp_path):
    assert Vectors.of_model(replace(model, folder=tmp_path)) is None


def test_an_engine_of_our_own_finds_related_pairs_by_their_sense(model):
    engine = Engine(model, "neighbours")
    engine.prepare(data("doctor repaired car", "home recently"))
    asked = protect(mask("physician mended automobile", Kind.MARKDOWN))
    assert engine._memory.related(asked, 8) == [("doctor repaired car", "译0")]


@pytest.mark.parametrize("method", ["examples", "reuse"])
def test_an_engine_without_weights_goes_on_by_words(model, tmp_path, method):
    engine = Engine(replace(model, folder=tmp_path), method)
    pairs = data("the doctor came", "home")
    assert engine.translate(["the doctor came"], pairs=pairs) == ["译0"]


def broken(folder, kind):
    if kind == "no archive":
        (folder / WEIGHTS).write_bytes(b"PK\x03\x04 and no more")
        return
    tables = {
        "too few pieces": np.ones((3, 24)),
        "no table": np.ones(5),
        "numbers that are none": np.full((500, 24), np.nan),
    }
    if kind == "another name":
        np.savez(folder / WEIGHTS, weight=np.ones((500, 24)))
    else:
        np.savez(folder / WEIGHTS, **{"table.weight": tables[kind]})


@pytest.mark.parametrize(
    "kind",
    ["no archive", "too few pieces", "no table", "numbers that are none", "another name"],
)
def test_weights_that_cannot_be_read_are_told_in_a_sentence(model, tmp_path, kind):
    broken(tmp_path, kind)
    with pytest.raises(TranslationError, match=r"has no vectors that can be read \(.+\); export"):
        Vectors.of_model(replace(model, folder=tmp_path))
