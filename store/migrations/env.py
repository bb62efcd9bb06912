"""Run by Alembic. The connection comes from ``store.migrate``, or from ``-x url=...`` for `alembic revision`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from store.engine import connect
from store.tables import Base


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(context.get_x_argument(as_dictionary=True)["url"]).engine.begin() as own:
        run(own)
