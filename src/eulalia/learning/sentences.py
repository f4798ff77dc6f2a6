"""The evidence in plain words."""

from __future__ import annotations

import math
from typing import Final

_SAYINGS: Final[dict[str, tuple[str | None, str | None]]] = {
    # name: (when the value is low, when it is high); None says nothing
    "surprise": ("the words read like a usual request", "the words are unlike usual requests"),
    "surprise_largest": (None, "a word stands where it hardly ever does"),
    "surprise_second": (None, "several words stand where they hardly ever do"),
    "surprise_last": ("the request ends as requests do", "the request ends in the middle"),
    "unknown_words": (None, "{count} of its words are unknown"),
    "rarest_word": ("it holds a word that is rare in requests", None),
    "words": ("it is very short", "it is very long"),
    "reader_agrees": (
        "a second reader takes the words for another intent",
        "a second reader finds the same intent",
    ),
    "reader_margin": (None, "a second reader prefers another intent"),
    "reader_best": ("a second reader is unsure what the words ask for", None),
    "intent_known": ("the intent fits none that is known", None),
    "missing_slots": ("no slot usual for the intent is missing", "a slot usual for it is missing"),
    "odd_slot": (None, "it has a slot that is odd for its intent"),
    "tags_agree_least": ("a second reader splits the words otherwise", None),
    "tags_agree": (
        "a second reader splits the words otherwise",
        "a second reader splits the words likewise",
    ),
    "slot_overlooked": ("no word seems overlooked", "a word outside the slots seems to fill one"),
    "slot_doubted": ("a slot's words do not look like its values", "the slots look right"),
    "values_known": ("a slot's value is new", "the slots' values are known"),
    "said_before": (None, "the same was asked {count} times before"),
    "said_after": ("it was not asked again", "the same was asked {count} times afterwards"),
    "again_text": (
        "other words were heard when it was said again",
        "the same words were heard when it was said again",
    ),
    "again_intent": (
        "it was understood otherwise when said again",
        "it was understood alike when said again",
    ),
    "again_slots": (
        "other values were found when it was said again",
        "the same values were found when it was said again",
    ),
    "again_entities": ("another thing was taken when it was said again", None),
    "again_clearer": (None, "said again, its words made more sense"),
    "clearest_letters": ("the clearest of the repeats has other words", None),
    "clearest_sounds": (None, "the clearest of the repeats sounds alike"),
    "clearest_intent": ("the clearest of the repeats was understood otherwise", None),
    "clearest_slots": ("the clearest of the repeats had other values", None),
    "again_agreed_more": (None, "said again, both readers agreed more"),
    "next_letters": ("the next request is another one", "the next request is nearly the same"),
    "next_sounds": (None, "the next request sounds alike"),
    "next_intent": (
        "the next request was understood otherwise",
        "the next request was understood alike",
    ),
    "next_slots": (None, "the next request has the same values"),
    "next_entities": ("the next request took another thing", None),
    "next_lost_words": (None, "{count} of its words did not come again"),
    "next_change_sounds": (None, "the words that changed next sound alike"),
    "last_text": (None, "the same words came before"),
    "last_letters": (None, "the request before was nearly the same"),
    "last_change_sounds": (None, "the words that had changed sound alike"),
    "last_gap": ("it came {seconds} after another request", None),
    "elsewhere_same": ("nobody else was heard to say it", "others were heard to say just this"),
    "elsewhere_again": (
        "others who said it were content",
        "others who said it had to speak again at once",
    ),
    "elsewhere_intent": ("the same words are mostly understood otherwise", None),
    "elsewhere_slots": ("other values are mostly found in the same words", None),
    "end_text": ("what was understood in the end had other words", None),
    "end_sounds": (None, "what was heard in the end sounds alike"),
    "end_intent": (
        "in the end it was understood as another intent",
        "in the end it was understood as the same intent",
    ),
    "end_slots": ("in the end other values were found", None),
    "end_intent_by_words": (
        "what it was in the end does not follow from these words",
        "what it was in the end follows from these words",
    ),
    "end_values_heard": (
        "values found in the end were not heard here",
        "values found in the end were heard here too",
    ),
    "streak": (None, "it took {count} attempts more"),
    "other_hearing_clearer": (None, "another of the recogniser's readings makes more sense"),
    "other_hearing_came": (None, "another of the recogniser's readings came next"),
    "thing_usual": ("the words mostly mean another thing to this customer", None),
    "thing_unlike_sounds": (None, "the thing taken does not sound like what was said"),
    "skill_seconds": (None, "the skill took long"),
    "elsewhere_near": (None, "a commoner request differs in one word"),
    "elsewhere_clearer": (None, "with one word changed it makes more sense"),
    "next_gap": ("the customer spoke again after {seconds}", None),
    "asr_confidence": (
        "the recogniser was unsure ({share})",
        "the recogniser was sure ({share})",
    ),
    "asr_margin": ("the recogniser had a second reading nearly as likely", None),
    "heard_words_differ": (None, "the recogniser's readings differ much"),
    "nlu_confidence": (
        "the understanding was unsure ({share})",
        "the understanding was sure ({share})",
    ),
    "nlu_margin": ("another intent was nearly as likely", None),
    "meaning_confidence": ("the reading was unsure ({share})", "the reading was sure ({share})"),
    "slot_confidence": ("a slot was unsure ({share})", None),
    "resolution_confidence": (
        "it was unsure which thing was meant ({share})",
        "it was sure which thing was meant ({share})",
    ),
    "resolution_margin": ("another thing was nearly as likely", None),
    "resolution_readings": (None, "several things fitted"),
    "entity_confidence": ("a thing was taken without certainty ({share})", None),
    "entity_unlike_slot": (None, "the thing taken has another name than was said"),
    "outcome_answered": ("no skill did what was asked", "a skill did what was asked"),
    "outcome_not_understood": (None, "the assistant said that it did not understand"),
    "outcome_unavailable": (None, "the assistant said that it lacks what is needed"),
    "outcome_failed": (None, "a stage broke"),
    "outcome_not_heard": (None, "no speech was heard"),
    "wake_score": ("the wake word was doubtful ({share})", None),
    "loudness": ("the voice was faint", None),
    "asr_broke": (None, "the recogniser broke"),
    "nlu_broke": (None, "the understanding broke"),
    "resolution_broke": (None, "the resolution broke"),
    "skill_broke": (None, "the skill broke"),
    "feedback_barge_in": (None, "the customer interrupted the answer"),
    "feedback_rephrase": (None, "the customer said it in other words"),
    "feedback_reprompt": (None, "the customer said it again"),
    "feedback_abandonment": (None, "the customer gave up"),
    "feedback_correction": (None, "the customer corrected it"),
    "feedback_teaching": (None, "the customer taught what was meant"),
    "feedback_confirmation": (None, "the customer was content"),
    "feedback_denial": (None, "the customer said that it was wrong"),
}


def sentence(name: str, value: float, *, high: bool) -> str | None:
    """What a value of that evidence says, or None when it says nothing worth telling."""
    low_words, high_words = _SAYINGS.get(name, (None, None))
    words = high_words if high else low_words
    if words is None or math.isnan(value):
        return None
    return words.format(
        count=int(value), share=f"{min(max(value, 0.0), 1.0):.2f}", seconds=f"{value:.0f} s"
    ).replace("1 times", "once")
