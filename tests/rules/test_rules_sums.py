from decimal import Decimal
from typing import Any

import pytest
from builders import D, check, codes, line_item, line_match, matched, one, policies

from pipeline.model import Discount, DocumentType
from rules.arithmetic import LineArithmetic
from rules.discount import OrderDiscount
from rules.totals import Totals

BAD = [("arithmetic_error", "lines[0].line_amount")]


@pytest.mark.parametrize(
    ("quantity", "price", "base", "discount", "amount", "found"),
    [
        ("100", "0.50", "1", None, "50.00", []),
        ("100", "0.50", "1", None, "50.01", []),  # rounded
        ("100", "0.50", "1", None, "50.02", []),  # half a step of the price's last place, over the quantity
        ("100", "0.50", "1", None, "50.26", BAD),
        ("1", "12.37", "1", None, "12.37", []),
        ("1", "12.37", "1", None, "12.39", BAD),
        ("3", "4.1234", "1", None, "12.37", []),  # 12.3702
        ("250", "0.1556", "1", "25%", "29.18", []),  # 29.175
        ("250", "0.1556", "1", None, "29.18", BAD),
        ("10", "5.00", "1", "2.50", "47.50", []),
        ("500", "12.50", "100", None, "62.50", []),
        ("500", "12.50", "1", None, "62.50", BAD),  # the base was not read
        ("1000", "0.3107", "1", None, "313.81", BAD),  # one percent
        ("4000", "0.0226", "1", None, "99.44", BAD),
        ("10000", "0.33", "1", None, "3310.00", []),  # 0.331 printed as 0.33
        ("10000", "0.33", "1", None, "3333.00", BAD),  # 1 %: no longer the same price
        ("1", "50.00", "1", None, "51.00", BAD),  # whole amounts with decimals printed are no rounded amounts
        ("12", "10", "1", None, "120", []),
        ("12", "10", "1", None, "210", BAD),
        ("-1", "10.00", "1", None, "-10.00", []),
        ("100", None, "1", None, "50.00", []),
        (None, "0.50", "1", None, "50.00", []),
        ("100", "0.50", "1", None, None, []),
        ("100", "0.50", "0", None, "50.00", []),
    ],
)
def test_line_arithmetic(
    quantity: str | None, price: str | None, base: str, discount: str | None, amount: str | None, found: Any
) -> None:
    less = None
    if discount is not None:
        less = Discount(D(discount.rstrip("%")), percent=discount.endswith("%"))

    def number(text: str | None) -> Decimal | None:
        return None if text is None else D(text)

    item = line_item(
        quantity=number(quantity),
        unit_price=number(price),
        price_base_quantity=D(base),
        line_discount=less,
        line_amount=number(amount),
    )
    clean = line_item()
    assert codes(LineArithmetic, matched((item, line_match(clean)), order={"total": D("10.00")})) == found


def test_the_sentence_shows_the_sum() -> None:
    (found,) = check(LineArithmetic, one(line_item(line_amount=D("60.00"))))
    assert "100 × 0.50 is 50.00, the document says 60.00" in found.reason
    assert (found.expected, found.actual) == ("50.00", "60.00")


# --- totals: three lines of 50.00, 33.33 and 16.67 -------------------------------------------------------

AMOUNTS = ("50.00", "33.33", "16.67")


def three(order: dict[str, str], amounts: tuple[str | None, ...] = AMOUNTS) -> Any:
    items = [
        line_item(quantity=D(1), unit_price=D(true), line_amount=None if amount is None else D(amount))
        for true, amount in zip(AMOUNTS, amounts, strict=True)
    ]
    return matched(*((item, line_match(item)) for item in items), order={key: D(value) for key, value in order.items()})


SUB, TOTAL = [("total_mismatch", "subtotal")], [("total_mismatch", "total")]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ({}, []),
        ({"total": "100.00"}, []),
        ({"total": "100.02"}, []),  # half a cent a line
        ({"total": "100.03"}, TOTAL),
        ({"total": "119.00"}, TOTAL),  # tax that was not read
        ({"subtotal": "100.00"}, []),
        ({"subtotal": "90.00"}, SUB),
        ({"subtotal": "100.00", "tax": "19.00", "total": "119.00"}, []),
        ({"subtotal": "100.00", "tax": "19.00", "total": "118.00"}, TOTAL),
        ({"subtotal": "100.00", "tax": "20.00", "freight": "10.00", "discount": "5.00", "total": "125.00"}, []),
        ({"subtotal": "100.00", "tax": "20.00", "freight": "10.00", "discount": "-5.00", "total": "125.00"}, []),
        ({"subtotal": "95.00", "discount": "5.00", "tax": "19.00", "total": "114.00"}, []),  # net of the discount
        ({"subtotal": "110.00", "freight": "10.00", "tax": "22.00", "total": "132.00"}, []),
        ({"tax": "16.67", "total": "100.00"}, []),  # prices include the tax
        ({"subtotal": "83.33", "tax": "16.67", "total": "100.00"}, SUB),
        ({"subtotal": "100.00", "total": "1000.00"}, TOTAL),
        ({"tax": "19.00", "total": "119.00"}, []),
    ],
)
def test_totals(order: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert codes(Totals, three(order)) == found


def test_a_lines_own_error_is_not_the_totals() -> None:
    assert codes(Totals, three({"total": "100.00"}, ("55.00", "33.33", "16.67"))) == []
    assert codes(Totals, three({"total": "105.00"}, ("55.00", "33.33", "16.67"))) == []
    assert codes(Totals, three({"total": "107.00"}, ("55.00", "33.33", "16.67"))) == TOTAL


def test_amounts_that_are_not_printed_are_computed() -> None:
    assert codes(Totals, three({"total": "100.00"}, (None, None, None))) == []
    assert codes(Totals, three({"total": "90.00"}, (None, None, None))) == TOTAL


def test_a_line_that_cannot_be_valued_leaves_nothing_to_add_up() -> None:
    item = line_item(unit_price=None, line_amount=None)
    assert codes(Totals, matched((item, line_match(item)), order={"total": D(7)})) == []


def test_a_cancellation_is_not_added_up() -> None:
    order = {"total": D(7), "document_type": DocumentType.ORDER_CANCELLATION}
    assert codes(Totals, matched(order=order)) == []


def test_whole_amounts_are_rounded_to_whole_units() -> None:
    """Yen, or a form that shows no cents."""
    item = line_item(quantity=D(3), unit_price=D("33.4"), line_amount=D(100))
    assert codes(LineArithmetic, matched((item, line_match(item)), order={"total": D(100)})) == []


def test_whole_units_excuse_half_a_percent_at_most() -> None:
    item = line_item(quantity=D(3), unit_price=D("33.4"), line_amount=D(101))
    assert codes(LineArithmetic, matched((item, line_match(item)), order={"total": D(101)})) == BAD


def test_the_total_can_be_switched_off() -> None:
    from rules.judge import judge

    wrong = matched(order={"total": D(90)})
    assert judge(wrong, policies()).exceptions == ("total_mismatch",)
    assert judge(wrong, policies(switched_off=["total_mismatch"])).exceptions == ()


@pytest.mark.parametrize(
    ("order", "allowed", "found"),
    [
        ({}, 0, []),
        ({"discount": "0.00"}, 0, []),
        ({"discount": "10.00", "total": "90.00"}, 0, [("total_mismatch", "discount")]),
        ({"discount": "-10.00", "total": "90.00"}, 0, [("total_mismatch", "discount")]),
        ({"discount": "10.00"}, 10, []),
        ({"discount": "10.01"}, 10, [("total_mismatch", "discount")]),
        ({"freight": "10.00", "tax": "19.00"}, 0, []),
        ({"freight": "-10.00"}, 0, [("total_mismatch", "freight")]),
        ({"tax": "-10.00"}, 0, [("total_mismatch", "tax")]),
    ],
)
def test_what_is_taken_off_the_whole_order(order: dict[str, str], allowed: int, found: list[tuple[str, str]]) -> None:
    using = policies(price={"order_discount_percent": D(allowed)})
    assert codes(OrderDiscount, three(order), using) == found


def test_a_discount_on_lines_without_a_sum_is_never_allowed() -> None:
    item = line_item(unit_price=None, line_amount=None)
    order = matched((item, line_match(item)), order={"discount": D(1)})
    found = codes(OrderDiscount, order, policies(price={"order_discount_percent": D(50)}))
    assert found == [("total_mismatch", "discount")]
