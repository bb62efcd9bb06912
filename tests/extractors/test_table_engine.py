"""The line-item engine on typed pages: each test is one thing that hurts in the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extractors.table import TableReading, read_table
from pipeline.model import Page, ReadingContext, Source
from tests.extractors.typed_pages import declared_page, typed_page

D = Decimal


def read(*pages: Page) -> TableReading:
    return read_table(pages, ReadingContext())


def typed(text: str) -> TableReading:
    return read(typed_page(text))


PLAIN = """
Pos   Item        Description                   Qty  Unit    Unit Price    Amount
10    AB-1001     Valve DN25 brass                4  pcs          12.50     50.00
20    AB-2002     Flange DN25 steel              10  pcs           7.25     72.50
                                                          Subtotal         122.50
                                                          VAT 20 %          24.50
                                                          Total            147.00
"""


def test_a_plain_table() -> None:
    reading = typed(PLAIN)
    first, second = reading.lines
    assert (first.line_no, first.buyer_item_id, first.description) == ("10", "AB-1001", "Valve DN25 brass")
    assert (first.quantity, first.unit, first.unit_price, first.line_amount) == (D(4), "pcs", D("12.50"), D("50.00"))
    assert second.unit_code == first.unit_code is not None
    assert [(t.kind, t.value) for t in reading.totals] == [
        ("subtotal", D("122.50")), ("tax", D("24.50")), ("total", D("147.00"))
    ]  # fmt: skip
    assert reading.doubts == ()


def test_every_value_has_evidence_and_proof_earns_confidence() -> None:
    reading = typed(PLAIN)
    by_path = {e.path: e for e in reading.evidence}
    for name in ("line_no", "buyer_item_id", "description", "quantity", "unit", "unit_price", "line_amount"):
        assert f"lines[1].{name}" in by_path
    assert by_path["lines[0].quantity"].confidence >= 0.99
    assert by_path["lines[0].quantity"].text == "4"
    assert by_path["lines[0].unit_price"].box.x0 == pytest.approx(66 * 6)


def test_numbers_without_proof_stay_below_proof() -> None:
    reading = typed("""
Item        Description            Qty  Unit
AB-1001     Valve DN25 brass         4  pcs
AB-2002     Flange DN25 steel       10  pcs
""")
    assert [line.quantity for line in reading.lines] == [D(4), D(10)]
    assert all(e.confidence <= 0.95 for e in reading.evidence if e.path.endswith("quantity"))


def test_a_wrong_amount_stays_visible() -> None:
    reading = typed(PLAIN.replace("     50.00", "     51.00"))
    assert reading.lines[0].line_amount == D("51.00")
    assert any(d.path == "lines[0].line_amount" for d in reading.doubts)
    confidence = {e.path: e.confidence for e in reading.evidence}
    assert confidence["lines[0].unit_price"] <= 0.6
    assert confidence["lines[1].unit_price"] >= 0.99


def test_a_missing_price_stays_missing() -> None:
    reading = typed(PLAIN.replace("12.50     50.00", "               "))
    assert reading.lines[0].quantity == D(4)
    assert reading.lines[0].unit_price is None
    assert reading.lines[0].line_amount is None


@pytest.mark.parametrize(
    "second",
    [
        "20    AB-2002     Flange DN25 steel",
        "20    AB-2002     Flange DN25 steel              10",
        "20    AB-2002     Work shirt M                   10  pcs",
        "20                Work shirt M                   10  pcs",
    ],
)
def test_a_line_without_price_is_a_line(second: str) -> None:
    reading = typed(f"""
Pos   Item        Description                   Qty  Unit    Unit Price    Amount
10    AB-1001     Valve DN25 brass                4  pcs          12.50     50.00
{second}
                  Your ref.: 4711
30    AB-3003     Gasket DN25                    10  pcs           7.25     72.50
""")
    assert [line.line_no for line in reading.lines] == ["10", "20", "30"]
    assert reading.lines[0].description == "Valve DN25 brass"


def test_a_line_without_price_or_number_is_a_line() -> None:
    reading = typed("""
Description                   Qty        Unit Price    Amount
Valve DN25 brass                4 st          12.50     50.00
Your ref.: DP0416H6
Work shirt black M              3 st
Your ref.: WSBLACK-M
Gasket DN25                    10 st           7.25     72.50
""")
    assert [(line.quantity, line.unit_price) for line in reading.lines] == [
        (D(4), D("12.50")), (D(3), None), (D(10), D("7.25"))
    ]  # fmt: skip


@pytest.mark.parametrize("below", ["                  Gasket DN32                     7  pcs", "      AB-7007"])
def test_what_may_be_another_item_within_a_block_is_doubted(below: str) -> None:
    reading = typed(f"""
Pos   Item        Description                   Qty  Unit    Unit Price    Amount
10    AB-1                Valve DN25 brass        4  pcs          12.50     50.00
{below}
30    AB-300350003        Gasket DN25            10  pcs           7.25     72.50
""")
    assert len(reading.lines) == 2
    assert [d.path for d in reading.doubts] == ["lines[0]."]


def test_two_identical_lines_both_stay() -> None:
    row = "10    AB-1001     Valve DN25 brass                4  pcs          12.50     50.00\n"
    reading = typed(PLAIN.replace(row, row + row))
    assert len(reading.lines) == 3


# --- text around the numbers ------------------------------------------------------------------------------------------


def test_text_wraps_below_and_notes_are_no_description() -> None:
    reading = typed("""
Pos   Item        Description                   Qty  Unit    Unit Price    Amount
10    AB-1001     Valve DN25 brass with           4  pcs          12.50     50.00
                  lever handle
                  Drawing no. 24256 rev. D
20    AB-2002     Flange DN25 steel              10  pcs           7.25     72.50
                  * Mark boxes with job 50349
""")
    assert [line.description for line in reading.lines] == ["Valve DN25 brass with lever handle", "Flange DN25 steel"]
    assert "24256 rev. D" in reading.lines[0].notes[0]
    assert "job 50349" in reading.lines[1].notes[0]


def test_text_above_and_below_its_numbers() -> None:
    page = typed_page("""
Pos   Item        Description                   Qty  Unit    Unit Price    Amount
                  Valve DN25 brass with
10    AB-1001                                     4  pcs          12.50     50.00
                  lever handle

                  Flange DN25 steel
20    AB-2002                                    10  pcs           7.25     72.50
                  galvanised
""")
    reading = read(page)
    assert [line.description for line in reading.lines] == [
        "Valve DN25 brass with lever handle", "Flange DN25 steel galvanised"
    ]  # fmt: skip


def test_records_of_two_rows_under_a_heading_of_two_rows() -> None:
    reading = typed("""
Item    Material          Description
        Order qty.        Unit          Price per unit        Net value
00010   K2797.63          HEX BOLT M16X8 8.8
          2,000.000       EA                    0.1201           240.20
        Your material number: HB-DIN933-16
00020                     Deep groove ball bearing
             30.000       EA                    8.9800           269.40
""")
    first, second = reading.lines
    assert (first.line_no, first.buyer_item_id, first.seller_item_id) == ("00010", "K2797.63", "HB-DIN933-16")
    assert (first.quantity, first.unit_price, first.line_amount) == (D("2000.000"), D("0.1201"), D("240.20"))
    assert (second.description, second.buyer_item_id) == ("Deep groove ball bearing", None)


def test_a_code_that_wraps_in_its_cell_is_joined_without_a_blank() -> None:
    reading = typed("""
Pos   Your item         Description                   Qty  Unit    Unit Price    Amount
10    SC-DIN912-12.9    Socket head screw               4  pcs          12.50     50.00
      BLACK-45          black
20    SC-DIN912-8       Flange DN25 steel              10  pcs           7.25     72.50
""")
    assert reading.lines[0].seller_item_id == "SC-DIN912-12.9BLACK-45"
    assert reading.lines[0].description == "Socket head screw black"


@pytest.mark.parametrize(
    ("text", "code", "description"),
    [
        ("HB-DIN931-8: Hex bolt M8x80", "HB-DIN931-8", "Hex bolt M8x80"),
        ("HB DIN931 12 - Hex bolt M12", "HB DIN931 12", "Hex bolt M12"),
        ("RL3230AC Plug-in relay 3 CO", "RL3230AC", "Plug-in relay 3 CO"),
        ("M16x1.5 brass cable gland", None, "M16x1.5 brass cable gland"),
    ],
)
def test_codes_at_the_beginning_of_a_text(text: str, code: str | None, description: str) -> None:
    reading = typed(f"""
#     Description                      Quantity    Unit Price    Amount
1     {text:<32} 4 pcs         12.50     50.00
""")
    assert (reading.lines[0].buyer_item_id, reading.lines[0].description) == (code, description)


def test_labels_inside_the_block() -> None:
    reading = typed("""
Pos   Description                   Qty  Unit    Unit Price    Amount
10    Valve DN25 brass                4  pcs          12.50     50.00
      Item Code: 102246
      Delivery Date: 13.12.2026
""")
    line = reading.lines[0]
    assert (line.buyer_item_id, line.requested_date) == ("102246", date(2026, 12, 13))


# --- columns ----------------------------------------------------------------------------------------------------------


def test_net_columns_win_over_gross_ones_by_arithmetic() -> None:
    reading = typed("""
Lp.  Nazwa towaru           Ilość  J.m.  Cena netto  Wartość netto  VAT %  Wartość brutto
1    Śruba M20             200,00  szt         1,04         208,00     23          255,84
2    Nakrętka M20           50,00  szt       0,5228          26,14     23           32,15
""")
    assert [(line.unit_price, line.line_amount) for line in reading.lines] == [
        (D("1.04"), D("208.00")), (D("0.5228"), D("26.14"))
    ]  # fmt: skip
    assert reading.decimal == ","


def test_price_base_in_a_column_and_in_the_heading() -> None:
    column = typed("""
Pos  Description            Qty  Unit  Price   per  Amount
1    Dowel pin             2000  pcs   36.20  1000   72.40
""")
    assert column.lines[0].price_base_quantity == D(1000)
    heading = typed("""
Pos  Description            Qty  Unit  Price per 100  Amount
1    Dowel pin             2000  pcs            3.62   72.40
""")
    assert heading.lines[0].price_base_quantity == D(100)
    assert not heading.doubts


def test_discounts() -> None:
    reading = typed("""
Pos  Description            Qty  Unit   Price  Disc. %  Amount
1    Dowel pin                6  BX      8.83     10.0   47.68
2    Washer                  10  BX      1.00            10.00
""")
    first, second = reading.lines
    assert first.line_discount is not None and first.line_discount.value == D("10.0")
    assert second.line_discount is None
    assert not reading.doubts


def test_freight_in_the_table_is_a_charge() -> None:
    reading = typed(PLAIN.replace(
        "                                                          Subtotal",
        "                  Freight                                                   15.00\n"
        "                                                          Subtotal",
    ))  # fmt: skip
    assert len(reading.lines) == 2
    assert ("freight", D("15.00")) in [(t.kind, t.value) for t in reading.totals]


def test_currency_and_unit_from_the_heading() -> None:
    reading = typed("""
Item      Description            Qty (pcs)  Unit Price (USD)  Amount (USD)
AB-1001   Valve DN25 brass               4             12.50         50.00
""")
    assert (reading.currency, reading.unit_from_heading, reading.lines[0].unit) == ("USD", "pcs", "pcs")


def test_labels_that_nearly_touch_are_parted_by_arithmetic() -> None:
    reading = typed("""
Descrizione                                    Q.tà U.M.            Prezzo Totale riga
Morsetto 6 mm2 3P                                60 pz              0,4736       28,42
Filtro olio motore                                4 pz               48,84      195,36
""")
    assert [(x.quantity, x.unit_price, x.line_amount) for x in reading.lines] == [
        (D(60), D("0.4736"), D("28.42")), (D(4), D("48.84"), D("195.36"))
    ]  # fmt: skip


def test_no_heading_at_all() -> None:
    reading = typed("""
  1   AB-1001   Valve DN25 brass            4  pcs     12.50       50.00
  2   AB-2002   Flange DN25 steel          10  pcs      7.25       72.50
""")
    assert [(x.line_no, x.buyer_item_id, x.quantity, x.unit_price) for x in reading.lines] == [
        ("1", "AB-1001", D(4), D("12.50")), ("2", "AB-2002", D(10), D("7.25"))
    ]  # fmt: skip


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_table_over_pages_with_footers_and_carried_sums() -> None:
    head = "Pos   Item        Description                   Qty  Unit    Unit Price    Amount\n"
    first = (
        head
        + """10    AB-1001     Valve DN25 brass                4  pcs          12.50     50.00
                                                   Carried forward        50.00


Acme Ltd, Registered in England 12345                                 Page 1 of 2
"""
    )
    second = (
        head
        + """                                                   Brought forward        50.00
20    AB-2002     Flange DN25 steel              10  pcs           7.25     72.50
                                                          Total            122.50


Acme Ltd, Registered in England 12345                                 Page 2 of 2
"""
    )
    pages = [replace(typed_page(first, number=1), height=110), replace(typed_page(second, number=2), height=120)]
    reading = read(*pages)
    assert [line.line_no for line in reading.lines] == ["10", "20"]
    assert reading.lines[0].description == "Valve DN25 brass"
    assert [page for page, _ in reading.regions] == [1, 2]


def test_terms_on_the_next_page_give_no_items() -> None:
    terms = typed_page("""
3. Delivery. Penalty of 0.5 % per week of delay up to       5.0
11. Cancellation charges: 0-14 days 75 %, 15-30 days 50 %     10
""", number=2)  # fmt: skip
    assert len(read(typed_page(PLAIN), terms).lines) == 2


def test_nothing_that_may_be_an_item_is_lost_silently() -> None:
    row = "      ??          see drawing                    3            9.99  29.97   x  Y\n"
    text = PLAIN.replace("20    AB-2002", row + "20    AB-2002")
    reading = typed(text)
    assert len(reading.lines) == 3 or any("9.99" in doubt.reason for doubt in reading.doubts)


# --- other kinds of file ----------------------------------------------------------------------------------------------


def test_declared_cells() -> None:
    page = declared_page([
        ["PO Number", "Line", "Vendor Part", "Description", "Qty", "UOM", "Price", "Amount", "Need By"],
        ["4711", "1", "AB-1001", "Valve DN25", "4", "pcs", "12.50", "50.00", "2027-01-20"],
        ["4711", "2", "", "Flange DN25", "10", "pcs", "7.25", "72.50", "2027-02-20"],
    ])  # fmt: skip
    first, second = read(page).lines
    assert (first.seller_item_id, first.buyer_item_id, first.requested_date) == ("AB-1001", None, date(2027, 1, 20))
    assert (second.seller_item_id, second.quantity) == (None, D(10))


def test_written_orders() -> None:
    reading = typed("""
please send us by 15.12.2026
- 20 pcs of ABC-1234 Hex bolt M8x40 at 4.50 EUR
- 5 boxes XK-77-B washers @ 12.00 EUR = 60.00 EUR
Thanks, J. Whitaker, phone 0161 4960262
""")
    assert [(x.buyer_item_id, x.quantity, x.unit, x.unit_price) for x in reading.lines] == [
        ("ABC-1234", D(20), "pcs", D("4.50")), ("XK-77-B", D(5), "boxes", D("12.00"))
    ]  # fmt: skip


def test_prose_is_no_order() -> None:
    assert typed("Dear all,\nour office is closed from 24.12. to 02.01.\nRegards").lines == ()
    assert read().lines == ()


# --- scans ------------------------------------------------------------------------------------------------------------


def test_recognised_words_carry_their_doubt() -> None:
    reading = read(typed_page(PLAIN, source=Source.OCR, confidence=0.9))
    assert all(e.confidence <= 0.9 for e in reading.evidence)


def test_a_lost_decimal_mark_comes_back_when_arithmetic_proves_it() -> None:
    text = PLAIN.replace(" 12.50     50.00", "  1250     50.00")
    mended = read(typed_page(text, source=Source.OCR, confidence=0.9)).lines[0]
    printed = read(typed_page(text)).lines[0]
    assert mended.unit_price == D("12.50")
    assert printed.unit_price == D(1250)  # what a file says in text is never changed


# --- sections, places without labels ----------------------------------------------------------------------------------


def test_headings_of_sections_are_no_part_of_items() -> None:
    reading = typed("""
Item        Description                   Qty  Unit    Unit Price    Amount

Hall 3
7330.11     Glove size 11                   4  pcs          12.50     50.00
            Drawing 4711-51
Lot 2: spare parts
7330.12     Glove size 12                  10  pcs           7.25     72.50
""")
    assert [line.buyer_item_id for line in reading.lines] == ["7330.11", "7330.12"]
    assert [line.description for line in reading.lines] == ["Glove size 11", "Glove size 12"]
    assert "Lot 2: spare parts" in reading.lines[1].notes


def test_a_table_without_a_heading_keeps_its_first_line_without_price_and_goes_on_over_pages() -> None:
    first = """
1    AB-1000    Washer DN25                     7 pcs
2    AB-1001    Valve DN25 brass                4 pcs        12.50        50.00  2027-01-02
3    AB-1002    Flange DN25 steel              10 pcs         7.25        72.50  9 December 2026
"""
    second = """
4    AB-1003    Gasket DN25                    20 pcs         2.00        40.00  2027-01-02
5    AB-1004    Screw M8                       30 pcs         1.10        33.00  2027-01-02
                                                   Total                195.50
"""
    reading = read(typed_page(first), typed_page(second, number=2))
    assert [(line.line_no, line.quantity) for line in reading.lines] == [
        ("1", D(7)), ("2", D(4)), ("3", D(10)), ("4", D(20)), ("5", D(30))
    ]  # fmt: skip
    assert reading.lines[0].unit_price is None


def test_a_number_printed_over_the_end_of_a_date() -> None:
    reading = typed("""
Pos   Item        Description                   Qty  Date              Price    Amount
10    AB-1001     Valve DN25 brass                4  6 de enero de 202712.50     50.00
20    AB-2002     Flange DN25 steel              10  12.01.2027         7.25     72.50
""")
    first = reading.lines[0]
    assert (first.requested_date, first.unit_price, first.line_amount) == (date(2027, 1, 6), D("12.50"), D("50.00"))


def test_line_numbers_under_a_label_that_may_mean_a_code() -> None:
    page = declared_page([
        ["Orden de compra N°", "Ítem", "Concepto", "Cant.", "P. unit.", "Importe"],
        ["26-25937", "10", "TP25-red Cinta 25 mm red", "200", "2,00", "400,00"],
        ["26-25937", "20", "QCMG1/2 Acoplamiento", "1", "8,48", "8,48"],
        ["26-25937", "30", "CHMB35-5L Limpiador", "40", "11,31", "452,40"],
    ], source=Source.CSV)  # fmt: skip
    reading = read(page)
    assert [(line.line_no, line.buyer_item_id) for line in reading.lines] == [
        ("10", "TP25-red"), ("20", "QCMG1/2"), ("30", "CHMB35-5L")
    ]  # fmt: skip


@pytest.mark.parametrize("numbers", [("10", "20", "a)", "40", "50"), ("10", "20", "40", "50", "60")])
def test_line_numbers_of_which_one_is_misread_or_missing_are_no_codes(numbers: tuple[str, ...]) -> None:
    rows = "".join(
        f"{number:<6}TB-10-{at} Terminal block 10 mm2 {at}P   {at * 10:>5}   12.00   {at * 120:>6}.00\n"
        for at, number in enumerate(numbers, 2)
    )
    reading = typed(f"Item  Description                       Qty     Unit Price    Amount\n{rows}")
    assert {line.buyer_item_id for line in reading.lines} == {f"TB-10-{at}" for at in range(2, 7)}


def test_a_description_that_wraps_before_a_word_that_may_be_a_label() -> None:
    reading = typed(PLAIN.replace("\n20 ", "\n                  size 11\n20 "))
    assert reading.lines[0].description == "Valve DN25 brass size 11"
