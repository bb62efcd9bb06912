"""What the machine made of an order beside what a person left of it: values judged, money at stake, what would help."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.codec import order_to_json
from pipeline.model import Decision, LineDecision, LineItem, Mismatch, Order, Source

BINS = (0, 50, 70, 80, 90, 95, 98, 99)  # lower ends of the ranges of confidence, in hundredths
UNSTATED = -1
LINE = "line"
HEADER = (
    "po_number", "order_date", "requested_date", "currency", "subtotal", "discount", "freight", "tax", "total",
)  # fmt: skip
OF_LINE = (
    "buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id", "quantity", "unit", "unit_price",
    "price_base_quantity", "line_discount", "line_amount", "requested_date",
)  # fmt: skip
_SHEETS = (Source.XLSX, Source.CSV)
_IN_LINE = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")
_MOST = 10**15  # more than any order is worth: a misread amount must not break a sum


@dataclass(frozen=True, slots=True)
class Judged:
    """One value that a person judged; ``confidence`` 0..1, None where none was stated. Line -1: the header."""

    field: str
    line: int
    right: bool
    confidence: float | None

    @property
    def bin(self) -> int:
        if self.confidence is None:
            return UNSTATED
        return next(low for low in reversed(BINS) if round(self.confidence * 10_000) >= low * 100)


@dataclass(frozen=True, slots=True)
class Difference:
    """``changed_values`` were read wrong, or overruled by the ERP's; ``caught``: what that was worth, in
    ten-thousandths of the order's currency."""

    judged: tuple[Judged, ...]
    changed_values: int
    changed_lines: int
    caught: int


def e4(amount: Decimal | None) -> int:
    """In ten-thousandths; 0 for none, and bounded."""
    if amount is None or not amount.is_finite():
        return 0
    return int(min(max(amount, Decimal(-_MOST)), Decimal(_MOST)) * 10_000)


def line_value(line: LineItem) -> Decimal | None:
    """As printed, else quantity times price."""
    if line.line_amount is not None or line.quantity is None or line.unit_price is None:
        return line.line_amount
    return line.quantity * line.unit_price / line.price_base_quantity if line.price_base_quantity else None


def order_value(order: Order) -> Decimal:
    """As printed, else the sum of the lines."""
    for printed in (order.total, order.subtotal):
        if printed is not None:
            return printed
    return sum((value for line in order.lines if (value := line_value(line)) is not None), Decimal(0))


def channel(order: Order) -> str:
    """ "scan", "spreadsheet", "text", or "unread" where no value was found."""
    sources = {e.source for e in order.evidence}
    if Source.OCR in sources:
        return "scan"
    if sources & set(_SHEETS):
        return "spreadsheet"
    return "text" if sources else "unread"


def layout(order: Order) -> str:
    """The order of the columns as they stand on the first line: the same for every order of one form."""
    first = [e for e in order.evidence if e.path.startswith("lines[0].")]
    columns = sorted(first, key=lambda e: (e.box.x0, e.path))
    return " · ".join(dict.fromkeys(e.path.partition(".")[2] for e in columns))[:200]


def line_of(mismatch: Mismatch) -> int:
    """From 0; -1 for the order as a whole."""
    found = _IN_LINE.match(mismatch.path)
    return int(found[1]) if found else -1


def stake(order: Order, line: int) -> int:
    if 0 <= line < len(order.lines):
        return e4(line_value(order.lines[line]))
    return e4(order_value(order))


def compare(first: Decision, final: Decision) -> Difference:
    """``final`` is what a person let through. A line that came or went is a wrong one; others go by their place."""
    judged = tuple(_judged(first, final))
    wrong = [one for one in judged if not one.right and one.field != LINE]
    lines = {one.line for one in judged if not one.right and one.line >= 0}
    caught = sum(_caught(first, final, line) for line in sorted(lines))
    if not lines and any(not one.right for one in judged):
        caught = abs(e4(order_value(final.order)) - e4(order_value(first.order)))
    surplus = abs(len(first.lines) - len(final.lines))
    overruled = dict(_overruled(first, final))
    return Difference(
        judged, len(wrong) + surplus + len(overruled), len(lines | overruled.keys()), caught + sum(overruled.values())
    )


def _overruled(first: Decision, final: Decision) -> Iterator[tuple[int, int]]:
    """Lines that were read right and leave with the ERP's price or quantity, and the difference that makes."""
    codes: dict[int, set[str]] = defaultdict(set)
    for mismatch in first.mismatches:
        codes[line_of(mismatch)].add(mismatch.code)
    for i, (old, new) in enumerate(zip(first.lines, final.lines, strict=False)):
        price = new.expected_price if new.agreed_price is None else None
        resized = bool(codes[i] & set(_PACKS)) and old.erp_quantity != new.erp_quantity
        if first.order.lines[i : i + 1] != final.order.lines[i : i + 1] or not (
            resized or ("wrong_price" in codes[i] and price is not None)
        ):
            continue
        leaves = price * new.erp_quantity if price is not None and new.erp_quantity is not None else None
        yield i, abs(e4(leaves) - stake(first.order, i)) if leaves is not None else 0


def _judged(first: Decision, final: Decision) -> Iterator[Judged]:
    before, after = order_to_json(first.order), order_to_json(final.order)
    sure = {e.path: e.confidence for e in first.order.evidence}
    yield from _fields("", -1, HEADER, before, after, sure)
    if first.customer_id or final.customer_id:
        yield Judged("customer", -1, first.customer_id == final.customer_id, None)
    pairs = list(zip(before["lines"], after["lines"], strict=False))
    for i, (old, new) in enumerate(pairs):
        values = [*_fields(f"lines[{i}].", i, OF_LINE, old, new, sure), *_item(first.lines[i], final.lines[i], i)]
        yield from values
        stated = [one.confidence for one in values if one.confidence is not None]
        yield Judged(LINE, i, all(one.right for one in values), min(stated, default=None))
    for i in range(len(pairs), max(len(before["lines"]), len(after["lines"]))):
        yield Judged(LINE, i, right=False, confidence=None)


def _fields(
    at: str, line: int, names: tuple[str, ...], old: Mapping[str, object], new: Mapping[str, object],
    sure: Mapping[str, float],
) -> Iterator[Judged]:  # fmt: skip
    """Where either has a value; a price base of 1 is what holds when nothing is printed."""
    for name in names:
        was, now = old.get(name), new.get(name)
        if (was is None and now is None) or (name == "price_base_quantity" and was == now == "1"):
            continue
        yield Judged(name, line, was == now, sure.get(at + name))


def _item(old: LineDecision, new: LineDecision, line: int) -> Iterator[Judged]:
    if old.sku or new.sku:
        yield Judged("sku", line, old.sku == new.sku, None)


def _caught(first: Decision, final: Decision, line: int) -> int:
    """The difference in money; the whole amount where another item would have been delivered or a line is not both."""
    if line >= min(len(first.lines), len(final.lines)):
        return max(abs(stake(decision.order, line)) for decision in (first, final) if line < len(decision.lines))
    old, new = stake(first.order, line), stake(final.order, line)
    if first.lines[line].sku != final.lines[line].sku or not old or not new:
        return max(abs(old), abs(new))
    return abs(new - old)


def fix(mismatch_code: str, line: int, first: Decision, final: Decision) -> str:
    """What would have spared a person this exception the next time; "" where only a person can tell."""
    if mismatch_code in _ORDER_FIXES:
        return _ORDER_FIXES[mismatch_code]
    if not 0 <= line < min(len(first.lines), len(final.lines)):
        return ""
    item, decided = final.order.lines[line], final.lines[line]
    if mismatch_code == "uom_mismatch":
        return _unit_fix(item, decided)
    if mismatch_code in ("unknown_item", "ambiguous_item"):
        code = item.buyer_item_id or item.seller_item_id or item.manufacturer_item_id or item.standard_item_id
        return f"teach item {code} = {decided.sku}"[:200] if code and decided.sku else ""
    if mismatch_code == "wrong_price" and decided.sku and decided.expected_price is not None:
        return f"agree on the price of {decided.sku}: {decided.expected_price} in the ERP, {item.unit_price} ordered"[
            :200
        ]
    return f"agree on pack and least quantity of {decided.sku}"[:200] if mismatch_code in _PACKS else ""


_PACKS = ("below_moq", "not_pack_multiple")
_ORDER_FIXES = {
    "unknown_customer": "add the customer's mail domain or tax number to the ERP",
    "unknown_ship_to": "add the delivery address to the ERP",
    "low_confidence": "teach the columns of the layout, or ask for the order as PDF text or spreadsheet",
}


def _unit_fix(item: LineItem, decided: LineDecision) -> str:
    if item.unit is None or not item.quantity or decided.erp_quantity is None or not decided.erp_uom:
        return ""
    factor = f"{(decided.erp_quantity / item.quantity).normalize():f}"
    return f"teach unit {item.unit} = {factor} {decided.erp_uom}"[:200]
