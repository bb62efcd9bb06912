"""Habits of real orders that made orders did not have: each test is one of them, with invented goods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from extractors.table import TableReading, read_table
from pipeline.model import Box, ReadingContext, Ruling
from tests.extractors.typed_pages import typed_page

D = Decimal


def typed(text: str) -> TableReading:
    return read_table([typed_page(text)], ReadingContext())


def test_cells_of_two_lines_under_a_heading_of_two_lines() -> None:
    """The figures stand on the first line alone: the second goes on with what the cells hold besides."""
    reading = typed("""
Line   Our Part     Description                     Order Qty    Due           Unit Price    Ext. Price
       Your Part                                          UOM

1      MH-4677L     Hex cap screw M8 x 40               20.00    30/11/2026        0.1800          3.60
       HT-5773                                             EA

2      MH-8813D     Pneumatic cylinder bore 40           8.00    31/12/2026      103.4400        827.52
       HT-0871      stroke 12                              EA
""")
    assert [(x.buyer_item_id, x.seller_item_id, x.quantity, x.unit) for x in reading.lines] == [
        ("MH-4677L", "HT-5773", D(20), "EA"),
        ("MH-8813D", "HT-0871", D(8), "EA"),
    ]
    assert reading.lines[1].description == "Pneumatic cylinder bore 40 stroke 12"


def test_a_column_of_units_with_figures_says_how_many() -> None:
    reading = typed("""
Unit      Description                                  Unit Price ($)      Amount ($)
150       Hex head screw stainless                               3.50          525.00
200       Round head nails                                       3.75          750.00
""")
    assert [(x.quantity, x.unit, x.line_amount) for x in reading.lines] == [
        (D(150), None, D(525)), (D(200), None, D(750))
    ]  # fmt: skip


def test_words_in_the_column_of_codes_with_a_stray_figure_are_no_item() -> None:
    reading = typed("""
Item Code          Unit      Original      Ordered      Balance      Unit Cost      Amount
99002              EACH                     540.00       540.00           2.00     1080.00
PALLET BLUE                                Whse 101
""")
    assert [x.buyer_item_id for x in reading.lines] == ["99002"]


def test_a_date_or_a_word_below_a_code_is_no_part_of_it() -> None:
    reading = typed("""
Line   Item No.     Description             Qty   Unit   Price     Amount
1      1938         Pallet, white wood       10   EA      6.00      60.00
       01/04/27
2      1161         Pallet, block            20   EA      3.75      75.00
       01/04/27
""")
    assert [x.buyer_item_id for x in reading.lines] == ["1938", "1161"]


def test_a_small_table_below_each_item_parts_no_table() -> None:
    reading = typed("""
Line   Item          Description                Unit Price     Qty   UOM      Ext Price
1      S0208525      Pallet 48 x 40                 $5.75      540   EA       $3,105.00
Ship To      Sch Num    Promised Date     Pri Qty   Pri UOM   Sec Qty   Ext Price
                   1    1/21/27           540       EA                  $3,105.00
2      S0208526      Pallet 32 x 40                 $4.75      100   EA         $475.00
Ship To      Sch Num    Promised Date     Pri Qty   Pri UOM   Sec Qty   Ext Price
                   1    1/22/27           100       EA                    $475.00
""")
    assert [(x.line_no, x.buyer_item_id, x.quantity) for x in reading.lines] == [
        ("1", "S0208525", D(540)),
        ("2", "S0208526", D(100)),
    ]


def test_a_row_that_begins_with_totals_is_a_sum_whatever_it_counts() -> None:
    reading = typed("""
Item   Material    EAN              Un.     Qtd    Preço unit.        Total
20     5193238     7909901749663    PAR    1500        11,3300    16.995,00
Totais:                             12     1500                   16.995,00
""")
    assert [x.line_no for x in reading.lines] == ["20"]


def test_a_date_at_a_label_in_a_cell_beside_it() -> None:
    reading = typed("""
QUANTITY     ITEM NO.       DESCRIPTION                      U/M     UNIT PRICE       AMOUNT
540          S7PLT008A      Pallet 40x48 heat treated        EA          9.0000     4,860.00
             NOTE:                                           Date Required     12/22/2026
541          S7PLT009A      Pallet 32x48 heat treated        EA          9.0000     4,869.00
             NOTE:                                           Date Required     12/23/2026
""")
    assert [x.requested_date for x in reading.lines] == [date(2026, 12, 22), date(2026, 12, 23)]


def test_where_the_head_and_the_lines_write_dates_otherwise_the_lines_decide_for_themselves() -> None:
    reading = typed("""
Fecha: 21/01/2027

No.    Articulo     Descripción            Cantidad    Precio       Total
1      702041       Tarimas                     100      8.00      800.00
                    Ent:02/15/2027
2      702041       Tarimas                     100      8.00      800.00
                    Ent:02/03/2027
""")
    assert reading.date_order == "mdy"


def test_a_row_taken_for_a_code_is_not_sure() -> None:
    reading = typed("""
Item                                                  Qty    Price     Amount
1 8000000001001 3RC240/RED/XS 0863769/66/01 8 50        8     50.00     400.00
""")
    assert all(e.confidence < 0.99 for e in reading.evidence if e.path.endswith("_item_id"))


def test_figures_that_wrap_below_their_currency_are_of_their_item() -> None:
    """A narrow cell breaks "₹ 4,662.84" and "24-11-2026": between two rulings stands one item."""
    text = """
Sr    Item Code: Name        Required By    Quantity        Rate         Amount
1     RM-6997: Steel         24-11-           4 Coil           ₹              ₹
      strapping 19 mm        2026                       4,662.84      18,651.36
2     RM-6864: Copper        18-11-            2 Nos      ₹ 5.88        ₹ 11.76
      washer                 2026
"""
    page = typed_page(text)
    lines = [w.box for w in page.words if w.text in ("Sr", "1", "2")]
    rulings = tuple(Ruling(Box(0, b.top - 1, page.width, b.top - 1)) for b in lines)
    reading = read_table([replace(page, rulings=rulings)], ReadingContext())
    assert [(x.buyer_item_id, x.description, x.unit_price, x.line_amount, x.requested_date) for x in reading.lines] == [
        ("RM-6997", "Steel strapping 19 mm", D("4662.84"), D("18651.36"), date(2026, 11, 24)),
        ("RM-6864", "Copper washer", D("5.88"), D("11.76"), date(2026, 11, 18)),
    ]


def test_the_code_above_a_text_is_the_other_partys_where_a_label_names_one() -> None:
    reading = typed("""
Line #   Part # / Description              Qty (Unit)     Need By          Unit Price      Subtotal
1        HS-86726                          1 (CL)         07 Dec 2026      $76.86 USD      $76.86 USD
         Steel strapping 19 mm
         Customer Part No.: 662359
2        HS-72053                          4 (EA)         10 Dec 2026       $2.34 USD       $9.36 USD
         Oil seal NBR
         Customer Part No.: 485188
""")
    assert [(x.buyer_item_id, x.seller_item_id, x.description) for x in reading.lines] == [
        ("662359", "HS-86726", "Steel strapping 19 mm"),
        ("485188", "HS-72053", "Oil seal NBR"),
    ]


def test_crowns_are_a_currency_whosever_they_are() -> None:
    reading = typed("""
Beskrivning              Antal        À-pris        Belopp
Rostfri rundstång        6,00 m       103,77        622,62 kr
Arbetshandske            2,00 par      40,42         80,84 kr
                         Summa exkl. moms           703,46 kr
                         Moms 25%                   175,87 kr
""")
    assert [str(x.line_amount) for x in reading.lines] == ["622.62", "80.84"]
