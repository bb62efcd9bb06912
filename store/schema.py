"""At which schema a database stands; apart from ``migrate``, so that Alembic is imported only when it has work."""

from __future__ import annotations

from sqlalchemy import inspect, text

from store.engine import Database

NEWEST = "0010"  # the newest module in migrations/versions; a test compares


def current(database: Database) -> str | None:
    """None: the database is new."""
    with database.reading() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        return session.execute(text("SELECT version_num FROM alembic_version")).scalar()


def bring_up(database: Database) -> None:
    """To the newest schema. Raises ``ConfigError`` for a database of a newer version."""
    if current(database) != NEWEST:
        from store import migrate

        migrate.upgrade(database)
