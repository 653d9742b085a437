"""Alembic's environment: it runs on the connection that `bot.domain.upgrade` gives it."""

from alembic import context

from bot.domain.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
