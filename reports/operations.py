"""For those who run the desk: how much comes when, why it queues, and what would spare the most reviews."""

from __future__ import annotations

from reports.counting import HANDLED, IN_PERIOD, ORDERS, Counting, day_of, number
from reports.quality import NEEDLESS
from reports.records import DAY, Bars, Lines, Section, Table


def operations(ask: Counting) -> Section:
    return Section("Operations", (), (_throughput(ask), _hours(ask), _needless_customers(ask), _fixes(ask)))


def _throughput(ask: Counting) -> Table:
    sql = f"""
        SELECT f.received_s / {DAY}, count(*), sum(f.lines), sum(CASE WHEN f.verdict = 'auto' THEN 1 ELSE 0 END)
        {ORDERS} GROUP BY f.received_s / {DAY} ORDER BY 1"""
    rows = tuple(
        (day_of(number(day) * DAY), number(n), number(lines), number(auto), number(n) - number(auto))
        for day, n, lines, auto in ask.rows(sql)
    )
    labels = tuple(str(row[0]) for row in rows)
    series = (("untouched", tuple(float(row[3]) for row in rows)), ("held", tuple(float(row[4]) for row in rows)))
    chart = Lines("Orders a day", labels, series, shares=False)
    columns = ("day", "orders", "lines", "untouched", "held")
    words = "Orders received by day (UTC), newest first."
    return Table("throughput", "Throughput", words, columns, rows[::-1], chart if len(rows) > 1 else None, 14)


def _hours(ask: Counting) -> Table:
    sql = f"""
        SELECT f.received_s % {DAY} / 3600, count(*), sum(f.lines), sum(CASE WHEN f.verdict = 'auto' THEN 1 ELSE 0 END)
        {ORDERS} GROUP BY f.received_s % {DAY} / 3600 ORDER BY 1"""
    rows = tuple(
        (f"{number(hour):02d}:00", number(n), number(lines), number(n) - number(auto))
        for hour, n, lines, auto in ask.rows(sql)
    )
    chart = Bars("Orders by hour of the day (UTC)", tuple(r[0] for r in rows), tuple(r[1] for r in rows))
    words = "Orders received by the hour of the day (UTC), over the whole period."
    return Table("hours", "By hour", words, ("hour", "orders", "lines", "held"), rows, chart if rows else None)


def _needless_customers(ask: Counting) -> Table:
    where = f"{HANDLED} AND {IN_PERIOD} AND {NEEDLESS}"
    sql = f"""
        SELECT f.customer_id, e.code, e.fix, count(*), count(DISTINCT e.order_id) AS n
        FROM order_facts f JOIN exception_facts e ON e.order_id = f.order_id
        WHERE {where} GROUP BY f.customer_id, e.code, e.fix ORDER BY n DESC, f.customer_id, e.code, e.fix LIMIT 100"""
    rows = tuple(
        (str(c) or "(unknown)", number(n), _a_week(ask, places), str(code), str(fix))
        for c, code, fix, places, n in ask.rows(sql)
    )
    words = (
        "Reviews that changed nothing, by customer and reason, most first, with the step that would have spared them."
    )
    columns = ("customer", "reviews", "places a week", "code", "what would help")
    return Table("needless_customers", "Needless reviews by customer", words, columns, rows)


def _a_week(ask: Counting, places: object) -> float:
    return round(number(places) / max(ask.period.days / 7, 1.0), 1)


def _fixes(ask: Counting) -> Table:
    sql = f"""
        SELECT f.customer_id, e.code, e.fix, count(*) AS n, count(DISTINCT e.order_id)
        FROM order_facts f JOIN exception_facts e ON e.order_id = f.order_id
        WHERE {IN_PERIOD} AND e.fix <> '' GROUP BY f.customer_id, e.code, e.fix
        ORDER BY n DESC, f.customer_id, e.code, e.fix LIMIT 100"""
    rows = tuple(
        (str(customer) or "(unknown)", str(fix), _a_week(ask, n), number(n), number(orders), str(code))
        for customer, code, fix, n, orders in ask.rows(sql)
    )
    words = (
        "What people settled again and again, and the one step that would spare it: places (lines, or orders where the "
        "order is concerned) a week, most first."
    )
    columns = ("customer", "what would help", "a week", "places", "orders", "code")
    return Table("fixes", "What would spare the most reviews", words, columns, rows)
