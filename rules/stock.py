"""Whether the goods are there when they are wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.model import MatchedOrder, Mismatch, StockLevel, UnitReading
from rules.base import PolicyRule
from rules.facts import Line, lines_to_deliver, mismatch, plain
from rules.policy import DeliveryPolicy

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one line wants of an item by a day; no day: at once, from what lies there."""

    line: Line
    quantity: Decimal  # base units
    by: date | None


def available(levels: tuple[StockLevel, ...], by: date | None) -> Decimal:
    """Free stock of all warehouses, and the receipts that come by that day."""
    free = sum((level.on_hand - level.allocated for level in levels), ZERO)
    receipts = (
        level.next_receipt_qty
        for level in levels
        if by is not None
        and level.next_receipt_qty is not None
        and level.next_receipt_date is not None
        and level.next_receipt_date <= by
    )
    return free + sum(receipts, ZERO)


def demands(line: Line, reading: UnitReading, matched: MatchedOrder) -> list[Demand]:
    """One a line; one a delivery where its schedule says how much comes when and adds up to the quantity."""
    parts = [part for part in line.item.schedule if part.quantity is not None]
    if parts and len(parts) == len(line.item.schedule):
        split = [
            Demand(line, part.quantity * reading.factor, part.requested_date)
            for part in parts
            if part.quantity is not None
        ]
        if sum((demand.quantity for demand in split), ZERO) == reading.base_quantity:
            return split
    return [Demand(line, reading.base_quantity, line.item.requested_date or matched.order.requested_date)]


class Stock(PolicyRule):
    """Several lines of one item draw on the same stock, the earliest wanted first; one that fails draws nothing."""

    codes = ("insufficient_stock",)
    settings = ("delivery.under_percent", "delivery.partial", "delivery.back_order")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        by_item: defaultdict[str, list[Demand]] = defaultdict(list)
        for line in lines_to_deliver(matched):
            item, reading = line.sold, line.reading
            if item is not None and reading is not None and line.match.stock is not None:
                by_item[item.sku] += demands(line, reading, matched)
        for sku, wanted in by_item.items():
            policy = self._policies.for_line(matched, wanted[0].line.index).delivery
            if not policy.back_order:
                yield from _short(sku, wanted, policy)


def _short(sku: str, wanted: list[Demand], policy: DeliveryPolicy) -> Iterator[Mismatch]:
    drawn = ZERO
    failed: set[int] = set()
    for demand in sorted(wanted, key=lambda d: (d.by or date.min, d.line.index)):
        line = demand.line
        levels = line.match.stock or ()
        free = available(levels, demand.by) - drawn
        least = ZERO if policy.partial else demand.quantity * (1 - policy.under_percent / 100)
        if free > 0 and least <= free:
            drawn += min(demand.quantity, free)
        elif line.index not in failed:
            failed.add(line.index)
            yield mismatch(
                "insufficient_stock", line.path("quantity"), free, demand.quantity, _words(sku, demand, drawn)
            )


def _words(sku: str, demand: Demand, drawn: Decimal) -> str:
    levels, reading = demand.line.match.stock or (), demand.line.match.unit
    uom = reading.base_uom if reading is not None else ""
    when = f"by {demand.by}" if demand.by else "at once"
    houses = ", ".join(
        f"{level.warehouse}: {plain(level.on_hand)} on hand, {plain(level.allocated)} allocated"
        + (
            f", {plain(level.next_receipt_qty)} due {level.next_receipt_date}"
            if level.next_receipt_qty and level.next_receipt_date
            else ""
        )
        for level in levels
    )
    taken = f", {plain(drawn)} taken by other lines of this order" if drawn else ""
    source = f"stock.csv has {houses}" if levels else f"stock.csv has no row for {sku}"
    return f"{demand.line.name}: {plain(demand.quantity)} {uom} of {sku} wanted {when}; {source}{taken}"
