from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.similarity import letters_alike, sounds, sounds_alike, words_alike


def test_like_sounds_are_written_alike():
    assert sounds("phone bill") == sounds("fone pill")
    assert sounds("café") == sounds("cafe")
    assert sounds("kaffee") == sounds("cafe")


def test_other_scripts_stand_for_themselves():
    assert sounds("音楽") == "音楽"


def test_misheard_words_are_nearer_in_sound_than_in_letters():
    said, heard = "play coldplay", "blay gold bley"
    near = sounds_alike([sounds(said)], [sounds(heard)])[0]
    assert near > letters_alike([said], [heard])[0]


def test_order_of_words_does_not_count_among_words():
    assert words_alike(["light on"], ["on light"])[0] == 1


@given(st.lists(st.tuples(st.text(), st.text())))
def test_likeness_is_symmetric_and_between_nothing_and_one(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    forth, back = letters_alike(first, second), letters_alike(second, first)
    assert forth.tolist() == back.tolist()
    assert ((forth >= 0) & (forth <= 1)).all()
    assert (letters_alike(first, first) == 1).all()
