"""Shares week by week with control limits: is this week still like the ones before it?

A p-chart (Shewhart 1931; Montgomery, Introduction to Statistical Quality Control, 7.3): the centre is the share of up
to twelve weeks before, the limits lie three standard errors of a week of this size away. A week is judged by earlier
weeks only, so an alert does not go away when later weeks follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from reports.counting import CLOSED, HANDLED, Counting, day_of, number
from reports.records import DAY, Alert, Lines, Ratio, Section, Table, Value

WEEK = 7 * DAY
MONDAY = 3 * DAY  # 1 January 1970 was a Thursday
BEFORE, LEAST_WEEKS, LEAST_ORDERS, SIGMAS = 12, 4, 20, 3.0


@dataclass(frozen=True, slots=True)
class Week:
    """``low`` and ``high`` are None as long as too little came before; ``start`` is its Monday, seconds since 1970."""

    start: int
    n: int
    of: int
    centre: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def outside(self) -> bool:
        share = self.n / self.of if self.of else None
        return share is not None and self.low is not None and self.high is not None and not (
            self.low <= share <= self.high
        )  # fmt: skip


def charted(weeks: Sequence[tuple[int, int, int]]) -> list[Week]:
    """``weeks``: (start, n, of), oldest first."""
    found = []
    for i, (start, n, of) in enumerate(weeks):
        earlier = weeks[max(0, i - BEFORE) : i]
        base = sum(o for _, _, o in earlier)
        if len(earlier) < LEAST_WEEKS or base < LEAST_ORDERS or not of:
            found.append(Week(start, n, of))
            continue
        centre = sum(k for _, k, _ in earlier) / base
        wide = SIGMAS * sqrt(centre * (1 - centre) / of)
        found.append(Week(start, n, of, centre, max(0.0, centre - wide), min(1.0, centre + wide)))
    return found


def drift(ask: Counting) -> tuple[Section, tuple[Alert, ...]]:
    sql = f"""
        SELECT (f.received_s + {MONDAY}) / {WEEK}, count(*),
            sum(CASE WHEN f.verdict = 'auto' THEN 1 ELSE 0 END),
            sum(CASE WHEN f.verdict = 'review' AND {CLOSED} THEN 1 ELSE 0 END),
            sum(CASE WHEN f.outcome = 'approved' AND f.changed_values > 0 AND {CLOSED} THEN 1 ELSE 0 END),
            sum(CASE WHEN f.channel = 'scan' THEN 1 ELSE 0 END)
        FROM order_facts f WHERE {HANDLED} AND f.received_s >= :begin AND f.received_s < :until
        GROUP BY (f.received_s + {MONDAY}) / {WEEK} ORDER BY 1"""
    rows = [tuple(number(v) for v in row) for row in ask.rows(sql, begin=ask.period.since - BEFORE * WEEK)]
    kinds = (
        ("drift_touchless", "Touchless orders", [(_start(r[0]), r[2], r[1]) for r in rows]),
        ("drift_corrected", "Reviewed orders that were corrected", [(_start(r[0]), r[4], r[3]) for r in rows]),
        ("drift_scans", "Orders on scanned paper", [(_start(r[0]), r[5], r[1]) for r in rows]),
    )
    tables, alerts = [], []
    for key, title, weeks in kinds:
        found = [week for week in charted(weeks) if week.start + WEEK > ask.period.since]
        tables.append(_table(key, title, found))
        alerts += [_alert(title, week) for week in found if week.outside]
    return Section("Drift, week by week", (), tuple(tables)), tuple(alerts)


def _start(number_of_week: int) -> int:
    return number_of_week * WEEK - MONDAY


def _table(key: str, title: str, weeks: Sequence[Week]) -> Table:
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            day_of(w.start),
            w.n,
            w.of,
            Ratio(w.n, w.of),
            _limit(w.low),
            _limit(w.high),
            "outside" if w.outside else "",
        )
        for w in reversed(weeks)
    )
    labels = tuple(day_of(w.start) for w in weeks)
    chart = Lines(
        title, labels,
        (("share", tuple(w.n / w.of if w.of else None for w in weeks)), ("lower limit", tuple(w.low for w in weeks)),
         ("upper limit", tuple(w.high for w in weeks))),
        ("lower limit", "upper limit"), True, frozenset(i for i, w in enumerate(weeks) if w.outside),
    )  # fmt: skip
    words = (
        "By weeks from Monday (UTC). Limits: three standard errors around the share of up to twelve weeks before "
        f"(p-chart; Montgomery, Statistical Quality Control), once there are {LEAST_WEEKS}. Outside them something has "
        "changed: a layout, a customer, an export, a setting. Weeks at the ends of the period may be cut. Newest first."
    )
    columns = ("week from", "n", "of", "share", "lower limit", "upper limit", "")
    return Table(key, title, words, columns, rows, chart if len(weeks) > 1 else None, 13)


def _limit(share: float | None) -> Ratio | None:
    return None if share is None else Ratio(round(share * 10_000), 10_000)


def _alert(title: str, week: Week) -> Alert:
    assert week.low is not None and week.high is not None
    share = week.n / week.of
    return Alert(
        "drift",
        f"{title}, week from {day_of(week.start)}: {share:.1%} ({week.n} of {week.of}) lies outside "
        f"{week.low:.1%} to {week.high:.1%}",
    )
