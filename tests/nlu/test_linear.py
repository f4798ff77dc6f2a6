"""The linear readers, as trained and as served."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from eulalia.nlu.linear import Votes
from eulalia.nlu.training.calibration import best_factors
from eulalia.nlu.training.data import Example
from eulalia.nlu.training.linear import train_intents, train_slots
from eulalia.text.features import character_keys, context_keys, word_keys

INTENTS = ["light", "music", "never", "timer"]
SENTENCES = {
    "light": ["turn on the light", "light please", "make it light in here"],
    "music": ["play some music", "music please", "let me hear music now"],
    "timer": ["set a timer", "timer for ten minutes", "start the timer"],
}
EXAMPLES = [
    Example.of("en-US", intent, text.split(), ["Other"] * len(text.split()))
    for intent, texts in SENTENCES.items()
    for text in texts
]


def scores(votes: Votes, text: str) -> np.ndarray:
    words = text.split()
    kinds = [word_keys(words, "en-US"), [character_keys(word) for word in words]]
    features = [votes.find(np.concatenate(kind).astype(np.uint32)) for kind in kinds]
    return votes.scores(np.concatenate(features), [len(kind) for kind in features])[0]


def served(examples: list[Example], votes: int) -> Votes:
    arrays = train_intents(examples, INTENTS, votes=votes, cost=1.0)
    return Votes.load({f"en-US/{name}": array for name, array in arrays.items()}, "en-US")


@pytest.mark.parametrize("votes", [400, 10**6])
def test_votes_read_what_they_were_trained_on(votes: int) -> None:
    reader = served(EXAMPLES, votes)
    for intent, texts in SENTENCES.items():
        for text in texts:
            assert INTENTS[int(scores(reader, text).argmax())] == intent


def test_no_more_votes_are_kept_than_asked_for() -> None:
    arrays = train_intents(EXAMPLES, INTENTS, votes=50, cost=1.0)
    assert 0 < len(arrays["weights"]) <= 50
    assert arrays["counts"].sum() == len(arrays["weights"]) == len(arrays["classes"])


def test_an_intent_without_examples_is_never_chosen() -> None:
    reader = served(EXAMPLES, 10**6)
    for text in ("zzz qqq", "turn on the light"):
        assert INTENTS[int(scores(reader, text).argmax())] != "never"


def test_two_intents_are_enough() -> None:
    reader = served([e for e in EXAMPLES if e.intent != "timer"], 10**6)
    assert INTENTS[int(scores(reader, "play some music").argmax())] == "music"
    assert INTENTS[int(scores(reader, "turn on the light").argmax())] == "light"


def test_calibration_finds_the_factors_that_made_the_data() -> None:
    random = np.random.default_rng(0)
    network, votes = random.normal(0, 2, (2, 4000, 5)).astype(np.float32)
    mixed = 0.5 * network + 2.0 * votes
    chances = np.exp(mixed) / np.exp(mixed).sum(1, keepdims=True)
    truth = np.array([random.choice(5, p=p / p.sum()) for p in chances.astype(float)])
    scale, vote_scale = best_factors(network, votes, truth)
    assert scale == pytest.approx(0.5, rel=0.15)
    assert vote_scale == pytest.approx(2.0, rel=0.15)


LABELS = ["Other", "never", "room"]


def test_votes_for_slots_read_a_word_by_those_around_it() -> None:
    pairs = [("turn on the light in the hall", 6), ("in the attic make it warm", 2),
             ("open the door in the cellar please", 5)]  # fmt: skip
    examples = [
        Example.of(
            "en-US", "home", words, ["room" if n == at else "Other" for n in range(len(words))]
        )
        for text, at in pairs * 4
        for words in [text.split()]
    ]
    arrays = train_slots(examples, LABELS, cost=10.0)
    votes = Votes.load({f"en-US/slots/{name}": a for name, a in arrays.items()}, "en-US/slots")
    words = "make it bright in the lounge".split()
    around = votes.find(np.array(context_keys(words, "en-US"), np.uint32))
    letters = [np.unique(votes.find(np.array(character_keys(w), np.uint32))) for w in words]
    scores = votes.token_scores(around) + votes.bias
    scores += np.concatenate([votes.token_scores(own[None]) for own in letters])
    assert [LABELS[n] for n in scores.argmax(1)] == ["Other"] * 5 + ["room"]
    assert 1 not in arrays["classes"]


def test_few_votes_still_tell_intents_of_overlapping_words_apart() -> None:
    random = np.random.default_rng(0)
    words = [f"w{n}" for n in range(60)]

    def made(count: int) -> list[Example]:
        drawn = [(INTENTS[n % 2], n % 2) for n in range(count)]
        return [
            Example.of("en-US", intent, [words[i] for i in random.integers(k * 20, k * 20 + 40, 6)],
                       ["Other"] * 6)
            for intent, k in drawn
        ]  # fmt: skip

    reader = served(made(300), 40)
    tested = made(200)
    right = [INTENTS[int(scores(reader, " ".join(e.words)).argmax())] == e.intent for e in tested]
    assert np.mean(right) > 0.8
