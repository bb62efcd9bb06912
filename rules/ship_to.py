"""Where the goods go."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Customer, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.customer import candidates_in_words
from rules.facts import mismatch
from rules.policy import OrderPolicy


class KnownShipTo(PolicyRule):
    """The delivery address must be printed, be one of the customer's, and one the policy lets through.

    An address that is not found on the document may be one that was not read: only the policy can say that this
    customer's orders print none.
    """

    codes = ("unknown_ship_to", "low_confidence")
    settings = ("order.ship_to_required", "order.ship_to_whitelist")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if matched.customer_record is None:
            return  # without a customer there is no list to look in: unknown_customer says it all
        policy = self._policies.for_order(matched).order
        if not matched.ship_to.stated:
            yield from _unstated(matched, policy)
        elif matched.ship_to.key is None:
            yield from _unknown(matched, matched.customer_record)
        yield from _not_allowed(matched, policy)


def _unstated(matched: MatchedOrder, policy: OrderPolicy) -> Iterator[Mismatch]:
    found = matched.ship_to
    if "ship_to" in matched.absent_exports:
        return
    if policy.ship_to_required or (found.key is None and found.candidates):
        reason = f"no delivery address was found in the document: {found.reason}"
        yield mismatch("low_confidence", "ship_to", found.key, None, _with_nearest(reason, matched))


def _unknown(matched: MatchedOrder, customer: Customer) -> Iterator[Mismatch]:
    if "ship_to" not in matched.absent_exports:
        reason = f"no ship_to.csv row of {customer.customer_id} has this delivery address: {matched.ship_to.reason}"
        yield mismatch("unknown_ship_to", "ship_to", None, _printed(matched), _with_nearest(reason, matched))


def _not_allowed(matched: MatchedOrder, policy: OrderPolicy) -> Iterator[Mismatch]:
    found, allowed = matched.ship_to, policy.ship_to_whitelist
    if found.key is None:
        return
    if allowed and found.key not in allowed:
        reason = f"the policy lets this customer deliver to {', '.join(allowed)} only"
        yield mismatch("unknown_ship_to", "ship_to", ", ".join(allowed), found.key, reason)
    elif found.conflicts:
        reason = f"taken for {found.key}, but: {'; '.join(found.conflicts)}"
        yield mismatch("low_confidence", "ship_to", found.key, _printed(matched), reason)


def _printed(matched: MatchedOrder) -> str | None:
    place = matched.order.ship_to
    return ", ".join(part for part in (place.name, place.address) if part) or None


def _with_nearest(reason: str, matched: MatchedOrder) -> str:
    nearest = candidates_in_words(matched.ship_to.candidates)
    return f"{reason}; nearest: {nearest}" if nearest else reason
