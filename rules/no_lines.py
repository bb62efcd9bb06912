"""An order must order something."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import DocumentType, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch


class NoLines(PolicyRule):
    codes = ("no_lines",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        cancels = matched.order.document_type is DocumentType.ORDER_CANCELLATION
        if not matched.order.lines and not cancels:
            yield mismatch("no_lines", "lines", None, None, "no order line was found in the document")
