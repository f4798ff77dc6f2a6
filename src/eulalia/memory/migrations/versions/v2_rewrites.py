"""Learned rewrites, and the history of their changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String(200)
KEY = sa.String(64)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables of learned rewrites."""
    op.create_table(
        "rewrites",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", KEY, nullable=False, unique=True),
        sa.Column("status", NAME, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("json", sa.Text(), nullable=False),
    )
    op.create_index("rewrites_by_status", "rewrites", ["status", "number"])
    op.create_table(
        "rewrite_revisions",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("undoes", NUMBER, nullable=True, unique=True),
    )
    op.create_table(
        "rewrite_changes",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("before_since", MOMENT, nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
    )
    op.create_index("rewrite_changes_by_revision", "rewrite_changes", ["revision", "number"])
