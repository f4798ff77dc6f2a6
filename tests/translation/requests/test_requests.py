"""Annotated requests keep their slots, whatever a model makes of them."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from eulalia.cli.app import app
from eulalia.datasets.massive import Massive
from eulalia.translation import TranslationError
from eulalia.translation.engine import Engine
from eulalia.translation.model import TALK
from eulalia.translation.requests import AnnotatedRequest, Part, compare, translate_requests

BOOK = {"wake": "weck", "me": "mich", "at": "um", "nine": "neun", "am": "uhr", "tomorrow": "morgen"}


class Words:
    """Translates word by word and turns the order around, masks and all, or loses the masks."""

    source_language, target_language, takes_examples = "en", "de", False

    def __init__(self, masks="kept"):
        self.masks = masks

    def alternatives(self, sentences):
        return [[] for _ in sentences]

    def translate(self, sentences, examples=None):
        return [self._answer(sentence) for sentence in sentences]

    def _answer(self, sentence):
        pieces = re.findall(r"⟦\d+⟧|\w+|[^\w\s⟦]", sentence)
        if self.masks == "lost":
            pieces = [piece for piece in pieces if "⟦" not in piece]
        if self.masks == "nested wrongly":
            pieces.sort(key=lambda piece: "⟦" in piece)
            pieces.reverse()
        return " ".join(BOOK.get(piece, piece) for piece in pieces)


def translated(text, model):
    return translate_requests([AnnotatedRequest.parse(text)], Engine(model))[0]


def test_a_request_is_read_and_written_as_massive_has_it():
    text = "wake me at [time : nine am] [date : tomorrow] please"
    request = AnnotatedRequest.parse(text)
    assert request.annotation == text
    assert request.text == "wake me at nine am tomorrow please"
    assert request.slots == (Part("nine am", "time"), Part("tomorrow", "date"))


@pytest.mark.parametrize("text", ["a [b : c", "a ] b", "[a : [b : c]]", "[a : ]", "[a] b"])
def test_broken_slots_are_refused(text):
    with pytest.raises(TranslationError, match="broken"):
        AnnotatedRequest.parse(text)


def test_values_are_translated_where_they_stand_if_the_model_carries_tags():
    made = translated("wake me at [time : nine am] [date : tomorrow]", Words())
    assert made.way == "tags"
    assert made.request.annotation == "weck mich um [time : neun uhr] [date : morgen]"


def test_values_are_found_in_the_translation_if_the_tags_are_lost():
    made = translated("wake me at [time : nine am] [date : tomorrow]", Words("lost"))
    assert made.way == "found"
    assert made.request.annotation == "weck mich um [time : neun uhr] [date : morgen]"


def test_values_are_put_in_if_they_cannot_be_found():
    made = translated("nine nine [time : nine]", Words("lost"))
    assert made.way == "put in"
    assert made.request.annotation == "neun neun [time : neun]"


_WORD = st.text(st.sampled_from("abcä是 1.'⟦⟧<>*_`"), min_size=1, max_size=6).filter(
    lambda text: any(map(str.isalnum, text))
)
_PARTS = st.lists(
    st.builds(Part, _WORD, st.sampled_from(["", "time", "date", "list_name"])),
    min_size=1,
    max_size=20,
)


@settings(deadline=None)
@given(_PARTS, st.sampled_from(["kept", "lost", "nested wrongly"]))
def test_no_slot_is_ever_lost(parts, masks):
    request = AnnotatedRequest.of(parts)
    made = translate_requests([request], Engine(Words(masks)))[0].request
    assert sorted(each.slot for each in made.slots) == sorted(each.slot for each in request.slots)
    assert all(each.text.strip() for each in made.slots)
    again = AnnotatedRequest.parse(made.annotation)
    assert [each.slot for each in again.slots] == [each.slot for each in made.slots]


def test_agreement_counts_slots_and_values():
    sources = [AnnotatedRequest.parse(text) for text in ("at [time : nine]", "hello")]
    made = [AnnotatedRequest.parse(text) for text in ("um [time : Neun]", "hallo")]
    wanted = [AnnotatedRequest.parse(text) for text in ("um [time : neun]", "[date : heute] hallo")]
    found = compare(sources, made, wanted, "de")
    assert (found.preserved, found.same_slots, found.ceiling) == (1.0, 0.5, 0.5)
    assert found.slot_f1 == pytest.approx(2 / 3)


@pytest.fixture
def massive(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for locale, text, annotated in (
        ("en-US", "wake me at nine am", "wake me at [time : nine am]"),
        ("de-DE", "weck mich um neun uhr", "weck mich um [time : neun uhr]"),
    ):
        row = {
            "id": "1",
            "locale": locale,
            "partition": "dev",
            "scenario": "alarm",
            "intent": "alarm_set",
            "utt": text,
            "annot_utt": annotated,
        }
        (folder / f"{locale}.jsonl").write_text(json.dumps(row) + "\n")
    return folder


def run(monkeypatch, *arguments):
    def open_engine(source, target, model=None, *, tag):
        assert (source, target, tag) == ("en", "de", TALK)
        return Engine(Words())

    monkeypatch.setattr(Engine, "open", open_engine)
    return CliRunner().invoke(app, ["translate", "requests", *map(str, arguments)])


def test_the_command_writes_what_massive_reads_and_scores_it(massive, tmp_path, monkeypatch):
    output = tmp_path / "new" / "de-DE.jsonl"
    output.parent.mkdir()
    result = run(
        monkeypatch, "--data", massive, "--to", "de-DE", "-o", output, "--evaluate", "--json",
        tmp_path / "figures.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (made,) = Massive.open(output.parent).requests("de-DE", "dev")
    assert made.text == "weck mich um neun uhr"
    assert [(slot.name, slot.value) for slot in made.slots] == [("time", "neun uhr")]
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert (figures["preserved"], figures["slot_f1"], figures["n"]) == (1.0, 1.0, 1)
    assert figures["ways"] == {"tags": 1}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name a file with --output"),
        (["--json", "x.json", "-o", "x.jsonl"], "--json takes the figures"),
        (["-o", "nowhere/x.jsonl"], "There is no folder"),
        (["--evaluate", "--partition", "none"], "has no requests"),
        (["--evaluate", "--source-locale", "de-AT"], "are one language"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(massive, monkeypatch, arguments, sentence):
    result = run(monkeypatch, "--data", massive, "--to", "de-DE", *arguments)
    assert result.exit_code == 1
    assert sentence in " ".join(result.stderr.split())
