"""Where the goods go."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.customer import candidates_in_words
from rules.facts import mismatch


class KnownShipTo(PolicyRule):
    """A delivery address that is printed must be one of the customer's, and one the policy lets through."""

    codes = ("unknown_ship_to", "low_confidence")
    settings = ("order.ship_to_whitelist",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        customer, found = matched.customer_record, matched.ship_to
        if customer is None:
            return  # without a customer there is no list to look in: unknown_customer says it all
        printed = ", ".join(part for part in (matched.order.ship_to.name, matched.order.ship_to.address) if part)
        allowed = self._policies.for_order(matched).order.ship_to_whitelist
        if found.key is None:
            if found.stated and "ship_to" not in matched.absent_exports:
                reason = f"no ship_to.csv row of {customer.customer_id} has this delivery address: {found.reason}"
                nearest = candidates_in_words(found.candidates)
                reason = f"{reason}; nearest: {nearest}" if nearest else reason
                yield mismatch("unknown_ship_to", "ship_to", None, printed or None, reason)
        elif allowed and found.key not in allowed:
            reason = f"the policy lets {customer.customer_id} deliver to {', '.join(allowed)} only"
            yield mismatch("unknown_ship_to", "ship_to", ", ".join(allowed), found.key, reason)
        elif found.conflicts:
            reason = f"taken for {found.key}, but: {'; '.join(found.conflicts)}"
            yield mismatch("low_confidence", "ship_to", found.key, printed or None, reason)
