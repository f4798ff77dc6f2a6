import os
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from eulalia.translation.documents import read_document
from eulalia.translation.engine import Engine
from eulalia.translation.translating import translate_document
from tests.translation.test_engine import Echo


def spans(document):
    return Counter(span for part in document.segments for span in part.masked.protected)


def test_code_between_texts_stays_byte_for_byte():
    text = "# Title\r\n\r\nSome *text* with `code`.\r\n\r\n```python\r\nx = 1\r\n```\r\n"
    document = read_document(text, ".md")
    translated = translate_document(document, Engine(Echo(careless=0.5)))
    assert translated.endswith("\r\n\r\n```python\r\nx = 1\r\n```\r\n")
    assert "`code`" in translated
    assert translated.startswith("# ")


@pytest.mark.data
@pytest.mark.parametrize(
    "opened",
    [
        lambda: Engine(Echo()),
        lambda: Engine(Echo(careless=0.3)),
        pytest.param(lambda: Engine.open("en", "zh"), marks=pytest.mark.slow),
    ],
    ids=["faithful", "careless", "the model that comes along"],
)
def test_in_all_of_dive_into_deep_learning_everything_protected_survives(opened):
    if "EULALIA_DATA" not in os.environ:
        pytest.skip("EULALIA_DATA names no data")
    archive = Path(os.environ["EULALIA_DATA"]) / "translation" / "d2l-zh.tar.gz"
    engine = opened()
    documents = 0
    with tarfile.open(archive) as files:
        for name in sorted(files.getnames()):
            if not name.endswith("_origin.md"):
                continue
            document = read_document(files.extractfile(name).read().decode(), ".md")
            again = read_document(translate_document(document, engine), ".md")
            assert spans(again) == spans(document), name
            assert between(again) == between(document), name
            documents += 1
    assert documents > 100


def between(document):
    """What stands between the segments that are translated."""
    parts, end = [], 0
    for part in document.segments:
        if part.translatable:
            parts.append(document.text[end : part.start])
            end = part.end
    return [*parts, document.text[end:]]
