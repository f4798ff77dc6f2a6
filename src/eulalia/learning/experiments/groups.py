"""Who is tried what on: a fixed split of the customers."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final

from eulalia.rewrites import Status

REWRITES: Final = "rewrites"
"""The experiment in which learned rewrites are tried."""
HOLDOUT_SHARE: Final = 0.1
_HOLDOUT: Final = "holdout"


class Group(StrEnum):
    """What a customer gets of what is learned."""

    CONTROL = "control"
    """What has won its trial."""
    TREATMENT = "treatment"
    """What is on trial, too."""
    HOLDOUT = "holdout"
    """Nothing but what a person has pinned, in any experiment."""


def group(customer: str, experiment: str = REWRITES) -> Group:
    """The group of a customer, always the same: 10 % are held out, the others split in halves.

    Who is held out does not depend on the experiment. Every experiment splits anew.

    >>> group("ada") == group("ada")
    True
    """
    if _share(_HOLDOUT, customer) < HOLDOUT_SHARE:
        return Group.HOLDOUT
    return Group.TREATMENT if _share(experiment, customer) < 0.5 else Group.CONTROL


def is_applied(status: Status, to: Group) -> bool:
    """Whether a rewrite of that status is used for customers of that group."""
    match status:
        case Status.PINNED:
            return True
        case Status.KEPT:
            return to is not Group.HOLDOUT
        case Status.TRIAL:
            return to is Group.TREATMENT
    return False


def _share(name: str, customer: str) -> float:
    """A number in [0, 1), evenly spread over customers."""
    # Lengths, so that no pair of names runs together into that of another pair.
    text = f"{len(name)}:{name}{customer}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8]) / 2.0**64
