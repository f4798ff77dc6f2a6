"""Sentence vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.text.vectors import VectorError, Vectors, shipped


def test_what_is_misheard_lies_nearer_than_what_is_different() -> None:
    said, heard, other = shipped().of(
        ["play some jazz", "play some jas", "what is the weather"], "en-US"
    )
    assert said @ heard > 0.6
    assert said @ heard > said @ other + 0.2


def test_words_count_and_not_how_they_are_written() -> None:
    vectors = shipped().of(["Play Some JAZZ", "play some jazz"], "en-US")
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


@given(st.lists(st.text(max_size=60), max_size=8), st.sampled_from(["en-US", "ja-JP", "ar-SA"]))
@settings(max_examples=60, deadline=None)
def test_every_text_has_a_vector_of_length_one_or_none(texts: list[str], locale: str) -> None:
    vectors = shipped().of(texts, locale)
    assert vectors.shape == (len(texts), shipped().size)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-3) | (lengths < 1e-6))


@given(st.lists(st.text(alphabet="abcdé ", max_size=20), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_text_has_the_same_vector_whatever_is_asked_with_it(texts: list[str]) -> None:
    together = shipped().of(texts, "en-US")
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(shipped().of([text], "en-US")[0], vector, atol=1e-5)


def test_no_texts_have_no_vectors() -> None:
    assert shipped().of([], "en-US").shape == (0, shipped().size)


def test_a_huge_text_has_one_as_well() -> None:
    (vector,) = shipped().of(["play jazz " * 20_000], "en-US")
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-3


def test_more_words_than_are_remembered_are_read_all_the_same() -> None:
    vectors = Vectors.open()
    one = vectors.of(["kitchen"], "en-US")
    for start in range(0, 20_000, 5_000):
        vectors.of([f"word{number}" for number in range(start, start + 5_000)], "en-US")
    np.testing.assert_allclose(vectors.of(["kitchen"], "en-US"), one)


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 cut"])
def test_a_folder_without_tables_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "tables.npz").write_bytes(content)
    with pytest.raises(VectorError, match="holds no embedding tables"):
        Vectors.open(tmp_path)
