"""Whether a line agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import LineItem, MatchedOrder, Mismatch, Order
from rules.base import PolicyRule
from rules.facts import CENT, allowance, exact, lines_to_deliver, mismatch, net_amount, plain, step


def rounding(item: LineItem, order: Order) -> Decimal:
    """By how much the printed amount may differ from the printed factors because each was rounded for printing.

    One step of the amount's last place, or half a step of the unit price's last place times the quantity.
    """
    price, quantity, computed = item.unit_price, item.quantity, net_amount(item)
    if price is None or quantity is None or computed is None:
        return CENT
    exponent = price.as_tuple().exponent
    half_step = Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) else Decimal(0)
    of_price = abs(quantity / item.price_base_quantity) * half_step
    return allowance(max(step(order), of_price), computed)


def line_agrees(item: LineItem, order: Order) -> bool | None:
    """Whether quantity, price and amount agree; None where one of them is not printed."""
    computed = net_amount(item)
    if computed is None or item.line_amount is None or not item.line_amount.is_finite():
        return None
    difference = abs(computed - item.line_amount)
    return difference <= CENT or difference <= rounding(item, order)


class LineArithmetic(PolicyRule):
    """quantity × price / price base − discount = amount, but for the rounding of what is printed."""

    codes = ("arithmetic_error",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            item = line.item
            if line_agrees(item, matched.order) is not False:
                continue
            computed = net_amount(item)
            expected = None if computed is None else round(computed, 2)
            base = f" per {plain(item.price_base_quantity)}" if item.price_base_quantity != 1 else ""
            less = item.line_discount
            discount = f" less {plain(less.value)}{'%' if less.percent else ''}" if less is not None else ""
            reason = (
                f"{line.name}: {plain(item.quantity)} × {exact(item.unit_price)}{base}{discount} is {exact(expected)}, "
                f"the document says {exact(item.line_amount)}"
            )
            yield mismatch("arithmetic_error", line.path("line_amount"), expected, item.line_amount, reason)
