"""The printed unit becomes base units in exactly one way, or the line says why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from connectors.erp import ErpSnapshot
from matchers.price import expected_price
from matchers.solver import Question, UnitResult, price_fits, read_unit
from matchers.units import net_line_price, same_unit
from pipeline.model import CatalogueItem, Discount, EarlierLine, ExpectedPrice, LineItem, UnitConversion

A2, A25, WIRE, BEARING = "HB-933-6-20-A2", "HB-933-6-25-A2", "WR-15-BK", "BB-6204"


def line(quantity: str | None, unit: str | None, price: str | None = None, amount: str | None = None) -> LineItem:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return LineItem(quantity=number(quantity), unit=unit, unit_price=number(price), line_amount=number(amount))


def read(
    erp: ErpSnapshot, sku: str, printed: LineItem, contract: str | None = None,
    earlier: Sequence[EarlierLine] = (), alias: tuple[str, str] | None = None,
) -> UnitResult:  # fmt: skip
    item = erp.item(sku)
    assert item is not None

    def price_of(quantity: Decimal) -> ExpectedPrice | None:
        return None if contract is None else ExpectedPrice(Decimal(contract), "EUR", item.base_uom, None, "")

    return read_unit(Question(printed, item, erp.conversions(sku), price_of, earlier, alias))


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
    result = read_unit(Question(line("36", "EA", "0.25"), item, rows, lambda quantity: None))
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
    assert price_fits(Question(line("200", "EA"), item, rows, price_of)) is None
    assert price_fits(Question(line("200", "EA", "0.1"), item, rows, price_of)) is True
    assert (
        price_fits(Question(line("2000", "EA", "0.1"), item, rows, price_of)) is False
    )  # the break of 1000 is reached
    assert price_fits(Question(line("3", "BX", "10"), item, rows, price_of)) is True


def test_units_are_alike_by_code() -> None:
    assert same_unit("Stück", "EA") and same_unit("Meter", "MTR") and same_unit("PCE", "EA")
    assert not same_unit("M", "EA") and not same_unit("BX", "EA")


def test_a_price_base_left_unsaid_needs_amount_and_contract(erp: ErpSnapshot) -> None:
    """200 at 10.00 for 20.00: the price is for 100, as it was before; else it is a hundred times too high."""
    proven = read(erp, A2, line("200", "EA", "10.00", "20.00"), "0.1", [paid("0.11")])
    assert proven.net_price == Decimal("0.1") and proven.reading is not None
    assert proven.reading.base_quantity == 200
    assert proven.reading.explanation == (
        "EA is EA; the price is for 100 EA: the line amount and the contract price agree, as with what was paid before"
    )
    for amount, contract in (("2000.00", "0.1"), (None, "0.1"), ("20.00", "0.2"), ("20.00", None)):
        printed = read(erp, A2, line("200", "EA", "10.00", amount), contract, [paid("0.11")])
        assert printed.net_price == Decimal(10)


def test_a_said_price_base_is_not_read_otherwise(erp: ErpSnapshot) -> None:
    said = LineItem(
        quantity=Decimal(200), unit="EA", unit_price=Decimal(10), price_base_quantity=Decimal(10),
        line_amount=Decimal(20),
    )  # fmt: skip
    assert read(erp, A2, said, "0.1", [paid("0.1")]).net_price == Decimal(1)


def paid(price: str, unit: str = "EA", *, entered: bool = True) -> EarlierLine:
    return EarlierLine(A2, Decimal(1), unit, Decimal(price), None, entered=entered)


def test_what_was_paid_before_speaks_for_a_reading_and_against(erp: ErpSnapshot) -> None:
    printed = line("200", "EA", "10.00", "20.00")
    assert read(erp, A2, printed, "0.1", [paid("11", "BX")]).net_price == Decimal("0.1")
    for before in ([], [paid("10")], [paid("0.11", entered=False)]):
        assert read(erp, A2, printed, "0.1", before).net_price == Decimal(10)
    boxes = line("2", "BX", "0.1", "20.00")
    assert read(erp, A2, boxes, "0.1").net_price == Decimal("0.1")
    assert read(erp, A2, boxes, "0.1", [paid("10", "EA")]).net_price == Decimal("0.001")


def test_of_two_packs_that_fit_what_was_paid_before_tells_which() -> None:
    """The contract has a break between the two packs, so that both prices are the contract's."""
    item = CatalogueItem("P", "P", "EA")
    rows = [UnitConversion("P", "BX", "EA", Decimal(10)), UnitConversion("P", "CT", "EA", Decimal(20))]

    def price_of(quantity: Decimal) -> ExpectedPrice:
        return ExpectedPrice(Decimal(2) if quantity < 20 else Decimal(1), "EUR", "EA", None, "")

    def asked(*earlier: EarlierLine) -> UnitResult:
        return read_unit(Question(line("1", "case", "20"), item, rows, price_of, earlier))

    assert "does not prove which" in (asked().problem or "")
    told = asked(EarlierLine("P", Decimal(1), "CT", Decimal("20.40"), None, entered=True)).reading
    assert told is not None and told.base_quantity == 20 and "paid before" in told.explanation


def test_a_unit_that_people_know_counts_where_the_price_proves_it(erp: ErpSnapshot) -> None:
    alias = ("BX", "Zorb is BX, confirmed 3 times")
    proven = read(erp, A2, line("2", "Zorb", "10"), "0.1", alias=alias).reading
    assert proven is not None and proven.base_quantity == 200 and "confirmed 3 times" in proven.explanation
    assert read(erp, A2, line("2", "Zorb", "10"), "0.1").reading is None
    wrong_price = read(erp, A2, line("2", "Zorb", "12"), "0.1", alias=alias)
    assert wrong_price.reading is not None and "not proven by the price" in wrong_price.reading.explanation
    assert read(erp, A2, line("2", "Zorb"), "0.1", alias=alias).reading is None
    printed = read(erp, A2, line("2", "DZ", "1.2"), "0.1", alias=("BX", "DZ is BX")).reading
    assert printed is not None and printed.base_quantity == 24, "a unit that says itself what it holds stays"
