"""The price of a line against the contract price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import ExpectedPrice, MatchedOrder, Mismatch, Order
from rules.base import PolicyRule
from rules.facts import Line, comparable_price, exact, lines_to_deliver, mismatch
from rules.policy import Policy


def within_tolerance(net: Decimal, expected: Decimal, policy: Policy, quantity: Decimal | None) -> bool:
    """Whether ``net`` is the price ``expected`` in the policy's eyes; all per base unit, ``quantity`` in base units.

    The percentage is of the expected price; the amount is what the deviation is worth over the line.
    """
    over = net > expected
    percent = policy.price.over_percent if over else policy.price.under_percent
    amount = policy.price.over_amount if over else policy.price.under_amount
    deviation = abs(net - expected)
    if deviation * 100 > abs(expected) * percent:
        return False
    return amount < 0 or (quantity is not None and deviation * quantity <= amount)


def price_agrees(line: Line, order: Order, policy: Policy) -> bool | None:
    """Whether the printed price is the contract price; None if the two cannot be compared."""
    pair = comparable_price(line, order)
    if pair is None or line.reading is None:
        return None
    return within_tolerance(pair[0], pair[1].amount, policy, line.reading.base_quantity)


def hint(line: Line, net: Decimal, expected: ExpectedPrice, policy: Policy) -> str | None:
    """What the printed price would agree with, if it is only read by another base or unit."""
    quantity = line.reading.base_quantity if line.reading is not None else None
    for base in (10, 100, 1000):
        if within_tolerance(net / base, expected.amount, policy, quantity):
            return f"it would agree as a price per {base}"
        if within_tolerance(net * base, expected.amount, policy, quantity):
            return f"it would agree {base} times as high: is the price base right?"
    return None


class ContractPrice(PolicyRule):
    """A price must be printed, and be the contract price within the policy's tolerance.

    The price of a line whose customer, item, unit or quantity is open, or that is in another currency, is not judged
    here: the rule that found that fault has the order reviewed.
    """

    codes = ("missing_price", "wrong_price", "uom_mismatch")
    settings = (
        "price.over_percent", "price.under_percent", "price.over_amount", "price.under_amount", "price.required",
    )  # fmt: skip

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            policy = self._policies.for_line(matched, line.index)
            found = self._judge(line, matched, policy)
            if found is not None:
                yield found

    def _judge(self, line: Line, matched: MatchedOrder, policy: Policy) -> Mismatch | None:
        expected = line.match.price
        if line.item.unit_price is None:
            if not policy.price.required:
                return None
            reason = f"{line.name} prints no price" + (f"; {expected.explanation}" if expected else "")
            return mismatch("missing_price", line.path("unit_price"), expected and expected.amount, None, reason)
        if line.reading is None or matched.customer_record is None:
            return None
        if expected is None:
            why = line.match.price_problem or "no price list row holds for this item, customer, quantity and day"
            return mismatch("wrong_price", line.path("unit_price"), None, line.item.unit_price, f"{line.name}: {why}")
        pair = comparable_price(line, matched.order)
        if pair is None or within_tolerance(pair[0], expected.amount, policy, line.reading.base_quantity):
            return None
        return _disagreement(line, pair[0], expected, policy)


def _disagreement(line: Line, net: Decimal, expected: ExpectedPrice, policy: Policy) -> Mismatch:
    reading = line.reading
    factor = reading.factor if reading is not None else Decimal(1)
    per_base = f"{exact(_short(net))} per {expected.per_uom}"
    if factor != 1 and within_tolerance(net * factor, expected.amount, policy, None):
        reason = (
            f"{line.name}: ordered by {line.item.unit}, priced as if by {expected.per_uom} "
            f"({exact(_short(net * factor))}): is the quantity meant in {expected.per_uom}? {expected.explanation}"
        )
        return mismatch("uom_mismatch", line.path("unit"), expected.per_uom, line.item.unit, reason)
    share = _percent_off(net, expected.amount)
    more = hint(line, net, expected, policy)
    off = f" ({share} off, {_allowed(net > expected.amount, policy)})" if share else ""
    reason = f"{line.name}: the document's price is {per_base} net{off}"
    reason = f"{reason}; {expected.explanation}" + (f"; {more}" if more else "")
    return mismatch("wrong_price", line.path("unit_price"), expected.amount, _short(net), reason)


def _allowed(over: bool, policy: Policy) -> str:
    terms = policy.price
    percent, amount = (terms.over_percent, terms.over_amount) if over else (terms.under_percent, terms.under_amount)
    worth = f" and {exact(amount)} over the line" if amount >= 0 else ""
    return f"allowed {'above' if over else 'below'}: {exact(percent)} %{worth}"


def _percent_off(net: Decimal, expected: Decimal) -> str | None:
    return f"{(net - expected) / expected * 100:+.1f} %" if expected else None


def _short(value: Decimal) -> Decimal:
    """At most six decimals: a quotient of a price base may have no end."""
    exponent = value.as_tuple().exponent
    return round(value, 6) if isinstance(exponent, int) and exponent < -6 else value
