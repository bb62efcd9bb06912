"""The packs an item is sold in."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import is_positive, lines_to_deliver, mismatch, plain


class PackMultiple(PolicyRule):
    """Compared in base units; names the two quantities that would do."""

    codes = ("not_pack_multiple",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            item, reading = line.sold, line.reading
            pack = item.pack_multiple if item is not None else None
            if item is None or reading is None or pack is None or not is_positive(pack):
                continue
            packs = reading.base_quantity / pack
            if packs == packs.to_integral_value():
                continue
            below = packs.to_integral_value(rounding="ROUND_FLOOR") * pack
            near = f"{plain(below)} or {plain(below + pack)}" if below else plain(pack)
            reason = (
                f"{line.name}: {plain(reading.base_quantity)} {reading.base_uom} ordered, items.csv packs {item.sku} "
                f"by {plain(pack)}: {near} would do"
            )
            yield mismatch("not_pack_multiple", line.path("quantity"), near, reading.base_quantity, reason)
