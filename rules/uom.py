"""The unit a line is ordered in."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from pipeline.run import code_key
from rules.base import PolicyRule
from rules.facts import Line, is_positive, lines_to_deliver, mismatch


class Unit(PolicyRule):
    """The printed unit must convert to the item's base unit and be one the policy accepts."""

    codes = ("uom_mismatch",)
    settings = ("quantity.accepted_units",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        for line in lines_to_deliver(matched):
            item, match = line.sold, line.match
            if item is None or not is_positive(line.item.quantity):
                continue
            accepted = self._policies.for_line(matched, line.index).quantity.accepted_units
            if match.unit_problem is not None or match.unit is None:
                why = match.unit_reason or f"{line.item.unit or 'no unit'} does not convert to {item.base_uom}"
                yield mismatch("uom_mismatch", line.path("unit"), item.base_uom, line.item.unit, f"{line.name}: {why}")
            elif accepted and not _is_accepted(line, accepted):
                reason = f"{line.name}: ordered by {line.item.unit}; the policy accepts {', '.join(accepted)}"
                yield mismatch("uom_mismatch", line.path("unit"), ", ".join(accepted), line.item.unit, reason)


def _is_accepted(line: Line, accepted: tuple[str, ...]) -> bool:
    printed = {code_key(unit) for unit in (line.item.unit, line.item.unit_code) if unit}
    return bool(printed & {code_key(unit) for unit in accepted})
