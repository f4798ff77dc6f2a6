"""A model whose translations are judged by how well they lead back to the sentence.

The likeliest translation of a small model is often too short or too common; a model for the way
back says how much of the sentence can still be told from it. Yee, Dauphin and Auli: Simple and
Effective Noisy Channel Modeling for Neural Machine Translation (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eulalia.translation.model import WAY_BACK, Model, SentenceModel
from eulalia.translation.protection import MASK

_BEAM = 6
_CANDIDATES = 5
"""Of those in the beam so many are judged."""
_WAY_BACK_WEIGHT = 0.2
"""Of the way back, the weight of the way there being 1."""


@dataclass(frozen=True)
class NoisyChannel:
    """A SentenceModel of one for the way there and one for the way back."""

    model: Model
    way_back: Model

    @property
    def source_language(self) -> str:
        """As SentenceModel says."""
        return self.model.source_language

    @property
    def target_language(self) -> str:
        """As SentenceModel says."""
        return self.model.target_language

    @property
    def takes_examples(self) -> bool:
        """As SentenceModel says."""
        return self.model.takes_examples

    def translate(
        self, sentences: Sequence[str], examples: Sequence[str | None] | None = None
    ) -> list[str]:
        """As SentenceModel says: of several translations the one that both models like best."""
        candidates = self.model.candidates(sentences, examples, beam=_BEAM, count=_CANDIDATES)
        texts = [[text for text, _ in own] for own in candidates]
        repeated = [sentence for sentence, own in zip(sentences, texts, strict=True) for _ in own]
        back = iter(self.way_back.scores([text for own in texts for text in own], repeated))
        best = []
        for sentence, own in zip(sentences, candidates, strict=True):
            masks = sorted(MASK.findall(sentence))
            # What has lost or doubled a mask is of no use, however likely it is.
            judged = [
                (sorted(MASK.findall(text)) == masks, score + _WAY_BACK_WEIGHT * next(back), text)
                for text, score in own
            ]
            best.append(max(judged)[2])
        return best

    def alternatives(self, sentences: Sequence[str]) -> list[list[str]]:
        """As SentenceModel says; in the order of the way there."""
        return self.model.alternatives(sentences)


def open_both_ways(folder: Path, source: str, target: str, tag: str | None) -> SentenceModel:
    """The model in a folder, judged by the one for the way back if there is one in it."""
    model = Model.open(folder, source, target, tag)
    if not (folder / WAY_BACK).is_dir():
        return model
    return NoisyChannel(model, Model.open(folder / WAY_BACK, target, source, tag))
