"""The recogniser's network: causal, and the same in a stream as in one piece."""

import copy
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import onnxruntime  # noqa: E402

from eulalia.asr.phones import PHONES  # noqa: E402
from eulalia.asr.training.export import export  # noqa: E402
from eulalia.asr.training.network import SUBSAMPLING, Network  # noqa: E402


@pytest.fixture(scope="module")
def network() -> "Network":
    torch.manual_seed(0)
    return Network(
        width=16,
        layers=6,
        kernel=5,
        expansion=2,
        dropout=0.0,
        subwords=20,
        phones=len(PHONES) + 1,
    ).eval()


@torch.no_grad()
def test_a_stream_gives_the_numbers_of_the_whole(network: "Network") -> None:
    features = torch.randn(1, 20 * SUBSAMPLING, 80)
    whole, phones, _, states, _ = network(features, torch.zeros(network.cache_shape))
    cache = torch.zeros(network.cache_shape)
    parts, phone_parts, state_parts = [], [], []
    for start, end in ((0, 1), (1, 8), (8, 11), (11, 20)):
        piece = features[:, start * SUBSAMPLING : end * SUBSAMPLING]
        words, sounds, _, below, cache = network(piece, cache)
        parts.append(words)
        phone_parts.append(sounds)
        state_parts.append(below)
    torch.testing.assert_close(torch.cat(parts, 1), whole)
    torch.testing.assert_close(torch.cat(phone_parts, 1), phones)
    torch.testing.assert_close(torch.cat(state_parts, 1), states)


@torch.no_grad()
def test_nothing_is_known_before_it_is_heard(network: "Network") -> None:
    features = torch.randn(1, 10 * SUBSAMPLING, 80)
    changed = features.clone()
    changed[:, 6 * SUBSAMPLING :] += 5
    cache = torch.zeros(network.cache_shape)
    before, after = network(features, cache)[0], network(changed, cache)[0]
    torch.testing.assert_close(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


@torch.no_grad()
def test_a_network_that_grows_says_the_same_at_first(network: "Network") -> None:
    grown = copy.deepcopy(network)
    grown.grow(5)
    features = torch.randn(2, 10 * SUBSAMPLING, 80)
    cache = torch.zeros(network.cache_shape)
    before, after = network(features, cache), grown(features, cache)
    for mine, theirs in zip(before[:2], after[:2], strict=True):
        torch.testing.assert_close(mine, theirs)
    assert sum(p.numel() for p in grown.parameters()) > sum(p.numel() for p in network.parameters())


@torch.no_grad()
def test_the_exported_network_says_nearly_what_the_trained_one_says(
    network: "Network", tmp_path: Path
) -> None:
    export(network, tmp_path, phone_blank_penalty=0.0, subword_blank_penalty=0.0)
    session = onnxruntime.InferenceSession(tmp_path / "encoder.onnx")
    features = torch.randn(1, 9 * SUBSAMPLING, 80)
    cache = torch.zeros(network.cache_shape)
    names = [
        "log_probs", "phone_log_probs", "intermediate_phone_log_probs", "states", "next_cache",
    ]  # fmt: skip
    served = session.run(names, {"features": features.numpy(), "cache": cache.numpy()})
    words, phones, taps, states, next_cache = network(features, cache)
    for mine, theirs in zip(served, (words, phones, taps[-1], states, next_cache), strict=True):
        assert mine.shape == tuple(theirs.shape)
        assert float(np.abs(mine - theirs.numpy()).mean()) < 0.05
