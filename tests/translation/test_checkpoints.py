"""Checkpoints with random weights, as transformers saves them, become engines."""

import json
import warnings

import pytest
import sentencepiece

from eulalia.translation import TranslationError
from eulalia.translation.engine import Engine

TEXTS = [
    "the cat sees the dog",
    "猫看见狗",
    "a small house",
    "小房子",
    "X0 and X1",
    "one two three",
] * 20


def pieces_of(path, size=90, **options):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS), model_prefix=str(path), vocab_size=size,
        hard_vocab_limit=False, minloglevel=2, **options,
    )  # fmt: skip
    path.with_name(f"{path.name}.vocab").unlink()
    return sentencepiece.SentencePieceProcessor(model_file=f"{path}.model")


def quietly(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


@pytest.fixture(scope="module")
def marian(tmp_path_factory):
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder = tmp_path_factory.mktemp("marian")
    pieces = pieces_of(folder / "source", character_coverage=1.0)
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    names = ["</s>", "<unk>", *(pieces.id_to_piece(n) for n in range(3, len(pieces))), ">>zh<<"]
    vocabulary = {name: number for number, name in enumerate([*names, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    tokenizer = quietly(
        lambda: MarianTokenizer(
            str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json")
        )
    )
    tokenizer.save_pretrained(folder)
    config = MarianConfig(
        vocab_size=len(vocabulary), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=64, pad_token_id=len(vocabulary) - 1,
        eos_token_id=0, decoder_start_token_id=len(vocabulary) - 1, forced_eos_token_id=0,
        bad_words_ids=[[len(vocabulary) - 1]],
    )  # fmt: skip
    quietly(lambda: MarianMTModel(config).save_pretrained(folder))
    return folder


@pytest.mark.slow
def test_a_marian_checkpoint_translates_and_keeps_what_is_protected(marian):
    engine = Engine.open("en", "zh", marian)
    text = "See the `code` of the [small house](https://a.b/c)."
    translated = engine.translate([text])[0]
    assert "`code`" in translated
    assert "](https://a.b/c)" in translated
    assert (marian / "eulalia" / "translation.json").is_file()
    assert engine.model.source_prefix == (">>zh<<",)
    assert engine.translate([text]) == [translated]


@pytest.fixture(scope="module")
def m2m(tmp_path_factory):
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    folder = tmp_path_factory.mktemp("m2m")
    pieces = pieces_of(folder / "sentencepiece.bpe", character_coverage=1.0)
    names = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *(pieces.id_to_piece(n) for n in range(3, len(pieces))),
    ]
    (folder / "vocab.json").write_text(json.dumps({name: n for n, name in enumerate(names)}))
    files = folder / "vocab.json", folder / "sentencepiece.bpe.model"
    quietly(lambda: M2M100Tokenizer(*map(str, files))).save_pretrained(folder)
    config = M2M100Config(
        vocab_size=len(names) + 108, d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=64,
    )  # fmt: skip
    quietly(lambda: M2M100ForConditionalGeneration(config).save_pretrained(folder))
    return folder


@pytest.mark.slow
def test_an_m2m_checkpoint_is_asked_for_its_languages(m2m):
    engine = Engine.open("en", "zh", m2m)
    assert engine.model.source_prefix == ("__en__",)
    assert engine.model.target_prefix == ("__zh__",)
    translated = engine.translate(["See the `code`."])[0]
    assert "`code`" in translated
    assert "__" not in translated
    with pytest.raises(TranslationError, match="does not know"):
        Engine.open("en", "eu", m2m)


@pytest.fixture(scope="module")
def nllb(tmp_path_factory):
    from transformers import (
        AutoTokenizer,
        M2M100Config,
        M2M100ForConditionalGeneration,
        NllbTokenizer,
    )

    folder = tmp_path_factory.mktemp("nllb")
    pieces_of(folder / "sentencepiece.bpe", character_coverage=1.0, model_type="bpe")
    (folder / "config.json").write_text('{"model_type": "m2m_100"}')
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "NllbTokenizer"}')
    read = AutoTokenizer.from_pretrained(folder)
    tokenizer = NllbTokenizer(vocab=read._vocab, merges=read._merges)
    tokenizer.save_pretrained(folder)
    config = M2M100Config(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=64,
    )  # fmt: skip
    quietly(lambda: M2M100ForConditionalGeneration(config).save_pretrained(folder))
    return folder


@pytest.mark.slow
def test_an_nllb_checkpoint_is_asked_by_its_own_codes(nllb):
    engine = Engine.open("en", "zh", nllb)
    assert engine.model.family == "nllb"
    assert engine.model.source_prefix == ("eng_Latn",)
    assert engine.model.target_prefix == ("zho_Hans",)
    translated = engine.translate(["See the `code`."])[0]
    assert "`code`" in translated
    assert "_Hans" not in translated
    with pytest.raises(TranslationError, match="does not know"):
        Engine.open("en", "eo", nllb)


@pytest.mark.slow
def test_a_checkpoint_is_converted_once(marian):
    Engine.open("en", "zh", marian)
    written = (marian / "eulalia" / "model.bin").stat().st_mtime_ns
    Engine.open("en", "zh", marian)
    assert (marian / "eulalia" / "model.bin").stat().st_mtime_ns == written


@pytest.mark.slow
def test_another_kind_of_checkpoint_is_told_in_a_sentence(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(TranslationError, match="could not be converted"):
        Engine.open("en", "zh", tmp_path)
    assert not (tmp_path / "eulalia").exists()
