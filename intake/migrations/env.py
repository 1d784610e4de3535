"""Runs the migrations on the connection that it is handed. Started by `intake.schema`, never by the alembic command alone."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True, version_table="schema_version")
with context.begin_transaction():
    context.run_migrations()
