"""The printed unit becomes base units in exactly one way, or the line says why not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connectors.erp import ErpSnapshot
from matchers.price import expected_price
from matchers.units import UnitResult, net_line_price, price_fits, read_unit, same_unit
from pipeline.model import CatalogueItem, Discount, ExpectedPrice, LineItem, UnitConversion

A2, A25, WIRE, BEARING = "HB-933-6-20-A2", "HB-933-6-25-A2", "WR-15-BK", "BB-6204"


def line(quantity: str | None, unit: str | None, price: str | None = None, amount: str | None = None) -> LineItem:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return LineItem(quantity=number(quantity), unit=unit, unit_price=number(price), line_amount=number(amount))


def read(erp: ErpSnapshot, sku: str, printed: LineItem, contract: str | None = None) -> UnitResult:
    item = erp.item(sku)
    assert item is not None

    def price_of(quantity: Decimal) -> ExpectedPrice | None:
        return None if contract is None else ExpectedPrice(Decimal(contract), "EUR", item.base_uom, None, "")

    return read_unit(printed, item, erp.conversions(sku), price_of)


# sku, quantity, unit, price, amount, contract price; base quantity, factor, net price
CONVERTED = [
    (A2, "200", "EA", "0.1", None, None, "200", "1", "0.1"),
    (A2, "200", "Stk", "0.1", None, None, "200", "1", "0.1"),
    (A2, "200", "szt.", "0.1", None, None, "200", "1", "0.1"),
    (A2, "2", "BX", "10", None, None, "200", "100", "0.1"),
    (A2, "2", "Box", "10", None, None, "200", "100", "0.1"),
    (A2, "2", "DZ", "1.2", None, None, "24", "12", "0.1"),
    (A25, "1", "PAL", "880", None, None, "8000", "8000", "0.11"),
    (WIRE, "3", "RL", "50", None, None, "300", "100", "0.5"),
    (WIRE, "300", "m", "0.5", None, None, "300", "1", "0.5"),
    (A2, "3", "Karton", "10", "30", "0.1", "300", "100", "0.1"),
    (A2, "3", "Karton", "11", None, "0.1", "300", "100", "0.11"),
    (A2, "3", "Karton", "11", None, None, "300", "100", "0.11"),
    (BEARING, "2", "CT", "160", None, None, "80", "40", "4"),
    (BEARING, "2", "BX", "40", None, None, "20", "10", "4"),
    (BEARING, "2", "case", "40", None, "4", "20", "10", "4"),
    (A2, "200", None, "0.1", None, "0.1", "200", "1", "0.1"),
]


@pytest.mark.parametrize(("sku", "quantity", "unit", "price", "amount", "contract", "base", "factor", "net"), CONVERTED)
def test_units_that_convert(
    erp: ErpSnapshot, sku: str, quantity: str, unit: str | None, price: str | None, amount: str | None,
    contract: str | None, base: str, factor: str, net: str | None,
) -> None:  # fmt: skip
    result = read(erp, sku, line(quantity, unit, price, amount), contract)
    assert result.reading is not None, result.problem
    assert (result.reading.base_quantity, result.reading.factor) == (Decimal(base), Decimal(factor))
    assert result.net_price == (None if net is None else Decimal(net))


REFUSED = [
    (A2, "1", "PAL", "10", None, "uom.csv has no row"),
    (A2, "1", "KG", "10", None, "uom.csv has no row"),
    (WIRE, "1", "BX", "10", None, "uom.csv has no row"),
    (A2, "200", None, "0.2", "0.1", "no unit is printed"),
    (A2, "200", None, None, None, "no unit is printed"),
    (A2, None, "EA", "0.1", "0.1", "no quantity"),
    (A2, "3", "Karton", None, "0.1", "does not prove"),
    (BEARING, "2", "case", "50", "4", "does not prove which"),
    (BEARING, "2", "case", None, None, "does not prove which"),
]


@pytest.mark.parametrize(("sku", "quantity", "unit", "price", "contract", "word"), REFUSED)
def test_units_that_do_not(
    erp: ErpSnapshot,
    sku: str,
    quantity: str | None,
    unit: str | None,
    price: str | None,
    contract: str | None,
    word: str,
) -> None:
    result = read(erp, sku, line(quantity, unit, price), contract)
    assert result.reading is None
    assert word in (result.problem or "")


def test_a_price_per_piece_beside_a_quantity_in_boxes_needs_the_amount_as_proof(erp: ErpSnapshot) -> None:
    proven = read(erp, A2, line("2", "BX", "0.1", "20.00"), "0.1")
    assert proven.net_price == Decimal("0.1")
    assert proven.reading is not None and "line amount" in proven.reading.explanation
    contradicted = read(erp, A2, line("2", "BX", "0.1", "0.20"), "0.1")
    assert contradicted.net_price == Decimal("0.001")
    silent = read(erp, A2, line("2", "BX", "0.1"), "0.1")
    assert silent.net_price == Decimal("0.001")


def test_a_row_read_backwards_stays_exact() -> None:
    item = CatalogueItem("X", "X", "DZ")
    rows = [UnitConversion("X", "DZ", "EA", Decimal(12))]
    result = read_unit(line("36", "EA", "0.25"), item, rows, lambda quantity: None)
    assert result.reading is not None and result.reading.base_quantity == 3
    assert result.net_price == 3


def test_price_base_and_discount_are_taken_out_exactly() -> None:
    per_hundred = LineItem(quantity=Decimal(7), unit_price=Decimal("12.34"), price_base_quantity=Decimal(100))
    assert net_line_price(per_hundred) == Decimal("0.1234")
    percent = LineItem(
        quantity=Decimal(7), unit_price=Decimal(10), line_discount=Discount(Decimal("2.5"), percent=True)
    )
    assert net_line_price(percent) == Decimal("9.75")
    amount = LineItem(quantity=Decimal(4), unit_price=Decimal(10), line_discount=Discount(Decimal(2)))
    assert net_line_price(amount) == Decimal("9.5")
    assert net_line_price(LineItem(unit_price=Decimal(10), line_discount=Discount(Decimal(2)))) is None
    assert net_line_price(LineItem(quantity=Decimal(1))) is None


def test_whether_a_price_fits_is_not_known_without_one(erp: ErpSnapshot) -> None:
    item, customer = erp.item(A2), erp.customer("C1")
    assert item is not None and customer is not None

    def price_of(quantity: Decimal) -> ExpectedPrice | None:
        found = expected_price(erp.prices(A2, customer), customer, quantity, date(2026, 6, 1), "EA")
        return None if isinstance(found, str) else found

    rows = erp.conversions(A2)
    assert price_fits(line("200", "EA"), item, rows, price_of) is None
    assert price_fits(line("200", "EA", "0.1"), item, rows, price_of) is True
    assert price_fits(line("2000", "EA", "0.1"), item, rows, price_of) is False  # the break of 1000 is reached
    assert price_fits(line("3", "BX", "10"), item, rows, price_of) is True


def test_units_are_alike_by_code() -> None:
    assert same_unit("Stück", "EA") and same_unit("Meter", "MTR") and same_unit("PCE", "EA")
    assert not same_unit("M", "EA") and not same_unit("BX", "EA")
