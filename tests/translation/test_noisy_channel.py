"""Of several translations the one is taken that leads back to the sentence best."""

from dataclasses import dataclass, field

import pytest
import torch

from eulalia.translation.model import WAY_BACK, Model
from eulalia.translation.noisy_channel import NoisyChannel, open_both_ways
from eulalia.translation.training.export import export
from eulalia.translation.training.network import Network
from eulalia.translation.training.vocabulary import write_vocabulary

TEXTS = ["a big dog", "two small cats", "three quiet birds", "大狗", "小猫"]


@dataclass
class Known:
    """Translations with their scores, which are the same whatever is asked."""

    found: list[tuple[str, float]] = field(default_factory=list)
    likely: dict[tuple[str, str], float] = field(default_factory=dict)
    source_language = "en"
    target_language = "zh"
    takes_examples = True

    def candidates(self, sentences, examples=None, *, beam, count):
        return [self.found[:count] for _ in sentences]

    def scores(self, sentences, translations):
        return [self.likely[each] for each in zip(sentences, translations, strict=True)]

    def alternatives(self, sentences):
        return [[text for text, _ in self.found] for _ in sentences]


def judged(back):
    there = Known([("狗", -0.5), ("大狗", -0.6), ("猫", -0.7)])
    return NoisyChannel(there, Known(likely={(text, "a big dog"): own for text, own in back}))


def test_what_loses_half_of_the_sentence_gives_way():
    channel = judged([("狗", -2.0), ("大狗", -0.2), ("猫", -3.0)])
    assert channel.translate(["a big dog"]) == ["大狗"]


def test_where_the_way_back_likes_all_the_same_the_likeliest_is_kept():
    channel = judged([("狗", -1.0), ("大狗", -1.0), ("猫", -1.0)])
    assert channel.translate(["a big dog", "a big dog"]) == ["狗", "狗"]


def test_what_leads_back_but_is_no_translation_is_not_taken():
    channel = judged([("狗", -0.3), ("大狗", -0.3), ("猫", -0.2)])
    assert channel.translate(["a big dog"]) == ["狗"]


def test_what_has_lost_a_mask_gives_way_to_what_has_it():
    there = Known([("狗", -0.1), ("⟦0⟧⟦0⟧狗", -0.2), ("狗⟦0⟧", -0.9)])
    likely = {(text, "a dog ⟦0⟧"): -0.1 for text, _ in there.found}
    assert NoisyChannel(there, Known(likely=likely)).translate(["a dog ⟦0⟧"]) == ["狗⟦0⟧"]


def test_it_stands_for_the_model_of_the_way_there():
    channel = judged([])
    assert (channel.source_language, channel.target_language) == ("en", "zh")
    assert channel.takes_examples
    assert channel.alternatives(["a big dog"]) == [["狗", "大狗", "猫"]]
    assert channel.translate([]) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_vocabulary(folder / "sentences.model", TEXTS * 5, 306, ["en", "zh"])
    for name, direction in (("there", ("en", "zh")), (f"there/{WAY_BACK}", ("zh", "en"))):
        torch.manual_seed(len(name))
        network = Network(306, 32, 64, 2, (1, 1), 0.0).eval()
        export(network, folder / "sentences.model", folder / name, [direction])
    return folder / "there"


def test_scores_are_the_likelihoods_of_the_network(tmp_path):
    write_vocabulary(tmp_path / "sentences.model", TEXTS * 5, 306, ["en", "zh"])
    torch.manual_seed(1)
    network = Network(306, 32, 64, 2, (1, 1), 0.0).eval()
    export(network, tmp_path / "sentences.model", tmp_path / "model", [("en", "zh")])
    model = Model.open(tmp_path / "model", "en", "zh")
    pieces = model.source_pieces
    source = torch.tensor([[pieces.piece_to_id(piece) for piece in model.read("a big dog")]])
    target = [*pieces.encode("小猫 大狗"), pieces.eos_id()]
    with torch.no_grad():
        loss = network.loss(source, torch.tensor([target]), pieces.bos_id(), 0.0)
    wanted = -float(loss) / len(target) ** 1.2
    longer = "小猫 大狗 a bird"
    found = model.scores(["a big dog", "a big dog"], ["小猫 大狗", longer])
    assert found[0] == pytest.approx(wanted, rel=0.02)
    assert model.scores(["a big dog"], [longer]) == pytest.approx(found[1:], rel=1e-4)


def test_candidates_differ_and_the_best_is_first(folder):
    (found,) = Model.open(folder, "en", "zh").candidates(["a big dog"], beam=8, count=8)
    assert len(found) == len(dict(found)) > 1
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)


def test_real_models_both_ways_translate_together(folder):
    channel = open_both_ways(folder, "en", "zh", None)
    assert isinstance(channel, NoisyChannel)
    assert channel.way_back.target_language == "en"
    sentences = ["a big dog", "", "quiet " * 400]
    assert len(channel.translate(sentences)) == len(sentences)
    assert channel.translate([]) == []


def test_a_model_without_one_for_the_way_back_is_by_itself(folder):
    assert isinstance(open_both_ways(folder / WAY_BACK, "zh", "en", None), Model)
