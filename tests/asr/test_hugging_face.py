"""A checkpoint of the wav2vec2 family, made here, converted and heard with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eulalia.asr import ModelError, RecognitionError, Recognizer
from eulalia.asr.hugging_face import LetterEncoder
from eulalia.text import Grammar

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A", "O", "N"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    torch.manual_seed(0)
    config = transformers.Wav2Vec2Config(
        vocab_size=len(LETTERS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, conv_dim=(8, 8), conv_kernel=(10, 8), conv_stride=(16, 20),
        num_feat_extract_layers=2, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2,
        pad_token_id=0,
    )  # fmt: skip
    transformers.Wav2Vec2ForCTC(config).save_pretrained(folder)
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: i for i, letter in enumerate(LETTERS)}))
    transformers.Wav2Vec2CTCTokenizer(str(vocabulary)).save_pretrained(folder)
    transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def recognizer(checkpoint: Path) -> Recognizer:
    return Recognizer.open(checkpoint)


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(4).normal(0, 0.1, int(16_000 * seconds)).astype(np.float32)


def test_the_converted_network_says_what_the_checkpoint_says(
    checkpoint: Path, recognizer: Recognizer
) -> None:
    model = transformers.Wav2Vec2ForCTC.from_pretrained(checkpoint).eval()
    extractor = transformers.Wav2Vec2FeatureExtractor.from_pretrained(checkpoint)
    assert isinstance(recognizer.model, LetterEncoder)
    for seconds in (0.3, 1.0, 2.7):
        values = extractor(noise(seconds), sampling_rate=16_000, return_tensors="pt").input_values
        with torch.no_grad():
            expected = torch.log_softmax(model(values).logits, -1)[0].numpy()
        found = recognizer.model.posteriors(noise(seconds)).subwords
        assert found == pytest.approx(expected, abs=1e-3)


def test_it_is_converted_once(checkpoint: Path, recognizer: Recognizer) -> None:
    written = (checkpoint / "eulalia" / "encoder.onnx").stat().st_mtime_ns
    Recognizer.open(checkpoint)
    assert (checkpoint / "eulalia" / "encoder.onnx").stat().st_mtime_ns == written


def test_it_hears_openly_by_phrases_and_by_grammar(recognizer: Recognizer) -> None:
    sound = noise(1.0)
    assert set(recognizer.transcribe(sound).text) <= set("ETAON ")
    recognizer.transcribe(sound, phrases=["tea", "note"])
    recognizer.transcribe(sound, grammar=Grammar.of(["ten tea", "note"]))
    with pytest.raises(RecognitionError, match="letters; write it"):
        recognizer.transcribe(sound, phrases=["coffee"])


def test_a_long_sound_in_a_stream_gives_the_frames_of_a_whole(recognizer: Recognizer) -> None:
    sound = noise(45.0)
    offline = recognizer.model.posteriors(sound).subwords  # type: ignore[attr-defined]
    stream = recognizer.model.stream()
    parts = [stream.accept(sound[at : at + 50_000]) for at in range(0, len(sound), 50_000)]
    joined = np.concatenate([part.subwords for part in [*parts, stream.finish()]])
    assert np.array_equal(joined, offline)
    assert abs(len(joined) - 45 * 50) <= 1


def test_a_checkpoint_of_another_kind_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelError, match=r"could not be converted: .*\.$"):
        Recognizer.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]
