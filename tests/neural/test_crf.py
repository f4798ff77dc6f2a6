"""The conditional random field against counting every row of labels."""

import itertools

import pytest

torch = pytest.importorskip("torch")

from eulalia.neural.crf import ConditionalRandomField  # noqa: E402


def field(labels: int) -> "ConditionalRandomField":
    torch.manual_seed(labels)
    result = ConditionalRandomField(labels)
    for parameter in result.parameters():
        torch.nn.init.normal_(parameter)
    return result


def score(crf: "ConditionalRandomField", emissions: "torch.Tensor", path: tuple[int, ...]) -> float:
    total = crf.first[path[0]] + crf.last[path[-1]]
    total = total + sum(emissions[position, label] for position, label in enumerate(path))
    total = total + sum(crf.transitions[a, b] for a, b in itertools.pairwise(path))
    return total.item()


@pytest.mark.parametrize("tokens", [1, 2, 4])
def test_likelihood_and_best_path_equal_those_of_brute_force(tokens: int) -> None:
    crf = field(3)
    emissions = torch.randn(5, tokens, 3)
    paths = list(itertools.product(range(3), repeat=tokens))
    best = crf.decode(emissions)
    for sentence in range(5):
        scores = torch.tensor([score(crf, emissions[sentence], path) for path in paths])
        truth = paths[sentence * 7 % len(paths)]
        expected = scores.logsumexp(0) - score(crf, emissions[sentence], truth)
        loss = crf.negative_log_likelihood(
            emissions[sentence : sentence + 1], torch.tensor([truth])
        )
        assert loss.item() == pytest.approx(float(expected), abs=1e-4)
        assert tuple(best[sentence].tolist()) == paths[int(scores.argmax())]
