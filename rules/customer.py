"""Who ordered."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Candidate, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch


def candidates_in_words(candidates: tuple[Candidate, ...], most: int = 3) -> str:
    """The nearest candidates with what speaks for them, best first; empty if there are none."""
    best = sorted(candidates, key=lambda c: -c.score)[:most]
    return "; ".join(f"{c.key} {c.label} ({c.reason})" for c in best)


class KnownCustomer(PolicyRule):
    """Exactly one customer of the ERP must stand behind the order, and nothing may speak against it."""

    codes = ("unknown_customer", "low_confidence")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        found = matched.customer
        printed = matched.order.buyer.name
        if found.key is None or matched.customer_record is None:
            nearest = candidates_in_words(found.candidates)
            reason = f"no customer of customers.csv stands behind this order: {found.reason}"
            yield mismatch(
                "unknown_customer", "buyer", None, printed, f"{reason}; nearest: {nearest}" if nearest else reason
            )
        elif found.conflicts:
            reason = f"taken for {found.key} {matched.customer_record.name}, but: {'; '.join(found.conflicts)}"
            yield mismatch("low_confidence", "buyer", found.key, printed, reason)
