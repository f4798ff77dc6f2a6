"""Pairs in files, and which documents pair."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation import Pair, ParallelData, TranslationError, read_pairs, write_pairs
from eulalia.translation.pairing import Rule, pair_documents, read_rules

PAIRS = [
    Pair('One, "quoted" <b> & more', "Eins\nzwei", "a/b.md", 3, 0.75),
    Pair("=SUM(1)\ttab", "שלום", "c d.po", 0, 1.0),
]
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029"),
    max_size=20,
)


@pytest.mark.parametrize("suffix", [".csv", ".tmx"])
def test_pairs_come_back_as_they_were_written(tmp_path, suffix):
    path = tmp_path / f"pairs{suffix}"
    data = ParallelData("en", "pt-BR", PAIRS)
    write_pairs(path, data)
    assert read_pairs(path) == data
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_tsv_has_one_line_a_pair(tmp_path):
    path = tmp_path / "pairs.tsv"
    write_pairs(path, ParallelData("en", "de", PAIRS))
    lines = path.read_text().splitlines()
    assert lines[0] == "en\tde\tdocument\tblock\tscore"
    assert lines[1] == 'One, "quoted" <b> & more\tEins zwei\ta/b.md\t3\t0.7500'
    assert read_pairs(path).pairs[1].source == "=SUM(1) tab"


@settings(max_examples=30, deadline=None)
@given(pairs=st.lists(st.tuples(TEXT, TEXT), max_size=5), suffix=st.sampled_from([".csv", ".tmx"]))
def test_any_texts_come_back(tmp_path_factory, pairs, suffix):
    path = tmp_path_factory.mktemp("pairs") / f"pairs{suffix}"
    data = ParallelData("en", "zh", [Pair(ours, theirs) for ours, theirs in pairs])
    write_pairs(path, data)
    if pairs or suffix == ".csv":
        assert read_pairs(path).pairs == data.pairs


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "first row"),
        ("a.csv", "en,de,notes\na,b,c\n", "first row"),
        ("a.csv", "en,de\na,b,c\n", "Line 2 .* 3 columns"),
        ("a.csv", 'en,de\n"a,b\n', "no CSV"),
        ("a.csv", "english?,de\na,b\n", "no language"),
        ("a.csv", "en,de,score\na,b,high\n", "no number"),
        ("a.tmx", "<tmx><tu>", "no TMX"),
        ("a.tmx", "<tmx/>", "no translation units"),
        ("a.tmx", '<tmx><tu><tuv lang="en"><seg>a</seg></tuv></tu></tmx>', "same two"),
        ("a.txt", "x", "must end in"),
    ],
)
def test_a_wrong_file_is_named_in_one_sentence(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(TranslationError, match=said):
        read_pairs(tmp_path / name)


def test_a_file_of_a_gigabyte_and_one_of_another_encoding_are_refused(tmp_path):
    huge, latin = tmp_path / "huge.csv", tmp_path / "latin.csv"
    with huge.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(TranslationError, match="1,024 MiB"):
        read_pairs(huge)
    latin.write_bytes(b"en,de\na,b\nc,\xe4\n")
    with pytest.raises(TranslationError, match=r"Line 3 .* UTF-8"):
        read_pairs(latin)


def test_utf_16_with_its_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("en,de\r\na,ä\r\n".encode("utf-16"))
    assert read_pairs(path).pairs == [Pair("a", "ä")]


def test_nothing_is_left_half_written(tmp_path):
    with pytest.raises(TranslationError, match="no folder"):
        write_pairs(tmp_path / "none" / "a.csv", ParallelData("en", "de", PAIRS))
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(TranslationError, match="cannot be written"):
        write_pairs(tmp_path / "a.csv", ParallelData("en", "de", PAIRS))
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def folder(path, *names):
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text("text")
    return path


def test_documents_pair_by_their_path_and_the_others_are_named(tmp_path):
    ours = folder(tmp_path / "en", "a.md", "b/c.ipynb", "only.md", ".git/x.md", "p.png")
    theirs = folder(tmp_path / "de", "a.md", "b/c.ipynb", "other.html", "x.po")
    pairs, left = pair_documents(ours, theirs)
    assert [pair.name for pair in pairs] == ["a.md", "b/c.ipynb", "x.po"]
    assert left == [ours / "only.md", theirs / "other.html"]


def test_documents_pair_by_rules(tmp_path):
    both = folder(tmp_path, "a/x_origin.md", "a/x.md", "y_origin.md", "z.md")
    pairs, left = pair_documents(both, both, [Rule("{name}_origin.md", "{name}.md")])
    assert [(pair.name, pair.target) for pair in pairs] == [("a/x_origin.md", both / "a/x.md")]
    assert left == [both / "y_origin.md", both / "z.md"]


def test_folders_that_do_not_pair_are_told_so(tmp_path):
    ours = folder(tmp_path / "en", "a.md")
    theirs = folder(tmp_path / "de", "b.md")
    with pytest.raises(TranslationError, match="No document"):
        pair_documents(ours, theirs)
    with pytest.raises(TranslationError, match="--pairs"):
        pair_documents(ours, ours)
    with pytest.raises(TranslationError, match="no folder"):
        pair_documents(ours, tmp_path / "none")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "pairs = 3",
        "[[pairs]]\nsource = 'a'",
        "[[pairs]]\nsource='a.md'\ntarget='b.md'",
        "[[pairs]]\nsource='{a}.md'\ntarget='{b}.md'",
        "[[pairs]]\nsource='{a}{a}'\ntarget='{a}'",
        "[[pairs]]\nsource='{a}'\ntarget='{a}'\nmore='x'",
        "[[pairs]]\nsource=1\ntarget=2",
    ],
)
def test_wrong_rules_are_named_in_one_sentence(tmp_path, text):
    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(TranslationError):
        read_rules(tmp_path / "rules.toml")
