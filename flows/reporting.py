"""Reports of a workspace: built with its settings, delivered where they say."""

from __future__ import annotations

from datetime import date, datetime

from flows import wiring
from flows.settings import Settings
from reports.build import build
from reports.records import Model, Report
from store import Store
from store.audits import Rates


def make_report(store: Store, settings: Settings, first: date, last: date, as_of: datetime | None = None) -> Report:
    """``as_of``: see ``reports.build.build``."""
    return build(store, first, last, model_of(settings, store), as_of)


def page_address(settings: Settings) -> str:
    """Where the links of a report lead: the review page as people reach it."""
    review = settings.review
    return review.public_url.rstrip("/") or f"http://{review.host}:{review.port}"


def rates_of(settings: Settings) -> Rates:
    """The shares of the untouched orders that are audited."""
    said = settings.reports
    return Rates(said.audit_rate, said.audit_channels, said.audit_customers, said.audit_seed)


def model_of(settings: Settings, store: Store) -> Model:
    said = settings.reports
    return Model(
        minutes_per_order=said.minutes_per_order,
        minutes_per_line=said.minutes_per_line,
        minutes_per_review=said.minutes_per_review,
        hourly_cost=said.hourly_cost,
        cost_currency=said.cost_currency,
        backlog_hours=said.backlog_hours,
        wrong_lines_per_1000=float(wiring.policies_of(settings, store).general.budget.wrong_lines_per_1000),
    )
