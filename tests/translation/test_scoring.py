import pytest

from eulalia.translation import TranslationError
from eulalia.translation.scoring import score


def test_the_same_text_has_the_best_scores_and_chinese_is_cut_in_letters():
    text = ["我们用梯度下降训练模型。", "数据很多。"]
    found = score(text, text, "zh")
    assert (found.bleu, found.chrf, found.ter) == (pytest.approx(100), pytest.approx(100), 0)
    assert "tok:zh" in found.signatures["bleu"]
    worse = score(["我们用梯度训练模型。", "数据多。"], text, "zh-CN")
    assert 20 < worse.bleu < 90
    assert 0 < worse.ter < 60


def test_languages_with_spaces_are_cut_at_them():
    assert "tok:13a" in score(["a b c d"], ["a b c d"], "es").signatures["bleu"]


@pytest.mark.parametrize(("ours", "theirs"), [([], []), (["a"], [])])
def test_nothing_to_score_is_told_in_a_sentence(ours, theirs):
    with pytest.raises(TranslationError, match="nothing to score"):
        score(ours, theirs, "es")
