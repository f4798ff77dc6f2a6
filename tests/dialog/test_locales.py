"""The 52 locales."""

from __future__ import annotations

import pytest

from eulalia.dialog.locales import LOCALES, LocaleError, check, cldr


def test_there_are_52_and_the_cldr_knows_each() -> None:
    assert len(LOCALES) == 52
    assert {cldr(code).territory for code in LOCALES} >= {"US", "SI", "PH", "TW"}


@pytest.mark.parametrize("name", ["de-DE", "de_de", "DE-de"])
def test_case_and_underscores_do_not_matter(name: str) -> None:
    assert check(name).code == "de-DE"


@pytest.mark.parametrize(
    ("name", "near"),
    [("zh", "zh-CN or zh-TW"), ("german", "de-DE"), ("", "en-US"), ("x" * 999, "")],
)
def test_an_unknown_locale_is_refused_with_near_ones(name: str, near: str) -> None:
    with pytest.raises(LocaleError) as caught:
        check(name)
    assert near in str(caught.value)
    assert len(str(caught.value)) < 120
