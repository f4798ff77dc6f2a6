"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.sentences import split_sentences

CASES = [
    ("en", ["Dr. Smith paid 3.5 dollars, e.g. for tea.", '"Really?" he asked.', "See Fig. 3."]),
    ("en", ["It works...", "Then J. R. came.", "Did he?!", "(He did.)"]),
    ("en", ["1. The first item has a number.", "It is one sentence."]),
    ("de", ["Am 3. Oktober kam z. B. Herr Dr. Meier.", "„Wirklich?“ fragte er.", "Ja."]),
    ("de", ["Das kostet 3,50 Euro usw.", "Dann ging er."]),
    ("es", ["¿Qué hizo el Sr. García?", "¡Nada!", "EE.UU. es grande, p.ej. por su costa."]),
    ("fr", ["M. Dupont arrive.", "« Vraiment ? »", "Oui, c.-à-d. demain."]),
    ("zh", ["他说：“你好。”", "真的吗？！", "见3.5节。", "没有了"]),
    ("ja", ["「はい。」と言った。", "行きますか？", "はい"]),
    ("ko", ["안녕하세요.", "값은 3.5입니다.", "네!"]),
    ("vi", ["TP. Hồ Chí Minh đẹp.", "Tôi đi."]),
    ("tr", ["19. yüzyılda Dr. Ali geldi.", "Sonra gitti."]),
]


@pytest.mark.parametrize(("language", "sentences"), CASES)
def test_sentences_end_where_a_reader_sees_it(language, sentences):
    glue = "" if language in ("zh", "ja") else " "
    assert split_sentences(glue.join(sentences), language) == sentences


def test_a_mask_stays_whole_and_its_stop_ends_nothing():
    assert split_sentences("Use ⟦0⟧. It is ⟦1⟧ fast.", "en") == ["Use ⟦0⟧.", "It is ⟦1⟧ fast."]


@given(st.text(max_size=200), st.sampled_from(["en", "de", "zh", "ja", "xx"]))
def test_no_letter_is_lost(text, language):
    joined = "".join("".join(split_sentences(text, language)).split())
    assert joined == "".join(text.split())
