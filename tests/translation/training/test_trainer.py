"""A tiny model learns a made-up language, is exported, and goes on after a kill."""

import gzip
import logging
import random

import pytest
import torch
from sentencepiece import SentencePieceProcessor

from eulalia.errors import EulaliaError
from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.model import Model
from eulalia.translation.training import Recipe, train
from eulalia.translation.training.export import export
from eulalia.translation.training.network import Network
from eulalia.translation.training.vocabulary import SYMBOLS

NOUNS = {"cat": "猫", "dog": "狗", "horse": "马", "bird": "鸟", "fish": "鱼", "house": "房子"}
VERBS = {"sees": "看见", "finds": "找到", "paints": "画", "wants": "想要"}
SIZES = {"small": "小", "big": "大", "yellow": "黄", "quiet": "安静的"}
WORDS = NOUNS | VERBS | SIZES
RECIPE = """
directions = ["en-zh", "zh-en"]
seed = 1
cycles = [{epochs}]
learning_rates = [4e-3]
batch_pieces = 1400
warmup_steps = 20
average_decay = 0.9
label_smoothing = 0.0
dropout = 0.0
pieces = 340
sampling = 0.0
shown = [0.5]
width = 32
inner = 64
heads = 2
encoder_layers = 2
decoder_layers = 1
[[data]]
file = "translation/en-zh.tiny.tsv.gz"
tag = "⟨docs⟩"
"""


@pytest.fixture
def data(tmp_path):
    draw = random.Random(1)
    folder = tmp_path / "data" / "translation"
    folder.mkdir(parents=True)
    with gzip.open(folder / "en-zh.tiny.tsv.gz", "wt", encoding="utf-8") as file:
        for number in range(1500):
            nouns = [
                f"{draw.randrange(10)} {draw.choice(list(SIZES))} "
                f"{draw.choice(list(NOUNS))} `{draw.choice('xyz')}`"
                for _ in range(2)
            ]
            source = f"{nouns[0]} {draw.choice(list(VERBS))} {nouns[1]}"
            target = "".join(WORDS.get(word, word) for word in source.split())
            file.write(f"{number % 200}.md\t{source}\t{target}\n")
    return tmp_path / "data"


def recipe(tmp_path, epochs=2, text=RECIPE):
    path = tmp_path / "tiny.toml"
    path.write_text(text.format(epochs=epochs))
    return path


@pytest.mark.slow
def test_a_model_learns_and_its_engine_translates(tmp_path, data):
    loss = train(recipe(tmp_path, epochs=25), data=data, output=tmp_path / "run")
    assert loss < 0.2
    engine = Engine.open("en", "zh", tmp_path / "run" / "model")
    assert engine.translate(["3 big dog `q` sees 7 small cat `z`"]) == ["3大狗`q`看见7小猫`z`"]
    back = Engine.open("zh", "en", tmp_path / "run" / "model")
    assert back.translate(["3大狗`q`看见7小猫`z`"]) == ["3 big dog `q` sees 7 small cat `z`"]
    with pytest.raises(TranslationError, match="does not know en to de"):
        Engine.open("en", "de", tmp_path / "run" / "model")


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path, data, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    whole = train(recipe(tmp_path), data=data, output=tmp_path / "whole")

    def killed(*arguments):
        raise KeyboardInterrupt

    output = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        patch.setattr("eulalia.translation.training.trainer._measured", killed)
        with pytest.raises(KeyboardInterrupt):
            train(recipe(tmp_path), data=data, output=output)
    assert train(recipe(tmp_path), data=data, output=output, resume=True) == pytest.approx(
        whole, rel=1e-3
    )
    assert "resuming in epoch 2" in caplog.text
    with pytest.raises(EulaliaError, match="another recipe"):
        train(recipe(tmp_path, epochs=3), data=data, output=output, resume=True)


@pytest.mark.slow
def test_training_that_diverges_stops_and_keeps_the_checkpoint_from_before(tmp_path, data):
    learned = RECIPE.replace("cycles = [{epochs}]", "cycles = [4, 4]")
    learned = learned.replace("[4e-3]", "[4e-3, 9.0]").replace(
        "shown = [0.5]", "shown = [0.5, 0.5]"
    )
    with pytest.raises(EulaliaError, match=r"diverges.*checkpoint\.pt is from before; lower the"):
        train(recipe(tmp_path, text=learned), data=data, output=tmp_path / "run")
    kept = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert (kept["epoch"], kept["step"]) == (4, 0)


@pytest.mark.slow
def test_the_exported_model_writes_what_the_network_would(tmp_path, data):
    train(recipe(tmp_path, epochs=1), data=data, output=tmp_path / "run")
    vocabulary = tmp_path / "run" / "sentences.model"
    pieces = SentencePieceProcessor(model_file=str(vocabulary))
    torch.manual_seed(5)
    network = Network(340, 32, 64, 2, (2, 1), 0.0).eval()
    export(network, vocabulary, tmp_path / "random", [("en", "zh")])
    model = Model.open(tmp_path / "random", "en", "zh")
    for text in ("3 big dog ⟦0⟧", "cat"):
        read = model.read(text, "猫⟦0⟧")
        scored = model.translator.translate_batch(
            [read], beam_size=1, max_decoding_length=8, return_scores=True
        )[0]
        written = [pieces.piece_to_id(piece) for piece in scored.hypotheses[0]]
        with torch.no_grad():
            source = torch.tensor([[pieces.piece_to_id(piece) for piece in read]])
            before = torch.tensor([[pieces.bos_id(), *written]])
            states = network.decode(before, *network.encode(source))
            logits = states @ network.table.weight.T + network.bias
            scores = logits.log_softmax(-1)[0]
        own = [float(scores[place, piece]) for place, piece in enumerate(written)]
        best = scores[: len(written)].max(-1).values.sum()
        # 8 bits shift the scores of random weights a little.
        assert sum(own) == pytest.approx(float(best), abs=0.15 * max(1, len(own)))


@pytest.mark.slow
def test_masks_and_tags_are_symbols_of_the_vocabulary(tmp_path, data):
    train(recipe(tmp_path, epochs=1), data=data, output=tmp_path / "run")
    pieces = SentencePieceProcessor(model_file=str(tmp_path / "run" / "sentences.model"))
    assert all(pieces.piece_to_id(symbol) > 2 for symbol in SYMBOLS)
    text = "a⟦3⟧b ⟦0⟧⟦15⟧ 鬼 \u2603"
    assert pieces.decode(pieces.encode(text)) == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seed = 1", ""), "missing.*seed"),
        (("seed = 1", "seed = 1\nspeed = 2"), "speed"),
        (("heads = 2", "heads = 3"), "divisible"),
        (("cycles = [{epochs}]", "cycles = [1, 2]"), "as many learning_rates"),
        (("pieces = 340", "pieces = 9000"), "Vocabulary size too high"),
        (("en-zh.tiny", "en-zh.absent"), "There is no"),
        (('"zh-en"]', '"de-zh"]'), "No set of the recipe is from de to zh"),
        (('"zh-en"]', '"zh"]'), "such as en-zh"),
        (("shown = [0.5]", "shown = []"), "as many learning_rates and shown"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_told_in_a_sentence(tmp_path, data, change, message):
    path = recipe(tmp_path, text=RECIPE.replace(*change))
    with pytest.raises(EulaliaError, match=message):
        train(path, data=data, output=tmp_path / "run")


def test_a_recipe_is_read_as_it_is_written(tmp_path):
    read = Recipe.load(recipe(tmp_path))
    assert read.languages == ["en", "zh"]
    assert read.directions == (("en", "zh"), ("zh", "en"))
    assert read.data[0].tag == "⟨docs⟩"
    assert read.epochs == 2
