from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import BOLT, D, check, codes, line_item, line_match, matched, one

from pipeline.model import DocumentType, ScheduleLine, StockLevel, UnitReading
from rules.past_due import PastDue
from rules.stock import Stock

LATE = [("past_due_date", "lines[0].requested_date")]
SHORT = ("insufficient_stock", "lines[0].quantity")
EARLY, ORDERED, LATER = date(2026, 11, 9), date(2026, 11, 10), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("header", "line", "ordered", "found"),
    [
        (LATER, None, ORDERED, []),
        (ORDERED, None, ORDERED, []),  # the same day
        (EARLY, None, ORDERED, LATE),
        (EARLY, LATER, ORDERED, []),  # the line's own date counts
        (LATER, EARLY, ORDERED, LATE),
        (None, None, ORDERED, []),
        (date(2026, 11, 15), None, None, LATE),  # undated: measured by today, 16 November
        (date(2026, 11, 16), None, None, []),
    ],
)
def test_past_due(header: date | None, line: date | None, ordered: date | None, found: Any) -> None:
    order = one(line_item(requested_date=line), order={"requested_date": header, "order_date": ordered})
    assert codes(PastDue, order) == found


def test_each_delivery_of_a_schedule_is_dated() -> None:
    parts = (ScheduleLine(D(50), LATER), ScheduleLine(D(50), EARLY))
    (found,) = check(PastDue, one(line_item(schedule=parts)))
    assert found.actual == str(EARLY) and found.path == "lines[0].requested_date"


def test_a_cancellation_wants_nothing() -> None:
    order = {"requested_date": EARLY, "document_type": DocumentType.ORDER_CANCELLATION}
    assert codes(PastDue, matched(order=order)) == codes(Stock, matched(order=order)) == []


def level(on_hand: int, allocated: int = 0, due: date | None = None, quantity: int = 0) -> StockLevel:
    return StockLevel("HB-8-40", "W1", D(on_hand), D(allocated), due, D(quantity) if due else None)


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ((level(100),), []),
        ((level(99),), [SHORT]),
        ((level(150, 50),), []),
        ((level(150, 51),), [SHORT]),
        ((level(60), level(40)), []),
        ((level(0, 0, LATER, 100),), []),  # due on the day itself
        ((level(0, 0, date(2026, 12, 2), 100),), [SHORT]),
        ((level(50, 100, LATER, 150),), []),
        ((), [SHORT]),  # no row: nothing there
        (None, []),  # no stock export: the check is off
    ],
)
def test_stock_by_the_requested_date(levels: Any, found: Any) -> None:
    assert codes(Stock, one(stock=levels)) == found


def test_without_a_date_only_what_lies_there_counts() -> None:
    assert codes(Stock, one(stock=(level(0, 0, EARLY, 500),), order={"requested_date": None})) == [SHORT]


def pair(quantity: int, on_hand: int, **changes: Any) -> Any:
    item = line_item(quantity=D(quantity), **changes)
    return item, line_match(item, stock=(level(on_hand),))


def test_lines_of_one_item_share_its_stock() -> None:
    assert codes(Stock, matched(pair(60, 100), pair(40, 100))) == []
    assert codes(Stock, matched(pair(60, 100), pair(50, 100))) == [("insufficient_stock", "lines[1].quantity")]
    (found,) = check(Stock, matched(pair(60, 100), pair(50, 100)))
    assert "60 taken by other lines" in found.reason and found.expected == "40"


def test_the_earliest_wanted_is_served_first_and_a_failing_line_draws_nothing() -> None:
    first = pair(60, 100, requested_date=date(2026, 12, 20))
    second = pair(50, 100, requested_date=date(2026, 12, 10))
    assert codes(Stock, matched(first, second)) == [SHORT]
    assert codes(Stock, matched(pair(200, 100), pair(100, 100))) == [SHORT]


def test_a_schedule_draws_as_it_comes_due() -> None:
    parts = (ScheduleLine(D(40), date(2026, 12, 1)), ScheduleLine(D(60), date(2027, 3, 1)))
    item = line_item(schedule=parts)
    stock = (level(40, 0, date(2027, 2, 1), 60),)
    assert codes(Stock, matched((item, line_match(item, stock=stock)))) == []
    whole = line_item(requested_date=date(2026, 12, 1))
    assert codes(Stock, matched((whole, line_match(whole, stock=stock)))) == [SHORT]


def test_a_schedule_that_does_not_add_up_is_taken_as_one() -> None:
    parts = (ScheduleLine(D(10), date(2027, 3, 1)),)
    item = line_item(schedule=parts, requested_date=date(2026, 12, 1))
    assert codes(Stock, matched((item, line_match(item, stock=(level(20),))))) == [SHORT]


def test_stock_is_in_base_units() -> None:
    order = one(line_item(quantity=D(2), unit="BX"), unit=UnitReading(D(100), "EA", D(50), "x"), stock=(level(99),))
    assert codes(Stock, order) == [SHORT]


@pytest.mark.parametrize(
    "match",
    [
        {"item": None, "problem": "unknown_item", "unit": None},
        {"problem": "discontinued_item"},
        {"unit": None, "unit_problem": "uom_mismatch"},
        {"item": replace(BOLT, sku="OTHER"), "stock": None},
    ],
)
def test_nothing_is_short_that_has_another_fault(match: dict[str, Any]) -> None:
    assert codes(Stock, one(**{"stock": (), **match})) == []
