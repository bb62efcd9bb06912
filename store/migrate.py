"""Brings a database to the schema of this version; the migrations lie in the package, no alembic.ini is needed."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from pipeline.errors import ConfigError
from store.engine import Database

logging.getLogger("alembic").setLevel(logging.WARNING)  # its every step is no news to a user

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_206_411  # any number, the same in every process: PostgreSQL's advisory lock for migrating


def config(connection: Connection | None = None) -> Config:
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    alembic.attributes["connection"] = connection
    return alembic


def upgrade(database: Database) -> None:
    """To the newest schema, in one transaction; several processes may start at once.

    Raises ``ConfigError`` for a database that a newer version of po-intake has made.
    """
    with database.writing("migrate") as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
        _refuse_unknown(MigrationContext.configure(connection).get_current_revision(), database)
        command.upgrade(config(connection), "head")


def downgrade(database: Database, revision: str) -> None:
    """Back to ``revision`` ("base": no tables at all). Only on a copy, or after a backup."""
    with database.writing("migrate") as session:
        command.downgrade(config(session.connection()), revision)


def newest() -> str:
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def _refuse_unknown(revision: str | None, database: Database) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        shown = database.engine.url.render_as_string(hide_password=True)
        raise ConfigError(f"database {shown}: schema {revision} is of a newer po-intake; install that version")
