"""How long orders take, what waits and why, and what people spend at the review page."""

from __future__ import annotations

from collections.abc import Sequence

from reports.counting import CLOSED, HANDLED, IN_PERIOD, OPEN, Counting, number
from reports.records import DAY, Bars, Duration, Figure, Ratio, Section, Table, Value

HOUR = 3600
AGES = (("up to 4 hours", 4 * HOUR), ("up to 1 day", DAY), ("up to 3 days", 3 * DAY), ("up to 7 days", 7 * DAY))
GOALS = {"mismatch": 5, "order": 20}  # seconds at the median, as the review page is meant


def times(ask: Counting) -> Section:
    left = f"{HANDLED} AND {IN_PERIOD} AND f.exported_s IS NOT NULL AND f.exported_s <= :as_of"
    kinds = (
        ("untouched: received to exported", "f.exported_s - f.received_s", f"{left} AND f.verdict = 'auto'"),
        ("reviewed: received to exported", "f.exported_s - f.received_s", f"{left} AND f.verdict = 'review'"),
        ("all: received to exported", "f.exported_s - f.received_s", left),
        ("review: opened to closed", "f.closed_s - f.decided_s",
         f"f.verdict = 'review' AND {IN_PERIOD} AND {CLOSED}"),
        ("machine: received to decided", "f.decided_s - f.received_s", f"{HANDLED} AND {IN_PERIOD}"),
    )  # fmt: skip
    rows = tuple((name, *_percentiles(ask, value, where)) for name, value, where in kinds)
    words = "Half of the orders were at least as fast as p50, nine of ten as p90 (nearest rank)."
    return Section(
        "Time from mail to order",
        (),
        (Table("cycle_times", "Cycle times", words, ("way", "orders", "p50", "p90"), rows),),
    )


def _percentiles(ask: Counting, value: str, where: str) -> tuple[Value, ...]:
    of, found = ask.percentiles(value, where, 0.5, 0.9)
    return of, *_durations(found, 1000)


def _durations(found: Sequence[int], times: int) -> tuple[Duration | None, Duration | None]:
    return (Duration(found[0] * times), Duration(found[1] * times)) if found else (None, None)


# --- what waits -------------------------------------------------------------------------------------------------------


def backlog(ask: Counting) -> Section:
    of, found = ask.percentiles(":as_of - f.decided_s", OPEN, 0.5, 1.0)
    cases, total = ask.cases(OPEN)
    ages = _durations(found, 1000)
    figure = Figure(
        "backlog", "Waiting for a person", of, f"{of:,} open cases at the end",
        f"half wait longer than {_words(ages[0])}, the oldest {_words(ages[1])}",
        "Held orders that nobody had closed at the moment stated at the top, of whatever period.", None, cases, total,
    )  # fmt: skip
    return Section("What waits", (figure,), (_ageing(ask, of), _drivers(ask, of), _waiting_customers(ask, of)))


def _words(age: Duration | None) -> str:
    return "0 hours" if age is None else f"{age.ms / 3_600_000:,.1f} hours"


def _ageing(ask: Counting, of: int) -> Table:
    past = ":as_of - f.decided_s"
    sums, low = [], -1
    for _, high in AGES:
        sums.append(f"sum(CASE WHEN {past} > {low} AND {past} <= {high} THEN 1 ELSE 0 END)")
        low = high
    sums.append(f"sum(CASE WHEN {past} > {low} THEN 1 ELSE 0 END)")
    counts = ask.one(f"SELECT {', '.join(sums)} FROM order_facts f WHERE {OPEN}")
    names = (*(name for name, _ in AGES), "older")
    rows = tuple((name, n, Ratio(n, of)) for name, n in zip(names, counts, strict=True))
    chart = Bars("Open cases by age", names, tuple(counts)) if of else None
    return Table(
        "ageing", "Ageing", "Open cases by the time since they were held.", ("age", "cases", "share"), rows, chart
    )


def _drivers(ask: Counting, of: int) -> Table:
    sql = f"""
        SELECT e.code, count(DISTINCT e.order_id), count(DISTINCT f.customer_id), max(:as_of - f.decided_s)
        FROM order_facts f JOIN exception_facts e ON e.order_id = f.order_id WHERE {OPEN}
        GROUP BY e.code ORDER BY 2 DESC, e.code"""
    rows = tuple(
        (str(code), number(n), Ratio(number(n), of), number(customers), Duration(number(oldest) * 1000))
        for code, n, customers, oldest in ask.rows(sql)
    )
    words = "Open cases by reason, most first; a case with several reasons stands in several rows."
    return Table("backlog_reasons", "Backlog by reason", words, ("code", "cases", "share", "customers", "oldest"), rows)


def _waiting_customers(ask: Counting, of: int) -> Table:
    sql = f"""SELECT f.customer_id, count(*) FROM order_facts f WHERE {OPEN}
              GROUP BY f.customer_id ORDER BY 2 DESC, f.customer_id LIMIT 20"""
    rows = tuple((str(c) or "(unknown)", number(n), Ratio(number(n), of)) for c, n in ask.rows(sql))
    return Table("backlog_customers", "Backlog by customer", "Open cases by customer, most first, the first 20.",
                 ("customer", "cases", "share"), rows, None, 10)  # fmt: skip


# --- at the screen ----------------------------------------------------------------------------------------------------


def screen(ask: Counting) -> Section:
    rows = tuple(row for kind in GOALS for row in _event_rows(ask, kind))
    words = (
        "From the event log of the review page: from the focus on a mismatch to its answer, and from opening an order "
        "to its end; pauses over an hour are left out. Goals at the median: 5 seconds a mismatch, 20 an order, without "
        "the mouse."
    )
    columns = ("what", "reviewer", "times", "p50", "p90", "keys, mean", "without the mouse", "within the goal")
    return Section("At the review page", (), (Table("keystrokes", "Times of reviewers", words, columns, rows),))


def _event_rows(ask: Counting, kind: str) -> list[tuple[Value, ...]]:
    inside = f"v.kind = '{kind}' AND v.at_s >= :since AND v.at_s < :until"
    sql = f"""
        SELECT v.reviewer, count(*), sum(v.keys), sum(CASE WHEN v.clicks = 0 THEN 1 ELSE 0 END),
               sum(CASE WHEN v.milliseconds <= {GOALS[kind] * 1000} THEN 1 ELSE 0 END)
        FROM review_events v WHERE {inside} GROUP BY v.reviewer ORDER BY v.reviewer"""
    found: list[tuple[Value, ...]] = []
    for reviewer, n, keys, no_mouse, fast in ask.rows(sql):
        of = number(n)
        _, middle = ask.percentiles(
            "v.milliseconds", f"{inside} AND v.reviewer = :reviewer", 0.5, 0.9, source="review_events v",
            reviewer=str(reviewer),
        )  # fmt: skip
        found.append((kind, str(reviewer), of, *_durations(middle, 1), round(number(keys) / of, 2),
                      Ratio(number(no_mouse), of), Ratio(number(fast), of)))  # fmt: skip
    return found
