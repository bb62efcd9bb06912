"""Connections: how SQLite and PostgreSQL are opened, and transactions that name themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError as BadUrl
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from pipeline import faults
from pipeline.errors import ConfigError, SourceError

BUSY_SECONDS = 60
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """An engine, a clock, and the two kinds of transaction."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.now = clock
        self._reader = engine.execution_options(access="read")
        self._writer = engine.execution_options(access="write")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look at the database; nothing is written."""
        with _translated(self.engine), Session(self._reader) as session:
            yield session

    @contextmanager
    def writing(self, name: str) -> Iterator[Session]:
        """One transaction, committed at the end. ``name`` makes the kill points ``before-NAME`` and ``after-NAME``.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so it never fails half-way for a lock.
        """
        with _translated(self.engine):
            with Session(self._writer) as session, session.begin():
                yield session
                session.flush()
                faults.point(f"before-{name}")
            faults.point(f"after-{name}")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Database trouble becomes ``SourceError``: it is retried, the operator learns which database and why."""
    try:
        yield
    except OperationalError as error:
        raise SourceError(f"database {_shown(engine)}: {_first_line(error)}; {_remedy(str(error))}") from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise SourceError(f"database {_shown(engine)}: connection lost: {_first_line(error)}") from error


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig is not None else str(error)


def _remedy(text: str) -> str:
    remedies = {
        "disk is full": "free space on its disk; work resumes by itself",
        "disk I/O error": "check its disk",
        "readonly": "make the file and its folder writable for this user",
        "unable to open": "check that the folder exists and is writable",
        "locked": "another program holds it for too long",
        "malformed": "restore it from a backup",
    }
    return next((v for k, v in remedies.items() if k in text), "check that the database runs and the URL is right")


def connect(url: str, clock: Clock = utc_now) -> Database:
    """``url`` is ``sqlite:///FILE`` or ``postgresql://...``. Raises ``ConfigError`` for anything else."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise ConfigError(f"database {url!r}: only sqlite:///FILE and postgresql://... are supported")
        engine = create_engine(parsed, **_options(parsed.get_backend_name()))
    except (BadUrl, NoSuchModuleError) as error:
        raise ConfigError(f"database {url!r} is no database URL: {error}") from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, parsed.database)
    return Database(engine, clock)


def _options(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}


def _prepare_sqlite(engine: Engine, file: str | None) -> None:
    if not file or file == ":memory:":
        raise ConfigError("database: an in-memory SQLite database would forget every order; name a file")
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"database folder {Path(file).parent}: {error.strerror}; choose a writable one") from None
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own; _on_begin does
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    read = connection.get_execution_options().get("access") == "read"
    connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")
