"""An order line by line against what is already held of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.model import EarlierLine, EarlierOrder, MatchedOrder
from pipeline.run import code_key
from rules.facts import Line, exact, lines, plain

STILL_OPEN = frozenset({"", "open", "blanket"})  # states of an ERP line that may still be changed
SAME_PRICE = Decimal("0.005")  # share: the ERP holds the net price, rounded its own way


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of one item, and what is left over on both sides; every line appears once."""

    pairs: tuple[tuple[Line, EarlierLine], ...]
    added: tuple[Line, ...]
    cancelled: tuple[EarlierLine, ...]

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs, in words, one sentence a line; empty if the two are the same order."""
        changed = [words for line, held in self.pairs if (words := difference(line, held))]
        added = [f"added: {line.name}, {_quantity(line)}" for line in self.added]
        gone = [f"cancelled: {_held_name(held)}, {_held_quantity(held)}{_too_late(held)}" for held in self.cancelled]
        return (*changed, *added, *gone)


def align(matched: MatchedOrder, earlier: EarlierOrder) -> Alignment:
    """Pairs lines of the same item; of several, those with the same quantity first, then in their order."""
    open_lines, held_lines = list(lines(matched)), list(earlier.lines)
    pairs: list[tuple[Line, EarlierLine]] = []
    for test in (_same_item_and_quantity, _same_item):
        for line in tuple(open_lines):
            held = next((held for held in held_lines if test(line, held)), None)
            if held is not None:
                pairs.append((line, held))
                open_lines.remove(line)
                held_lines.remove(held)
    pairs.sort(key=lambda pair: pair[0].index)
    return Alignment(tuple(pairs), tuple(open_lines), tuple(held_lines))


def codes_of(line: Line) -> frozenset[str]:
    item = line.item
    printed = (item.seller_item_id, item.buyer_item_id, item.manufacturer_item_id, item.standard_item_id)
    return frozenset(code_key(code) for code in printed if code)


def _same_item(line: Line, held: EarlierLine) -> bool:
    sku = line.match.item.sku if line.match.item is not None else None
    if sku is not None and held.sku is not None:
        return sku == held.sku
    return bool(codes_of(line) & {code_key(code) for code in (*held.item_codes, held.sku) if code})


def _same_item_and_quantity(line: Line, held: EarlierLine) -> bool:
    return _same_item(line, held) and same_quantity(line, held)


def same_quantity(line: Line, held: EarlierLine) -> bool:
    """In base units where the held line is in them, else as printed."""
    reading = line.match.unit
    if reading is not None and held.uom == reading.base_uom:
        return held.quantity == reading.base_quantity
    return held.quantity == line.item.quantity


def same_price(line: Line, held: EarlierLine) -> bool:
    """A price that either side does not state is not held to have changed."""
    if held.price is None or line.item.unit_price is None or held.price == line.item.unit_price:
        return True
    net, reading = line.match.net_unit_price, line.match.unit
    if net is None or reading is None:
        return False
    in_held_unit = net if held.uom == reading.base_uom else net * reading.factor
    return abs(in_held_unit - held.price) <= abs(held.price) * SAME_PRICE


def difference(line: Line, held: EarlierLine) -> str | None:
    """What changed on a line that both hold, in words."""
    parts = []
    if not same_quantity(line, held):
        parts.append(f"quantity {_held_quantity(held)} → {_quantity(line)}")
    if not same_price(line, held):
        parts.append(f"price {exact(held.price)} → {exact(line.item.unit_price)}")
    wanted = line.item.requested_date
    if wanted is not None and held.requested_date is not None and wanted != held.requested_date:
        parts.append(f"date {held.requested_date} → {wanted}")
    return f"changed: {line.name}, {', '.join(parts)}{_too_late(held)}" if parts else None


def _too_late(held: EarlierLine) -> str:
    """For a line that the ERP is no longer waiting to deliver."""
    status = (held.status or "").strip()
    return "" if status.casefold() in STILL_OPEN else f" (too late: already {status})"


def _quantity(line: Line) -> str:
    return f"{plain(line.item.quantity)} {line.item.unit or ''}".rstrip()


def _held_name(held: EarlierLine) -> str:
    name = held.sku or next(iter(held.item_codes), None) or "an item"
    return f"{name} (line {held.line_no})" if held.line_no else name


def _held_quantity(held: EarlierLine) -> str:
    return f"{plain(held.quantity)} {held.uom or ''}".rstrip()


def in_words(changes: Sequence[str], most: int = 10) -> str:
    more = [f"and {len(changes) - most} more"] if len(changes) > most else []
    return "; ".join((*changes[:most], *more))
