"""Sums: which label, which amount, and arithmetic as the judge."""

from __future__ import annotations

from decimal import Decimal

import pytest
from header_print import around

from extractors.header.totals import bare_rates, choose_totals, label_totals
from pipeline.model import LineItem


def totals(text: str, *amounts: str, decimal: str = ".", language: str = "en") -> dict[str, Decimal]:
    lines = tuple(LineItem(line_amount=Decimal(a)) for a in amounts)
    found = choose_totals(list(label_totals(around(text, language), decimal)), lines)
    return {kind: choice.value for kind, choice in found.items() if choice.value is not None}


def test_the_foot_of_an_order() -> None:
    text = "Subtotal   100.00\nShipping    10.00\nSales Tax    8.00\nTotal      118.00"
    assert totals(text) == {
        "subtotal": Decimal("100.00"), "freight": Decimal("10.00"), "tax": Decimal("8.00"), "total": Decimal("118.00"),
    }  # fmt: skip


def test_a_lone_net_sum_is_the_total() -> None:
    assert totals("Total net value   100.00")["total"] == Decimal("100.00")


def test_a_sum_in_a_sentence() -> None:
    text = "Montant total hors taxes : 3 224,10 EUR. Merci de nous adresser votre accusé de réception."
    assert totals(text, decimal=",", language="fr")["total"] == Decimal("3224.10")


@pytest.mark.parametrize("text", ["Net 30", "Shipping Type:      2,050.00", "Tax Code 12", "2 % of the order value. 4"])
def test_what_is_no_sum(text: str) -> None:
    assert totals(text) == {}


def test_arithmetic_decides_between_two_totals() -> None:
    text = "Total   118.00\n\nTotal   108.00\n\nSubtotal   100.00\n\nTax   18.00"
    assert totals(text, "60.00", "40.00")["total"] == Decimal("118.00")


def test_a_rate_is_no_amount_and_a_rebated_total_no_discount() -> None:
    assert totals("Discount   10 %") == {}
    assert list(bare_rates(around("Discount   10 %", "en"))) == ["Discount 10 %"]
    assert list(bare_rates(around("Discount   0 %", "en"))) == []
    assert totals("Total after 10 % discount   90.00") == {"total": Decimal("90.00")}
    assert totals("Discount 10 %   -10.00")["discount"] == Decimal("-10.00")


def test_undecided_totals_stay_open() -> None:
    choices = choose_totals(list(label_totals(around("Total   118.00\n\nTotal   108.00", "en"), ".")), ())
    assert choices["total"].value is None
    assert choices["total"].doubt


def test_a_larger_total_below_the_sum_of_the_lines_leaves_no_total_sure() -> None:
    text = "Total   100.00\n\nLevy   5.00\n\nGrand Total   105.00"
    choices = choose_totals(list(label_totals(around(text, "en"), ".")), (LineItem(line_amount=Decimal("100.00")),))
    assert choices["total"].doubt
    assert choices["total"].found is not None and choices["total"].found.score < 0.9


def test_a_rate_right_behind_its_label() -> None:
    text = "Total   100.00\n\nVAT(5.00%)   5.00\n\nGrand Total   105.00"
    assert totals(text, "100.00") == {"tax": Decimal("5.00"), "total": Decimal("105.00")}
