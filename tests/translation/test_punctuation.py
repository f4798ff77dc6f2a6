"""Signs between spans that are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.punctuation import spaced


@pytest.mark.parametrize(
    ("full", "narrow"), [("、", ", "), ("。", ". "), ("（1）", " (1) "), ("，…", ", …"), ("=", "=")]
)
def test_full_signs_become_narrow_ones_with_spaces(full, narrow):
    assert spaced(full) == narrow


@given(st.text())
def test_signs_once_spaced_stay_as_they_are(text):
    assert spaced(spaced(text)) == spaced(text)
