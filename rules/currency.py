"""The currency of the order."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.currency_marks import of_amounts
from rules.facts import Line, lines_to_deliver, mismatch
from rules.price import price_agrees


class Currency(PolicyRule):
    """The document's currency must be that of the prices it is held against, else the customer's.

    A document that prints none at all is held to its prices: contract prices met to the tolerance on most lines prove
    the currency, since another currency's figures would differ, unless a sign or a
    heading says otherwise. A line that does not agree is ``wrong_price`` itself.
    """

    codes = ("currency_mismatch", "low_confidence")
    settings = ("order.currency_proven_by_prices",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        customer = matched.customer_record
        if customer is None:
            return
        expected = expected_currencies(matched)
        printed = matched.order.currency
        marked = of_amounts(matched, expected if printed is None else expected | {printed})
        if marked is not None:
            wanted = " or ".join(sorted(expected))
            reason = f"{marked}; {customer.customer_id} {customer.name} buys in {wanted}"
            yield mismatch("currency_mismatch", "currency", wanted, printed, reason)
        elif printed is None:
            yield from self._unprinted(matched, expected)
        elif expected and printed not in expected:
            wanted = " or ".join(sorted(expected))
            reason = f"the order is in {printed}; {customer.customer_id} {customer.name} buys in {wanted}"
            yield mismatch("currency_mismatch", "currency", wanted, printed, reason)

    def _unprinted(self, matched: MatchedOrder, expected: frozenset[str]) -> Iterator[Mismatch]:
        priced = [line for line in lines_to_deliver(matched) if line.item.unit_price is not None]
        if not priced or self._proven(matched, priced):
            return
        reason = "the document prints no currency, and its prices do not prove one"
        yield mismatch("low_confidence", "currency", " or ".join(sorted(expected)) or None, None, reason)

    def _proven(self, matched: MatchedOrder, priced: list[Line]) -> bool:
        if not self._policies.for_order(matched).order.currency_proven_by_prices:
            return False
        outcomes = [price_agrees(line, matched.order, self._policies.for_line(matched, line.index)) for line in priced]
        return sum(outcome is True for outcome in outcomes) > sum(outcome is False for outcome in outcomes)


def expected_currencies(matched: MatchedOrder) -> frozenset[str]:
    """The currency of the expected prices; the customer's where no price was found."""
    of_prices = {line.match.price.currency for line in lines_to_deliver(matched) if line.match.price is not None}
    customer = matched.customer_record
    if of_prices:
        return frozenset(of_prices)
    return frozenset({customer.currency}) if customer is not None and customer.currency else frozenset()
