"""Habits of orders drawn by somebody who had not read the engine: each test is one of them."""

from __future__ import annotations

from decimal import Decimal

from extractors.table import TableReading, read_table
from pipeline.model import ReadingContext
from tests.extractors.typed_pages import declared_page, typed_page

D = Decimal


def typed(text: str) -> TableReading:
    return read_table([typed_page(text)], ReadingContext())


def test_the_discount_of_an_item_on_a_row_of_its_own() -> None:
    reading = typed("""
Pos.   Material    Bezeichnung              Menge  Einheit  Preis    Nettowert
10     164393523   Trennscheibe 455 mm        120  ST        1,33       155,61
                   Rabatt in Prozent                         2,50- %      3,99-
                   Ihre Materialnummer HT-7588
20     115575306   Sechskantschraube M6       250  ST        0,39        97,50
                   Ihre Materialnummer HT-6652
""")
    assert [(line.seller_item_id, line.line_amount) for line in reading.lines] == [
        ("HT-7588", D("155.61")),
        ("HT-6652", D("97.50")),
    ]
    first = reading.lines[0].line_discount
    assert first is not None and (first.value, first.percent) == (D("2.50"), True)
    assert reading.lines[1].line_discount is None and reading.totals == ()


def test_a_charge_among_the_items_is_none_however_it_is_worded() -> None:
    reading = typed("""
Menge  Einh.  Art.-Nr.   Bezeichnung                               Preis     Betrag
2      ST     5555041    Frequenzumrichter 5,5 kW                 427,90     855,80
200    ST     5423090    Schlauchschelle 50-60 mm                   0,73     146,00
                         Fracht und Entladung mit Kran, pauschal              85,00
""")
    assert len(reading.lines) == 2
    assert [(total.kind, total.value) for total in reading.totals] == [("freight", D("85.00"))]


def test_a_tax_behind_excl_heads_no_column() -> None:
    reading = typed("""
Nr.         Omschrijving            Aantal   Kostprijs excl. btw   Korting %   Bedrag excl. btw
HB634199    PVC-buis grijs               8                 15,50        12,5             108,50
HB775540    Kogellager 6304             50                  4,18          15             177,65
""")
    assert [line.unit_price for line in reading.lines] == [D("15.50"), D("4.18")]


def test_columns_a_blank_apart_are_columns_where_every_row_begins_at_the_label() -> None:
    reading = typed("""
ITEM PART NUMBER REV DESCRIPTION                 QTY      UNIT PRICE     EXTENSION
001  324-2623-5  B   THREADLOCKER 25 ML           24         13.4100        321.84
002  002-1896-6  B   HYDRAULIC HOSE ASSY           8         34.8400        278.72
003  996-9207-8  D   CABLE TIE 120 X 4.8         150          4.0300        604.50
""")
    assert [(line.line_no, line.buyer_item_id, line.description) for line in reading.lines] == [
        ("001", "324-2623-5", "THREADLOCKER 25 ML"),
        ("002", "002-1896-6", "HYDRAULIC HOSE ASSY"),
        ("003", "996-9207-8", "CABLE TIE 120 X 4.8"),
    ]


def test_a_code_broken_at_its_hyphen_is_one_code() -> None:
    reading = typed("""
Quantity   Units   Item     Description                     Rate     Amount
2          Ea      DBN-     Hydraulic hose assy            23.78      47.56
                   67273
120        Ct      RRK-     Grease cartridge lithium        5.25     630.00
                   14530
""")
    assert [line.buyer_item_id for line in reading.lines] == ["DBN-67273", "RRK-14530"]


def test_units_nobody_knows_are_given_as_printed_and_have_no_code() -> None:
    reading = typed("""
Artikel     Omschrijving            Aantal        Prijs       Bedrag
HB634199    PVC-buis grijs          8 XYLT        15,50       124,00
HB775540    Kogellager 6304         50 st          4,18       209,00
""")
    assert [(line.unit, line.unit_code) for line in reading.lines] == [("XYLT", None), ("st", "H87")]


def test_a_form_is_one_when_the_ordered_rows_alone_give_the_sum() -> None:
    rows = [["Qty", "Code", "Product", "Price each", "Line total"]]
    for number in range(8):
        ordered = number % 2 == 0
        rows.append([str(number + 1) if ordered else "", f"HT-{100 + number}", "Washer", "2.00", ""])
        rows[-1][4] = f"{2 * (number + 1)}.00" if ordered else ""
    rows.append(["", "", "", "Total", "32.00"])
    reading = read_table([declared_page(rows)], ReadingContext())
    assert [line.buyer_item_id for line in reading.lines] == ["HT-100", "HT-102", "HT-104", "HT-106"]
    wrong = read_table([declared_page([*rows[:-1], ["", "", "", "Total", "36.00"]])], ReadingContext())
    assert len(wrong.lines) == 8


def test_percentages_without_a_label_are_no_discount_where_the_lines_add_up_without() -> None:
    reading = typed("""
P4471   Skrutka M6x20 zn         100    ks     0.28      28.00    23 %
P4473   Lozisko 6204 2RS          12    ks     4.10      49.20    23 %
P4475   Rezny kotuc 125x1         40    ks     1.05      42.00    23 %
""")
    assert [(line.quantity, line.unit, line.line_discount) for line in reading.lines] == [
        (D(100), "ks", None),
        (D(12), "ks", None),
        (D(40), "ks", None),
    ]
