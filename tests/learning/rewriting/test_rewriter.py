"""What a request is taken for, and when it is let alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.learning.boosted import Boosted
from eulalia.learning.rewriting import History, Meaning, Request, Rewriter, Shared
from eulalia.learning.rewriting.candidates import Candidate, candidates
from eulalia.learning.rewriting.features import NAMES, features
from eulalia.learning.state import normalize
from eulalia.learning.trees import Trees
from eulalia.rewrites import Evidence, LearnedRewrite, Status
from eulalia.text.vectors import shipped
from eulalia.turn import Hypothesis, Interpretation, Outcome, Rewrite, Span
from tests.learning.making import make_turn

LEARNED = LearnedRewrite(
    "en-US",
    "play some jas",
    "play some jazz",
    Evidence(20, 4, 6, 0.6, 0.1, 0.8, 0.5),
    status=Status.KEPT,
)
JAS = Request("play some jas", "en-US", 12)


def ranker(column: str, above: float) -> Boosted:
    """Believes in a candidate when one column is above a value, and not otherwise."""
    one = np.array([0], np.int16)
    trees = Trees(
        features=np.array([[NAMES.index(column), 0, 0]], np.int16),
        thresholds=np.array([[above, 0, 0]], np.float32),
        lefts=np.array([[1, 1, 2]], np.int16),
        rights=np.array([[2, 1, 2]], np.int16),
        missing_left=np.ones((1, 3), np.bool_),
        votes=np.array([[0, -4, 4]], np.float32),
        classes=one + 1,
        start=np.zeros(2, np.float32),
        depth=1,
    )
    return Boosted(NAMES, trees)


def read(texts: Sequence[str]) -> list[Meaning]:
    """Understands what names jazz, rock or weather, and nothing else."""
    return [
        next(
            (
                Meaning(f"play_music{{{word}}}", "play_music", 0.9)
                for word in ("jazz", "rock", "weather")
                if word in text
            ),
            Meaning(None, None, 0.0),
        )
        for text in texts
    ]


def served(*texts: str) -> History:
    made = History(shipped(), "en-US")
    for number, text in enumerate(texts):
        made.learn([make_turn(str(number), text, seconds=900 * number, session=str(number))])
    return made


def shared(*rewrites: LearnedRewrite) -> Shared:
    return Shared(shipped(), rewrites)


def test_what_a_customer_said_with_success_is_offered_for_what_sounds_like_it() -> None:
    made = Rewriter(shipped(), ranker("letters", 0.5))
    assert made.rewrite(JAS, served("play some jazz"), read) == Rewrite(
        "play some jas", "play some jazz", "personal", pytest.approx(1.0, abs=0.05)
    )


def test_what_everybody_learned_is_offered_to_a_stranger() -> None:
    made = Rewriter(shipped(), ranker("exact", 0.5), shared(LEARNED))
    found = made.rewrite(JAS, None, read)
    assert found is not None
    assert (found.text, found.source) == ("play some jazz", "global")


def test_a_request_like_one_that_was_learned_is_taken_for_it_too() -> None:
    made = Rewriter(shipped(), ranker("letters", 0.8), shared(LEARNED))
    found = made.rewrite(replace(JAS, text="play some jass"), None, read)
    assert found is not None
    assert found.text == "play some jazz"


def test_without_history_and_rewrites_nothing_is_offered() -> None:
    made = Rewriter(shipped(), ranker("letters", 0.0))
    assert made.rewrite(JAS, None, read) is None
    assert made.rewrite(JAS, History(shipped(), "en-US"), read) is None


def test_who_is_not_sure_enough_abstains() -> None:
    made = Rewriter(shipped(), ranker("letters", 0.999))
    assert made.rewrite(JAS, served("play some jazz"), read) is None


def test_a_wording_that_served_this_customer_is_let_alone() -> None:
    own = served(*["play some jas"] * 4, "play some jazz")
    made = Rewriter(shipped(), ranker("letters", 0.5), shared(LEARNED))
    assert made.rewrite(JAS, own, read) is None


def test_what_is_understood_alike_or_not_at_all_puts_nothing_right() -> None:
    made = Rewriter(shipped(), ranker("letters", 0.0))
    asked = replace(JAS, text="play a bit of jazz")
    assert made.rewrite(asked, served("play a lot of jazz"), read) is None
    assert made.rewrite(JAS, served("play some jam"), read) is None


def test_what_failed_is_never_what_something_is_taken_for() -> None:
    own = History(shipped(), "en-US")
    own.learn([make_turn("1", "play some jazz", outcome=Outcome.NOT_UNDERSTOOD)])
    assert Rewriter(shipped(), ranker("letters", 0.0)).rewrite(JAS, own, read) is None


def test_a_rewrite_that_did_not_serve_is_not_tried_again_at_once() -> None:
    own = served("play some jazz")
    rewrite = Rewrite("play some jas", "play some jazz", "personal", 0.9)
    own.learn([make_turn("x", "play some jas", rewrite=rewrite, feedback=("denial",))])
    assert Rewriter(shipped(), ranker("letters", 0.0)).rewrite(JAS, own, read) is None


def test_what_a_person_pinned_holds_whatever_the_ranker_says() -> None:
    pinned = replace(LEARNED, text="play some rock", status=Status.PINNED)
    for model in (None, ranker("letters", 2.0)):
        found = Rewriter(shipped(), model, shared(pinned)).rewrite(JAS, None, read)
        assert found == Rewrite("play some jas", "play some rock", "global", 1.0)


def test_what_was_pinned_for_another_request_holds_for_that_one_only() -> None:
    pinned = replace(LEARNED, status=Status.PINNED)
    asked = replace(JAS, text="play some jass")
    assert Rewriter(shipped(), None, shared(pinned)).rewrite(asked, None, read) is None


def test_what_the_recogniser_may_have_heard_instead_speaks_for_it() -> None:
    span = Span("asr", 0, 1, (Hypothesis("play some jas", 0.6), Hypothesis("Play some JAZZ", 0.3)))
    heard = Request.of(make_turn("x", "play some jas", spans=(span,)), None)
    own = served("play some jazz", "play some rock")
    offered = candidates(heard, shipped(), own, None)
    meaning, *meanings = read([heard.text, *(candidate.text for candidate in offered)])
    values = features(heard, offered, own, None, meaning, meanings)
    alternative = dict(
        zip([c.text for c in offered], values[:, NAMES.index("alternative")], strict=True)
    )
    assert alternative["play some jazz"] == 1.0 > alternative["play some rock"]
    assert np.all(values[:, NAMES.index("heard")] == 0.6)
    typed = Request.of(make_turn("x", "play some jas"), None)
    assert np.isnan(
        features(typed, offered, own, None, meaning, meanings)[0, NAMES.index("alternative")]
    )


def test_what_the_customer_said_next_speaks_for_it() -> None:
    own = History(shipped(), "en-US")
    first = make_turn("1", "play some jas", outcome=Outcome.NOT_UNDERSTOOD)
    own.learn([first, make_turn("2", "play some jazz", seconds=8)])
    offered = candidates(JAS, shipped(), own, None)
    meaning, *meanings = read([JAS.text, *(candidate.text for candidate in offered)])
    assert features(JAS, offered, own, None, meaning, meanings)[0, NAMES.index("went")] == 1


def test_other_languages_rewrites_are_not_offered() -> None:
    german = replace(LEARNED, locale="de-DE")
    assert candidates(JAS, shipped(), None, shared(german)) == []


def test_a_wording_is_offered_once_whoever_knows_it() -> None:
    offered = candidates(JAS, shipped(), served("play some jazz"), shared(LEARNED))
    assert len(offered) == 1


def test_the_hour_of_a_habit_speaks_for_it() -> None:
    own = served("play some jazz")
    offered = candidates(JAS, shipped(), own, None)
    meaning, *meanings = read([JAS.text, *(candidate.text for candidate in offered)])
    at_noon = features(JAS, offered, own, None, meaning, meanings)[0, NAMES.index("hour")]
    night = replace(JAS, hour=2)
    at_night = features(night, offered, own, None, meaning, meanings)[0, NAMES.index("hour")]
    assert at_noon == 1.0
    assert at_night == 0.0


@given(st.text(max_size=40), st.integers(0, 23), st.lists(st.text(max_size=20), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_request_gets_a_rewrite_into_what_served_or_none(
    text: str, hour: int, before: list[str]
) -> None:
    own = served(*before)
    made = Rewriter(shipped(), ranker("cosine", -2.0), shared(LEARNED))

    def everything(texts: Sequence[str]) -> list[Meaning]:
        return [Meaning(each, "general_quirky", 0.5) for each in texts]

    found = made.rewrite(Request(text, "en-US", hour), own, everything)
    if found is not None:
        wording = own.get(normalize(found.text))
        assert found.text == LEARNED.text or (wording is not None and wording.served >= 0.5)
        assert found.text != text


def test_a_huge_request_is_answered_too() -> None:
    made = Rewriter(shipped(), ranker("letters", 0.5), shared(LEARNED))
    assert made.rewrite(replace(JAS, text="play " * 2_000), served("play some jazz"), read) is None


HEARD = Request(
    "turn of the kitten light",
    "en-US",
    12,
    heard=0.5,
    alternatives=(("turn off the kitten light", 0.3), ("turn of the kitchen light", 0.1)),
)


def heard_instead(request: Request, *known: LearnedRewrite) -> list[str]:
    offered = candidates(request, shipped(), None, shared(*known))
    return [candidate.text for candidate in offered if candidate.layer == "heard"]


def test_what_may_have_been_heard_instead_is_offered_alone_and_together() -> None:
    assert set(heard_instead(HEARD)) == {
        "turn off the kitten light",
        "turn of the kitchen light",
        "turn off the kitchen light",
    }


def test_what_everybody_says_comes_first() -> None:
    known = replace(
        LEARNED, request="turn off the kitchen light", text="turn off the kitchen light"
    )
    other = replace(HEARD, alternatives=HEARD.alternatives[1:] + HEARD.alternatives[:1])
    assert heard_instead(other, replace(known, request="lights"))[0] == "turn off the kitchen light"


def test_hypotheses_that_differ_at_one_place_are_not_put_together() -> None:
    request = replace(
        HEARD, alternatives=(("turn up the kitten light", 0.3), ("turn on the kitten light", 0.2))
    )
    assert len(heard_instead(request)) == 2


def test_words_that_everybody_uses_speak_for_a_candidate() -> None:
    everybody = shared(replace(LEARNED, text="turn off the kitchen light")).wording("en-US")
    offered = candidates(HEARD, shipped(), None, None)
    meanings = [Meaning(candidate.text, "iot", 0.9) for candidate in offered]
    values = features(HEARD, offered, None, everybody, Meaning(None, None, 0.1), meanings)
    relief = dict(zip((c.text for c in offered), values[:, NAMES.index("relief")], strict=True))
    assert max(relief, key=lambda text: relief[text]) == "turn off the kitchen light"
    without = features(HEARD, offered, None, None, Meaning(None, None, 0.1), meanings)
    assert np.isnan(without[:, NAMES.index("relief")]).all()


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_hypotheses_give_few_candidates_that_differ(text: str, others: list[str]) -> None:
    request = replace(HEARD, text=normalize(text), alternatives=tuple((o, 0.1) for o in others))
    offered = heard_instead(request)
    assert len(offered) <= 5
    assert len({normalize(each) for each in offered} - {request.text, ""}) == len(offered)


def column(name: str, request: Request, *meanings: Meaning) -> list[float]:
    """What one column says of candidates that mean this, the first being the request's."""
    offered = [Candidate(f"text {n}", "heard", 0.5) for n in range(len(meanings) - 1)]
    values = features(request, offered, None, None, meanings[0], meanings[1:])
    return [float(value) for value in values[:, NAMES.index(name)]]


def heard_as(text: str, *others: str) -> Span:
    return Span("asr", 0, 1, tuple(Hypothesis(each, 0.3) for each in (text, *others)))


def test_what_may_have_been_heard_the_first_time_is_offered_the_second_time() -> None:
    first = make_turn(
        "1", "play sam jas", outcome=Outcome.NOT_UNDERSTOOD,
        spans=(heard_as("play sam jas", "play some jazz"),),
    )  # fmt: skip
    again = make_turn("2", "play some jas", seconds=9)
    assert "play some jazz" in heard_instead(Request.of(again, first))
    assert heard_instead(Request.of(again)) == []
    late = make_turn("2", "play some jas", seconds=90)
    assert heard_instead(Request.of(late, first)) == []
    served_before = replace(first, outcome=Outcome.ANSWERED, text="what time is it")
    assert heard_instead(Request.of(again, served_before)) == []


def test_what_did_not_serve_just_before_is_told() -> None:
    rock, jazz = (Meaning(f"play_music{{{kind}}}", "play_music", 0.9) for kind in ("rock", "jazz"))
    request = replace(JAS, previous="play some rock", previous_meaning=rock)
    assert column("same_again", request, rock, jazz) == [1.0]
    assert column("new_same_again", request, rock, jazz, rock) == [0.0, 1.0]
    assert np.isnan(column("new_same_again", JAS, rock, jazz)).all()


def test_names_of_ones_own_speak_for_what_names_them() -> None:
    request = replace(JAS, names=("kitchen", "anna"))
    plain = Meaning("a", "iot", 0.9)
    kitchen, kitten = (
        Meaning(each, "iot", 0.9, named=(each, "anna")) for each in ("kitchen", "kitten")
    )
    exact, alike, nothing = column("new_name", request, plain, kitchen, kitten, plain)
    assert exact == 1.0
    assert 0.5 < alike < 1.0
    assert np.isnan(nothing)
    assert np.isnan(column("new_name", JAS, plain, kitchen)).all()


@pytest.mark.parametrize(
    ("intent", "count"), [("qa_factoid", 2), ("general_quirky", 2), ("iot_hue_lightoff", 1)]
)
def test_where_words_say_what_is_wanted_other_words_mean_something_else(
    intent: str, count: int
) -> None:
    texts = ("who was madonna", "who was maradona")
    meanings = {
        Meaning.of(text, Interpretation(text, intent.partition("_")[0], intent)).state
        for text in texts
    }
    assert len(meanings) == count


def test_what_is_not_understood_means_nothing() -> None:
    assert Meaning.of("hm", None) == Meaning(None, None, 0.0)
