"""The truth of an order as JSON, in the contract's form, of what one look prints of it, with what must be decided.

``_ambiguous`` lists paths that are not judged, ``_alternatives`` what is right as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.codec import order_from_json
from pipeline.model import Order
from pipeline.values import unit_code
from sample_docs.generator.orders import LineTruth, OrderTruth
from sample_docs.generator.world import COUNTRY_NAMES

Json = dict[str, Any]
ALL = frozenset(
    [
        "line_no",
        "buyer_code",
        "seller_code",
        "unit",
        "amount",
        "line_date",
        "order_date",
        "requested_date",
        "currency",
        "terms",
        "incoterms",
        "buyer",
        "seller",
        "ship_to",
        "email",
        "tax_id",
        "subtotal",
        "tax",
        "freight",
        "total",
        "country",
    ]
)
"""Everything a look may print; a look names what it leaves out."""


EVERY_LINE_CLEAN = ("unknown_customer",)  # nothing else can be checked without a customer


def order_of(truth: Json) -> Order:
    """What a reader that errs nowhere gives of the document, units known by their words."""
    stated = {key: value for key, value in truth.items() if not key.startswith(("_", "expected"))}
    order = order_from_json(stated)
    return replace(order, lines=tuple(replace(x, unit_code=unit_code(x.unit or "")) for x in order.lines))


def address(parts: tuple[str, ...], prints: frozenset[str]) -> str:
    """``parts``: street, city with postcode, country as ISO code."""
    street, city_zip, country = parts
    shown = (street, city_zip, COUNTRY_NAMES.get(country, country)) if "country" in prints else (street, city_zip)
    return ", ".join(shown)


def truth_json(order: OrderTruth, prints: frozenset[str], meta: Json, codes: str = "columns") -> Json:
    """``codes``: where codes stand, see ``Look``. ``meta`` goes to ``_meta``: layout, lang, degradation, doc."""
    buyer, site = order.buyer, order.site
    unseen = order.wrong == "total_mismatch" and "total" not in prints
    expected = [] if order.wrong is None or unseen else [order.wrong]
    lines = [_line(line, prints, codes) for line in order.lines]
    review = bool(expected) or any(line["expected_exceptions"] for line in lines)
    return {
        "document_type": order.document_type,
        "po_number": order.number,
        "order_date": _date(order.ordered, "order_date" in prints),
        "requested_date": _date(order.requested, "requested_date" in prints),
        "currency": order.currency if "currency" in prints else None,
        "payment_terms": order.terms if "terms" in prints else None,
        "incoterms": order.incoterms if "incoterms" in prints else None,
        "buyer": _buyer(order, prints),
        "seller": _party(order.seller[0], address(order.seller[1:4], prints), None, None, shown="seller" in prints),
        "ship_to": _party(
            site.name,
            address((site.street, site.city_zip, site.country), prints),
            None,
            None,
            shown="ship_to" in prints,
        ),
        "bill_to": _party("", "", None, None, shown=False),
        "subtotal": _decimal(order.subtotal if "subtotal" in prints else None),
        "tax": _decimal(order.tax if "tax" in prints else None),
        "freight": _decimal(order.freight if "freight" in prints else None),
        "discount": None,
        "total": _decimal(order.total if "total" in prints else None),
        "lines": lines,
        "expected_customer_id": buyer.customer_id or None,
        "expected_ship_to_id": site.ship_to_id or None,
        "expected_order_exceptions": expected,
        "expected_decision": "review" if review else "auto",
        "_ambiguous": ["buyer.tax_id", "buyer.email", "seller.tax_id", "seller.email", "subtotal", "tax"],
        "_alternatives": _alternatives(order, prints) | _code_alternatives(order, codes),
        "_lines_exceptions_ambiguous": order.wrong in EVERY_LINE_CLEAN,
        "_meta": meta,
    }


def _buyer(order: OrderTruth, prints: frozenset[str]) -> Json:
    buyer = order.buyer
    email = f"purchasing@{buyer.domain}" if "email" in prints else None
    tax_id = (buyer.tax_id or None) if "tax_id" in prints else None
    where = address((buyer.street, buyer.city_zip, buyer.country), prints)
    return _party(buyer.name, where, email, tax_id, shown="buyer" in prints)


def _party(name: str, where: str, email: str | None, tax_id: str | None, *, shown: bool) -> Json:
    if not shown:
        return dict.fromkeys(("name", "address", "email", "tax_id"))
    return {"name": name, "address": where, "email": email, "tax_id": tax_id}


def _line(line: LineTruth, prints: frozenset[str], codes: str) -> Json:
    sku = line.item.sku if line.item else None
    buyer_code = line.buyer_code if "buyer_code" in prints else None
    seller_code = line.seller_code if "seller_code" in prints else None
    if codes == "in_description":  # nobody says whose code it is
        buyer_code, seller_code = seller_code, None
    return {
        "line_no": line.number if "line_no" in prints else None,
        "buyer_item_id": buyer_code,
        "seller_item_id": seller_code,
        "manufacturer_item_id": None,
        "description": line.description,
        "quantity": _decimal(line.quantity),
        "unit": line.unit if "unit" in prints else None,
        "unit_price": _decimal(line.price),
        "price_base_quantity": str(line.price_base),
        "line_discount": None if line.discount is None else f"{line.discount}%",
        "line_amount": _decimal(line.amount if "amount" in prints else None),
        "requested_date": _date(line.requested, "line_date" in prints),
        "expected_sku": sku,
        "expected_sku_alternatives": [line.item.superseded_by] if line.item and line.item.superseded_by else [],
        "expected_exceptions": _exceptions(line, prints),
    }


def _exceptions(line: LineTruth, prints: frozenset[str]) -> list[str]:
    """A fault that the look does not print is none: no date column, no date in the past."""
    hidden = {"past_due_date": "line_date", "arithmetic_error": "amount", "uom_mismatch": "unit"}
    if line.wrong is None or (line.wrong in hidden and hidden[line.wrong] not in prints):
        return []
    return [line.wrong]


def _alternatives(order: OrderTruth, prints: frozenset[str]) -> Json:
    """An address with or without its country is right."""
    buyer, site = order.buyer, order.site
    found: Json = {}
    for path, parts in (
        ("buyer.address", (buyer.street, buyer.city_zip, buyer.country)),
        ("seller.address", order.seller[1:4]),
        ("ship_to.address", (site.street, site.city_zip, site.country)),
    ):
        found[path] = [address(parts, prints | {"country"}), address(parts, prints - {"country"})]
    return found


def _code_alternatives(order: OrderTruth, codes: str) -> Json:
    """A code before the description may be read as ours, or be left standing there."""
    if codes != "in_description":
        return {}
    found: Json = {}
    for n, line in enumerate(order.lines):
        if line.seller_code:
            found[f"lines[{n}].buyer_item_id"] = [None]
            found[f"lines[{n}].seller_item_id"] = [line.seller_code]
            found[f"lines[{n}].description"] = [f"{line.seller_code} {line.description}"]
    return found


def _date(value: date | None, shown: bool) -> str | None:
    return value.isoformat() if shown and value is not None else None


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
