"""Blocks and code that changed on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.translation.masking import Kind
from eulalia.translation.synchronisation.lines import merge_lines
from eulalia.translation.synchronisation.merging import merge, still_stands

LANGUAGES = ("en", "de")


def pieces(old, new, translation, machine=""):
    found = merge(old, new, translation, machine, LANGUAGES, Kind.MARKDOWN)
    return found and [(piece.verdict, piece.text) for piece in found]


def test_sentences_whose_source_stays_stay():
    assert pieces("Cats sleep. Dogs bark.", "Dogs bark. Cats sleep.", "Katzen. Hunde.") == [
        ("kept", "Hunde."),
        ("kept", "Katzen."),
    ]


def test_a_new_sentence_is_translated_where_it_stands():
    assert pieces("Cats sleep.", "Cats sleep. Birds sing.", "Katzen.") == [
        ("kept", "Katzen."),
        ("translated", None),
    ]


def test_a_number_or_a_link_is_repaired_in_a_persons_sentence():
    old, new = "Wait 5 minutes for `a`. Then go.", "Wait 7 minutes for `b`. Then go."
    assert pieces(old, new, "Warte 5 Minuten auf `a`. Dann geh.") == [
        ("repaired", "Warte 7 Minuten auf `b`."),
        ("kept", "Dann geh."),
    ]


def test_a_persons_sentence_is_stale_and_the_machines_is_translated_again():
    old, new = "Cats sleep. Dogs bark.", "Cats run about. Dogs eat."
    assert pieces(old, new, "Katzen. HUNDE.", "HUNDE.") == [
        ("stale", "Katzen."),
        ("translated", None),
    ]


def test_a_persons_sentence_whose_source_is_gone_stays():
    found = pieces("Cats sleep. Dogs bark.", "Dogs bark.", "Katzen. Hunde.")
    assert found == [("stale", "Katzen."), ("kept", "Hunde.")]


def test_sentences_that_cannot_be_told_apart_are_not_merged():
    assert pieces("One. Two. Three. Four.", "One. Two. Six. Four.", "Alles in einem.") is None


@pytest.mark.parametrize(
    ("old", "new", "translation", "stands"),
    [
        ("Fully connected layers.", "Fully-connected layers", "Schichten.", True),
        ("See section 4.", "See Section 4.", "Siehe Abschnitt 4.", True),
        ("The *loss* here.", "The loss here.", "Der Verlust hier.", True),
        ("The *loss* here.", "The loss here.", "Der *Verlust* hier.", "Der Verlust hier."),
        ("[**Train**] *it*.", "Train *it*.", "[**Trainiere**] *es*.", "Trainiere *es*."),
        ("*The* *loss*.", "The *loss*.", "*Der* *Verlust*.", False),
        ("The loss here.", "The *loss* here.", "Der Verlust hier.", False),
        ("The loss here.", "The *loss* here.", "Der *Verlust* hier.", True),
        ("Set `x` now.", "Set `y` now.", "Setze jetzt `x`.", False),
        ("Set `x` now.", "Set `y` now.", "Setze jetzt `y`.", True),
        ("Let $p$ be.", "Let $P$ be.", "Sei $p$.", False),
        ("It is so.", "It is not so.", "So ist es.", False),
    ],
)
def test_capitals_punctuation_and_emphasis_make_nothing_stale(old, new, translation, stands):
    expected = {True: translation, False: None}.get(stands, stands)
    assert still_stands(old, new, translation, Kind.MARKDOWN) == expected


def test_code_that_changed_in_different_lines_is_merged():
    base = "x = 1  # one\ny = 2\nz = 3\n"
    ours = base.replace("z = 3", "z = 4")
    theirs = base.replace("# one", "# eins")
    assert merge_lines(base, ours, theirs) == "x = 1  # eins\ny = 2\nz = 4\n"
    assert merge_lines(base, ours, base.replace("z = 3", "z = 3  # drei")) is None


_LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=6).map("".join)


@given(_LINES, _LINES)
def test_lines_that_one_side_changed_are_that_sides(base, other):
    assert merge_lines(base, other, base) == other
    assert merge_lines(base, base, other) == other
    assert merge_lines(base, other, other) == other
