"""Numbers that cannot be reckoned with, taken out before the rules see them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pipeline.model import Doubt, LineItem, MatchedOrder, Order

LARGEST = 15  # digits before the point; no order is worth more
FINEST = 12  # digits behind it
ORDER_NUMBERS = ("subtotal", "tax", "freight", "discount", "total")
LINE_NUMBERS = ("quantity", "unit_price", "line_amount")


def usable(value: Decimal | None) -> bool:
    """Whether ``value`` is absent, or a number of a size that orders hold; not NaN, infinite or beyond measure."""
    if value is None:
        return True
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -FINEST and value.adjusted() < LARGEST


def with_usable_numbers(matched: MatchedOrder) -> MatchedOrder:
    """The order with numbers out of all measure taken out and doubted; itself where there are none."""
    order = matched.order
    lost = [name for name in ORDER_NUMBERS if not usable(getattr(order, name))]
    lines = tuple(_line(line) for line in order.lines)
    doubts = [Doubt(name, f"{name} is no usable number") for name in lost]
    for index, line in enumerate(order.lines):
        doubts += [Doubt(f"lines[{index}].{name}", f"{name} is no usable number") for name in _lost(line)]
    if not doubts:
        return matched
    whole: Order = replace(order, lines=lines, doubts=(*order.doubts, *doubts))
    for name in lost:
        whole = replace(whole, **{name: None})  # type: ignore[arg-type]
    return replace(matched, order=whole)


def _lost(line: LineItem) -> list[str]:
    lost = [name for name in LINE_NUMBERS if not usable(getattr(line, name))]
    base = line.price_base_quantity
    return lost if usable(base) and base > 0 else [*lost, "price_base_quantity"]


def _line(line: LineItem) -> LineItem:
    for name in _lost(line):
        line = replace(line, **{name: Decimal(1) if name == "price_base_quantity" else None})  # type: ignore[arg-type]
    return line
