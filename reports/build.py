"""The whole report of a period, out of one state of the database. The same data gives the same report."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from reports.conservation import conservation
from reports.counting import OPEN, Counting
from reports.drift import drift
from reports.learned import learned
from reports.money import caught, exceptions
from reports.operations import operations
from reports.quality import accuracy, calibration, headline
from reports.records import Alert, Figure, Model, Period, Ratio, Report, Section
from reports.work import backlog, screen, times
from store import Store


def build(store: Store, first: date, last: date, model: Model, as_of: datetime | None = None) -> Report:
    """``as_of``: the moment whose backlog is shown; without it, that of the newest thing that is booked.

    Facts are brought up to date first: that writes, and changes no decision.
    """
    store.reporting.catch_up()
    with store.reporting.reading() as session:
        newest = _newest(session) if as_of is None else int(as_of.timestamp())
        period = Period(first, last, newest)
        ask = Counting(session, period)
        balanced, lost = conservation(store.reporting.balances(first, last + timedelta(days=1)))
        drifting, alerts = drift(ask)
        sections = (
            headline(ask),
            exceptions(ask),
            caught(ask, model),
            accuracy(ask),
            calibration(ask),
            times(ask),
            backlog(ask),
            drifting,
            operations(ask),
            learned(session, ask),
            screen(ask),
            balanced,
        )
        late = _late(ask, model)
    return Report(period, sections, (*lost, *_breach(sections[0], model), *late, *alerts), _notes(model))


_NEWEST = """
    SELECT max(received_s), max(decided_s), max(closed_s), max(exported_s), (SELECT max(at_s) FROM review_events)
    FROM order_facts"""


def _newest(session: Session) -> int:
    return max((int(value) for value in session.execute(text(_NEWEST)).one() if value is not None), default=0)


def _late(ask: Counting, model: Model) -> tuple[Alert, ...]:
    limit = round(model.backlog_hours * 3600)
    (n,) = ask.one(
        f"SELECT count(*) FROM order_facts f WHERE {OPEN} AND f.decided_s < :as_of - :limit",
        limit=limit,
    )
    return (Alert("backlog", f"{n} cases wait longer than {model.backlog_hours:g} hours"),) if n else ()


def _breach(section: Section, model: Model) -> tuple[Alert, ...]:
    """Only what is proven is an alert: the lower end of the interval lies above the budget."""
    figure = next(f for f in section.figures if f.key == "escaped_lines")
    if model.wrong_lines_per_1000 < 0 or figure.interval is None:
        return ()
    budget = model.wrong_lines_per_1000 / 1000
    if figure.interval[0] <= budget:
        return ()
    return (Alert("budget", f"Escaped errors: {_words(figure)}, proven above the budget of {budget:.2%}"),)


def _words(figure: Figure) -> str:
    value = figure.value
    share = value.share if isinstance(value, Ratio) else None
    return f"{share or 0:.2%} ({figure.numerator} of {figure.denominator})"


def _notes(model: Model) -> tuple[str, ...]:
    budget = model.wrong_lines_per_1000
    return (
        "Days, hours and weeks are UTC. Orders belong to the day on which their mail was received.",
        "Backlog: an alert from "
        f"{model.backlog_hours:g} hours on. Error budget: "
        + ("none is set." if budget < 0 else f"{budget:g} wrong lines in 1,000."),
        "How often the machine alone would have been right, before going live: po-intake backtest. "
        "What the judged values prove of the error budget: po-intake budget show.",
    )
