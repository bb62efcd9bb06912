"""Whether the customer may be delivered at all."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch


class CreditHold(PolicyRule):
    codes = ("credit_hold",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        customer = matched.customer_record
        if customer is not None and customer.credit_hold:
            reason = f"customers.csv has {customer.customer_id} {customer.name} on credit hold"
            yield mismatch("credit_hold", "buyer", "OK", "HOLD", reason)
