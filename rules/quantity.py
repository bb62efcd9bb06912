"""How much is ordered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import LineItem, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import is_positive, lines_to_deliver, mismatch, plain


class Quantity(PolicyRule):
    """A quantity must be printed and positive; above the policy's limit the machine does not decide alone."""

    codes = ("missing_quantity", "low_confidence")
    settings = ("quantity.limit",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            quantity, reading = line.item.quantity, line.reading
            limit = self._policies.for_line(matched, line.index).quantity.limit
            if quantity is None:
                reason = f"{line.name} prints no quantity"
                yield mismatch("missing_quantity", line.path("quantity"), None, None, reason)
            elif not is_positive(quantity):
                reason = f"{line.name} orders {plain(quantity)}: nothing to deliver"
                yield mismatch("missing_quantity", line.path("quantity"), "above 0", quantity, reason)
            elif limit >= 0 and reading is not None and reading.base_quantity > limit:
                ordered = f"{plain(reading.base_quantity)} {reading.base_uom}"
                reason = f"{line.name} orders {ordered}; the policy lets the machine take up to {plain(limit)}"
                yield mismatch("low_confidence", line.path("quantity"), limit, reading.base_quantity, reason)
            elif (delivered := in_all(line.item)) not in (None, quantity):
                reason = f"{line.name} orders {plain(quantity)}, and its deliveries add up to {plain(delivered)}"
                yield mismatch("low_confidence", line.path("quantity"), delivered, quantity, reason)


def in_all(item: LineItem) -> Decimal | None:
    """What the deliveries of a schedule add up to; None where it is one that says no quantity, or there is none."""
    parts = [part.quantity for part in item.schedule]
    return sum((part or Decimal(0) for part in parts), Decimal(0)) if any(part is not None for part in parts) else None
