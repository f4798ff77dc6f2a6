"""Arbitration: the surest wins, unless the situation speaks for another."""

from hypothesis import given
from hypothesis import strategies as st

from eulalia.dialog import Candidate, arbitrate
from eulalia.turn import Context, Interpretation, Slot


def candidate(skill, intent, score, source="nlu", slots=()):
    filled = tuple(Slot(name, name, 0, 1) for name in slots)
    return Candidate(skill, Interpretation("x", "x", intent, filled, score, source), score)


def winner(context, *candidates):
    return arbitrate(candidates, context)[0].skill


def test_the_surest_reading_wins_where_nothing_else_is_known():
    assert winner(Context(), candidate("a", "a", 0.4), candidate("b", "b", 0.5)) == "b"
    assert arbitrate([], Context()) == []


def test_candidates_that_are_alike_keep_their_order():
    assert winner(Context(), candidate("a", "a", 0.5), candidate("b", "b", 0.5)) == "a"


def test_a_template_that_matches_weighs_more_than_a_guess():
    candidates = candidate("m", "m", 0.7), candidate("coffee", "orderDrink", 0.6, source="coffee")
    best = arbitrate(candidates, Context())[0]
    assert best.skill == "coffee"
    assert best.reasons == ("the skill's own template matches the whole request",)


def test_while_an_alarm_rings_stop_means_the_alarm():
    candidates = candidate("music", "music_settings", 0.5), candidate("a", "alarm_remove", 0.4)
    assert winner(Context(), *candidates) == "music"
    assert winner(Context(activity="an alarm rings"), *candidates) == "a"


def test_while_music_plays_the_volume_is_likelier_meant_than_the_lights():
    candidates = candidate("h", "iot_hue_lightup", 0.5), candidate("v", "audio_volume_up", 0.4)
    assert winner(Context(), *candidates) == "h"
    assert winner(Context(activity="music plays"), *candidates) == "v"


def test_a_title_is_a_film_where_there_is_a_screen_and_a_book_where_there_is_none():
    candidates = (
        candidate("book", "play_audiobook", 0.5),
        candidate("film", "recommendation_movies", 0.45),
    )
    assert winner(Context(has_screen=True), *candidates) == "film"
    assert winner(Context(has_screen=False), *candidates) == "book"


def test_next_to_a_running_oven_the_temperature_is_the_ovens():
    context = Context(states={"oven.kitchen": "on"})
    outside = candidate("weather", "weather_query", 0.7)
    inside = candidate("home", "iot_temperature", 0.3)
    assert winner(Context(), outside, inside) == "weather"
    assert winner(context, outside, inside) == "home"
    elsewhere = candidate("weather", "weather_query", 0.9, slots=["place_name"])
    assert winner(context, elsewhere, inside) == "weather"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["alarm_set", "weather_query", "music_query", "play_game"]),
            st.floats(0, 1),
            st.sampled_from(["nlu", "s"]),
        )
    ),
    st.booleans(),
    st.sampled_from([None, "an alarm rings", "music"]),
)
def test_scores_stay_probabilities_in_order_and_nobody_is_lost(given_ones, screen, activity):
    candidates = [candidate("s", *one) for one in given_ones]
    ranked = arbitrate(candidates, Context(has_screen=screen, activity=activity))
    scores = [one.score for one in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert sorted(map(repr, (one.interpretation for one in ranked))) == sorted(
        map(repr, (one.interpretation for one in candidates))
    )
