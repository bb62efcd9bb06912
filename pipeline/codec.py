"""Order JSON and decision JSON: the project's public form of its records (contract, sections 1 and 2).

Amounts are decimal strings, dates ISO 8601, absent values ``null``; keys stand in the contract's order, additions
behind them. Encoding with ``evidence=True`` and decoding again gives an equal record; without it, only the evidence
and the remarks are left out. Unknown keys are ignored when decoding, so that truth files and
later versions can be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

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
    Remark,
    ScheduleLine,
    Source,
    Verdict,
)

Json = dict[str, Any]
T = TypeVar("T")
E = TypeVar("E", DocumentType, Verdict, Source)

_ORDER_TEXTS = ("currency", "payment_terms", "incoterms")
_PARTIES = ("buyer", "seller", "ship_to", "bill_to")
_SUMS = ("subtotal", "tax", "freight", "discount", "total")
_LINE_TEXTS = (
    "line_no", "buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id", "description",
)  # fmt: skip


def dumps(value: object) -> str:
    """Stable JSON text: keys in their order, one blank of indentation, no ASCII escapes, a line end at the end."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


# --- out --------------------------------------------------------------------------------------------------------------


def order_to_json(order: Order, *, evidence: bool = False) -> Json:
    """Contract, section 1; ``revision``, ``language`` and ``doubts`` are added, evidence and remarks on demand."""
    out: Json = {
        "document_type": order.document_type.value,
        "po_number": order.po_number,
        "order_date": _date_out(order.order_date),
        "requested_date": _date_out(order.requested_date),
    }
    out |= {key: getattr(order, key) for key in _ORDER_TEXTS}
    out |= {key: _party_out(getattr(order, key)) for key in _PARTIES}
    out |= {key: _decimal_out(getattr(order, key)) for key in _SUMS}
    out["lines"] = [_line_out(line) for line in order.lines]
    out |= {"revision": order.revision, "language": order.language}
    out["doubts"] = [{"path": doubt.path, "reason": doubt.reason} for doubt in order.doubts]
    if evidence:
        out["evidence"] = {e.path: _evidence_out(e) for e in order.evidence}
        out["remarks"] = [{"page": r.page, "box": _box_out(r.box), "text": r.text} for r in order.remarks]
    return out


def decision_to_json(decision: Decision, *, evidence: bool = False) -> Json:
    """Contract, section 2: the order JSON and beside it what was decided, per line and as a whole."""
    out = order_to_json(decision.order, evidence=evidence)
    lines: list[Json] = [_line_out(line) for line in decision.order.lines]
    for line, judged in zip(lines, decision.lines, strict=True):
        line |= _line_decision_out(judged)
    out["lines"] = lines
    out |= {
        "customer_id": decision.customer_id,
        "ship_to_id": decision.ship_to_id,
        "decision": decision.decision.value,
        "exceptions": list(decision.exceptions),
        "mismatches": [_mismatch_out(one) for one in decision.mismatches],
    }
    if decision.corrections:
        out["corrections"] = [_mismatch_out(one) for one in decision.corrections]
    return out


def _mismatch_out(one: Mismatch) -> Json:
    return {
        "code": one.code, "path": one.path, "expected": one.expected, "actual": one.actual, "reason": one.reason
    }  # fmt: skip


def _line_out(line: LineItem) -> Json:
    out: Json = {key: getattr(line, key) for key in _LINE_TEXTS}
    return out | {
        "quantity": _decimal_out(line.quantity),
        "unit": line.unit,
        "unit_code": line.unit_code,
        "unit_price": _decimal_out(line.unit_price),
        "price_base_quantity": _decimal_out(line.price_base_quantity),
        "line_discount": _discount_out(line.line_discount),
        "line_amount": _decimal_out(line.line_amount),
        "requested_date": _date_out(line.requested_date),
        "schedule": [
            {"quantity": _decimal_out(part.quantity), "requested_date": _date_out(part.requested_date)}
            for part in line.schedule
        ],
        "notes": list(line.notes),
    }


def _line_decision_out(line: LineDecision) -> Json:
    agreed = {} if line.agreed_price is None else {"agreed_price": _decimal_out(line.agreed_price)}
    return {
        "sku": line.sku,
        "decision": line.decision.value,
        "exceptions": list(line.exceptions),
        "erp_quantity": _decimal_out(line.erp_quantity),
        "erp_uom": line.erp_uom,
        "expected_price": _decimal_out(line.expected_price),
        "expected_currency": line.expected_currency,
        "match_level": line.match_level,
        "match_reason": line.match_reason,
        "candidates": [{"key": c.key, "label": c.label, "score": c.score, "reason": c.reason} for c in line.candidates],
        **agreed,
    }


def _party_out(party: Party) -> Json:
    return {"name": party.name, "address": party.address, "email": party.email, "tax_id": party.tax_id}


def _box_out(box: Box) -> list[float]:
    return [box.x0, box.top, box.x1, box.bottom]


def _evidence_out(e: Evidence) -> Json:
    out: Json = {
        "page": e.page,
        "box": _box_out(e.box),
        "text": e.text,
        "confidence": e.confidence,
        "source": e.source.value,
    }
    return out | ({"note": e.note} if e.note is not None else {})


def _decimal_out(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _date_out(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _discount_out(value: Discount | None) -> str | None:
    return None if value is None else format(value.value, "f") + ("%" if value.percent else "")


# --- in ---------------------------------------------------------------------------------------------------------------


def order_from_json(obj: Mapping[str, object]) -> Order:
    """Raises ``DocumentError`` that names the path of what is wrong ("lines[2].quantity")."""
    return Order(
        document_type=_enum(obj, "document_type", DocumentType),
        po_number=_text(obj, "po_number"),
        order_date=_date(obj, "order_date"),
        requested_date=_date(obj, "requested_date"),
        currency=_text(obj, "currency"),
        payment_terms=_text(obj, "payment_terms"),
        incoterms=_text(obj, "incoterms"),
        buyer=_party(obj, "buyer"),
        seller=_party(obj, "seller"),
        ship_to=_party(obj, "ship_to"),
        bill_to=_party(obj, "bill_to"),
        subtotal=_decimal(obj, "subtotal"),
        tax=_decimal(obj, "tax"),
        freight=_decimal(obj, "freight"),
        discount=_decimal(obj, "discount"),
        total=_decimal(obj, "total"),
        lines=tuple(_line(line, f"lines[{i}].") for i, line in enumerate(_objects(obj, "lines"))),
        revision=_text(obj, "revision"),
        language=_text(obj, "language"),
        evidence=tuple(_evidence(path, e) for path, e in _object(obj, "evidence").items()),
        doubts=tuple(Doubt(_text(d, "path") or "", _text(d, "reason") or "") for d in _objects(obj, "doubts")),
        remarks=tuple(
            Remark(_page(remark, f"remarks[{i}]"), _box(remark, f"remarks[{i}]"), _text(remark, "text") or "")
            for i, remark in enumerate(_objects(obj, "remarks"))
        ),
    )


def decision_from_json(obj: Mapping[str, object]) -> Decision:
    """Raises ``DocumentError`` that names the path of what is wrong."""
    return Decision(
        order=order_from_json(obj),
        decision=_enum(obj, "decision", Verdict),
        exceptions=_texts(obj, "exceptions"),
        customer_id=_text(obj, "customer_id"),
        ship_to_id=_text(obj, "ship_to_id"),
        lines=tuple(
            _line_decision(line, f"lines[{i}].")
            for i, line in enumerate(_objects(obj, "lines"))
            if line.get("decision") is not None
        ),
        mismatches=_mismatches(obj, "mismatches"),
        corrections=_mismatches(obj, "corrections"),
    )


def _mismatches(obj: Mapping[str, object], key: str) -> tuple[Mismatch, ...]:
    return tuple(
        Mismatch(
            code=_text(m, "code") or "",
            path=_text(m, "path") or "",
            expected=_text(m, "expected"),
            actual=_text(m, "actual"),
            reason=_text(m, "reason") or "",
        )
        for m in _objects(obj, key)
    )


def _line(obj: Mapping[str, object], at: str) -> LineItem:
    return LineItem(
        **{key: _text(obj, key, at) for key in _LINE_TEXTS},
        quantity=_decimal(obj, "quantity", at),
        unit=_text(obj, "unit", at),
        unit_code=_text(obj, "unit_code", at),
        unit_price=_decimal(obj, "unit_price", at),
        price_base_quantity=_decimal(obj, "price_base_quantity", at) or Decimal(1),
        line_discount=_discount(obj, "line_discount", at),
        line_amount=_decimal(obj, "line_amount", at),
        requested_date=_date(obj, "requested_date", at),
        schedule=tuple(
            ScheduleLine(_decimal(part, "quantity", at), _date(part, "requested_date", at))
            for part in _objects(obj, "schedule", at)
        ),
        notes=_texts(obj, "notes", at),
    )


def _line_decision(obj: Mapping[str, object], at: str) -> LineDecision:
    return LineDecision(
        decision=_enum(obj, "decision", Verdict, at),
        exceptions=_texts(obj, "exceptions", at),
        sku=_text(obj, "sku", at),
        erp_quantity=_decimal(obj, "erp_quantity", at),
        erp_uom=_text(obj, "erp_uom", at),
        expected_price=_decimal(obj, "expected_price", at),
        expected_currency=_text(obj, "expected_currency", at),
        agreed_price=_decimal(obj, "agreed_price", at),
        match_level=_text(obj, "match_level", at),
        match_reason=_text(obj, "match_reason", at),
        candidates=tuple(
            Candidate(
                _text(c, "key", at) or "",
                _text(c, "label", at) or "",
                _number(c, "score", at),
                _text(c, "reason", at) or "",
            )
            for c in _objects(obj, "candidates", at)
        ),
    )


def _party(obj: Mapping[str, object], key: str) -> Party:
    party = _object(obj, key)
    return Party(**{name: _text(party, name, f"{key}.") for name in ("name", "address", "email", "tax_id")})


def _box(obj: Mapping[str, object], at: str) -> Box:
    box = obj.get("box")
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(x, int | float) for x in box):
        raise _wrong(f"{at}.box", box, "four numbers")
    return Box(*(float(x) for x in box))


def _page(obj: Mapping[str, object], at: str) -> int:
    page = obj.get("page")
    if not isinstance(page, int):
        raise _wrong(f"{at}.page", page, "a page number")
    return page


def _evidence(path: str, raw: object) -> Evidence:
    at = f"evidence.{path}"
    if not isinstance(raw, Mapping):
        raise _wrong(at, raw, "an object")
    return Evidence(
        path=path,
        page=_page(raw, at),
        box=_box(raw, at),
        text=_text(raw, "text", at) or "",
        confidence=_number(raw, "confidence", at),
        source=_enum(raw, "source", Source, at),
        note=_text(raw, "note", at),
    )


def _read(obj: Mapping[str, object], key: str, at: str, kind: str, convert: Callable[[str], T]) -> T | None:
    value = obj.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _wrong(at + key, value, kind)
    try:
        return convert(value)
    except (ValueError, InvalidOperation) as error:
        raise _wrong(at + key, value, kind) from error


def _text(obj: Mapping[str, object], key: str, at: str = "") -> str | None:
    return _read(obj, key, at, "a text", str)


def _decimal(obj: Mapping[str, object], key: str, at: str = "") -> Decimal | None:
    return _read(obj, key, at, 'a decimal string like "1234.50"', _finite)


def _date(obj: Mapping[str, object], key: str, at: str = "") -> date | None:
    return _read(obj, key, at, 'a date like "2026-11-10"', date.fromisoformat)


def _discount(obj: Mapping[str, object], key: str, at: str) -> Discount | None:
    return _read(
        obj, key, at, 'an amount or "5%"', lambda s: Discount(_finite(s.removesuffix("%")), percent=s.endswith("%"))
    )


def _finite(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def _number(obj: Mapping[str, object], key: str, at: str) -> float:
    value = obj.get(key)
    if not isinstance(value, int | float):
        raise _wrong(at + key, value, "a number")
    return float(value)


def _enum(obj: Mapping[str, object], key: str, kind: type[E], at: str = "") -> E:
    try:
        return kind(str(obj.get(key)))
    except ValueError as error:
        raise _wrong(at + key, obj.get(key), "one of " + ", ".join(kind)) from error


def _texts(obj: Mapping[str, object], key: str, at: str = "") -> tuple[str, ...]:
    value = obj.get(key) or []
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(v, str) for v in value):
        raise _wrong(at + key, value, "a list of texts")
    return tuple(str(v) for v in value)


def _object(obj: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = obj.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(key, value, "an object")
    return value


def _objects(obj: Mapping[str, object], key: str, at: str = "") -> Sequence[Mapping[str, object]]:
    value = obj.get(key) or []
    if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
        raise _wrong(at + key, value, "a list of objects")
    return value


def _wrong(path: str, value: object, kind: str) -> DocumentError:
    return DocumentError(f"order JSON: {path}: {repr(value)[:80]} is not {kind}")
