"""Catalogues as pairs and segments, and back."""

from __future__ import annotations

import pytest

from eulalia.translation import TranslationError
from eulalia.translation.documents import gettext

CATALOGUE = r"""# head
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"

#: file.py:1
msgid "Hello %s,\n"
"how are \"you\"?"
msgstr "Hallo %s,\n"
"wie geht's?"

#, fuzzy, python-format
msgid "A guess"
msgstr "Vielleicht"

msgid "Not translated"
msgstr ""

msgctxt "menu"
msgid "%(n)d file"
msgid_plural "%(n)d files"
msgstr[0] "%(n)d Datei"
msgstr[1] "%(n)d Dateien"

#~ msgid "old"
#~ msgstr "alt"
"""


def test_messages_are_pairs_but_for_fuzzy_empty_and_obsolete_ones():
    catalogue = gettext.read(CATALOGUE)
    pairs = [pair for m in catalogue.messages if not m.fuzzy for pair in m.translations()]
    assert pairs == [
        ('Hello %s,\nhow are "you"?', "Hallo %s,\nwie geht's?"),
        ("%(n)d file", "%(n)d Datei"),
        ("%(n)d files", "%(n)d Dateien"),
    ]


def test_a_language_without_plurals_translates_the_plural():
    text = 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "%d 个文件"\n'
    assert gettext.read(text).messages[0].translations() == [("%d files", "%d 个文件")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rendering_fills_translations_in_and_keeps_all_else(end):
    text = CATALOGUE.replace("\n", end)
    catalogue = gettext.read(text)
    assert catalogue.render({}) == text
    numbers = {p.masked.text: n for n, p in enumerate(catalogue.segments)}
    assert list(numbers) == [
        'Hello ⟦0⟧, how are "you"?',
        "A guess",
        "Not translated",
        "⟦0⟧ file",
        "⟦0⟧ files",
    ]
    rendered = catalogue.render(
        {numbers["Not translated"]: 'Jetzt "doch"', numbers["⟦0⟧ files"]: "viele ⟦0⟧"}
    )
    expected = text.replace(
        f'msgid "Not translated"{end}msgstr ""',
        f'msgid "Not translated"{end}msgstr "Jetzt \\"doch\\""',
    )
    expected = expected.replace('msgstr[1] "%(n)d Dateien"', 'msgstr[1] "viele %(n)d"')
    assert rendered == expected


@pytest.mark.parametrize("text", ['msgid "open\nmsgstr "x"\n', "hello\n", '"alone"\n', "<html>"])
def test_what_is_no_catalogue_is_named_with_its_line(text):
    with pytest.raises(TranslationError, match="Line 1 "):
        gettext.read(text)


def test_an_empty_catalogue_has_no_messages():
    assert gettext.read("").messages == ()
