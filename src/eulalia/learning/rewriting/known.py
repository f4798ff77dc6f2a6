"""Requests that are known to work, from all customers' turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eulalia.learning.mining import Settings, counts
from eulalia.learning.mining.steps import heard, steps
from eulalia.rewrites import Evidence, LearnedRewrite

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

_LEAST_SUCCESS: Final = 0.6


def known_requests(turns: ibis.Table, settings: Settings | None = None) -> list[LearnedRewrite]:
    """Requests that served enough customers, each as a rewrite into itself, commonest first.

    What is misheard may be one of them. `turns` has the columns of a Parquet log
    (`learning.logs.table`). A request of fewer customers than the settings ask for is left out, so
    that none tells of one home.
    """
    settings = settings or Settings()
    said = heard(turns)
    read = counts.wordings(counts.votes(steps(said), settings.turns_each))
    wordings = read.join(counts.texts(said), "wording")
    share = (wordings.served + 0.5) / (wordings.votes + 1.0)
    working = wordings.mutate(share=share).filter(
        (wordings.customers_served >= settings.customers) & (share >= _LEAST_SUCCESS)
    )
    rows = working.to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (-row["customers_served"], row["locale"], row["request"]))
    return [
        LearnedRewrite(
            locale=row["locale"],
            request=row["request"],
            text=row["text"],
            evidence=Evidence(
                turns=row["turns"],
                customers=row["customers_served"],
                transitions=0,
                score=float(row["share"]),
                success_before=float(row["share"]),
                success_after=float(row["share"]),
                lower_bound=float(row["share"]),
            ),
            state=row["state"],
        )
        for row in rows
    ]
