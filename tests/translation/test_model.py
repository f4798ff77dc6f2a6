"""A model of our own is told what sentences are from, if they are not what it takes them for."""

import json
from dataclasses import replace

import pytest
from sentencepiece import SentencePieceProcessor

from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.model import BOOK, DESCRIPTION, DOCS, TAGS, TALK, Model, into
from eulalia.translation.training.export import export
from eulalia.translation.training.network import Network
from eulalia.translation.training.vocabulary import write_vocabulary


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    vocabulary = folder / "sentences.model"
    texts = ["a big dog", "two small cats", "three quiet birds", "houses of stone", "大狗", "小猫"]
    write_vocabulary(vocabulary, texts * 5, 306, ["zh"])
    network = Network(306, 32, 64, 2, (1, 1), 0.0).eval()
    export(network, vocabulary, folder / "exported", [("en", "zh")])
    return folder / "exported"


def test_sentences_are_from_documentation_unless_another_tag_is_given(folder):
    description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    assert description["source_prefixes"] == {"en-zh": [into("zh"), DOCS]}
    assert Model.open(folder, "en", "zh").read("a dog")[:2] == [into("zh"), DOCS]


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_takes_the_place_of_the_one_that_the_model_has(folder, tag):
    usual = Model.open(folder, "en", "zh").read("a dog", "大狗")
    told = Engine.open("en", "zh", folder, tag=tag).model.read("a dog", "大狗")
    assert told == [into("zh"), tag, *usual[2:]]


def test_a_model_that_knows_no_tags_is_told_none(folder):
    untagged = replace(Model.open(folder, "en", "zh", TALK), source_prefix=(">>zh<<",))
    assert untagged.read("a dog")[0] == ">>zh<<"
    assert not set(TAGS) & set(untagged.read("a dog"))


def test_a_tag_is_not_written_into_a_translation(folder):
    model = Model.open(folder, "en", "zh", BOOK)
    assert model.written([*model.read("a dog"), TALK]) == "a dog"


def test_a_tag_that_there_is_not_is_refused_in_a_sentence(folder):
    with pytest.raises(TranslationError, match="no tag 'talk'; there are ⟨book⟩, ⟨docs⟩, ⟨talk⟩"):
        Model.open(folder, "en", "zh", "talk")


def test_chinese_letters_are_written_into_chinese_alone(folder, tmp_path):
    pieces = SentencePieceProcessor(model_file=str(folder / "sentences.model"))
    network = Network(306, 32, 64, 2, (1, 1), 0.0).eval()
    network.bias.data[[pieces.piece_to_id(letter) for letter in "大狗小猫"]] = 100.0
    export(network, folder / "sentences.model", tmp_path / "both", [("en", "zh"), ("zh", "en")])
    for source, target in (("en", "zh"), ("zh", "en")):
        (written,) = Model.open(tmp_path / "both", source, target).translate(["大狗 a dog"])
        assert bool(set("大狗小猫") & set(written)) == (target == "zh")


def test_each_thread_that_openmp_is_allowed_has_sentences_of_its_own(folder, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Model.open(folder, "en", "zh").translator.num_translators == 3


def test_translations_come_in_the_order_of_their_sentences(folder, monkeypatch):
    sentences = ["a big dog", "two small cats " * 9, "", "three quiet birds"] * 40
    written = []
    for threads in ("1", "4"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        written.append(Model.open(folder, "en", "zh").translate(sentences))
    assert written[0] == written[1]
    assert written[0][:4] * 40 == written[0]
