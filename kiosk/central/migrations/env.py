"""How Alembic runs here: inside the transaction that ``Database.migrate`` has begun."""

from __future__ import annotations

from alembic import context

from kiosk.central.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
