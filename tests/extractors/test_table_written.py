"""Orders in sentences, lists and labelled blocks, as plain text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.readers import read_document
from extractors.readers import text as reader
from extractors.table import read_table
from pipeline.model import Document, LineItem, ReadingContext

Row = tuple[str | None, str | None, str | None, str | None, str | None]


def rows(text: str) -> list[Row]:
    """(code, description, quantity, unit, price) of every line."""
    pages = reader.read(Document("0", "order.txt", "", text.encode())).pages
    return [_row(line) for line in read_table(pages, ReadingContext()).lines]


def _row(line: LineItem) -> Row:
    codes = (line.buyer_item_id, line.seller_item_id)
    return (
        next((c for c in codes if c), None),
        line.description,
        _text(line.quantity),
        line.unit,
        _text(line.unit_price),
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "please send us 3 x V2201.20 and 12 boxes of GLV-10-XL. Our PO is 4500074937, thanks",
            [("V2201.20", None, "3", None, None), ("GLV-10-XL", None, "12", "boxes", None)],
        ),
        ("wir bestellen bei Ihnen 25 Stk AB7713X. Danke.", [("AB7713X", None, "25", "Stk", None)]),
        (
            "1) SW-4412/B - Limit switch IP67 /B - 50 EA - 14.95 EUR/EA",
            [("SW-4412/B", "Limit switch IP67 /B", "50", "EA", "14.95")],
        ),
        ("6) 4087745 - Tape 25 m - 120 EA - 8.10 EUR/EA", [("4087745", "Tape 25 m", "120", "EA", "8.10")]),
        (
            "10 Stk Endschalter IP67 /B, Artikelnr. SW-4412/B, 14,95 EUR",
            [("SW-4412/B", "Endschalter IP67 /B", "10", "Stk", "14.95")],
        ),
        (
            "2 x Limit switch IP67 (SW-4410)\n   $12.80 each ..... $25.60\n1 x Bolt (KF-10)\n   $2.00 ..... $2.00",
            [("SW-4410", "Limit switch IP67", "2", None, "12.80"), ("KF-10", "Bolt", "1", None, "2.00")],
        ),
        # a figure that may be price or amount is neither
        ("4 x Bolt M8 (KF-1033)\n   $9.00", [("KF-1033", "Bolt M8", "4", None, None)]),
    ],
)
def test_written_lines(text: str, expected: list[Row]) -> None:
    assert rows("Dear Sandra,\n\n" + text) == expected


def test_a_sentence_below_a_declared_table_does_not_widen_its_columns() -> None:
    html = (
        "<table><tr><td>Item No.</td><td>Description</td><td>Qty</td><td>Unit Price</td></tr>"
        "<tr><td>4087731</td><td>Tape 25 m</td><td>1,500 EA</td><td>6.40</td></tr></table>"
        "<p>Ship To: Redwood Packaging Ltd - Plant 2, 2 Unit 4 Mill Lane, Stockport SK4 1HG</p>"
    )
    pages = read_document(Document("0", "order.html", "", html.encode())).pages
    assert [_row(line) for line in read_table(pages, ReadingContext()).lines] == [
        ("4087731", "Tape 25 m", "1500", "EA", "6.40")
    ]


def test_labels_of_the_order_above_labelled_items_are_not_theirs() -> None:
    text = (
        "PO Number: 066577\nOrder Date: 11/13/2026\n\nItem No.: GLV-09-L\nQty: 4 EA\nUnit Price: 2.35\n\n"
        "Item No.: SW-4412/B\nQty: 12 EA\nUnit Price: 14.95\n"
    )
    assert rows(text) == [("GLV-09-L", None, "4", "EA", "2.35"), ("SW-4412/B", None, "12", "EA", "14.95")]
