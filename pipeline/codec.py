"""Orders and decisions as JSON and back: ISO dates, decimals as strings, absent is null.

The round trip is exact. Keys beyond the contract ("revision", "language", "doubts", "schedule", "notes", "match_level",
"match_reason", "candidates") are additions; a reader of the JSON may ignore them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.errors import DocumentError
from pipeline.model import (
    Box,
    Candidate,
    Decision,
    Discount,
    DocumentType,
    Doubt,
    Evidence,
    LineDecision,
    LineItem,
    Mismatch,
    Order,
    Party,
    ScheduleLine,
    Source,
    Verdict,
)

Json = dict[str, Any]

PARTY_FIELDS = ("name", "address", "email", "tax_id")
TEXT_LINE_FIELDS = ("buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id", "description")
AMOUNT_FIELDS = ("subtotal", "tax", "freight", "discount", "total")


def dumps(value: Any) -> str:
    """Stable text: the same value gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


# --- order to JSON


def order_to_json(order: Order, *, evidence: bool = False) -> Json:
    """Contract, section 1; with ``evidence`` also ``{"evidence": {path: {page, box, text, confidence, source}}}``."""
    value: Json = {
        "document_type": str(order.document_type),
        "po_number": order.po_number,
        "order_date": _date(order.order_date),
        "requested_date": _date(order.requested_date),
        "currency": order.currency,
        "payment_terms": order.payment_terms,
        "incoterms": order.incoterms,
        "buyer": _party(order.buyer),
        "seller": _party(order.seller),
        "ship_to": _party(order.ship_to),
        "bill_to": _party(order.bill_to),
    }
    value |= {name: _decimal(getattr(order, name)) for name in AMOUNT_FIELDS}
    value["lines"] = [_line(line) for line in order.lines]
    value |= {"revision": order.revision, "language": order.language}
    value["doubts"] = [{"path": d.path, "reason": d.reason} for d in order.doubts]
    if evidence:
        value["evidence"] = {e.path: _evidence(e) for e in order.evidence}
    return value


def _line(line: LineItem) -> Json:
    return {
        "line_no": line.line_no,
        **{name: getattr(line, name) for name in TEXT_LINE_FIELDS},
        "quantity": _decimal(line.quantity),
        "unit": line.unit,
        "unit_code": line.unit_code,
        "unit_price": _decimal(line.unit_price),
        "price_base_quantity": _decimal(line.price_base_quantity),
        "line_discount": _discount(line.line_discount),
        "line_amount": _decimal(line.line_amount),
        "requested_date": _date(line.requested_date),
        "schedule": [
            {"quantity": _decimal(s.quantity), "requested_date": _date(s.requested_date)} for s in line.schedule
        ],
        "notes": list(line.notes),
    }


def _party(party: Party) -> Json:
    return {name: getattr(party, name) for name in PARTY_FIELDS}


def _evidence(e: Evidence) -> Json:
    value: Json = {
        "page": e.page,
        "box": [e.box.x0, e.box.top, e.box.x1, e.box.bottom],
        "text": e.text,
        "confidence": e.confidence,
        "source": str(e.source),
    }
    return value if e.note is None else {**value, "note": e.note}


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _discount(value: Discount | None) -> str | None:
    if value is None:
        return None
    return f"{value.value:f}%" if value.percent else f"{value.value:f}"


# --- order from JSON


def order_from_json(value: Mapping[str, Any]) -> Order:
    """Raises ``DocumentError`` naming the key where a value is not of the contract's form; unknown keys are ignored."""
    return Order(
        document_type=_enum(value, "document_type"),
        po_number=_text(value, "po_number"),
        order_date=_to_date(value, "order_date"),
        requested_date=_to_date(value, "requested_date"),
        currency=_text(value, "currency"),
        payment_terms=_text(value, "payment_terms"),
        incoterms=_text(value, "incoterms"),
        buyer=_to_party(value, "buyer"),
        seller=_to_party(value, "seller"),
        ship_to=_to_party(value, "ship_to"),
        bill_to=_to_party(value, "bill_to"),
        subtotal=_to_decimal(value, "subtotal"),
        tax=_to_decimal(value, "tax"),
        freight=_to_decimal(value, "freight"),
        discount=_to_decimal(value, "discount"),
        total=_to_decimal(value, "total"),
        lines=tuple(_to_line(line) for line in _list(value, "lines")),
        revision=_text(value, "revision"),
        language=_text(value, "language"),
        evidence=tuple(_to_evidence(path, e) for path, e in (value.get("evidence") or {}).items()),
        doubts=tuple(Doubt(d["path"], d["reason"]) for d in _list(value, "doubts")),
    )


def _to_line(value: Mapping[str, Any]) -> LineItem:
    return LineItem(
        line_no=_text(value, "line_no"),
        buyer_item_id=_text(value, "buyer_item_id"),
        seller_item_id=_text(value, "seller_item_id"),
        manufacturer_item_id=_text(value, "manufacturer_item_id"),
        standard_item_id=_text(value, "standard_item_id"),
        description=_text(value, "description"),
        quantity=_to_decimal(value, "quantity"),
        unit=_text(value, "unit"),
        unit_code=_text(value, "unit_code"),
        unit_price=_to_decimal(value, "unit_price"),
        price_base_quantity=_to_decimal(value, "price_base_quantity") or Decimal(1),
        line_discount=_to_discount(value, "line_discount"),
        line_amount=_to_decimal(value, "line_amount"),
        requested_date=_to_date(value, "requested_date"),
        schedule=tuple(
            ScheduleLine(_to_decimal(s, "quantity"), _to_date(s, "requested_date")) for s in _list(value, "schedule")
        ),
        notes=tuple(_list(value, "notes")),
    )


def _to_party(value: Mapping[str, Any], key: str) -> Party:
    party = value.get(key) or {}
    return Party(**{name: _text(party, name) for name in PARTY_FIELDS})


def _to_evidence(path: str, value: Mapping[str, Any]) -> Evidence:
    box = Box(*(float(v) for v in value["box"]))
    return Evidence(
        path, int(value["page"]), box, value["text"], float(value["confidence"]), Source(value["source"]),
        value.get("note"),
    )  # fmt: skip


def _wrong(key: str, found: object, wanted: str) -> DocumentError:
    return DocumentError(f"order JSON: {key}: {found!r} is not {wanted}")


def _enum(value: Mapping[str, Any], key: str) -> DocumentType:
    try:
        return DocumentType(value[key])
    except (KeyError, ValueError):
        raise _wrong(key, value.get(key), "one of " + ", ".join(DocumentType)) from None


def _text(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    if found is not None and not isinstance(found, str):
        raise _wrong(key, found, "a text or null")
    return found


def _to_decimal(value: Mapping[str, Any], key: str) -> Decimal | None:
    found = _text(value, key)
    if found is None:
        return None
    try:
        number = Decimal(found)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _wrong(key, found, 'a decimal such as "1234.50"')
    return number


def _to_date(value: Mapping[str, Any], key: str) -> date | None:
    found = _text(value, key)
    try:
        return None if found is None else date.fromisoformat(found)
    except ValueError:
        raise _wrong(key, found, 'a date such as "2026-11-16"') from None


def _to_discount(value: Mapping[str, Any], key: str) -> Discount | None:
    found = _text(value, key)
    if found is None:
        return None
    percent = found.endswith("%")
    number = _to_decimal({key: found.removesuffix("%")}, key)
    return None if number is None else Discount(number, percent)


def _list(value: Mapping[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    if found is not None and not isinstance(found, list):
        raise _wrong(key, found, "a list")
    return found or []


# --- decisions


def decision_to_json(decision: Decision, *, evidence: bool = False) -> Json:
    """Contract, section 2: the order JSON and, beside it, what was decided."""
    value = order_to_json(decision.order, evidence=evidence)
    value |= {
        "customer_id": decision.customer_id,
        "ship_to_id": decision.ship_to_id,
        "decision": str(decision.decision),
        "exceptions": list(decision.exceptions),
    }
    value["lines"] = [
        {**line, **_line_decision(decided)} for line, decided in zip(value["lines"], decision.lines, strict=True)
    ]
    value["mismatches"] = [
        {"code": m.code, "path": m.path, "expected": m.expected, "actual": m.actual, "reason": m.reason}
        for m in decision.mismatches
    ]
    return value


def _line_decision(line: LineDecision) -> Json:
    return {
        "sku": line.sku,
        "decision": str(line.decision),
        "exceptions": list(line.exceptions),
        "erp_quantity": _decimal(line.erp_quantity),
        "erp_uom": line.erp_uom,
        "expected_price": _decimal(line.expected_price),
        "expected_currency": line.expected_currency,
        "match_level": line.match_level,
        "match_reason": line.match_reason,
        "candidates": [{"key": c.key, "label": c.label, "score": c.score, "reason": c.reason} for c in line.candidates],
    }


def decision_from_json(value: Mapping[str, Any]) -> Decision:
    """The way back. Raises ``DocumentError`` as ``order_from_json`` does."""
    return Decision(
        order=order_from_json(value),
        decision=Verdict(value["decision"]),
        exceptions=tuple(_list(value, "exceptions")),
        customer_id=_text(value, "customer_id"),
        ship_to_id=_text(value, "ship_to_id"),
        lines=tuple(_to_line_decision(line) for line in _list(value, "lines") if "decision" in line),
        mismatches=tuple(Mismatch(**m) for m in _list(value, "mismatches")),
    )


def _to_line_decision(value: Mapping[str, Any]) -> LineDecision:
    return LineDecision(
        decision=Verdict(value["decision"]),
        exceptions=tuple(_list(value, "exceptions")),
        sku=_text(value, "sku"),
        erp_quantity=_to_decimal(value, "erp_quantity"),
        erp_uom=_text(value, "erp_uom"),
        expected_price=_to_decimal(value, "expected_price"),
        expected_currency=_text(value, "expected_currency"),
        match_level=_text(value, "match_level"),
        match_reason=_text(value, "match_reason"),
        candidates=tuple(Candidate(**c) for c in _list(value, "candidates")),
    )
