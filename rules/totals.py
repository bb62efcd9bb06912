"""Whether the lines and the totals of the document agree."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from pipeline.model import MatchedOrder, Mismatch, Order
from rules.base import PolicyRule
from rules.facts import CENT, allowance, exact, lines_to_deliver, mismatch, net_amount, step

ZERO = Decimal(0)
# Where tax, freight and discount may stand: within the subtotal, between subtotal and total, or in the prices already.
TAX_PLACES = ("subtotal", "total", "prices")
OTHER_PLACES = ("subtotal", "total")


def line_sums(order: Order) -> tuple[Decimal, ...]:
    """What the lines add up to: by their printed amounts, and by their factors. Empty if a line has neither.

    The second exexacts a total where one printed amount is wrong: that is the line's error, not the total's.
    """
    printed = [line.line_amount if line.line_amount is not None else net_amount(line) for line in order.lines]
    computed = [net_amount(line) for line in order.lines]
    sums = []
    for amounts in (printed, computed):
        known = [amount for amount in amounts if amount is not None and amount.is_finite()]
        if known and len(known) == len(order.lines):
            sums.append(sum(known, ZERO))
    return tuple(sums)


def tolerance(order: Order) -> Decimal:
    """Half a rounding step per line and one for the total itself."""
    of_lines = CENT / 2 * (len(order.lines) + 1)
    whole = step(order) / 2 * (len(order.lines) + 1)
    return max(of_lines, allowance(whole, order.total or order.subtotal or ZERO))


def totals_agree(order: Order) -> bool | None:
    """Whether some usual reading of the totals fits the lines; None where there is nothing to compare."""
    sums = line_sums(order)
    if not sums or (order.subtotal is None and order.total is None):
        return None
    return any(_fits(order, lines, places) for lines in sums for places in _readings())


def _readings() -> Iterator[tuple[str, str, str]]:
    return product(TAX_PLACES, OTHER_PLACES, OTHER_PLACES)


def _fits(order: Order, lines: Decimal, places: tuple[str, str, str]) -> bool:
    tax, freight, discount = order.tax or ZERO, order.freight or ZERO, abs(order.discount or ZERO)
    parts = tuple(zip((tax, freight, -discount), places, strict=True))
    before = lines + sum((amount for amount, place in parts if place == "subtotal"), ZERO)
    subtotal = order.subtotal if order.subtotal is not None else before
    total = subtotal + sum((amount for amount, place in parts if place == "total"), ZERO)
    allowed = tolerance(order)
    if abs(before - subtotal) > allowed:
        return False
    return order.total is None or abs(total - order.total) <= allowed


class Totals(PolicyRule):
    """Lines against subtotal, and subtotal + tax + freight − discount against total.

    Also taken: a discount or freight within the subtotal, and prices that include the tax.
    """

    codes = ("total_mismatch",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        order = matched.order
        if not tuple(lines_to_deliver(matched)) or totals_agree(order) is not False:
            return
        lines = round(line_sums(order)[0], 2)
        if order.subtotal is not None and abs(lines - order.subtotal) > tolerance(order):
            reason = f"the lines add up to {lines}, the document's subtotal is {exact(order.subtotal)}"
            yield mismatch("total_mismatch", "subtotal", lines, order.subtotal, reason)
            return
        expected = (order.subtotal if order.subtotal is not None else lines) + _extras(order)
        reason = f"{_sum_in_words(order, lines, expected)}, the document's total is {exact(order.total)}"
        yield mismatch("total_mismatch", "total", expected, order.total, reason)


def _extras(order: Order) -> Decimal:
    return (order.tax or ZERO) + (order.freight or ZERO) - abs(order.discount or ZERO)


def _sum_in_words(order: Order, lines: Decimal, expected: Decimal) -> str:
    parts = [f"+ {name} {exact(value)}" for name, value in (("tax", order.tax), ("freight", order.freight)) if value]
    if order.discount:
        parts.append(f"− discount {exact(abs(order.discount))}")
    start = f"the lines add up to {lines}" if order.subtotal is None else f"the subtotal is {exact(order.subtotal)}"
    return f"{start}; {' '.join(parts)} makes {expected}" if parts else start
