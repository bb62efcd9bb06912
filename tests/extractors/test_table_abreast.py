"""Tables side by side on one page."""

from __future__ import annotations

from decimal import Decimal as D

from extractors.table import TableReading, read_table
from pipeline.model import ReadingContext
from tests.extractors.typed_pages import typed_page

_TWO = """
Item       Qty   Price    Amount      Item       Qty   Price    Amount
A-1001     4     12.50     50.00      A-1004     2      5.00     10.00
A-1002     10     7.25     72.50      A-1005     1      9.90      9.90
A-1003     3      2.00      6.00
                                                       Total    148.40
"""


def typed(text: str) -> TableReading:
    return read_table([typed_page(text)], ReadingContext())


def test_tables_side_by_side_are_read_one_after_the_other() -> None:
    reading = typed(_TWO)
    assert [(line.buyer_item_id, line.quantity, line.line_amount) for line in reading.lines] == [
        ("A-1001", D(4), D("50.00")), ("A-1002", D(10), D("72.50")), ("A-1003", D(3), D("6.00")),
        ("A-1004", D(2), D("10.00")), ("A-1005", D(1), D("9.90")),
    ]  # fmt: skip
    assert [total.value for total in reading.totals] == [D("148.40")]
    assert not reading.doubts


def test_what_crosses_the_border_of_two_tables_ends_them() -> None:
    reading = typed(_TWO.replace("                                                       Total    148.40",
                                 "Please deliver all of these items before noon to gate number 12"))  # fmt: skip
    assert len(reading.lines) == 5
    assert all("gate" not in (line.description or "") for line in reading.lines)


def test_one_table_with_two_columns_of_one_label_stays_one() -> None:
    reading = typed("""
Pos  Item      Description   Qty  Unit  Weight  Unit  Price   Amount
1    A-1001    Valve DN25    4    pc    8       kg    12.50    50.00
2    A-1002    Flange DN25   10   pc    20      kg     7.25    72.50
""")
    assert [(line.buyer_item_id, line.quantity) for line in reading.lines] == [("A-1001", D(4)), ("A-1002", D(10))]
