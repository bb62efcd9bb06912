from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from builders import ACME, EXPECTED, D, check, codes, line_item, line_match, matched, one, policies

from pipeline.model import CatalogueItem, LineItem, LineMatch, UnitReading
from rules.currency import Currency
from rules.price import ContractPrice

WRONG = [("wrong_price", "lines[0].unit_price")]
GROUP = CatalogueItem("HB-8-40", "Hex bolt", "EA", product_group="Bolts")


@pytest.mark.parametrize(
    ("price", "found"),
    [
        ("0.50", []),
        ("0.5000", []),
        ("0.5025", []),  # half a percent above: the border belongs to the tolerance
        ("0.4975", []),
        ("0.5026", WRONG),
        ("0.4974", WRONG),
        ("0.51", WRONG),
        ("5.00", WRONG),
        ("0", WRONG),
        ("-0.50", WRONG),
        (None, [("missing_price", "lines[0].unit_price")]),
    ],
)
def test_price_against_contract(price: str | None, found: list[tuple[str, str]]) -> None:
    item = line_item(unit_price=None if price is None else Decimal(price))
    assert codes(ContractPrice, one(item)) == found


@pytest.mark.parametrize(
    ("policy", "price", "right"),
    [
        ({"over_percent": D(2)}, "0.51", True),
        ({"over_percent": D(2)}, "0.49", False),
        ({"under_percent": D(2)}, "0.49", True),
        ({"over_percent": D(2), "over_amount": D(1)}, "0.51", True),  # 0.01 × 100 is worth 1.00
        ({"over_percent": D(2), "over_amount": D("0.99")}, "0.51", False),  # both limits must hold
        ({"over_percent": D(0)}, "0.5001", False),
        ({"required": False}, None, True),
        ({"required": False}, "0.60", False),
    ],
)
def test_tolerances_of_the_policy(policy: dict[str, Any], price: str | None, right: bool) -> None:
    item = line_item(unit_price=None if price is None else Decimal(price))
    assert (codes(ContractPrice, one(item), policies(price=policy)) == []) is right


def test_the_sentence_names_the_erp_row_and_both_prices() -> None:
    (found,) = check(ContractPrice, one(line_item(unit_price=D("0.55"))))
    assert "price list PL-GBP-A row 4711: 0.50 GBP per EA" in found.reason
    assert "0.55 per EA" in found.reason and "+10.0 % off, allowed above: 0.5 %" in found.reason
    assert (found.expected, found.actual) == ("0.50", "0.55")
    policy = policies(price={"under_percent": D(2), "under_amount": D(1)})
    (below,) = check(ContractPrice, one(line_item(unit_price=D("0.45"))), policy)
    assert "-10.0 % off, allowed below: 2 % and 1 over the line" in below.reason


def test_a_price_ten_times_too_high_gets_a_hint() -> None:
    (found,) = check(ContractPrice, one(line_item(unit_price=D("5.00"))))
    assert "as a price per 10" in found.reason


def by_box(net: str) -> tuple[LineItem, LineMatch]:
    """Two boxes of 50, ``net`` per piece."""
    item = line_item(quantity=D(2), unit="BX")
    return item, line_match(item, unit=UnitReading(D(100), "EA", D(50), "1 BX = 50 EA"), net_unit_price=Decimal(net))


@pytest.mark.parametrize(
    ("net", "found"),
    [
        ("0.50", []),  # 25.00 a box
        ("0.01", [("uom_mismatch", "lines[0].unit")]),  # 0.50 a box: priced by the piece, so is the quantity boxes?
        ("0.30", WRONG),
    ],
)
def test_a_unit_that_converts_is_right_when_the_price_agrees(net: str, found: list[tuple[str, str]]) -> None:
    assert codes(ContractPrice, matched(by_box(net))) == found


def test_no_contract_price_is_a_wrong_price() -> None:
    (found,) = check(ContractPrice, one(price=None, price_problem="no row for HB-8-40 in PL-GBP-A"))
    assert found.code == "wrong_price" and "no row for HB-8-40" in found.reason


@pytest.mark.parametrize(
    "order",
    [
        one(line_item(), item=None, problem="unknown_item", unit=None, price=None),
        one(line_item(), problem="discontinued_item"),
        one(line_item(), unit=None, unit_problem="uom_mismatch", price=None, net_unit_price=None),
        one(line_item(quantity=None), price=None),
        one(line_item(quantity=D(0)), price=None),
        matched(customer=None),
        matched(order={"currency": "USD"}),
    ],
    ids=["no item", "not sold", "no unit", "no quantity", "zero", "no customer", "other currency"],
)
def test_what_another_rule_found_is_not_a_wrong_price_too(order: Any) -> None:
    assert codes(ContractPrice, order) == []


def test_a_product_group_may_have_its_own_tolerance() -> None:
    order = one(line_item(unit_price=D("0.55")), item=GROUP)
    base = policies()
    loose = policies(price={"over_percent": D(20)}).layers["", ""]
    both = replace(base, layers={**base.layers, ("product_group", "Bolts"): loose})
    assert codes(ContractPrice, order, base) == WRONG
    assert codes(ContractPrice, order, both) == []


# --- currency ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "found"),
    [("GBP", []), ("USD", [("currency_mismatch", "currency")]), (None, [])],
)
def test_currency_against_the_price_list(currency: str | None, found: list[tuple[str, str]]) -> None:
    assert codes(Currency, matched(order={"currency": currency})) == found


def priced(price: str) -> tuple[LineItem, LineMatch]:
    item = line_item(unit_price=Decimal(price))
    return item, line_match(item)


@pytest.mark.parametrize(
    ("prices", "proven"),
    [
        (["0.50"], True),
        (["0.50", "0.50", "0.65"], True),  # the third is wrong_price itself
        (["0.50", "0.65"], False),
        (["0.65"], False),
    ],
)
def test_a_document_without_a_currency_is_held_to_its_prices(prices: list[str], proven: bool) -> None:
    order = matched(*(priced(price) for price in prices), order={"currency": None})
    assert codes(Currency, order) == ([] if proven else [("low_confidence", "currency")])
    assert codes(Currency, order, policies(order={"currency_proven_by_prices": False})) != []


def test_a_document_without_currency_and_prices_says_nothing_of_it() -> None:
    item = line_item(unit_price=None)
    assert codes(Currency, matched((item, line_match(item)), order={"currency": None})) == []


def test_the_customers_currency_counts_where_no_price_was_found() -> None:
    order = one(price=None, price_problem="no row")
    assert codes(Currency, order) == []
    euro = replace(ACME, currency="EUR")
    assert codes(Currency, replace(order, customer_record=euro)) == [("currency_mismatch", "currency")]


def test_an_unknown_customer_has_no_currency_to_miss() -> None:
    assert codes(Currency, matched(customer=None, order={"currency": "USD"})) == []


def test_a_customers_own_row_in_another_currency_is_the_measure() -> None:
    dollars = replace(EXPECTED, currency="USD")
    order = one(line_item(), price=dollars, order={"currency": "USD"})
    assert codes(Currency, order) == []
