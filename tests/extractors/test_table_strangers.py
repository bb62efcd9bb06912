"""Tables as issuers print them whose systems we never saw: each test is one of their habits."""

from __future__ import annotations

from decimal import Decimal

from extractors.table import TableReading, read_table
from pipeline.model import ReadingContext
from tests.extractors.typed_pages import typed_page

D = Decimal


def typed(text: str) -> TableReading:
    return read_table([typed_page(text)], ReadingContext())


def test_two_codes_in_a_cell_are_never_joined_to_one() -> None:
    reading = typed("""
Pos   Article No.     Description                   Qty  Unit    Unit Price    Amount
1     106655          Pressure transmitter            4  pcs          12.50     50.00
      HC-7391-E
2     824088          LED panel                      10  pcs           7.25     72.50
      NH-1475-F
""")
    assert [(line.buyer_item_id, line.seller_item_id) for line in reading.lines] == [
        ("106655", "HC-7391-E"), ("824088", "NH-1475-F")
    ]  # fmt: skip
    assert all(e.confidence < 0.6 for e in reading.evidence if e.path.endswith("item_id"))
    assert any("HC-7391-E" in doubt.reason for doubt in reading.doubts)


def test_a_heading_in_two_languages_with_two_codes_in_a_cell() -> None:
    reading = typed("""
Pos.  Artikel-Nr.     Bezeichnung                   Menge  Einheit   Einzelpreis    Gesamtpreis
Item  Part No.        Description                   Qty    Unit      Unit price     Total price
      Ihre Art.-Nr.
      Your Part No.
1     106655          Druckmessumformer 0-16 bar       4   Stk             12,50          50,00
      HC-7391-E       mit Stecker
2     824088          LED-Panel 600x600               10   Stk              7,25          72,50
      NH-1475-F
""")
    assert [(line.line_no, line.buyer_item_id, line.seller_item_id) for line in reading.lines] == [
        ("1", "106655", "HC-7391-E"), ("2", "824088", "NH-1475-F")
    ]  # fmt: skip
    assert reading.lines[0].description == "Druckmessumformer 0-16 bar mit Stecker"
    assert reading.doubts == ()
