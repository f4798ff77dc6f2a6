"""Sentences are translated by several threads as by one, whatever the order that they come in."""

import pytest

from eulalia.translation.model import Model
from eulalia.translation.neighbours import NeighbourTranslator
from eulalia.translation.shipped import shipped
from eulalia.translation.transformer import Transformer

SENTENCES = [
    f"{subject} {verb} the {thing}{end}"
    for end in ("", " when the program ends", " in the second part of the book")
    for subject in ("The function", "This layer")
    for verb in ("returns", "reads", "changes")
    for thing in ("file", "list of numbers", "model")
]
PAIRS = [("The function returns the list.", "函数传回该清单。"), ("This layer.", "此层。")]


@pytest.fixture(scope="module")
def model():
    return Model.open(shipped("en", "zh"), "en", "zh")


def translated(model, sentences, pairs):
    translator = NeighbourTranslator(model, Transformer.open(model.folder))
    return translator.translate(sentences, [pairs] * len(sentences))


def test_threads_translate_as_one_alone_does(model, monkeypatch):
    where = "eulalia.translation.neighbours.translator"
    monkeypatch.setattr(f"{where}._AT_ONCE", 4)
    monkeypatch.setattr(f"{where}.threads", lambda: 1)
    alone = translated(model, SENTENCES, PAIRS)
    monkeypatch.setattr(f"{where}.threads", lambda: 4)
    # So few are kept that each thread has to make again what the others have thrown away.
    monkeypatch.setattr("eulalia.translation.neighbours.store._KEPT", 1)
    assert translated(model, SENTENCES, PAIRS) == alone


def test_each_sentence_has_its_own_place_whatever_its_length(model):
    there, back = (translated(model, order, []) for order in (SENTENCES, SENTENCES[::-1]))
    assert back[::-1] == there
    assert all(there)


def test_what_people_wrote_of_a_sentence_is_heard(model):
    sentence, wanted = PAIRS[0]
    assert translated(model, [sentence], []) != [wanted]
    assert translated(model, [sentence], PAIRS) == [wanted]


def test_no_sentences_are_translated_to_none(model):
    assert translated(model, [], []) == []
