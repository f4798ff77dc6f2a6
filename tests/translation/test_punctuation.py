"""Signs between spans that are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.punctuation import punctuated


@pytest.mark.parametrize(
    ("chinese", "english"),
    [("、", ", "), ("。", ". "), ("（1）", " (1) "), ("，…", ", …"), ("=", "=")],
)
def test_full_signs_become_narrow_ones_with_spaces(chinese, english):
    assert punctuated(chinese, "zh", "en") == english


@pytest.mark.parametrize(
    ("english", "chinese"), [(", ", "，"), (".", "。"), (": ", "："), (".5", ".5"), ("=", "=")]
)
def test_narrow_signs_before_a_space_or_the_end_become_full_ones(english, chinese):
    assert punctuated(english, "en", "zh") == chinese


@given(st.text())
def test_languages_of_like_signs_keep_them(text):
    assert punctuated(text, "en", "es") == punctuated(text, "zh", "ja") == text
