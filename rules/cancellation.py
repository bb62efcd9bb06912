"""Cancellations: a person takes them into the ERP."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import DocumentType, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch
from rules.revision import held_in_words, same_number


class Cancellation(PolicyRule):
    codes = ("cancelled_po",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if matched.order.document_type is not DocumentType.ORDER_CANCELLATION:
            return
        held = same_number(matched)
        where = f"we hold it: {held_in_words(held[-1])}" if held else "we hold no order of this number"
        number = matched.order.po_number or "an order without a number"
        yield mismatch("cancelled_po", "document_type", None, number, f"the document cancels {number}; {where}")
