"""Which mismatches of different orders have the same cause, so that one answer can settle them all.

Only within one customer, and only if everything that the answer rests on is printed alike: code and words of an item,
a unit beside the units the ERP knows, an item with its price on both sides. Never where fraud, a new delivery address
or credit is in question: such an order is looked at by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.aliases import CODE_FIELDS, text_alias
from pipeline.model import Decision, LineDecision, LineItem, Mismatch

ALONE = frozenset({"suspicious_sender", "unknown_ship_to", "credit_hold", "unknown_customer", "body_conflict"})
_LINE = re.compile(r"lines\[(\d{1,6})\]")
SHOWN_LENGTH = 300


class CauseKind(StrEnum):
    ITEM = "item"  # the answer is an item (sku)
    UNIT = "unit"  # the answer is a unit of the ERP
    PRICE = "price"  # the answer is whose price holds: "document" or "erp"


CODES = {
    "unknown_item": CauseKind.ITEM,
    "ambiguous_item": CauseKind.ITEM,
    "uom_mismatch": CauseKind.UNIT,
    "wrong_price": CauseKind.PRICE,
}


@dataclass(frozen=True, slots=True)
class Cause:
    """``cause_id`` is the same wherever the cause is; ``shown`` says it in words."""

    cause_id: str
    kind: CauseKind
    customer_id: str
    shown: str


def causes_of(decision: Decision) -> Iterator[tuple[int, Cause]]:
    """Of an open case: the place of the mismatch (from 0) and its cause."""
    customer = decision.customer_id
    if customer is None or any(m.code in ALONE for m in decision.mismatches):
        return
    for place, mismatch in enumerate(decision.mismatches):
        kind, i = CODES.get(mismatch.code), line_of(mismatch)
        if kind is None or i is None or i >= len(decision.lines):
            continue
        words = _WORDS[kind](decision.order.lines[i], decision.lines[i], mismatch)
        if words is not None:
            sealed = "\x1f".join((kind, customer, *words))
            cause_id = hashlib.sha256(sealed.encode("utf-8", "replace")).hexdigest()[:16]
            yield place, Cause(cause_id, kind, customer, " · ".join(w for w in words if w)[:SHOWN_LENGTH])


def line_of(mismatch: Mismatch) -> int | None:
    """From 0; None for the order as a whole."""
    found = _LINE.match(mismatch.path)
    return int(found[1]) if found else None


def _item(line: LineItem, decided: LineDecision, _: Mismatch) -> tuple[str, ...] | None:
    codes = tuple(text_alias(getattr(line, field) or "") for field in CODE_FIELDS)
    words = (*codes, text_alias(line.description or ""))
    return words if decided.sku is None and any(words) else None


def _unit(line: LineItem, decided: LineDecision, mismatch: Mismatch) -> tuple[str, ...] | None:
    unit, expected = text_alias(line.unit or ""), mismatch.expected or ""
    return (unit, f"ERP: {expected}", decided.sku) if unit and expected and decided.sku else None


def _price(line: LineItem, decided: LineDecision, mismatch: Mismatch) -> tuple[str, ...] | None:
    if decided.sku is None or not mismatch.actual or not mismatch.expected:
        return None
    return decided.sku, text_alias(line.unit or ""), mismatch.actual, f"ERP: {mismatch.expected}"


_WORDS = {CauseKind.ITEM: _item, CauseKind.UNIT: _unit, CauseKind.PRICE: _price}
