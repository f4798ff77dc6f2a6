"""How like a translation is to a reference: BLEU, chrF and TER by sacrebleu (Post 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eulalia.translation.errors import TranslationError


@dataclass(frozen=True)
class TranslationScore:
    """Scores of a corpus from 0 to 100, and how sacrebleu counted."""

    bleu: float
    chrf: float
    ter: float
    """The lower the better; it may be over 100."""
    signatures: dict[str, str]


def score(
    translations: Sequence[str], references: Sequence[str], target_language: str
) -> TranslationScore:
    """The scores of translations, each with its one reference.

    Chinese, Japanese and Korean are cut as sacrebleu cuts them for BLEU (`zh`, and letter by letter
    the other two), and TER too knows their letters. Raises TranslationError for
    none at all, or without sacrebleu.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
        from sacrebleu.metrics.ter import TER
    except ImportError as error:
        raise TranslationError(
            f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
        ) from error
    if not translations or len(translations) != len(references):
        raise TranslationError("There is nothing to score: no sentence has a reference.")
    base = target_language.split("-")[0]
    tokenizer = {"zh": "zh", "ja": "char", "ko": "char"}.get(base, "13a")
    metrics = {
        "bleu": BLEU(tokenize=tokenizer),
        "chrf": CHRF(),
        "ter": TER(asian_support=base in ("zh", "ja", "ko"), normalized=True),
    }
    figures = {
        name: metric.corpus_score(list(translations), [list(references)]).score
        for name, metric in metrics.items()
    }
    signatures = {name: str(metric.get_signature()) for name, metric in metrics.items()}
    return TranslationScore(**figures, signatures=signatures)
