"""What Prometheus is told: counted by the database at each look, so it is right whichever process answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import text
from sqlalchemy.orm import Session

from flows.settings import Settings
from store import Counts, Store

_OPEN = "f.verdict = 'review' AND f.settled IS NULL"


class _Collector:
    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings

    def collect(self) -> Iterator[Metric]:
        self._store.reporting.catch_up()
        counts = self._store.counts()
        yield from _states(counts)
        with self._store.reporting.reading() as session:
            yield from _facts(session)
            yield from _backlog(session, self._store.reporting.now(), self._settings.reports.backlog_hours)


def exposition(store: Store, settings: Settings) -> bytes:
    """Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(store, settings))
    return generate_latest(registry)


def _states(counts: Counts) -> Iterator[Metric]:
    for name, words, found in (
        ("messages", "mails by state", counts.messages),
        ("orders", "orders by state", counts.orders),
        ("cases", "review cases by status", counts.cases),
        ("outbox", "orders to leave, by state", counts.outbox),
    ):
        yield _gauge(f"po_intake_{name}", words, "state", found)
    untold = "mails done of which the mailbox was not told"
    yield GaugeMetricFamily("po_intake_unacknowledged", untold, counts.unacknowledged)
    yield GaugeMetricFamily("po_intake_bookkeeping_faults", "places where the books do not agree", len(counts.faults))


def _facts(session: Session) -> Iterator[Metric]:
    orders = CounterMetricFamily("po_intake_orders_decided", "orders by first decision", labels=("verdict", "channel"))
    lines = CounterMetricFamily("po_intake_lines_decided", "their lines", labels=("verdict", "channel"))
    sql = "SELECT verdict, channel, count(*), sum(lines) FROM order_facts GROUP BY verdict, channel ORDER BY 1, 2"
    for verdict, channel, n, of in session.execute(text(sql)):
        orders.add_metric((verdict, channel), int(n))
        lines.add_metric((verdict, channel), int(of))
    yield orders
    yield lines
    sql = """SELECT count(*), coalesce(sum(judged_lines), 0), coalesce(sum(wrong_lines), 0)
             FROM audits WHERE kind = 'sample' AND status = 'done'"""
    audited, judged, wrong = session.execute(text(sql)).one()
    yield CounterMetricFamily("po_intake_audited_orders", "untouched orders audited blind", value=int(audited))
    yield CounterMetricFamily("po_intake_audited_lines", "their lines", value=int(judged))
    yield CounterMetricFamily("po_intake_escaped_lines", "audited lines that were wrong", value=int(wrong))


def _backlog(session: Session, now: float, hours: float) -> Iterator[Metric]:
    sql = f"""SELECT e.code, count(DISTINCT e.order_id) FROM order_facts f
              JOIN exception_facts e ON e.order_id = f.order_id WHERE {_OPEN} GROUP BY e.code ORDER BY e.code"""  # noqa: S608
    yield _gauge(
        "po_intake_open_cases", "open cases by reason", "code", dict(session.execute(text(sql)).tuples().all())
    )
    sql = f"""SELECT min(f.decided_s), sum(CASE WHEN f.decided_s < :late THEN 1 ELSE 0 END)
              FROM order_facts f WHERE {_OPEN}"""  # noqa: S608
    oldest, late = session.execute(text(sql), {"late": int(now - hours * 3600)}).one()
    age = 0.0 if oldest is None else max(now - int(oldest), 0.0)
    yield GaugeMetricFamily("po_intake_oldest_case_seconds", "age of the oldest open case", age)
    yield GaugeMetricFamily("po_intake_late_cases", "open cases beyond reports.backlog_hours", int(late or 0))


def _gauge(name: str, words: str, label: str, values: Mapping[str, int]) -> Metric:
    found = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in sorted(values.items()):
        found.add_metric((key,), value)
    return found
