"""The price that holds: own row before list row, the highest break reached, validity, currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connectors.erp import ErpSnapshot
from matchers.price import expected_price
from pipeline.model import Customer, ExpectedPrice, Price

A2 = "HB-933-6-20-A2"

# customer, sku, quantity, day, price, row of price_list.csv
HOLDS = [
    ("C1", A2, "1", date(2026, 6, 1), "0.1000", 2),
    ("C1", A2, "999", date(2026, 6, 1), "0.1000", 2),
    ("C1", A2, "1000", date(2026, 6, 1), "0.0800", 3),
    ("C1", A2, "5000", date(2025, 12, 31), "0.0900", 4),
    ("C1", A2, "1", date(2026, 1, 1), "0.1000", 2),
    ("C1", A2, "1", date(2026, 12, 31), "0.1000", 2),
    ("C2", A2, "500", date(2026, 6, 1), "0.0700", 5),
    ("C2", A2, "5000", date(2026, 6, 1), "0.0700", 5),
    ("C2", A2, "499", date(2026, 6, 1), "0.1000", 2),
    ("C2", A2, "499", date(2025, 6, 1), "0.0900", 4),
]


@pytest.mark.parametrize(("customer_id", "sku", "quantity", "day", "price", "row"), HOLDS)
def test_the_row_that_holds(
    erp: ErpSnapshot, customer_id: str, sku: str, quantity: str, day: date, price: str, row: int
) -> None:
    customer = erp.customer(customer_id)
    assert customer is not None
    found = expected_price(erp.prices(sku, customer), customer, Decimal(quantity), day, "EA")
    assert not isinstance(found, str), found
    assert (found.amount, found.currency, found.per_uom) == (Decimal(price), "EUR", "EA")
    assert found.row is not None and found.row.row == row
    assert f"row {row}" in found.explanation and str(day) in found.explanation


NONE = [
    ("C1", "HB-931-6-20-A2", "1", date(2026, 6, 1), "no row for this item"),
    ("C3", A2, "1", date(2026, 6, 1), "no row for this item and C3"),
    ("C1", A2, "1", date(2027, 1, 1), "valid on 2027-01-01"),
    ("C1", "CT-24DC", "4", date(2026, 6, 1), "begin at 5"),
]


@pytest.mark.parametrize(("customer_id", "sku", "quantity", "day", "words"), NONE)
def test_no_row_holds(erp: ErpSnapshot, customer_id: str, sku: str, quantity: str, day: date, words: str) -> None:
    customer = erp.customer(customer_id)
    assert customer is not None
    found = expected_price(erp.prices(sku, customer), customer, Decimal(quantity), day, "EA")
    assert isinstance(found, str) and words in found


def row(price: str, **fields: object) -> Price:
    base = {"sku": "X", "min_qty": Decimal(1), "currency": "EUR", "valid_from": None, "valid_to": None}
    return Price(price=Decimal(price), **{**base, **fields})  # type: ignore[arg-type]


def test_overlapping_rows() -> None:
    customer = Customer("C1", "Acme", currency="EUR", price_list_id="PL")
    day = date(2026, 6, 1)
    newer = [row("1", price_list_id="PL"), row("2", price_list_id="PL", valid_from=date(2026, 5, 1))]
    found = expected_price(newer, customer, Decimal(1), day, "EA")
    assert not isinstance(found, str) and found.amount == 2
    torn = expected_price([row("1", price_list_id="PL"), row("2", price_list_id="PL")], customer, Decimal(1), day, "EA")
    assert isinstance(torn, str) and "two prices" in torn
    currencies = [row("1", price_list_id="PL", currency="USD"), row("2", price_list_id="PL")]
    own = expected_price(currencies, customer, Decimal(1), day, "EA")
    assert not isinstance(own, str) and own.currency == "EUR"


def test_the_explanation_is_one_sentence_that_names_all(erp: ErpSnapshot) -> None:
    customer = erp.customer("C1")
    assert customer is not None
    found = expected_price(erp.prices(A2, customer), customer, Decimal(1500), date(2026, 6, 1), "EA")
    assert isinstance(found, ExpectedPrice)
    assert found.explanation == (
        f"price list PL-A for {A2}: 0.0800 EUR per EA from 1000 EA, valid from 2026-01-01 to 2026-12-31, "
        "taken for 2026-06-01 (price_list.csv row 3)"
    )


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        (date(2026, 1, 1), None, "valid from 2026-01-01, taken"),
        (None, date(2026, 12, 31), "valid to 2026-12-31, taken"),
        (None, None, "valid at any time, taken"),
    ],
)
def test_validity_in_words(begins: date | None, ends: date | None, words: str) -> None:
    row = Price("A", Decimal(1), Decimal(2), "EUR", begins, ends, customer_id="C1", row=7)
    found = expected_price([row], Customer("C1", "One", currency="EUR"), Decimal(5), date(2026, 6, 1), "EA")
    assert isinstance(found, ExpectedPrice) and words in found.explanation and "C1's own price" in found.explanation
