"""Alembic runs this file to migrate; `eulalia.memory.database` hands it the connection."""

from __future__ import annotations

from alembic import context

from eulalia.memory.tables import VERSION_TABLE, Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    version_table=VERSION_TABLE,
    # The caller holds a transaction, so that a migration happens whole or not at all.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
