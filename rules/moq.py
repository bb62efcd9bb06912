"""The least quantity an item is sold in."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import lines_to_deliver, mismatch, plain


class MinimumQuantity(PolicyRule):
    """Compared in base units; a line that has neither item nor unit is another rule's."""

    codes = ("below_moq",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            item, reading = line.sold, line.reading
            if item is None or reading is None or item.moq is None or reading.base_quantity >= item.moq:
                continue
            ordered = f"{plain(reading.base_quantity)} {reading.base_uom}"
            reason = (
                f"{line.name}: {ordered} ordered, items.csv sells {item.sku} from {plain(item.moq)} {item.base_uom}"
            )
            yield mismatch("below_moq", line.path("quantity"), item.moq, reading.base_quantity, reason)
