from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import BOLT, D, check, codes, earlier, line_item, line_match, matched, one

from pipeline.model import DocumentType, EarlierLine, UnitReading
from rules.alignment import align
from rules.cancellation import Cancellation
from rules.duplicate import Duplicate
from rules.revision import Revision

DUPLICATE = [("duplicate_po", "po_number")]
REVISED = [("revised_po", "po_number")]
NUT = replace(BOLT, sku="HN-8")
HELD = EarlierLine("HB-8-40", D(100), "EA", D("0.50"), date(2026, 12, 1), "1", "open")


def held_line(**changes: Any) -> EarlierLine:
    return replace(HELD, **changes)


@pytest.mark.parametrize(
    ("number", "held", "found"),
    [
        ("PO-4711", earlier(), "duplicate"),
        ("PO-4711", earlier("po 4711"), "duplicate"),  # blanks, case and punctuation say nothing
        ("PO-4711", earlier("PO-4711", held_line(quantity=D(200))), "revised"),
        ("PO-4711", earlier("PO-4711", held_line(price=D("0.45"))), "revised"),
        ("PO-4711", earlier("PO-4711", held_line(price=D("0.5001"))), "duplicate"),  # the ERP's own rounding
        ("PO-4711", earlier("PO-4711", held_line(price=None)), "duplicate"),
        ("PO-4711", earlier("PO-4711", held_line(), held_line(sku="HN-8")), "revised"),
        ("PO-4711", earlier("PO-4711", held_line(sku="HN-8")), "revised"),
        ("PO-4711", earlier("PO-9999", held_line(sku="HN-8")), None),
        ("PO-4711", earlier("PO-9999"), "duplicate"),  # the same lines, written in the same days
        ("PO-4711", earlier("PO-9999", order_date=date(2026, 11, 3)), None),  # the same every week
        ("PO-4711", earlier("PO-9999", order_date=None), None),
        ("PO-4711-R2", earlier(), "revised"),
        ("PO-4711.1", earlier(), "revised"),
        ("PO-4711 Rev B", earlier("PO-4711", held_line(quantity=D(7))), "revised"),
        ("PO-4711/2", earlier(), "revised"),
        ("PO-4711-15", earlier("PO-4711", held_line(sku="HN-8")), "revised"),
        ("PO-47112", earlier("PO-4711", held_line(sku="HN-8")), None),  # another number
        ("PO-4711-2026-55", earlier("PO-4711", held_line(sku="HN-8")), None),
        (None, earlier("", held_line(sku="HN-8")), None),
    ],
)
def test_what_the_earlier_orders_make_of_it(number: str | None, held: Any, found: str | None) -> None:
    order = matched(order={"po_number": number}, earlier=(held,))
    assert codes(Duplicate, order) == (DUPLICATE if found == "duplicate" else [])
    assert codes(Revision, order) == (REVISED if found == "revised" else [])


@pytest.mark.parametrize(
    ("order", "held", "found"),
    [
        ({"document_type": DocumentType.ORDER_CHANGE}, (), "revised"),
        ({"document_type": DocumentType.ORDER_CHANGE}, (earlier(),), "revised"),
        ({"revision": "2"}, (), "revised"),
        ({"revision": "Rev. B"}, (earlier(),), "revised"),
        ({"revision": "B"}, (earlier(revision="B"),), "duplicate"),  # the same revision once more
        ({"revision": "1"}, (), None),  # how many programs mark the first issue
        ({"revision": "Rev 0"}, (), None),
        ({"revision": "1"}, (earlier(),), "duplicate"),
        ({"document_type": DocumentType.ORDER_CANCELLATION}, (earlier(),), None),
    ],
)
def test_what_the_document_says_of_itself(order: dict[str, Any], held: Any, found: str | None) -> None:
    whole = matched(order=order, earlier=held)
    assert codes(Duplicate, whole) == (DUPLICATE if found == "duplicate" else [])
    assert codes(Revision, whole) == (REVISED if found == "revised" else [])


def test_the_same_document_is_a_duplicate_whatever_was_read_of_it() -> None:
    held = earlier("PO-4711", held_line(sku="HN-8"), document_sha256="abc", origin="intake")
    assert codes(Duplicate, matched(earlier=(held,), document_sha256="abc")) == DUPLICATE
    assert codes(Duplicate, matched(earlier=(held,), document_sha256="def")) == []
    other = replace(held, po_number="PO-1")  # a second order in the same file
    assert codes(Duplicate, matched(earlier=(other,), document_sha256="abc")) == []


def test_a_copy_among_several_versions_is_a_duplicate() -> None:
    changed = earlier("PO-4711", held_line(quantity=D(200)))
    assert codes(Duplicate, matched(earlier=(earlier(), changed))) == DUPLICATE
    assert codes(Revision, matched(earlier=(earlier(), changed))) == []


def test_a_revision_is_aligned_line_by_line() -> None:
    bolt, nut = line_item(requested_date=date(2027, 1, 5)), line_item(seller_item_id="HN-8", line_no="20")
    order = matched(
        (bolt, line_match(bolt)),
        (nut, line_match(nut, item=NUT)),
        earlier=(earlier("PO-4711", held_line(quantity=D(80), status="shipped"), held_line(sku="WR-1", line_no="2")),),
    )
    (found,) = check(Revision, order)
    assert "changed: line 10 (HB-8-40), quantity 80 EA → 100 EA, date 2026-12-01 → 2027-01-05" in found.reason
    assert "(too late: already shipped)" in found.reason
    assert "added: line 20 (HN-8), 100 EA" in found.reason
    assert "cancelled: WR-1 (line 2), 100 EA" in found.reason


def test_quantities_compare_in_base_units() -> None:
    item = line_item(quantity=D(2), unit="BX")
    match = line_match(item, unit=UnitReading(D(100), "EA", D(50), "1 BX = 50 EA"), net_unit_price=D("0.50"))
    for held in (held_line(), held_line(quantity=D(2), uom="BX", price=D("25.00"))):
        assert align(matched((item, match)), earlier("PO-4711", held)).changes == ()
    assert align(matched((item, match)), earlier("PO-4711", held_line(quantity=D(2)))).changes != ()


def test_two_lines_of_one_item_are_paired_by_quantity() -> None:
    small, large = line_item(quantity=D(50)), line_item(quantity=D(500))
    order = matched((small, line_match(small)), (large, line_match(large)))
    held = earlier("PO-4711", held_line(quantity=D(500)), held_line(quantity=D(50)))
    assert align(order, held).changes == ()


def test_an_unmatched_line_is_paired_by_its_printed_code() -> None:
    item = line_item(seller_item_id="x 99")
    order = matched((item, line_match(item, item=None, problem="unknown_item", unit=None)))
    held = earlier("PO-4711", held_line(sku=None, item_codes=("X-99",)))
    assert align(order, held).changes == ()


def test_cancellation() -> None:
    whole = matched(order={"document_type": DocumentType.ORDER_CANCELLATION}, earlier=(earlier(),))
    (found,) = check(Cancellation, whole)
    assert found.code == "cancelled_po" and "SO600000" in found.reason
    assert codes(Cancellation, one()) == []
    (unknown,) = check(Cancellation, replace(whole, earlier=()))
    assert "we hold no order of this number" in unknown.reason
