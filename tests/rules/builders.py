"""Matched orders in literals: a clean one-line order, and what a test wants different about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.model import (
    CatalogueItem,
    Customer,
    DocumentType,
    EarlierLine,
    EarlierOrder,
    ExpectedPrice,
    LineItem,
    LineMatch,
    MailContext,
    MatchedOrder,
    Mismatch,
    Order,
    Party,
    PartyMatch,
    Price,
    StockLevel,
    UnitReading,
)
from rules.base import PolicyRule
from rules.policy import Layer, Policies, load_policies, merge

AS_OF = date(2026, 11, 16)
BOLT = CatalogueItem("HB-8-40", "Hex bolt M8x40", "EA", moq=Decimal(50), pack_multiple=Decimal(50))
ACME = Customer(
    "C1", "Acme Pumps Ltd", ("acmepumps.com",), "1 Mill Lane", "Leeds LS1 1AA", "GB", "GB1", "GBP", False, "PL-GBP-A"
)
PRICE = Price("HB-8-40", Decimal(1), Decimal("0.50"), "GBP", date(2026, 1, 1), date(2027, 6, 30), "PL-GBP-A", row=4711)
EXPLANATION = "price list PL-GBP-A row 4711: 0.50 GBP per EA from 1 EA, valid 2026-01-01 to 2027-06-30"
EXPECTED = ExpectedPrice(Decimal("0.50"), "GBP", "EA", PRICE, EXPLANATION)


def D(text: str | int) -> Decimal:
    return Decimal(text)


def line_item(**changes: Any) -> LineItem:
    """100 EA at 0.50: 50.00."""
    clean = LineItem(
        line_no="10",
        seller_item_id="HB-8-40",
        description="Hex bolt M8x40",
        quantity=D(100),
        unit="EA",
        unit_code="EA",
        unit_price=D("0.50"),
        line_amount=D("50.00"),
    )
    return replace(clean, **changes)


def line_match(line: LineItem, **changes: Any) -> LineMatch:
    """The bolt, in pieces; net price and base quantity follow from the line, without discount."""
    quantity = line.quantity
    clean = LineMatch(
        item=BOLT,
        level="sku",
        probability=1.0,
        reason="the code is the SKU HB-8-40",
        unit=UnitReading(quantity, "EA", D(1), "EA is the base unit") if quantity is not None else None,
        net_unit_price=line.unit_price / line.price_base_quantity if line.unit_price is not None else None,
        price=EXPECTED,
        stock=(StockLevel("HB-8-40", "W1", D(10_000), D(0)),),
    )
    return replace(clean, **changes)


def matched(
    *lines: tuple[LineItem, LineMatch],
    order: Mapping[str, Any] | None = None,
    customer: Customer | None = ACME,
    **changes: Any,
) -> MatchedOrder:
    """A clean order of Acme's; without ``lines`` it holds the one clean line."""
    pairs = lines or ((line_item(), line_match(line_item())),)
    clean = Order(
        document_type=DocumentType.PURCHASE_ORDER,
        po_number="PO-4711",
        order_date=date(2026, 11, 10),
        requested_date=date(2026, 12, 1),
        currency="GBP",
        buyer=Party(name="Acme Pumps Ltd"),
        ship_to=Party(name="Acme Pumps Ltd", address="1 Mill Lane, Leeds LS1 1AA"),
        lines=tuple(item for item, _ in pairs),
    )
    whole = MatchedOrder(
        order=replace(clean, **(order or {})),
        customer=PartyMatch(customer and customer.customer_id, "the tax id is C1's"),
        customer_record=customer,
        ship_to=PartyMatch("C1-01" if customer else None, "the address is C1-01's"),
        lines=tuple(match for _, match in pairs),
        earlier=(),
        as_of=AS_OF,
    )
    return replace(whole, **changes)


def one(line: LineItem | None = None, *, order: Mapping[str, Any] | None = None, **match: Any) -> MatchedOrder:
    """An order of one line."""
    line = line or line_item()
    return matched((line, line_match(line, **match)), order=order)


def policies(*, own_mail_server: str = "", **sections: Any) -> Policies:
    """The built-in policy with some keys changed: ``policies(price={"over_percent": D(2)})``."""
    default = load_policies(None, own_mail_server=own_mail_server)
    layer = default.layers["", ""]
    return Policies({("", ""): Layer(merge(layer.values, sections), layer.origins)}, own_mail_server)


def check(rule: type[PolicyRule], order: MatchedOrder, using: Policies | None = None) -> list[Mismatch]:
    return list(rule(using or policies()).check(order))  # type: ignore[attr-defined]


def codes(rule: type[PolicyRule], order: MatchedOrder, using: Policies | None = None) -> list[tuple[str, str]]:
    """(code, path) of what the rule finds, having seen that each says why."""
    found = check(rule, order, using)
    assert all(one.reason and one.code in rule.codes for one in found)
    return [(one.code, one.path) for one in found]


def earlier(number: str = "PO-4711", *lines: EarlierLine, **changes: Any) -> EarlierOrder:
    """The same order, held by the ERP."""
    held = lines or (EarlierLine("HB-8-40", D(100), "EA", D("0.50"), None, "1", "open"),)
    clean = EarlierOrder("erp", number, "SO600000", "1", date(2026, 11, 10), held)
    return replace(clean, **changes)


def mail(text: str = "", **changes: Any) -> MailContext:
    return replace(MailContext("jo@acmepumps.com", None, "Order PO-4711", text), **changes)
