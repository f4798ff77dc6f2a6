"""The engine, over a model of the tests' own and over real checkpoints with random weights."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation import ParallelData, TranslationError
from eulalia.translation.engine import Engine, mask_plain
from eulalia.translation.pairs import Pair
from eulalia.translation.protection import protect
from eulalia.translation.terminology_constraints import Terms


class Echo:
    """Answers with the sentence, shuffled and with words lost if it is careless."""

    takes_examples = True

    def __init__(self, careless=0.0, languages=("en", "zh")):
        self.source_language, self.target_language = languages
        self.careless = careless
        self.asked = []

    def alternatives(self, sentences):
        return [[] for _ in sentences]

    def translate(self, sentences, examples=None):
        self.asked += zip(sentences, examples or [None] * len(sentences), strict=True)
        return [self._answer(sentence) for sentence in sentences]

    def _answer(self, sentence):
        if not self.careless:
            return sentence
        draw = random.Random(sentence)
        words = [word for word in sentence.split(" ") if draw.random() > self.careless]
        draw.shuffle(words)
        return " ".join([*words, "⟦1⟧ `"])


def data(*pairs, languages=("en", "zh")):
    return ParallelData(*languages, [Pair(source, target) for source, target in pairs])


_TEXT = st.text(st.sampled_from("ab1 .\n[](){}*_`$<>/%⟦⟧是，"), max_size=80)


@given(_TEXT)
def test_whatever_the_model_loses_protected_spans_survive(text):
    translated = Engine(Echo(careless=0.4)).translate([text])[0]
    for span in mask_plain(text).protected:
        assert span in translated


@given(st.lists(_TEXT, max_size=4))
def test_texts_do_not_mix(texts):
    engine = Engine(Echo())
    assert engine.translate(texts) == [engine.translate([text])[0] for text in texts]


def test_nothing_and_blanks_stay_what_they_are():
    engine = Engine(Echo())
    assert engine.translate([]) == []
    assert engine.translate(["", " \n ", "1 + 1", "`x`"]) == ["", " \n ", "1 + 1", "`x`"]
    assert engine.model.asked == []


def test_a_sentence_with_very_many_masks_is_translated_between_them():
    text = "x " + " and ".join(f"`{n}`" for n in range(20))
    assert Engine(Echo()).translate([text]) == [text]


class Forgetful(Echo):
    """Loses every mask, but in the second best translation of what has a 好."""

    def __init__(self):
        super().__init__(languages=("zh", "en"))

    def translate(self, sentences, examples=None):
        return [re.sub(r"⟦\d+⟧", "", text) for text in sentences]

    def alternatives(self, sentences):
        kept = [text for text in sentences if "好" in text]
        return [[re.sub(r"⟦\d+⟧", "", text), text] if text in kept else [] for text in sentences]


def test_the_best_alternative_that_keeps_its_masks_is_taken():
    assert Engine(Forgetful()).translate(["好`x`好"]) == ["好 `x` 好"]


def test_between_masks_english_has_spaces_beside_code_and_none_inside_of_emphasis():
    translated = Engine(Forgetful()).translate(["在`x`中*批量*的$y$。"])
    assert translated == ["在 `x` 中*批量*的 $y$."]


def test_signs_between_code_are_those_of_the_language_that_is_wanted():
    assert Engine(Forgetful()).translate(["`a`、`b`。", "1. `a`：$b$"]) == [
        "`a`, `b`.",
        "1. `a`: $b$",
    ]
    assert Engine(Echo()).translate(["`a`, `b`", "1.5, 2"]) == ["`a`, `b`", "1.5, 2"]


def test_what_belongs_within_a_word_stays_within_it():
    assert Engine(Echo(languages=("zh", "en"))).translate(["x`a`y好`b`th好`b`的"]) == [
        "x`a`y好`b`th好 `b` 的"
    ]


class Stammering(Echo):
    """Writes each Latin letter twice."""

    def __init__(self, languages=("zh", "en")):
        super().__init__(languages=languages)

    def _answer(self, sentence):
        return re.sub("([A-Za-z])", r"\1\1", sentence)


def test_names_amid_chinese_stay_as_they_are():
    engine = Engine(Stammering())
    assert engine.translate(["用AdaGrad和VGG16的net。"]) == ["用AdaGrad和VGG16的nneett。"]
    assert engine.translate(["用AdaGrad。"], terminology={"AdaGrad": "Ada"}) == ["用Ada。"]
    assert Engine(Stammering(("en", "zh"))).translate(["Use VGG."]) == ["UUssee VVGGGG."]


def test_names_beyond_the_masks_that_a_model_knows_are_left_to_it():
    many = "好" + "，".join(f"N{number}" for number in range(20))
    translated = Engine(Stammering()).translate([many])[0]
    assert "N15，NN16，" in translated


def test_what_has_nothing_of_chinese_stays_as_it_is():
    engine = Engine(Stammering())
    assert engine.translate(["[Discussions](a)", "a、b", "ひ"]) == [
        "[Discussions](a)",
        "a, b",
        "ひ",
    ]
    assert engine.translate(["好[ab](c)"]) == ["好[aabb](c)"]
    pairs = data(("Discussions", "Talk"), languages=("zh", "en"))
    assert engine.translate(["Discussions"], pairs=pairs) == ["Talk"]


@pytest.mark.parametrize(
    "text", ["![A picture. It has $x$.](a.svg)", "**[All of it.](a)**", "<b>All.</b>"]
)
def test_marks_around_a_whole_sentence_are_no_matter_of_the_model(text):
    engine = Engine(Echo())
    assert engine.translate([text]) == [text.replace(". ", ".")]
    assert not any("⟦1⟧" in asked for asked, _ in engine.model.asked)


def test_what_parallel_data_has_word_for_word_is_taken_over():
    engine = Engine(Echo())
    pairs = data(("The cat sleeps.", "猫睡觉。"), ("Wait 5 minutes.", "等5分钟。"))
    assert engine.translate(["The cat sleeps. Wait 7 minutes."], pairs=pairs) == [
        "猫睡觉。等7分钟。"
    ]
    assert engine.model.asked == []


def test_a_paragraph_that_is_a_pair_word_for_word_is_taken_over_whole():
    engine = Engine(Echo())
    pairs = data(("The cat sleeps. It dreams of `x`.", "猫睡着，梦见`x`。"))
    text = " The cat sleeps. It dreams of `x`.\n"
    assert engine.translate([text], pairs=pairs) == [" 猫睡着，梦见`x`。\n"]
    assert engine.model.asked == []


def test_what_is_only_like_a_pair_is_shown_to_the_model():
    engine = Engine(Echo())
    pairs = data(("Set the value of `a` to the default.", "把`a`设为默认值。"))
    engine.translate(["Set the value of `b` to the minimum."], pairs=pairs)
    assert engine.model.asked == [("Set the value of ⟦0⟧ to the minimum.", "把⟦0⟧设为默认值。")]


def test_a_pair_that_differs_in_code_alone_is_repaired():
    pairs = data(("Set `a` to 3.", "把`a`设为3。"))
    assert Engine(Echo()).translate(["Set `b` to 4."], pairs=pairs) == ["把`b`设为4。"]


def test_reuse_takes_a_close_pair_over():
    pairs = data(("The black cat sleeps on the warm roof.", "黑猫睡在温暖的屋顶上。"))
    text = "The black cat sleeps on the cold roof."
    assert Engine(Echo(), "reuse").translate([text], pairs=pairs) == ["黑猫睡在温暖的屋顶上。"]
    assert Engine(Echo()).translate([text], pairs=pairs) == [text]


def test_a_model_that_cannot_learn_is_shown_pairs_and_says_so_when_it_is_to_learn():
    pairs = data(("The black cat sleeps on the warm roof.", "黑猫睡在温暖的屋顶上。"))
    assert Engine(Echo()).method == "examples"
    with pytest.raises(TranslationError, match="need a model of our own"):
        Engine(Echo(), "tuned").translate(["The cat."], pairs=pairs)


def test_terms_are_honoured_even_inside_of_what_is_reused():
    engine = Engine(Echo())
    assert engine.translate(["A gradient and `gradient`."], terminology={"gradient": "梯度"}) == [
        "A 梯度 and `gradient`."
    ]
    pairs = data(("The gradient vanishes.", "坡度消失。"))
    assert engine.translate(
        ["The gradient vanishes."], pairs=pairs, terminology={"gradient": "梯度"}
    ) == ["The 梯度 vanishes."]


def test_a_term_is_a_whole_word():
    terms = {"net": "网", "neural net": "神经网"}
    translated = Engine(Echo()).translate(["A network, a neural net, a net."], terminology=terms)
    assert translated == ["A network, a 神经网, a 网."]


def test_two_terms_of_one_translation_want_it_twice():
    terms = Terms({"net": "网", "mesh": "网"})
    source = protect(mask_plain("net, mesh"))
    assert not terms.is_honoured(source, "网", by_person=False)
    assert terms.is_honoured(source, "网，网", by_person=False)


def test_wrong_pairs_methods_and_models_are_told_in_a_sentence(tmp_path):
    engine = Engine(Echo())
    with pytest.raises(TranslationError, match="from de to fr"):
        engine.translate(["a"], pairs=data(languages=("de", "fr")))
    with pytest.raises(TranslationError, match="no method 'magic'"):
        Engine(Echo(), "magic")
    with pytest.raises(TranslationError, match="No model from de to fr"):
        Engine.open("de", "fr")
    with pytest.raises(TranslationError, match="holds no translation model"):
        Engine.open("de", "fr", tmp_path)
    with pytest.raises(TranslationError, match="There is no folder"):
        Engine.open("de", "fr", tmp_path / "absent")
    (tmp_path / "translation.json").write_text("{")
    with pytest.raises(TranslationError, match="holds no translation model that can be read"):
        Engine.open("de", "fr", tmp_path)
