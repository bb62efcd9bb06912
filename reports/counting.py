"""Asking the database: counts, percentiles and the cases behind a figure. Whole numbers come back, rows are few."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from reports.records import Case, Money, Period

CASES = 1000  # listed for a figure; how many there are is said beside
HANDLED = "f.verdict IN ('auto', 'review')"
IN_PERIOD = "f.received_s >= :since AND f.received_s < :until"
ORDERS = f"FROM order_facts f WHERE {HANDLED} AND {IN_PERIOD}"
CLOSED = "f.closed_s IS NOT NULL AND f.closed_s <= :as_of"
OPEN = "f.verdict = 'review' AND f.decided_s <= :as_of AND (f.closed_s IS NULL OR f.closed_s > :as_of)"
Row = tuple[int | str | None, ...]


class Counting:
    """One report's questions; all of them see the same state of the database."""

    def __init__(self, session: Session, period: Period) -> None:
        self._session = session
        self.period = period
        self.sqlite = session.get_bind().dialect.name == "sqlite"

    def rows(self, sql: str, **more: object) -> list[tuple[object, ...]]:
        """Numbers come back as ``int``: PostgreSQL makes sums decimals."""
        found = self._session.execute(text(sql), {**self._used(sql), **more})
        return [tuple(_plain(value) for value in row) for row in found]

    def one(self, sql: str, **more: object) -> tuple[int, ...]:
        """The counts of one row; an empty sum is 0."""
        return tuple(number(value) for value in self.rows(sql, **more)[0])

    def _used(self, sql: str) -> Mapping[str, object]:
        return {key: value for key, value in self.period.bounds().items() if f":{key}" in sql}

    def percentiles(
        self, value: str, where: str, *shares: float, source: str = "order_facts f", **more: object
    ) -> tuple[int, list[int]]:
        """How many there are, and the nearest-rank percentiles of ``value`` (none without any)."""
        (of,) = self.one(f"SELECT count(*) FROM {source} WHERE {where}", **more)
        sql = f"SELECT {value} AS v FROM {source} WHERE {where} ORDER BY v LIMIT 1 OFFSET :at"
        return of, [self.one(sql, at=math.ceil(share * of) - 1, **more)[0] for share in shares] if of else []

    def day(self, column: str) -> str:
        """SQL for the UTC day of a column of times, as an ISO date."""
        return f"substr({column}, 1, 10)" if self.sqlite else f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"

    def money(self, where: str, column: str = "f.value_e4", source: str = "order_facts f") -> Money:
        sql = f"SELECT f.currency, sum({column}) FROM {source} WHERE {where} GROUP BY f.currency ORDER BY f.currency"
        return money_of((str(currency), number(amount)) for currency, amount in self.rows(sql))

    def cases(self, where: str, joined: str = "") -> tuple[tuple[Case, ...], int]:
        """The first orders for which ``where`` holds, in the order of receipt, and how many there are."""
        (total,) = self.one(f"SELECT count(DISTINCT f.order_id) FROM order_facts f {joined} WHERE {where}")
        sql = f"""
            SELECT o.order_key, o.po_number, f.customer_id, f.received_s, o.state, c.case_id
            FROM (SELECT DISTINCT f.order_id FROM order_facts f {joined} WHERE {where}
                  ORDER BY f.order_id LIMIT :most) p
            JOIN order_facts f ON f.order_id = p.order_id JOIN orders o ON o.id = p.order_id
            LEFT JOIN review_cases c ON c.order_id = p.order_id ORDER BY f.order_id"""
        found = self.rows(sql, most=CASES)
        return tuple(
            Case(str(key), str(po or ""), str(customer), day_of(number(at)), str(state), str(case_id or ""))
            for key, po, customer, at, state, case_id in found
        ), total


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    return int(value)  # type: ignore[call-overload]


def number(value: object) -> int:
    """0 for the sum of nothing."""
    assert value is None or isinstance(value, int)
    return value or 0


def money_of(pairs: Iterable[tuple[str, int]]) -> Money:
    """Summed by currency, the largest sum first; sums of 0 are left out."""
    sums: dict[str, int] = defaultdict(int)
    for currency, amount in pairs:
        sums[currency] += amount
    return Money(tuple(sorted(((c, n) for c, n in sums.items() if n), key=lambda pair: (-pair[1], pair[0]))))


def day_of(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
