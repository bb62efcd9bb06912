"""Nothing vanishes: what the audit log says was received, against where each mail stands now, per mailbox and day.

The two sides come from different books: receipts from the hash-chained log, places from messages, orders and outbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import text

from store.engine import Database

_PLACES = """
    SELECT m.id AS id,
        CASE WHEN m.state = 'dead' THEN 'dead_letter'
             WHEN m.state <> 'done' THEN 'waiting'
             WHEN sum(CASE WHEN o.state IN ('auto', 'approved') AND x.id IS NULL THEN 1 ELSE 0 END) > 0 THEN 'lost'
             WHEN sum(CASE WHEN o.state = 'review' AND c.id IS NULL THEN 1 ELSE 0 END) > 0 THEN 'lost'
             WHEN sum(CASE WHEN o.state = 'review' THEN 1 ELSE 0 END) > 0 THEN 'in_review'
             WHEN sum(CASE WHEN x.state <> 'done' THEN 1 ELSE 0 END) > 0 THEN 'to_export'
             WHEN sum(CASE WHEN x.state = 'done' THEN 1 ELSE 0 END) > 0 THEN 'exported'
             WHEN sum(CASE WHEN o.state = 'rejected' THEN 1 ELSE 0 END) > 0 THEN 'rejected'
             WHEN sum(CASE WHEN o.state = 'ignored' THEN 1 ELSE 0 END) > 0 THEN 'ignored'
             ELSE 'lost' END AS place
    FROM messages m LEFT JOIN orders o ON o.message_id = m.id LEFT JOIN outbox x ON x.order_id = o.id
    LEFT JOIN review_cases c ON c.order_id = o.id AND c.status = 'open'
    WHERE m.received_at >= :soon {until_message} GROUP BY m.id, m.state"""
_SQL = """
    SELECT day, mailbox, place, count(*) FROM (
        SELECT {day} AS day,
            coalesce((SELECT l.account FROM message_locations l WHERE l.message_id = m.id ORDER BY l.id LIMIT 1),
                '(none)') AS mailbox, coalesce(p.place, 'lost') AS place
        FROM audit_log a LEFT JOIN messages m ON m.sha256 = a.subject LEFT JOIN ({places}) p ON p.id = m.id
        WHERE a.action = 'received' AND a.detail LIKE '%"new": true%' AND a.at >= :since {until}
    ) r GROUP BY day, mailbox, place ORDER BY day, mailbox, place"""


@dataclass(frozen=True, slots=True)
class Balance:
    """Mails of one mailbox and day (UTC, ISO). A mail with several orders stands where the last of them stands."""

    day: str
    mailbox: str
    received: int = 0
    exported: int = 0
    to_export: int = 0
    in_review: int = 0
    rejected: int = 0
    ignored: int = 0
    dead_letter: int = 0
    waiting: int = 0  # not processed yet

    @property
    def difference(self) -> int:
        """0, or mails that are nowhere."""
        return self.received - sum(int(getattr(self, place)) for place in PLACES)


PLACES = tuple(field.name for field in fields(Balance))[3:]


def balances(db: Database, since: str = "0001-01-01", until: str = "") -> tuple[Balance, ...]:
    """Of mails received from the day ``since`` on and before ``until`` (ISO; "" is never)."""
    return tuple(_balances(db, since, until))


def _balances(db: Database, since: str, until: str) -> Iterator[Balance]:
    with db.reading() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        rows = session.execute(text(_sql(sqlite, bool(until))), _bounds(sqlite, since, until)).all()
    found: dict[tuple[str, str], dict[str, int]] = {}
    for day, mailbox, place, n in rows:
        found.setdefault((day, mailbox), {})[place] = n
    for (day, mailbox), places in found.items():
        received = sum(places.values())
        yield Balance(day, mailbox, received, **{place: n for place, n in places.items() if place in PLACES})


def _sql(sqlite: bool, ends: bool) -> str:
    day = "substr(a.at, 1, 10)" if sqlite else "to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    until, until_message = ("AND a.at < :until", "AND m.received_at < :late") if ends else ("", "")
    return _SQL.format(day=day, until=until, places=_PLACES.format(until_message=until_message))


def _bounds(sqlite: bool, since: str, until: str) -> dict[str, str]:
    """A mail is received a moment before its log entry: its own time may be of the day before."""
    zone = "" if sqlite else "+00"
    found = {"since": f"{since} 00:00:00{zone}", "soon": f"{_day_before(since)} 00:00:00{zone}"}
    if until:
        found |= {"until": f"{until} 00:00:00{zone}", "late": f"{until} 00:00:00{zone}"}
    return found


def _day_before(day: str) -> str:
    return day if day == "0001-01-01" else (date.fromisoformat(day) - timedelta(days=1)).isoformat()
