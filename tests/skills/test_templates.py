"""Skills made of sentence templates: what they match, say, teach and refuse."""

import os
import random
import tarfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.dialog import Answers
from eulalia.memory import Memory
from eulalia.skills import Request, SkillError, TemplateSkill
from eulalia.turn import Context

COFFEE = Path(__file__).parents[2] / "examples" / "coffee.yaml"
BARISTA = TemplateSkill.load(COFFEE)
PIZZA = """
language: en
intents:
  order:
    data:
      - sentences:
          - "[please] (bring|send) {count} [{size}] pizza[s] [<to>]"
          - "i want a pizza (with {topping:extra};quickly)"
      - sentences: ["remember {anything}"]
    answer: "{count} [{size}] pizzas[, for {room}]."
expansion_rules:
  to: "to [the] {room}"
lists:
  count: {range: {from: 1, to: 21}}
  size: {values: [large, {in: "(tiny|wee)", out: small}]}
  topping: {values: ["[green] olives", mushrooms]}
  room: {values: [Office, den]}
  anything: {wildcard: true}
"""


def load(folder, content, **options):
    path = folder / "pizza.yaml"
    path.write_text(content, "utf-8")
    return TemplateSkill.load(path, **options)


@pytest.fixture
def pizza(tmp_path):
    return load(tmp_path, PIZZA)


def slots(interpretation):
    return {slot.name: slot.value for slot in interpretation.slots}


def test_a_sentence_is_matched_with_its_slots_where_they_stand(pizza):
    text = "Please bring twenty-one tiny pizzas to the office!"
    match = pizza.match(text)
    assert (match.intent, match.domain, match.source) == ("order", "pizza", "pizza")
    assert slots(match) == {"count": "21", "size": "small", "room": "Office"}
    assert [text[slot.start : slot.end] for slot in match.slots] == ["twenty-one", "tiny", "office"]


def test_a_permutation_is_matched_in_any_order(pizza):
    assert slots(pizza.match("i want a pizza quickly with green olives")) == {
        "extra": "green olives"
    }
    assert slots(pizza.match("i want a pizza with olives quickly")) == {"extra": "olives"}


def test_a_wildcard_takes_any_words(pizza):
    assert slots(pizza.match("remember the milk")) == {"anything": "the milk"}


@pytest.mark.parametrize(
    "text", ["", "  ", "bring pizza", "bring 22 pizzas", "bring two pizzas now", "x" * 1_000_000]
)
def test_anything_else_is_not_matched(pizza, text):
    assert pizza.match(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_matching(text):
    match = BARISTA.match(text)
    assert match is None or match.text == text


def test_the_grammar_spells_numbers_out_and_leaves_wildcards_away(pizza):
    grammar = pizza.grammar
    assert grammar.accepts("bring twenty one wee pizzas to the office".split())
    assert grammar.accepts("send one pizza".split())
    assert grammar.accepts("i want a pizza quickly with olives".split())
    assert not grammar.accepts("bring twenty two pizzas".split())
    assert "remember" not in pizza.vocabulary
    assert {"pizza", "pizzas", "office", "tiny"} <= set(pizza.vocabulary)


def test_every_sentence_of_the_grammar_means_something(pizza):
    rng = random.Random(1)
    for skill in (pizza, BARISTA):
        for _ in range(50):
            sentence = " ".join(skill.grammar.sample(rng))
            assert skill.match(sentence) is not None, sentence


def test_examples_say_what_the_match_of_their_text_says(pizza):
    rng = random.Random(2)
    for skill in (pizza, BARISTA):
        for example in skill.examples(50, rng):
            assert skill.match(example.text) == example
            assert skill.grammar.accepts(example.text.replace("-", " ").lower().split())


def test_signs_that_nobody_says_are_not_in_the_grammar(tmp_path):
    skill = load(
        tmp_path,
        "{language: en, intents: {dim: {data: [{sentences: ['dim to {0..100:level}[%| percent]', "
        "'what''s on, then?']}]}}}",
    )
    assert skill.grammar.accepts("dim to five percent".split())
    assert skill.grammar.accepts(["what's", "on", "then"])
    assert not any("%" in word for word in skill.vocabulary)
    assert slots(skill.match("dim to 5%")) == {"level": "5"}


def test_chinese_templates_become_grammars_of_characters(tmp_path):
    content = (
        "{language: zh, settings: {ignore_whitespace: true}, "
        "intents: {light: {data: [{sentences: ['打开[厨房]灯']}]}}}"
    )
    skill = load(tmp_path, content)
    assert skill.grammar.accepts(list("打开灯"))
    assert skill.grammar.accepts(list("打开厨房灯"))
    assert skill.match("打开厨房灯").intent == "light"


def test_lists_that_only_the_house_knows_are_given_when_loading(tmp_path):
    content = "{language: en, intents: {go: {data: [{sentences: ['go to {area}']}]}}}"
    with pytest.raises(SkillError, match=r"list \{area\} that is not there"):
        load(tmp_path, content)
    skill = load(tmp_path, content, lists={"area": ["attic"]})
    assert slots(skill.match("go to attic")) == {"area": "attic"}


def answer(skill, text, tmp_path):
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    try:
        request = Request(
            skill.match(text), (), Context(), "en-US", "me", datetime.now(UTC), memory.records,
            Answers.open("en-US"),
        )  # fmt: skip
        return skill.handle(request).text
    finally:
        memory.close()


def test_the_answer_names_the_slots_that_were_filled(pizza, tmp_path):
    assert answer(pizza, "bring two large pizzas to den", tmp_path) == "2 large pizzas, for den."
    assert answer(pizza, "bring two pizzas", tmp_path) == "2 pizzas."


def test_a_barista_repeats_the_order(tmp_path):
    text = "can i have a large dark roast latte with some soy milk and brown sugar"
    assert answer(BARISTA, text, tmp_path) == (
        "One large dark roast latte with some soy milk with brown sugar, coming up."
    )


START = "language: en\nintents: {a: {data: [{sentences: ['b']}]}}\n"
BROKEN = {
    "a list": ("- a", "mapping with language"),
    "nothing": ("", "mapping with language"),
    "no YAML": ("language: [en\nintents: 3", "line 2, column 8: this is not YAML"),
    "a tab": ("language:\ten\n\tintents: {}", "line 1, column 10"),
    "a control character": ("language: \x00", "not YAML"),
    "no language": ("intents: {a: {data: [{sentences: ['b']}]}}", "name its language"),
    "no intents": ("language: en", "intents must map"),
    "an unknown key": (START + "intent: {}", "unknown key 'intent'"),
    "an unknown key of an intent": (
        "{language: en, intents: {a: {datum: [], data: []}}}", "intent a has an unknown key 'datum'"
    ),
    "an intent named by a truth value": (
        "{language: en, intents: {on: {data: [{sentences: ['b']}]}}}", "quote it"
    ),
    "no sentences": ("{language: en, intents: {a: {data: [{}]}}}", "intent a, block 1: sentences"),
    "a number as sentence": (
        "{language: en, intents: {a: {data: [{sentences: [5]}]}}}", "intent a, block 1"
    ),
    "an open bracket": (
        "{language: en, intents: {a: {data: [{sentences: ['b', 'turn (on']}]}}}",
        "intent a, sentence 2",
    ),
    "an empty list name": (
        "{language: en, intents: {a: {data: [{sentences: ['b {}']}]}}}", "intent a, sentence 1"
    ),
    "an unknown list": (
        "{language: en, intents: {a: {data: [{sentences: ['go {where}']}]}}}",
        "list {where} that is not there",
    ),
    "an unknown rule": (
        "{language: en, intents: {a: {data: [{sentences: ['go <where>']}]}}}",
        "rule <where> that is not there",
    ),
    "a rule that refers to itself": (
        START + "expansion_rules: {x: 'a <y>', y: '[<x>] b'}", "rule <x> refers to itself"
    ),
    "a list of no kind": (START + "lists: {x: {value: [a]}}", "list {x}"),
    "a range upside down": (START + "lists: {x: {range: {from: 5, to: 1}}}", "list {x}"),
    "a range without end": (
        "{language: en, intents: {a: {data: [{sentences: ['{x}']}]}}, "
        "lists: {x: {range: {from: 0, to: 10000000}}}}",
        "more than 10000 numbers",
    ),
    "a list inside itself": (
        "{language: en, intents: {a: {data: [{sentences: ['{x}']}]}}, "
        "lists: {x: {values: ['a {x}']}}}",
        "list {x}",
    ),
    "an answer with an unknown slot": (
        "{language: en, intents: {a: {data: [{sentences: ['b']}], answer: 'so {c}'}}}",
        "names a slot {c}",
    ),
    "an answer that is a number": (
        "{language: en, intents: {a: {data: [{sentences: ['b']}], answer: 3}}}", "text as answer"
    ),
    "brackets without end": (
        "{language: en, intents: {a: {data: [{sentences: ['" + "(" * 5000 + "']}]}}}", "intent a"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence_with_its_place(tmp_path, name):
    content, complaint = BROKEN[name]
    with pytest.raises(SkillError) as caught:
        load(tmp_path, content)
    text = str(caught.value)
    assert complaint in text
    assert "pizza.yaml" in text
    assert "\n" not in text
    assert text.endswith(".")


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"language: \xe4")
    (tmp_path / "large.yaml").write_bytes(b"#" * 6_000_000)
    for name, complaint in [
        ("none.yaml", "No such file"),
        (".", "cannot be read"),
        ("latin.yaml", "not UTF-8"),
        ("large.yaml", "larger than 5 MB"),
    ]:
        with pytest.raises(SkillError, match=complaint):
            TemplateSkill.load(tmp_path / name)


@settings(max_examples=30)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab{}[]()<>|;\\ ", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["data", "sentences", "values", "range", "in", "out", "x", "answer"]), inner
    ),
    max_leaves=8,
))  # fmt: skip
def test_whatever_stands_in_a_file_gives_a_skill_or_one_sentence(tmp_path_factory, thing):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    sentences = {"a": {"data": [{"sentences": ["go <x> {x}"]}]}}
    for part in (
        {"intents": {"a": thing}},
        {"intents": {"a": {"data": thing}}},
        {"intents": {"a": {"data": [{"sentences": thing}]}}},
        {"intents": sentences, "lists": {"x": thing}, "expansion_rules": {"x": "y"}},
        {"intents": sentences, "lists": {"x": {"values": ["v"]}}, "expansion_rules": {"x": thing}},
        {"intents": sentences, "lists": thing},
    ):
        path.write_text(yaml.safe_dump({"language": "en", **part}), "utf-8")
        with suppress(SkillError):
            skill = TemplateSkill.load(path)
            assert skill.grammar.count() is not None
            skill.match("go y v")


@pytest.fixture(scope="session")
def home_assistant_templates(tmp_path_factory):
    data = os.environ.get("EULALIA_DATA")
    if not data:
        pytest.skip("EULALIA_DATA is not set; it names the folder of public data")
    folder = tmp_path_factory.mktemp("templates")
    with tarfile.open(Path(data) / "nlu" / "ohf-intents.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "ohf-intents"


def in_one_file(templates, language):
    """Home Assistant keeps a file per kind of sentence; a skill is one file."""
    merged = {"language": language, "intents": {}, "lists": {}, "expansion_rules": {}}
    shared = [*templates.glob("lists/*.yaml"), *templates.glob(f"lists/{language}/*.yaml")]
    for path in [*sorted(shared), *sorted(templates.glob(f"rules/{language}/*.yaml"))]:
        content = yaml.load(path.read_bytes(), yaml.CSafeLoader)
        merged["lists"] |= content.get("lists") or {}
        merged["expansion_rules"] |= content.get("expansion_rules") or {}
    for path in sorted(templates.glob(f"sentences/{language}/*/*.yaml")):
        content = yaml.load(path.read_bytes(), yaml.CSafeLoader)
        intent = merged["intents"].setdefault(path.parent.name, {"data": []})
        intent["data"] += content["data"]
        merged["lists"] |= content.get("lists") or {}
        merged["expansion_rules"] |= content.get("expansion_rules") or {}
    return merged


def check_home_assistant(templates, folder, language, expected):
    content = yaml.safe_dump(in_one_file(templates, language), allow_unicode=True)
    names = {"area": ["kitchen", "Küche"], "name": ["lamp"], "floor": ["first", "Erdgeschoss"]}
    skill = load(folder, content, lists=names)
    for text, intent, slot in expected:
        match = skill.match(text)
        assert match.intent == intent
        assert slot in slots(match).items()
    assert len(skill.examples(20, random.Random(3))) == 20


@pytest.mark.data
def test_the_english_templates_of_home_assistant_are_understood(home_assistant_templates, tmp_path):
    expected = [
        ("set the first floor brightness to 50%", "HassLightSet", ("brightness", "50")),
        ("turn on the lights in the kitchen", "HassTurnOn", ("area", "kitchen")),
    ]
    check_home_assistant(home_assistant_templates, tmp_path, "en", expected)


@pytest.mark.data
@pytest.mark.slow
def test_the_german_templates_of_home_assistant_are_understood(home_assistant_templates, tmp_path):
    expected = [("Schalte das Licht in der Küche ein", "HassTurnOn", ("area", "Küche"))]
    check_home_assistant(home_assistant_templates, tmp_path, "de", expected)
