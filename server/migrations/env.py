"""Runs migrations on a connection of its own: SQLite must not enforce foreign keys while tables are rebuilt."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from server.models import Base
from server.models.base import UtcDateTime


def render_item(kind, item, autogen):
    """Migrations must not depend on today's code: our timestamp is written as what it is in the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


url = current_app.config["SQLALCHEMY_DATABASE_URI"]
engine = create_engine(url, poolclass=NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
