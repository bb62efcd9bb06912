"""What reports and audits ask of the store; ``Store.reporting`` is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from sqlalchemy.orm import Session

from store import audits, conservation, events, facts
from store.audits import AuditItem, Rates
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

    def now(self) -> float:
        """Seconds since 1970, by the store's clock."""
        return self._db.now().timestamp()

    # blind audits

    def sample_audits(self, rates: Rates, until: date) -> int:
        """Draws the sample of the days before ``until``; how many orders are new in it."""
        facts.catch_up(self._db)
        return audits.sample(self._db, rates, until)

    def audits(self, status: str | None = None) -> tuple[AuditItem, ...]:
        """Oldest first; ``status``: "open", "second" (somebody must look again), "done", or None for all."""
        return audits.items(self._db, status)

    def audit(self, audit_id: str) -> AuditItem:
        """A unique beginning is enough. Raises ``UsageError``."""
        return audits.item(self._db, audit_id)

    def key_audit(self, audit_id: str, who: str, values: Mapping[str, object]) -> AuditItem:
        """What somebody keyed blind, by path. Raises ``UsageError``."""
        return audits.key(self._db, audit_id, who, values)

    def settle_audit(self, audit_id: str, who: str, wrong: Iterable[str]) -> AuditItem:
        """The second look: in which of the differing paths the machine is wrong. Raises ``UsageError``."""
        return audits.settle(self._db, audit_id, who, frozenset(wrong))

    def set_trap(self, order: str, path: str, value: str, actor: str) -> str:
        """A known wrong answer beside an order, to measure auditors; its audit's id. Raises ``UsageError``."""
        facts.catch_up(self._db)
        return audits.set_trap(self._db, order, path, value, actor)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """For ``reports``, whose counting is SQL over ``store.report_tables``; nothing is written."""
        with self._db.reading() as session:
            yield session
