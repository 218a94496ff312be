"""Run by Alembic for each command: the migrations take the connection they are given, and its transaction."""

from alembic import context

import models.store  # noqa: F401  # it knows every table
from models.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
