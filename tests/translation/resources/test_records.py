"""Files of parallel data and terms, good and bad."""

from __future__ import annotations

import csv
import io
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.resources.errors import ParameterError
from eulalia.translation.resources.records import Record, read_records

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cc", "Cs")),
    min_size=0,
    max_size=20,
)


def read(path, content, format="CSV", size=1000):
    path.write_bytes(content)
    records = read_records(path, format, size)
    return records.languages, list(records.records)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("files") / "file"


@given(st.lists(st.tuples(TEXTS, TEXTS).filter(any), max_size=8))
def test_what_is_written_as_csv_is_read(path, rows):
    table = io.StringIO(newline="")
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([("en", "de"), *rows])
    languages, records = read(path, table.getvalue().encode())
    assert languages == ("en", "de")
    assert [record.texts for record in records] == [(a.strip(), b.strip()) for a, b in rows]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_what_is_written_as_tmx_is_read(path, rows):
    units = "".join(
        f"<tu><tuv xml:lang='en'><seg>{escape(a)}</seg></tuv>"
        f"<tuv xml:lang='de'><seg>{escape(b)}</seg></tuv></tu>"
        for a, b in rows
    )
    text = f"<?xml version='1.0'?><tmx><header srclang='en'/><body>{units}</body></tmx>"
    languages, records = read(path, text.encode(), "TMX")
    assert languages == ("en", "de")
    assert [record.texts for record in records] == [(a.strip(), b.strip()) for a, b in rows]


@given(st.binary(max_size=200), st.sampled_from(["CSV", "TSV", "TMX"]))
def test_bytes_of_any_kind_are_read_or_refused(path, content, format):
    try:
        _, records = read(path, b"en,de\n" + content, format)
    except ParameterError:
        return
    assert all(bool(record.texts) != bool(record.problem) for record in records)


def test_what_is_wrong_with_a_record_is_told_and_the_next_one_is_read(path):
    content = b'en,de\n"a"b,c\nok,gut\none\n\xff,x\n' + b"a" * 1001 + b",b\nlast,letzte\n"
    _, records = read(path, content)
    assert records[0].problem.startswith("It is no CSV")
    assert records[1] == Record(3, ("ok", "gut"))
    assert records[2].problem == "It has 1 columns; the first row has 2."
    assert records[3].problem == "It is not UTF-8."
    assert records[4].problem == "A text has more than 1,000 bytes."
    assert records[5].texts == ("last", "letzte")


def test_a_file_in_many_languages_with_a_mark_and_our_own_columns_is_read(path):
    content = "\ufeffen,de,zh,document,block,score\na,b,c,x.md,0,0.9\n".encode()
    assert read(path, content) == (("en", "de", "zh"), [Record(2, ("a", "b", "c"))])


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b"", "CSV"),
        (b"en\na\n", "CSV"),
        (b"en,en\na,b\n", "CSV"),
        (b"English,German\na,b\n", "CSV"),
        (b"en,de\n", "TSV"),
        (b"\xff\xfe,de\n", "CSV"),
        (b"", "TMX"),
        (b"<tmx><body/></tmx>", "TMX"),
        (b"<tmx><body><tu><tuv xml:lang='en'><seg>a</seg></tuv></tu></body></tmx>", "TMX"),
        (b"no xml", "TMX"),
    ],
)
def test_a_file_whose_languages_cannot_be_told_is_refused(path, content, format):
    with pytest.raises(ParameterError):
        read(path, content, format)


def test_an_xml_bomb_does_not_go_off(path):
    entities = "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "x" * 100}">' for i in range(9)
    )
    unit = "<tu><tuv xml:lang='en'><seg>&a8;</seg></tuv><tuv xml:lang='de'><seg>b</seg></tuv></tu>"
    text = f"<!DOCTYPE tmx [{entities}]><tmx><header srclang='en'/><body>{unit}</body></tmx>"
    with pytest.raises(ParameterError, match="TMX"):
        read(path, text.encode(), "TMX")
