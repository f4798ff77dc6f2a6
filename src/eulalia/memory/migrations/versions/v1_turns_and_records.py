"""The first tables: turns and records.

A migration says what the tables were at its time, so it spells everything out and imports nothing
of `eulalia.memory.tables`. There is no way back: it would throw away what was kept.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String(200)


def upgrade() -> None:
    """Make the two tables, and the indices by which turns are looked up."""
    op.create_table(
        "turns",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", NAME, nullable=False, unique=True),
        sa.Column("session", NAME, nullable=False),
        sa.Column("customer", NAME, nullable=False),
        sa.Column("locale", NAME, nullable=False),
        sa.Column("outcome", NAME, nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
    )
    op.create_index("turns_by_time", "turns", ["time", "number"])
    for column in ("session", "customer", "locale", "outcome"):
        op.create_index(f"turns_by_{column}", "turns", [column, "time"])
    op.create_table(
        "records",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("customer", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
        sa.UniqueConstraint("customer", "kind", "key", name="records_by_key"),
    )
