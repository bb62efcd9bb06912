"""What the machine may put right by itself, because the customer agreed to it: policy section ``corrections``.

Rounding up happens before the rules look, so that stock, minimum and sums are judged by what would be delivered; a
price is put right afterwards, since it is the contract price that is entered anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from pipeline.model import LineMatch, MatchedOrder, Mismatch
from rules.facts import Line, comparable_price, is_positive, lines_to_deliver, mismatch, plain
from rules.policy import Policies, Policy


def rounded_up(matched: MatchedOrder, policies: Policies) -> tuple[MatchedOrder, tuple[Mismatch, ...]]:
    """The order with the quantities that would be delivered, and what was changed about it."""
    found = list(_rounded(matched, policies))
    if not found:
        return matched, ()
    match_of = {line.index: match for line, match, _ in found}
    lines = tuple(match_of.get(index, match) for index, match in enumerate(matched.lines))
    return replace(matched, lines=lines), tuple(told for _, _, told in found)


def _rounded(matched: MatchedOrder, policies: Policies) -> Iterator[tuple[Line, LineMatch, Mismatch]]:
    for line in lines_to_deliver(matched):
        policy, reading = policies.for_line(matched, line.index), line.reading
        rounded = _to_pack(line, policy)
        if rounded is None or reading is None:
            continue
        origin = policies.origin(matched, "corrections.round_up_to_pack", line.index)
        reason = (
            f"{line.name}: {plain(reading.base_quantity)} {reading.base_uom} ordered, rounded up to whole packs "
            f"({plain(rounded)}) as agreed (corrections.round_up_to_pack in {origin})"
        )
        told = mismatch("not_pack_multiple", line.path("quantity"), rounded, reading.base_quantity, reason)
        yield line, replace(line.match, unit=replace(reading, base_quantity=rounded)), told


def _to_pack(line: Line, policy: Policy) -> Decimal | None:
    """The quantity in base units, where the policy lets it be rounded up and nothing but the quantity changes by it:
    no delivery plan, no price break on the way."""
    item, reading, price = line.sold, line.reading, line.match.price
    pack = item.pack_multiple if item is not None else None
    if not policy.corrections.round_up_to_pack or reading is None or pack is None or not is_positive(pack):
        return None
    rounded = (reading.base_quantity / pack).to_integral_value(rounding=ROUND_CEILING) * pack
    over = (rounded - reading.base_quantity) * 100
    if not over or over > reading.base_quantity * policy.delivery.over_percent or line.item.schedule:
        return None
    passes_break = price is None or (price.next_break is not None and price.next_break <= rounded)
    return None if passes_break else rounded


def agreed_price(found: Mismatch, line: Line, matched: MatchedOrder, policies: Policies) -> Mismatch | None:
    """A price above the contract price, if the policy says that the lower one is entered; None if it must be asked."""
    policy, pair = policies.for_line(matched, line.index), comparable_price(line, matched.order)
    if found.code != "wrong_price" or not policy.corrections.take_lower_price or pair is None:
        return None
    net, expected = pair[0], pair[1].amount
    if not expected < net <= expected * (1 + policy.corrections.price_percent / 100):
        return None
    origin = policies.origin(matched, "corrections.take_lower_price", line.index)
    agreed = f"entered at the contract price as agreed (corrections.take_lower_price in {origin})"
    return replace(found, reason=f"{found.reason}; {agreed}")
