"""What a person's word on a mismatch changes: nothing of what is printed, but what leaves for the ERP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from pipeline.model import Decision, Evidence, How, LineDecision, LineMatch, Mismatch, Scope, Settled

PRICES = frozenset({"wrong_price", "missing_price"})
QUANTITIES = frozenset({"below_moq", "not_pack_multiple"})
ITEMS = frozenset({"unknown_item", "ambiguous_item", "discontinued_item"})

APPROVAL_REASONS = {
    "agreed": "agreed with the customer",
    "erp_outdated": "the ERP's data is out of date",
    "own_decision": "decided by our sales or purchasing",
    "harmless": "looked at, makes no difference here",
    "called_back": "called back on a number we know",
    "other": "something else: say what",
}
REJECTION_REASONS = {
    "no_order": "no order",
    "duplicate": "ordered already",
    "withdrawn": "the customer withdrew it",
    "fraud": "fraud",
    "not_possible": "we do not deliver this",
    "other": "something else: say what",
}
_LINE = re.compile(r"lines\[(\d+)\]")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person says of one case, mismatch by mismatch.

    ``values`` are right values by path; ``places`` say where on the page they stand, if the person showed it. ``skus``
    per line, from 1; ``forget`` names lines, from 1, whose choice is not to be remembered.
    """

    case_id: str
    version: str
    reviewer: str
    settled: tuple[Settled, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Evidence, ...] = ()
    skus: Mapping[int, str] = field(default_factory=dict)
    reason_code: str = ""
    reason: str = ""
    remember: Scope = Scope.CUSTOMER
    forget: frozenset[int] = frozenset()


def line_index(path: str) -> int | None:
    """From 0; None for the order as a whole."""
    found = _LINE.match(path)
    return int(found[1]) if found else None


def erp_value(decision: Decision, mismatch: Mismatch) -> str | None:
    """The ERP's value that can take the place of the document's; None where there is no such thing."""
    line = _line(decision, mismatch)
    if mismatch.code in PRICES:
        return mismatch.expected if line is not None and line.expected_price is not None else None
    if mismatch.code in QUANTITIES:
        return mismatch.expected if line is not None and _number(mismatch.expected) else None
    if mismatch.code == "uom_mismatch":
        return mismatch.expected if line is not None and line.sku and "," not in (mismatch.expected or ",") else None
    unprinted = mismatch.path == "currency" and mismatch.actual is None
    return mismatch.expected if unprinted and _CURRENCY.fullmatch(mismatch.expected or "") else None


def keeps_document(decision: Decision, mismatch: Mismatch) -> bool:
    """Whether an order can leave with the document's word on this: not without an item, a quantity or a price."""
    line = _line(decision, mismatch)
    if mismatch.code in ("no_lines", "missing_po_number", "unknown_customer", "missing_price", "missing_quantity"):
        return False
    if line is not None and (line.sku is None or mismatch.code in ("unknown_item", "ambiguous_item")):
        return False
    return not (mismatch.code == "uom_mismatch" and line is not None and line.erp_quantity is None)


def changed_by_erp(decision: Decision, settled: Iterable[Settled]) -> dict[str, str]:
    """Order fields, by path, that the ERP's word fills: a unit that converts to nothing, a currency nobody printed."""
    by_key = {(m.code, m.path): m for m in decision.mismatches}
    changed = {}
    for one in settled:
        mismatch = by_key.get((one.code, one.path))
        if one.how is not How.ERP or mismatch is None or one.code in PRICES | QUANTITIES:
            continue
        value = erp_value(decision, mismatch)
        if value is not None:
            changed[one.path] = value
    return changed


def as_settled(decision: Decision, matches: Sequence[LineMatch], settled: Iterable[Settled]) -> Decision:
    """The decision with what a person's word puts into its lines: the document's price, the ERP's quantity."""
    words = {(one.code, one.path): one.how for one in settled}
    lines = list(decision.lines)
    for mismatch in decision.mismatches:
        how, i = words.get((mismatch.code, mismatch.path)), line_index(mismatch.path)
        if how is None or i is None or i >= len(lines):
            continue
        if how is How.DOCUMENT and mismatch.code == "wrong_price" and i < len(matches):
            lines[i] = replace(lines[i], agreed_price=matches[i].net_unit_price)
        if how is How.ERP and mismatch.code in QUANTITIES and erp_value(decision, mismatch) is not None:
            lines[i] = replace(lines[i], erp_quantity=Decimal(mismatch.expected or "0"))
    return replace(decision, lines=tuple(lines))


def accepted(shown: Decision, settled: Iterable[Settled]) -> frozenset[Mismatch]:
    """What may stay wrong: the very mismatches, values and all, of which a person said which value holds."""
    words = {(one.code, one.path) for one in settled if one.how in (How.DOCUMENT, How.ERP)}
    return frozenset(_bare(m) for m in shown.mismatches if (m.code, m.path) in words)


def is_accepted(mismatch: Mismatch, words: frozenset[Mismatch]) -> bool:
    """The words of the reason may be others: they name neighbours and dates."""
    return _bare(mismatch) in words


def needs_reason(mismatches: Iterable[Mismatch], settled: Iterable[Settled]) -> bool:
    """Whether something stays wrong that nobody took back: a reading that was confirmed on the page is none."""
    words = {(one.code, one.path) for one in settled if one.how is How.DOCUMENT}
    return any((m.code, m.path) in words and m.code != "low_confidence" for m in mismatches)


def _bare(mismatch: Mismatch) -> Mismatch:
    return replace(mismatch, reason="")


def _line(decision: Decision, mismatch: Mismatch) -> LineDecision | None:
    i = line_index(mismatch.path)
    return decision.lines[i] if i is not None and i < len(decision.lines) else None


def _number(text: str | None) -> bool:
    try:
        return text is not None and Decimal(text) > 0
    except InvalidOperation:
        return False
