"""The fields a customer's orders must state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipeline.model import MatchedOrder, Mismatch, Order, Party
from rules.base import PolicyRule
from rules.facts import mismatch


def stated(order: Order, field: str) -> bool:
    """Whether the order says ``field``, a path of the order JSON ("po_number", "ship_to.name")."""
    value: object = order
    for name in field.split("."):
        value = getattr(value, name, None)
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, (date, Decimal)) or (isinstance(value, Party) and value != Party())


class RequiredFields(PolicyRule):
    """A missing PO number has a code of its own; what else the policy requires is ``low_confidence``."""

    codes = ("missing_po_number", "low_confidence")
    settings = ("order.required_fields",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for field in self._policies.for_order(matched).order.required_fields:
            if stated(matched.order, field):
                continue
            if field == "po_number":
                reason = "the document prints no order number, so a second copy could not be told from a new order"
                yield mismatch("missing_po_number", field, None, None, reason)
            else:
                reason = f"the policy requires {field}, and the document does not state it"
                yield mismatch("low_confidence", field, None, None, reason)
