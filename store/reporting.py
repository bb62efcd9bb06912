"""What reports and audits ask of the store; ``Store.reporting`` is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy.orm import Session

from store import conservation, events, facts
from store.conservation import Balance
from store.engine import Database
from store.events import ReviewEvent


class Reporting:
    """Any method raises ``SourceError`` when the database does not answer."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record_events(self, reviewer: str, found: Iterable[ReviewEvent]) -> int:
        """What somebody did at the review page; how many were written. Raises ``UsageError``."""
        return events.record(self._db, reviewer, found)

    def catch_up(self) -> int:
        """Brings the facts of orders to what was decided; how many changed."""
        return facts.catch_up(self._db)

    def balances(self, since: date | None = None, until: date | None = None) -> tuple[Balance, ...]:
        """Where the mails stand that were received from ``since`` on and before ``until``, per day and mailbox."""
        return conservation.balances(
            self._db, since.isoformat() if since else "0001-01-01", until.isoformat() if until else ""
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """For ``reports``, whose counting is SQL over ``store.report_tables``; nothing is written."""
        with self._db.reading() as session:
            yield session
