"""Grammars, held against brute-force lists of the sentences that they should have."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.text import Grammar, GrammarError

SENTENCES = st.lists(st.sampled_from("ab"), max_size=3).map(tuple)
LANGUAGES = st.frozensets(SENTENCES, max_size=4)
EVERY_SENTENCE = [sentence for n in range(7) for sentence in itertools.product("ab", repeat=n)]


def spoken_by(grammar):
    """The sentences of up to six words that a grammar over a and b accepts, by trying them all."""
    return {sentence for sentence in EVERY_SENTENCE if grammar.accepts(sentence)}


def joined(languages):
    """Every way to take one sentence of each language and say them one after the other."""
    return {
        tuple(itertools.chain.from_iterable(choice)) for choice in itertools.product(*languages)
    }


@st.composite
def grammars(draw):
    """Any acceptor at all, loops and free arcs included."""
    states = draw(st.integers(1, 5))
    state = st.integers(0, states - 1)
    arcs = draw(st.lists(st.tuples(state, st.sampled_from([None, "a", "b"]), state), max_size=9))
    return Grammar(states, tuple(arcs), draw(state), draw(st.frozensets(state, max_size=3)))


@given(LANGUAGES)
def test_a_grammar_of_sentences_accepts_those_and_no_others(language):
    assert spoken_by(Grammar.of(language)) == language


@given(st.lists(st.frozensets(SENTENCES, max_size=3), max_size=2))
def test_a_sequence_says_one_sentence_of_each(languages):
    assert spoken_by(Grammar.sequence(*map(Grammar.of, languages))) == joined(languages)


@given(st.lists(LANGUAGES, max_size=4))
def test_a_union_says_a_sentence_of_any(languages):
    expected = set().union(*languages)
    assert spoken_by(Grammar.union(*map(Grammar.of, languages))) == expected


@given(LANGUAGES)
def test_what_is_optional_may_be_left_out(language):
    assert spoken_by(Grammar.optional(Grammar.of(language))) == language | {()}


@given(
    st.lists(
        st.frozensets(st.lists(st.sampled_from("ab"), max_size=2).map(tuple), max_size=3),
        max_size=3,
    )
)
def test_a_permutation_says_one_of_each_in_any_order(languages):
    expected = set().union(*(joined(order) for order in itertools.permutations(languages)))
    assert spoken_by(Grammar.permutation(*map(Grammar.of, languages))) == expected


@given(grammars())
def test_losing_epsilons_changes_no_sentence(grammar):
    plain = grammar.without_epsilons()
    assert all(word is not None for _, word, _ in plain.arcs)
    assert spoken_by(plain) == spoken_by(grammar)


@given(grammars())
def test_the_minimal_grammar_is_deterministic_and_says_the_same(grammar):
    minimal = grammar.minimal()
    ways = [(source, word) for source, word, _ in minimal.arcs]
    assert len(ways) == len(set(ways))
    assert spoken_by(minimal) == spoken_by(grammar)


@given(grammars())
def test_no_state_of_a_minimal_grammar_can_be_spared(grammar):
    minimal = grammar.minimal()
    futures = [
        frozenset(spoken_by(Grammar(minimal.states, minimal.arcs, state, minimal.finals)))
        for state in range(minimal.states)
    ]
    assert len(set(futures)) == minimal.states


@given(LANGUAGES, LANGUAGES)
def test_equal_sets_of_sentences_have_equal_minimal_grammars_in_size(left, right):
    one = Grammar.union(Grammar.of(left), Grammar.of(right)).minimal()
    other = Grammar.of(left | right).minimal()
    assert (one.states, len(one.arcs)) == (other.states, len(other.arcs))


@given(LANGUAGES, LANGUAGES)
def test_count_is_the_number_of_different_sentences(left, right):
    assert Grammar.union(Grammar.of(left), Grammar.of(right)).count() == len(left | right)


@given(grammars())
def test_only_a_grammar_with_a_loop_has_no_count(grammar):
    # With n states, a sentence of n words or more has gone through a loop.
    minimal = grammar.minimal()
    loops = any(len(sentence) >= minimal.states for sentence in spoken_by(minimal))
    if grammar.count() is None:
        assert loops
    else:
        assert grammar.count() == len(spoken_by(grammar))


@given(grammars(), st.randoms(use_true_random=False))
def test_every_sample_is_a_sentence(grammar, rng):
    if grammar.without_epsilons().finals:
        assert grammar.accepts(grammar.sample(rng))
    else:
        with pytest.raises(GrammarError, match="no sentence"):
            grammar.sample(rng)


def test_samples_reach_every_sentence():
    grammar = Grammar.permutation(Grammar.of(["a", "b"]), Grammar.of(["c", ""]))
    rng = random.Random(1)
    drawn = {grammar.sample(rng) for _ in range(300)}
    assert len(drawn) == grammar.count() == 6


def test_words_are_the_vocabulary_sorted():
    assert Grammar.of(["turn on", ("turn", "off")]).words == ("off", "on", "turn")


def test_texts_and_word_lists_are_the_same_sentences():
    assert Grammar.of(["a  b"]).accepts(["a", "b"])
    assert not Grammar.of(["a b"]).accepts(["a b"])


def test_an_empty_grammar_and_an_empty_sentence_are_different_things():
    nothing = Grammar.of([])
    silence = Grammar.of([""])
    assert nothing.count() == 0
    assert silence.count() == 1
    assert not nothing.accepts([])
    assert silence.accepts([])
    assert Grammar.union().count() == 0
    assert Grammar.sequence().count() == 1
    assert Grammar.permutation().count() == 1


@pytest.mark.parametrize("word", ["", "two words", "tab\t"])
def test_an_arc_that_is_not_one_word_is_refused(word):
    with pytest.raises(GrammarError, match="one word"):
        Grammar(2, ((0, word, 1),), 0, frozenset({1}))


@pytest.mark.parametrize(
    ("arcs", "start", "finals"),
    [(((0, "a", 2),), 0, {1}), (((-1, "a", 1),), 0, {1}), ((), 3, {1}), ((), 0, {9})],
)
def test_a_state_that_does_not_exist_is_refused(arcs, start, finals):
    with pytest.raises(GrammarError, match="does not exist"):
        Grammar(2, arcs, start, frozenset(finals))


def test_too_many_parts_in_any_order_are_refused():
    with pytest.raises(GrammarError, match="ten at most"):
        Grammar.permutation(*[Grammar.of(["a"])] * 11)


def test_a_hundred_thousand_sentences_take_no_recursion():
    digits = Grammar.of(["zero", "one", "two", "three", "four"])
    assert Grammar.sequence(*[digits] * 12).count() == 5**12
    long = Grammar.of([["word"] * 5000])
    assert long.minimal().count() == 1
