"""Releases against the balance of a blanket order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import D, check, codes, earlier, line_item, line_match, matched

from pipeline.model import Box, DocumentType, EarlierLine, EarlierOrder, Remark, Verdict
from rules.blanket import Blanket
from rules.duplicate import Duplicate
from rules.judge import judge
from rules.policy import load_policies
from rules.revision import Revision

OVER = [("over_release", "lines[0].quantity")]


def blanket(quantity: int = 1000, uom: str = "EA", ends: date | None = None, sku: str = "HB-8-40") -> EarlierOrder:
    return earlier("4500123", EarlierLine(sku, D(quantity), uom, D("0.50"), ends, "1", "blanket"))


def release(number: str, *held: EarlierOrder, remark: str = "", **order: Any) -> Any:
    remarks = (Remark(1, Box(0, 0, 1, 1), remark),) if remark else ()
    return matched(order={"po_number": number, "remarks": remarks, **order}, earlier=held)


@pytest.mark.parametrize(
    ("number", "remark", "is_release"),
    [
        ("4500123", "", True),
        ("4500123-7", "", True),
        ("4500123/0007", "", True),
        ("4500123 Release 7", "", True),
        ("4500123 Abruf Nr. 12", "", True),
        ("PO-9", "Release 3 of blanket order 4500123, valid to December", True),
        ("45001234", "", False),
        ("PO-9", "Call us: 4500-1234", False),
    ],
)
def test_what_is_a_release(number: str, remark: str, is_release: bool) -> None:
    order = release(number, blanket(99), remark=remark)
    assert codes(Blanket, order) == (OVER if is_release else [])


def test_a_release_is_neither_a_revision_nor_a_copy() -> None:
    order = release("4500123", blanket())
    assert codes(Revision, order) == codes(Duplicate, order) == codes(Blanket, order) == []
    assert judge(order, load_policies()).decision is Verdict.AUTO
    whole = release("4500123", blanket(100))
    assert [code for code, _ in codes(Duplicate, whole)] == ["duplicate_po"], "it may be the blanket order once more"
    changed = release("4500123", blanket(), document_type=DocumentType.ORDER_CHANGE)
    assert [code for code, _ in codes(Revision, changed)] == ["revised_po"]


@pytest.mark.parametrize(
    ("held", "raised"),
    [
        (blanket(100), False),
        (blanket(99), True),
        (blanket(1000, sku="OTHER"), True),
        (blanket(1000, uom="BX"), True),
    ],
)
def test_the_balance_of_the_item(held: EarlierOrder, raised: bool) -> None:
    assert codes(Blanket, release("4500123-1", held)) == (OVER if raised else [])


def test_the_reason_names_the_blanket_order_and_what_is_left() -> None:
    (found,) = check(Blanket, release("4500123-1", blanket(99)))
    assert "4500123 (SO600000) has 99 EA of HB-8-40 left" in found.reason and found.expected == "99"


def test_lines_of_one_release_draw_on_the_same_balance() -> None:
    pair = (line_item(), line_match(line_item()))
    order = matched(pair, pair, order={"po_number": "4500123-1"}, earlier=(blanket(150),))
    assert codes(Blanket, order) == [("over_release", "lines[1].quantity")]


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({}, True),
        ({"order_date": date(2026, 11, 1)}, False),  # the ERP has booked it by now
        ({"po_number": "OTHER-1"}, False),
    ],
)
def test_young_releases_count_until_the_erp_holds_them(changes: dict[str, Any], raised: bool) -> None:
    taken = EarlierLine("HB-8-40", D(60), "EA", None, None)
    before = replace(earlier("4500123-1", taken, origin="intake", reference=None), **changes)
    assert codes(Blanket, release("4500123-2", blanket(150), before)) == (OVER if raised else [])
    booked = earlier("4500123-1", taken)
    assert codes(Blanket, release("4500123-2", blanket(150), before, booked)) == []


def test_a_release_after_the_end() -> None:
    order = release("4500123-1", blanket(ends=date(2026, 11, 30)))  # wanted on 1 December
    assert codes(Blanket, order) == [("blanket_expired", "requested_date")]
    assert codes(Blanket, release("4500123-1", blanket(ends=date(2026, 12, 1)))) == []
