"""How much the machine may decide alone: the mode, and the value of an order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import exact, mismatch
from rules.totals import line_sums


def value_of(matched: MatchedOrder) -> Decimal | None:
    """What the order is worth: the largest of its total, subtotal and line sums; None if it states none."""
    order = matched.order
    stated = [value for value in (order.total, order.subtotal, *line_sums(order)) if value is not None]
    return max((value for value in stated if value.is_finite()), default=None)


class ValueLimit(PolicyRule):
    codes = ("low_confidence",)
    settings = ("order.value_limit",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        limit = self._policies.for_order(matched).order.value_limit
        value = value_of(matched)
        if limit >= 0 and (value is None or value > limit):
            worth = "states no value" if value is None else f"is worth {exact(value)}"
            reason = f"the order {worth}; the policy lets the machine take up to {exact(limit)}"
            yield mismatch("low_confidence", "total", limit, value, reason)
