"""Word errors, worked by hand."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.asr.metrics import MetricsError, compare, normalize, score

texts = st.lists(st.sampled_from("a b c d".split()), max_size=6).map(" ".join)


def test_case_punctuation_and_digits_do_not_count() -> None:
    assert compare("It's 21, O’Neil!", "it's twenty-one o'neil").reference == normalize(
        "it's twenty one o'neil"
    )
    assert normalize("3.05 kg") == ("three", "point", "zero", "five", "kg")
    assert normalize("'quoted' — no") == ("quoted", "no")
    assert normalize("5551234567890")[:3] == ("five", "five", "five")


def test_errors_are_shared_out_between_rare_and_other_words() -> None:
    scores = score([compare("call zelenskyy now please", "call zelensky now please extra",
                            ["Zelenskyy"])])  # fmt: skip
    assert scores.wer == pytest.approx(2 / 4)
    assert scores.b_wer == pytest.approx(1 / 1)
    assert scores.u_wer == pytest.approx(1 / 3)
    assert (scores.precision, scores.recall, scores.f1) == (None, 0.0, None)
    assert scores.accuracy == 0


def test_a_rare_word_heard_where_none_was_said_costs_precision() -> None:
    scores = score(
        [compare("call ada", "call ada", ["ada"]), compare("hello", "hello ada", ["ada"])]
    )
    assert scores.b_wer == 1.0  # one rare word said, one inserted
    assert scores.u_wer == 0.0
    assert (scores.precision, scores.recall) == (0.5, 1.0)
    assert scores.f1 == pytest.approx(2 / 3)
    assert scores.accuracy == 0.5


def test_without_rare_words_their_figures_are_absent() -> None:
    scores = score([compare("hello", "hello")])
    assert (scores.wer, scores.b_wer, scores.f1, scores.accuracy) == (0.0, None, None, 1.0)


def test_words_heard_in_silence_are_errors() -> None:
    scores = score([compare("", "hello you"), compare("one two", "one two")])
    assert scores.wer == 1.0
    assert scores.cer == pytest.approx(9 / 7)
    assert scores.accuracy == 0.5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts.filter(bool), texts), min_size=1, max_size=4))
def test_the_whole_is_what_jiwer_counts(pairs: list[tuple[str, str]]) -> None:
    scores = score([compare(said, heard, ["a", "b"]) for said, heard in pairs])
    said, heard = map(list, zip(*pairs, strict=True))
    assert scores.wer == pytest.approx(jiwer.wer(said, heard))
    assert scores.cer == pytest.approx(jiwer.cer(said, heard))


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(MetricsError):
        score([])
