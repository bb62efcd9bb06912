"""The whole matcher over a small export set: one order beside all that the ERP says about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from erp_rows import write_exports

from connectors.erp import ErpSnapshot, load_erp
from matchers.matcher import OrderMatcher
from pipeline.history import MemoryHistory
from pipeline.model import (
    Decision,
    DocumentType,
    LineDecision,
    LineItem,
    MailContext,
    Order,
    Party,
    Verdict,
)

TODAY = date(2026, 11, 16)
ORDER = Order(
    DocumentType.PURCHASE_ORDER,
    po_number="PO-9",
    order_date=date(2026, 11, 10),
    currency="EUR",
    buyer=Party("Müller Maschinenbau GmbH & Co. KG", "Hauptstr. 12, 10115 Berlin"),
    ship_to=Party("Müller Maschinenbau - Werk 2", "Industriering 5, 14482 Potsdam"),
    lines=(
        LineItem(
            buyer_item_id="K-4711", quantity=Decimal(20), unit="Karton", unit_price=Decimal("8.00"),
            description="Sechskantschraube DIN 933 M6x20 A2-70", line_amount=Decimal("160.00"),
        ),
        LineItem(
            seller_item_id="BB-6204", quantity=Decimal(4), unit="Stk", unit_price=Decimal("400"),
            price_base_quantity=Decimal(100),
        ),
        LineItem(description="Laser goggles OD6", quantity=Decimal(1), unit="Stk", unit_price=Decimal(9)),
    ),
)  # fmt: skip


def test_an_order_beside_the_erp(erp: ErpSnapshot) -> None:
    matched = OrderMatcher().match(ORDER, erp, None, MemoryHistory(), TODAY)
    assert (matched.customer.key, matched.ship_to.key) == ("C1", "C1-2")
    assert matched.customer_record is not None and matched.customer_record.customer_id == "C1"
    bolts, bearings, goggles = matched.lines
    assert bolts.item is not None and bolts.item.sku == "HB-933-6-20-A2"
    assert bolts.level == "cross_reference"
    assert bolts.unit is not None and bolts.unit.base_quantity == 2000
    assert bolts.price is not None and bolts.price.amount == Decimal("0.0800")  # the break of 1000 is reached in boxes
    assert bolts.net_unit_price == Decimal("0.08")
    assert bolts.stock == ()
    assert bearings.net_unit_price == 4 and bearings.price is not None and bearings.price.amount == 4
    assert bearings.stock is not None and bearings.stock[0].on_hand == 10
    assert (goggles.item, goggles.problem, goggles.price) == (None, "unknown_item", None)
    assert matched.as_of == TODAY and matched.absent_exports == frozenset()


def test_earlier_orders_come_from_the_erp_and_from_us(erp: ErpSnapshot) -> None:
    history = MemoryHistory()
    decided = Decision(replace(ORDER, lines=ORDER.lines[:1]), Verdict.REVIEW, customer_id="C1",
                       lines=(LineDecision(Verdict.REVIEW, sku="HB-933-6-20-A2"),))  # fmt: skip
    history.remember(decided, "a" * 64, "key")
    matched = OrderMatcher().match(ORDER, erp, None, history, TODAY)
    assert [(e.origin, e.po_number, e.reference, len(e.lines)) for e in matched.earlier] == [
        ("erp", "PO-1", "SO1", 2),
        ("erp", "PO-2", "SO2", 1),
        ("intake", "PO-9", None, 1),
    ]
    assert matched.earlier[0].lines[0].item_codes == ("K-4711",)
    stranger = replace(ORDER, buyer=Party(), ship_to=Party(), lines=())
    unknown = OrderMatcher().match(stranger, erp, None, history, TODAY)
    assert [e.po_number for e in unknown.earlier] == ["PO-9"]
    assert OrderMatcher().match(replace(stranger, po_number=None), erp, None, history, TODAY).earlier == ()


def test_an_unknown_customer_has_no_prices_and_no_numbers_of_its_own(erp: ErpSnapshot) -> None:
    matched = OrderMatcher().match(
        replace(ORDER, buyer=Party(), ship_to=Party("X", "Y 1")), erp, None, MemoryHistory(), TODAY
    )
    assert (matched.customer.key, matched.ship_to.key, matched.ship_to.stated) == (None, None, True)
    assert matched.lines[0].level == "description"
    assert matched.lines[0].price is None
    assert "customer is not known" in (matched.lines[0].price_problem or "")


def test_without_a_date_prices_are_of_today(erp: ErpSnapshot) -> None:
    undated = replace(ORDER, order_date=None)
    matched = OrderMatcher().match(undated, erp, None, MemoryHistory(), date(2025, 6, 1))
    price = matched.lines[0].price
    assert price is not None and price.amount == Decimal("0.0900")


def test_another_snapshot_is_indexed_anew(erp: ErpSnapshot, tmp_path: Path) -> None:
    matcher = OrderMatcher()
    mail = MailContext("po@smit.nl", None, "", "")
    empty = replace(ORDER, buyer=Party(), ship_to=Party(), lines=())
    assert matcher.match(empty, erp, mail, MemoryHistory(), TODAY).customer.key == "C5"
    customers = (
        "customer_id,name,email_domains,street,city_zip,country,tax_id,currency,credit_status,price_list_id\n"
        "C1,Other Co,smit.nl,,,,,EUR,OK,PL-A\nC2,Third Co,,,,,,EUR,OK,PL-A\n"
    )
    changed = load_erp(write_exports(tmp_path / "erp", customers=customers, ship_to=None, open_orders=None))
    matched = matcher.match(empty, changed, mail, MemoryHistory(), TODAY)
    assert matched.customer.key == "C1"
    assert (matched.ship_to.key, matched.absent_exports) == (None, {"ship_to", "open_orders"})
