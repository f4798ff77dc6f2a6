"""The models that come along know their languages, and keep what is protected."""

import pytest

from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.shipped import shipped, shipped_pairs


@pytest.mark.parametrize(
    ("languages", "text", "words"),
    [
        ("en-zh", "If the file does not exist, an exception is raised.", ["如果", "文件", "异常"]),
        ("zh-en", "如果文件不存在，则会引发异常。", ["file", "exist", "exception"]),
        ("en-es", "The function returns a list of strings.", ["función", "lista", "cadenas"]),
        ("es-en", "La función devuelve una lista de cadenas.", ["function", "list", "strings"]),
    ],
)
def test_a_sentence_of_documentation_is_translated(languages, text, words):
    (translated,) = Engine.open(*languages.split("-")).translate([text])
    assert [word for word in words if word not in translated] == []


def test_protected_spans_survive_the_model_that_comes_along():
    text = "Set `x` to $y$ and run [the tests](https://a.b/c), then **stop** at %(time)s."
    (translated,) = Engine.open("en", "zh").translate([text])
    for span in ("`x`", "$y$", "](https://a.b/c)", "%(time)s"):
        assert translated.count(span) == 1
    assert translated.count("**") == 2


def test_one_folder_serves_all_directions_and_is_small():
    pairs = {("en", "zh"), ("zh", "en"), ("en", "es"), ("es", "en")}
    assert pairs <= shipped_pairs().keys()
    (folder,) = {shipped(*pair) for pair in pairs}
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 20e6
    with pytest.raises(TranslationError, match="No model from en to de comes along"):
        Engine.open("en", "de")
