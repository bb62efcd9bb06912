"""Orders in forms that are no plain table: sizes side by side, blocks of labels and values, sentences, odd headings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extractors.table import TableReading, read_table
from extractors.table.heading import read_heading
from extractors.table.rows import rows_of
from pipeline.model import Box, Page, ReadingContext, Source
from tests.extractors.typed_pages import typed_page

D = Decimal


def typed(*texts: str) -> TableReading:
    pages: list[Page] = [typed_page(text, number=n) for n, text in enumerate(texts, start=1)]
    return read_table(pages, ReadingContext())


MATRIX = """
Style     Colour    Description          S     M     L    XL    Total   Price    Amount
WS-100    Black     Work shirt           2     4     6           12     14.50    174.00
WS-100    Grey      Work shirt                 5     5     2     12     14.50    174.00
                                                                 Total           348.00
"""


def test_a_matrix_of_sizes_gives_one_item_a_size() -> None:
    reading = typed(MATRIX)
    assert [(line.buyer_item_id, line.description, line.quantity) for line in reading.lines] == [
        ("WS-100", "Work shirt Black S", D(2)),
        ("WS-100", "Work shirt Black M", D(4)),
        ("WS-100", "Work shirt Black L", D(6)),
        ("WS-100", "Work shirt Grey M", D(5)),
        ("WS-100", "Work shirt Grey L", D(5)),
        ("WS-100", "Work shirt Grey XL", D(2)),
    ]
    assert {line.unit_price for line in reading.lines} == {D("14.50")}
    assert all(e.confidence >= 0.99 for e in reading.evidence if e.path.endswith("quantity"))
    assert reading.doubts == ()


def test_sizes_that_do_not_add_up_are_doubted() -> None:
    reading = typed(MATRIX.replace("2     4     6", "2     3     6"))
    assert len(reading.lines) == 6
    assert all(e.confidence < 0.6 for e in reading.evidence if e.path == "lines[1].quantity")
    assert any(doubt.path.startswith("lines[1]") for doubt in reading.doubts)


def test_a_size_that_is_no_number_is_doubted() -> None:
    reading = typed(MATRIX.replace("2     4     6", "2     ?x    6"))
    assert any("?x" in doubt.reason for doubt in reading.doubts)


def test_sizes_in_figures() -> None:
    reading = typed("""
Model      Name                36    38    40    42    Qty     Price     Value
SH-7       Safety shoe                2     3           5      40.00    200.00
SH-8       Boot                 1     1     1     1     4      50.00    200.00
""")
    assert [(line.description, line.quantity) for line in reading.lines[:2]] == [
        ("Safety shoe 38", D(2)), ("Safety shoe 40", D(3))
    ]  # fmt: skip
    assert len(reading.lines) == 6


BLOCKS = """
Order date: 2026-11-20
Delivery date: 2027-03-01

Item: AB-1001
Description: Valve DN25 brass
Quantity: 4 pcs
Unit price: 12.50 EUR
Amount: 50.00 EUR

Item: AB-1002
Description: Flange DN25
Quantity: 10 pcs
Unit price: 7.25 EUR
Amount: 72.50 EUR

Total: 122.50 EUR
"""


def test_blocks_of_labels_and_values() -> None:
    reading = typed(BLOCKS)
    first, second = reading.lines
    assert (first.buyer_item_id, first.description, first.quantity) == ("AB-1001", "Valve DN25 brass", D(4))
    assert (second.unit, second.unit_price, second.line_amount) == ("pcs", D("7.25"), D("72.50"))
    assert first.requested_date is None  # the date above the items is that of the order
    assert [(total.kind, total.value) for total in reading.totals] == [("total", D("122.50"))]


def test_labels_side_by_side_in_blocks() -> None:
    reading = typed("""
Position: 1
Product: AB-1001        Quantity: 4 pcs       Price: 12.50 EUR
Delivery date: 2027-01-02

Position: 2
Product: AB-1002        Quantity: 10 pcs      Price: 7.25 EUR
Delivery date: 2027-01-05
""")
    assert [(line.line_no, line.buyer_item_id, line.requested_date) for line in reading.lines] == [
        ("1", "AB-1001", date(2027, 1, 2)), ("2", "AB-1002", date(2027, 1, 5))
    ]  # fmt: skip


def test_a_label_that_comes_twice_in_a_block_is_doubted() -> None:
    reading = typed(BLOCKS.replace("Item: AB-1002\nDescription: Flange DN25\n", ""))
    assert len(reading.lines) == 1
    assert any("10 pcs" in doubt.reason for doubt in reading.doubts)


def test_prices_with_their_unit_in_sentences() -> None:
    reading = typed("""
We order the following:
- 200 m hose HS-1001, 1.25 EUR/m
- 4 pcs valve AB-1001, 12.50 EUR/pc
""")
    assert [(line.buyer_item_id, line.quantity, line.unit, line.unit_price) for line in reading.lines] == [
        ("HS-1001", D(200), "m", D("1.25")), ("AB-1001", D(4), "pcs", D("12.50"))
    ]  # fmt: skip


def test_what_a_heading_says_of_unit_and_price() -> None:
    reading = typed("""
Item       Description          Order        Price      Line
Number                          Qty (EA)     per 100    Total
AB-1001    Valve DN25 brass          200       12.50    25.00
AB-1002    Flange                    400        7.25    29.00
""")
    assert [(line.quantity, line.unit, line.unit_price, line.price_base_quantity) for line in reading.lines] == [
        (D(200), "EA", D("12.50"), D(100)), (D(400), "EA", D("7.25"), D(100))
    ]  # fmt: skip


def test_discounts_freight_and_deposits_are_no_items() -> None:
    reading = typed("""
Item       Description         Qty    Price   Disc. %   Amount
AB-1001    Valve DN25 brass      4    12.50      10      45.00
           Discount 10 %                                 -5.00
AB-1002    Flange               10     7.25              72.50
           Freight                                       12.00
           Deposit pallets                               20.00
                                              Total     144.50
""")
    assert [line.buyer_item_id for line in reading.lines] == ["AB-1001", "AB-1002"]
    assert reading.lines[0].line_discount is not None and reading.lines[0].line_discount.value == D(10)
    assert [total.kind for total in reading.totals] == ["discount", "freight", "surcharge", "total"]


@pytest.mark.parametrize("rest", ["           galvanised with", ""])
def test_a_description_cut_by_the_page_break(rest: str) -> None:
    heading = "Item       Description         Qty    Price      Amount\n"
    row = "AB-100{}    Flange DN25 steel    10     7.25       72.50\n"
    reading = typed(
        f"{heading}{row.format(1)}{row.format(2)}{rest}",
        f"{heading}           gasket and bolts\n{row.format(3)}",
    )
    described = f"Flange DN25 steel {rest.strip()} gasket and bolts".replace("  ", " ")
    assert [line.description for line in reading.lines] == ["Flange DN25 steel", described, "Flange DN25 steel"]


def test_a_label_that_looks_glued_and_is_none_does_not_hang_the_reading() -> None:
    assert read_heading(rows_of([typed_page("Ihre ArtNr. Menge  Preis  Betrag")])) is not None


def test_wide_blanks_of_tight_boxes_part_no_words() -> None:
    """Recognised words in a mono-spaced print: blanks as wide as the letters are high."""
    page = typed_page("""
Pos    Description              Qty    Price      Amount
10     Roll of thermal paper      4    12.50       50.00
20     Work shirt navy           10     7.25       72.50
""", source=Source.OCR)  # fmt: skip
    tight = [replace(w, box=Box(w.box.x0 + 0.5, w.box.top, w.box.x1 - 0.5, w.box.bottom - 2.5)) for w in page.words]
    reading = read_table([replace(page, words=tuple(tight))], ReadingContext())
    assert [(line.description, line.quantity) for line in reading.lines] == [
        ("Roll of thermal paper", D(4)), ("Work shirt navy", D(10))
    ]  # fmt: skip
    page_rows = rows_of([replace(page, words=tuple(tight))])
    assert [segment.text for segment in page_rows[1].segments][1] == "Roll of thermal paper"


def test_a_date_that_ran_into_the_amount_is_the_date_of_its_line() -> None:
    reading = typed("""
10      WP-6X25 Wall plug 6 x 25 mm                  3 BOX                4.54             13.62 12 March 2027
20      TB-4-2 Terminal block 4 mm2 2P              20 EA              0.4641              9.28 3 April 2027
30      HC-32-50-W1 Hose clamp 32-50 mm W1         400 EA              0.9166            366.64 22 May 2027
""")
    assert [(line.line_amount, line.requested_date) for line in reading.lines] == [
        (D("13.62"), date(2027, 3, 12)),
        (D("9.28"), date(2027, 4, 3)),
        (D("366.64"), date(2027, 5, 22)),
    ]


def test_a_label_that_goes_on_below_the_end_of_its_neighbour() -> None:
    """ "Vossa referência" over two lines, its first close behind "Linha"."""
    reading = typed("""
Linha Vossa          Código        Designação                 Qtde      Preço     Valor total
      referência

1     7110.09        A-921486      Luva de montagem             15       2,65           39,75
2     TP19-brown     A-167329      Fita adesiva                 12       2,03           24,36
""")
    assert [(line.line_no, line.seller_item_id, line.buyer_item_id) for line in reading.lines] == [
        ("1", "7110.09", "A-921486"),
        ("2", "TP19-brown", "A-167329"),
    ]
