"""An order date that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch


class OrderDate(PolicyRule):
    """An order that is dated in the future was most likely read wrong (day for month): its prices hang on the date."""

    codes = ("low_confidence",)
    settings = ("order.future_days",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        ordered, days = matched.order.order_date, self._policies.for_order(matched).order.future_days
        if ordered is not None and ordered > matched.as_of + timedelta(days=days):
            reason = f"the order is dated {ordered}, and today is {matched.as_of}"
            yield mismatch("low_confidence", "order_date", f"up to {matched.as_of}", ordered, reason)
