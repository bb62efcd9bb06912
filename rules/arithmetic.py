"""Whether a line agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import LineItem, MatchedOrder, Mismatch, Order
from rules.base import PolicyRule
from rules.facts import CENT, lines_to_deliver, mismatch, net_amount, plain, quantum

MOST_ROUNDING = Decimal("0.005")  # share of the amount that a rounded unit price may explain


def rounding(item: LineItem, order: Order) -> Decimal:
    """By how much the printed amount may differ from the printed factors because each was rounded for printing.

    One step of the amount's last place; more where the unit price was rounded (half a step of its last place, times
    the quantity), but never more than half a percent: beyond that it is no longer the same price.
    """
    step = quantum(order) if order.lines else CENT
    price, quantity, computed = item.unit_price, item.quantity, net_amount(item)
    if price is None or quantity is None or computed is None:
        return step
    exponent = price.as_tuple().exponent
    half_step = Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) else Decimal(0)
    of_price = abs(quantity / item.price_base_quantity) * half_step
    return max(step, min(of_price, abs(computed) * MOST_ROUNDING))


def line_agrees(item: LineItem, order: Order) -> bool | None:
    """Whether quantity, price and amount agree; None where one of them is not printed."""
    computed = net_amount(item)
    if computed is None or item.line_amount is None or not item.line_amount.is_finite():
        return None
    return abs(computed - item.line_amount) <= rounding(item, order)


class LineArithmetic(PolicyRule):
    """quantity × price / price base − discount = amount, but for the rounding of what is printed."""

    codes = ("arithmetic_error",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            item = line.item
            if line_agrees(item, matched.order) is not False:
                continue
            computed = net_amount(item)
            base = f" per {plain(item.price_base_quantity)}" if item.price_base_quantity != 1 else ""
            less = item.line_discount
            discount = f" less {plain(less.value)}{'%' if less.percent else ''}" if less is not None else ""
            reason = (
                f"{line.name}: {plain(item.quantity)} × {plain(item.unit_price)}{base}{discount} is "
                f"{plain(round(computed, 2)) if computed is not None else '?'}, "
                f"the document says {plain(item.line_amount)}"
            )
            expected = round(computed, 2) if computed is not None else None
            yield mismatch("arithmetic_error", line.path("line_amount"), expected, item.line_amount, reason)
