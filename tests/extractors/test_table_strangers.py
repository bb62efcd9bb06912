"""Tables as issuers print them whose systems we never saw: each test is one of their habits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from extractors.table import TableReading, read_table
from extractors.table.lexicon import label_hits
from pipeline.model import Box, ReadingContext, Source, Word
from tests.extractors.typed_pages import declared_page, typed_page

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


def test_a_letter_beside_the_quantity_is_no_unit() -> None:
    reading = typed("""
Line  Part Number     Description            Rev    Ty    Order Qty     Unit Price     Ext Price
1     570-99450-2     Bearing 6205           C      S      2.00 EA         396.17        792.34
2     286-83131-6     Ball valve DN25        B      S    100.00 EA         131.40     13,140.00
""")
    assert [(line.quantity, line.unit) for line in reading.lines] == [(D(2), "EA"), (D(100), "EA")]


def test_the_unit_beside_the_quantity_comes_before_that_of_a_weight() -> None:
    reading = typed("""
Line  Part Number     Description            Quantity      Weight  UM     Unit Cost    Extended Cost
1     570-99450-2     Bearing 6205              40 EA          80  LB         10.00           400.00
2     286-83131-6     Ball valve DN25            4 EA           8  LB         99.50           398.00
""")
    assert [line.unit for line in reading.lines] == ["EA", "EA"]


def test_a_code_in_brackets_leads_a_description() -> None:
    reading = typed("""
Description                                 Taxes      Qty             Unit Price      Amount
[HC-2298-A] Ball bearing 6205                 20%    10.00 Unit(s)          46.40      464.00
[77123] Gasket DN100                          20%    25.00 Unit(s)         435.00    10875.00
""")
    assert [(line.buyer_item_id, line.description, line.unit) for line in reading.lines] == [
        ("HC-2298-A", "Ball bearing 6205", "Unit(s)"), ("77123", "Gasket DN100", "Unit(s)")
    ]  # fmt: skip


def test_numbers_of_goods_under_the_label_of_the_line_number() -> None:
    reading = typed("""
Nr.       Kred.-Artikelnr.    Beschreibung             Menge Einheit     Preis        Betrag
130534    HC-6955-C           Flachdichtung                3 Stück       34,00        102,00
249890    KX-9657-B           Panel                        3 Stück       58,00        174,00
111414    KX-7152-E           Zylinder                    10 Stück       21,00        210,00
""")
    assert [(line.line_no, line.buyer_item_id, line.seller_item_id) for line in reading.lines] == [
        (None, "130534", "HC-6955-C"), (None, "249890", "KX-9657-B"), (None, "111414", "KX-7152-E")
    ]  # fmt: skip


def test_the_end_of_a_code_is_no_label() -> None:
    assert label_hits(["Your", "material", "number", "NH-7529-B"])[-1].end == 3
    assert label_hits(["NH-7529-B"]) == ()


def test_sums_in_a_currency_whose_sign_may_be_a_unit() -> None:
    reading = typed("""
No.   Your Code      Description               Qty   Unit      Price         Amount
1     HC-3924-D      Pressure transmitter      120   pcs      95 035 Ft     11 404 200 Ft
2     HC-5903-B      Sealing tape               20   pcs      95 551 Ft      1 911 020 Ft
                                                              Subtotal      13 315 220 Ft
                                                              VAT 27%        3 595 109 Ft
                                                              TOTAL         16 910 329 Ft
""")
    assert len(reading.lines) == 2
    assert [(total.kind, total.value) for total in reading.totals] == [
        ("subtotal", D(13315220)), ("tax", D(3595109)), ("total", D(16910329))
    ]  # fmt: skip


@pytest.mark.parametrize("summed", [True, False])
def test_records_that_begin_with_their_type(summed: bool) -> None:
    """Header, position and sum records of one list have columns of their own, and no labels."""
    rows = [["H", "4500024675", "20261119", "EUR", "Acme Ltd", "Net 30 days"]]
    for number, code, quantity, price, total in (
        ("10", "AB-100", "3", "1249.50", "3748.50"),
        ("20", "CD-200", "6", "1.15", "6.90"),
    ):
        rows.append(["P", number, code, f"Part {code}", quantity, "EA", price, *([total] if summed else [])])
    rows.append(["T", "2", "3755.40"])
    reading = read_table([declared_page(rows, source=Source.CSV)], ReadingContext())
    assert [(x.line_no, x.buyer_item_id, str(x.quantity), x.unit, str(x.unit_price)) for x in reading.lines] == [
        ("10", "AB-100", "3", "EA", "1249.50"),
        ("20", "CD-200", "6", "EA", "1.15"),
    ]
    sure = {e.path: e.confidence for e in reading.evidence}
    assert sure["lines[0].buyer_item_id"] < 0.6  # nothing says which code this is


def test_labels_cut_off_at_the_width_of_their_columns() -> None:
    """A line printer cuts a long label, and the next one follows after a single blank."""
    reading = typed("""
Nr.  Ihre Artikelnumm Bezeichnung                       Menge Precio unita Importe net
10   7110.11          Assembly glove 110 size 11           20         2,84       56,80
20   LBL5732T         Thermal label roll 57 x 32 mm         3  28,56 / 100        0,86
""")
    assert [(x.seller_item_id, x.unit_price, x.price_base_quantity) for x in reading.lines] == [
        ("7110.11", D("2.84"), D(1)),
        ("LBL5732T", D("28.56"), D(100)),
    ]


def test_a_label_with_one_letter_too_many_is_no_row_of_shorter_labels() -> None:
    """As recognition leaves it: "P. unit." is the price, though "PP" and "unit." are labels of their own."""
    reading = typed("""
Pos.  Artículo                     Ud.     Cantidad      Pp. unit.     Importe neto
1     Tornillo M8                  caja           5           7,22            36,10
2     Arandela M8                  caja           8    14,01 / 100             1,12
""")
    assert [(x.unit, x.quantity, x.unit_price, x.price_base_quantity) for x in reading.lines] == [
        ("caja", D(5), D("7.22"), D(1)),
        ("caja", D(8), D("14.01"), D(100)),
    ]


def test_labels_a_blank_apart_are_no_slip_of_a_longer_one() -> None:
    """ "REV DESCRIPTION" differs by one letter from a reference, and is two columns."""
    reading = typed("""
ITEM PART NUMBER   REV DESCRIPTION            QTY U/M   UNIT PRICE   EXTENSION
001  324-2623-5    B   THREADLOCKER 25 ML      24 BT       13.4100      321.84
002  002-1896-6    B   HYDRAULIC HOSE           8 EA       34.8400      278.72
""")
    assert [(x.buyer_item_id, x.description) for x in reading.lines] == [
        ("324-2623-5", "THREADLOCKER 25 ML"),
        ("002-1896-6", "HYDRAULIC HOSE"),
    ]


def test_a_table_beside_the_order_in_a_sheet_is_no_part_of_its_lines() -> None:
    rows = [
        ["Line", "Item No.", "Description", "Qty", "Unit Price", "Amount", "Approvals", "", ""],
        ["10", "AB-100", "Ball valve", "3", "48.25", "144.75", "Name", "Limit", "Signed"],
        ["20", "CD-200", "Hex screw", "5", "0.42", "2.10", "P. Lowe", "5000", "yes"],
    ]
    reading = read_table([declared_page(rows)], ReadingContext())
    assert [(x.buyer_item_id, x.seller_item_id, x.description) for x in reading.lines] == [
        ("AB-100", None, "Ball valve"),
        ("CD-200", None, "Hex screw"),
    ]


def test_labels_of_two_lines_centred_beside_labels_of_one_are_one_heading() -> None:
    reading = typed("""
                          Unid.    Qtde na    Qtde      Preço              Valor Total
N   Código                                                       % IPI
                          Medida   Emb.       Pedida    Bruto              Item

1   7898686876711         Unidade     1,00    117,00     26,36     0,00       3.084,12
2   7898686876728         Unidade    36,00     90,00     26,36     0,00       2.372,40
""")
    assert [(x.line_no, x.unit, x.quantity, x.unit_price, x.line_amount) for x in reading.lines] == [
        ("1", "Unidade", D(117), D("26.36"), D("3084.12")),
        ("2", "Unidade", D(90), D("26.36"), D("2372.40")),
    ]


def test_a_caption_over_the_heading_is_no_label_of_the_column_below_it() -> None:
    reading = typed("""
                   ITENS DA ORDEM DE COMPRA
COD.CLI.      DESCRICAO                     QUANTIDADE UNI   UNITARIO        TOTAL
04032.003/6   KIT 3 PRS MEIA                   500.000 UN        9.97     4,985.00
04032.004/5   KIT 2 PRS MEIA                   400.000 UN        9.97     3,988.00
""")
    assert [(x.buyer_item_id, x.description, x.quantity) for x in reading.lines] == [
        ("04032.003/6", "KIT 3 PRS MEIA", D(500)),
        ("04032.004/5", "KIT 2 PRS MEIA", D(400)),
    ]


def test_the_upper_lines_of_labels_may_stand_over_a_part_of_the_heading_only() -> None:
    reading = typed("""
                                                    Preço       Total
Item     Descrição          Quantidade  Unidade     unitário    do item
50       Kit meia               4,0000  ST              9,00      36,00
100      Kit meia preta         8,0000  ST              9,00      72,00
""")
    assert [(x.line_no, x.quantity, x.unit_price, x.line_amount) for x in reading.lines] == [
        ("50", D(4), D(9), D(36)),
        ("100", D(8), D(9), D(72)),
    ]


def test_a_code_beside_the_figures_under_a_label_that_may_number_lines() -> None:
    """The only item has a description of two lines, and its other cells stand in the middle of them."""
    page = typed_page("""
Item              Description                  Qty   UOM   Unit Price   Amount

                  QD Coupler 3/8" Body
                                                 1   EA         32.50    32.50
                  Chrome-Plated Steel
""")
    box = Box(0, 65, 84, 74)  # the code stands half a line off the figures
    page = replace(page, words=(*page.words, Word("HYD-QCA-06-STL", box)))
    (line,) = read_table([page], ReadingContext()).lines
    assert (line.buyer_item_id, line.quantity, line.unit_price) == ("HYD-QCA-06-STL", D(1), D("32.50"))


def test_a_table_of_texts_alone_holds_no_items() -> None:
    reading = typed("""
Description            Code     Qty
Buyer of the order     Madrid   of all
Place of delivery      Toledo   of some
""")
    assert reading.lines == ()


def test_a_code_of_several_words_in_small_letters_is_not_sure() -> None:
    reading = typed("""
Line   Item No.              Description        Qty     Price    Amount
1      Date(1) Qty Date(2)   Screw washer         5      2.00     10.00
2      CS93620 A1            Hex screw           10      3.00     30.00
3      Date(2)               Hex nut             10      3.00     30.00
""")
    sure = {e.path: e.confidence for e in reading.evidence}
    assert sure["lines[0].buyer_item_id"] < 0.99 <= sure["lines[1].buyer_item_id"]
    assert sure["lines[2].buyer_item_id"] < 0.99


def test_words_behind_a_whole_label_go_on_the_label_over_them() -> None:
    reading = typed("""
                                                     Delivery time
Quantity   Item         Description     Unit price from / to
  500.00   L380221-01   Pallet              2.5000 09/02/2027
  250.00   L380222-01   Half pallet         1.5000 16/02/2027
""")
    assert [(x.buyer_item_id, x.quantity, x.unit_price) for x in reading.lines] == [
        ("L380221-01", D(500), D("2.5")),
        ("L380222-01", D(250), D("1.5")),
    ]


def test_the_same_labels_in_another_language_set_exactly_under_the_first_ones() -> None:
    """Some of the second line are abbreviations nobody knows."""
    reading = typed("""
Pos   Codice Articolo   Quantità   Prezzo Unitario   1° sc.    Importo   D. cons.
      Item              Quantity   Unit Price        1st di.   Amount    Dely. d.
 3    05AVAR1380             500            4,3490             2.174,50  23/04/27
 6    05AVAR1675              30            2,6220                78,66  30/04/27
""")
    assert [(x.line_no, x.buyer_item_id, x.quantity, str(x.requested_date)) for x in reading.lines] == [
        ("3", "05AVAR1380", D(500), "2027-04-23"),
        ("6", "05AVAR1675", D(30), "2027-04-30"),
    ]
