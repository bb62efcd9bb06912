"""Dates that cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import Line, lines_to_deliver, mismatch
from rules.policy import DeliveryPolicy


def wanted(line: Line, matched: MatchedOrder) -> list[tuple[str, date]]:
    """The dates a line is wanted at, each with its path: its schedule's, else its own, else the order's."""
    parts = [part.requested_date for part in line.item.schedule if part.requested_date is not None]
    if parts:
        return [(line.path("requested_date"), day) for day in parts]
    if line.item.requested_date is not None:
        return [(line.path("requested_date"), line.item.requested_date)]
    day = matched.order.requested_date
    return [(line.path("requested_date"), day)] if day is not None else []


def first_day(matched: MatchedOrder, policy: DeliveryPolicy) -> date | None:
    """The day after the order came, if it came at the cut-off hour or later; else None."""
    received = matched.mail.received_at if matched.mail is not None else None
    if policy.cut_off_hour < 0 or received is None:
        return None
    local = received.astimezone(ZoneInfo(policy.time_zone))
    return local.date() + timedelta(days=1) if local.hour >= policy.cut_off_hour else None


class PastDue(PolicyRule):
    """A requested date lies before the order date; a document without an order date is measured by today, and one that
    came after the policy's cut-off hour by the next day."""

    codes = ("past_due_date",)
    settings = ("delivery.cut_off_hour", "delivery.time_zone")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        ordered = matched.order.order_date
        measure, what = (
            (ordered, "the order is dated") if ordered else (matched.as_of, "the order is undated, today is")
        )
        counts_from = first_day(matched, self._policies.for_order(matched).delivery)
        if counts_from is not None and counts_from > measure:
            measure, what = counts_from, "it came after the cut-off hour and counts from"
        for line in lines_to_deliver(matched):
            late = [(path, day) for path, day in wanted(line, matched) if day < measure]
            if late:
                path, day = min(late, key=lambda pair: pair[1])
                reason = f"{line.name} is wanted on {day}, {what} {measure}"
                yield mismatch("past_due_date", path, f"from {measure}", day, reason)
