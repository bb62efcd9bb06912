"""The extractor as a whole: words with boxes in, orders with evidence and doubts out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from header_print import printed

from extractors.engine import DocumentExtractor
from extractors.readers import read_document
from pipeline.errors import DocumentError
from pipeline.model import Document, DocumentType, Order, Pages, ReadingContext
from pipeline.run import sha256_of

US = ReadingContext(own_names=("Falken Supply GmbH",))
ORDER = """
Acme Tools Inc.                                <PURCHASE ORDER>
12 High Street
Reno, NV 89501
USA                                            PO Number:     4711-A
                                               Order Date:    05/25/2027
                                               Delivery Date: 06/01/2027
                                               Terms:         Net 30
                                               Currency:      USD

Vendor                         Ship To
Falken Supply GmbH             Acme Tools Inc. - Plant 2
Zechenweg 4                    7 Mill Road
44357 Dortmund                 Sparks, NV 89431
Germany                        USA

Line   Item No.    Description              Qty    Unit   Unit Price   Amount
10     HB-100      Hex bolt M8 x 40         500    EA     0.25         125.00
20     FW-200      Flat washer M8           100    EA     0.10          10.00

                                                          Subtotal     135.00
                                                          Shipping      15.00
                                                          Total        150.00
"""


def extract(text: str, context: ReadingContext = US) -> tuple[Order, ...]:
    return DocumentExtractor().extract(printed(text), context)


def test_an_order_from_end_to_end() -> None:
    (order,) = extract(ORDER)
    assert order.document_type is DocumentType.PURCHASE_ORDER
    assert order.po_number == "4711-A"
    assert order.order_date == date(2027, 5, 25)
    assert order.requested_date == date(2027, 6, 1)
    assert order.currency == "USD"
    assert order.payment_terms == "Net 30"
    assert order.buyer.name == "Acme Tools Inc."
    assert order.seller.name == "Falken Supply GmbH"
    assert order.ship_to.name == "Acme Tools Inc. - Plant 2"
    assert (order.subtotal, order.freight, order.total) == (Decimal("135.00"), Decimal("15.00"), Decimal("150.00"))
    assert [line.quantity for line in order.lines] == [Decimal(500), Decimal(100)]
    assert order.language == "en"


def test_every_value_has_its_evidence() -> None:
    (order,) = extract(ORDER)
    paths = {evidence.path: evidence for evidence in order.evidence}
    for path in ("po_number", "order_date", "currency", "buyer.name", "ship_to.address", "total", "lines[0].quantity"):
        assert paths[path].page == 1
        assert 0 < paths[path].confidence <= 1
    assert paths["po_number"].text == "4711-A"
    assert paths["po_number"].box.width > 0
    assert paths["po_number"].confidence >= 0.99


def test_nothing_is_read_twice_into_the_evidence() -> None:
    (order,) = extract(ORDER)
    paths = [evidence.path for evidence in order.evidence]
    assert len(paths) == len(set(paths))


def test_what_is_not_printed_stays_open() -> None:
    (order,) = extract(ORDER)
    assert order.incoterms is None
    assert order.tax is None
    assert order.bill_to.name is None
    assert order.revision is None


def test_two_orders_in_one_file_come_in_document_order() -> None:
    orders = extract("\f".join((ORDER, ORDER.replace("4711-A", "4712-B"))))
    assert [order.po_number for order in orders] == ["4711-A", "4712-B"]
    assert all(len(order.lines) == 2 for order in orders)


def test_an_invoice_has_its_type_and_no_lines() -> None:
    (order,) = extract(ORDER.replace("<PURCHASE ORDER>", "INVOICE").replace("PO Number:", "Invoice No:"))
    assert order.document_type is DocumentType.INVOICE
    assert order.lines == ()


def test_doubts_of_the_reading_reach_the_order() -> None:
    pages = replace(printed(ORDER), doubts=("pages 501-2000 were not read",))
    (order,) = DocumentExtractor().extract(pages, US)
    assert any("pages 501-2000" in doubt.reason for doubt in order.doubts)


def test_a_document_without_a_word_is_an_error_and_not_ignored() -> None:
    with pytest.raises(DocumentError, match=r"order\.pdf"):
        DocumentExtractor().extract(printed(""), US)
    with pytest.raises(DocumentError):
        DocumentExtractor().extract(Pages("0" * 64, "empty.pdf", ()), US)


def csv(text: str) -> tuple[Order, ...]:
    content = text.encode()
    document = Document(sha256_of(content), "orders.csv", "text/csv", content)
    return DocumentExtractor().extract(read_document(document), US)


def test_a_list_with_the_orders_of_several_numbers() -> None:
    orders = csv(
        "PO Number,PO Date,Line,Item,Description,Qty,Unit Price,Amount,Currency\n"
        "P-77,2026-11-10,1,A1,Hex bolt,5,2.00,10.00,EUR\n"
        "P-77,2026-11-10,2,A2,Washer,6,3.00,18.00,EUR\n"
        "P-78,2026-11-11,1,A3,Nut,7,4.00,28.00,EUR\n"
    )
    assert [(order.po_number, len(order.lines)) for order in orders] == [("P-77", 2), ("P-78", 1)]
    assert orders[1].order_date == date(2026, 11, 11)
    assert orders[1].lines[0].quantity == Decimal(7)


def test_the_lines_of_a_flat_file_have_their_own_dates() -> None:
    """The date of delivery of the whole order stands first, or is the one that is the same on every row."""
    head = "PO Number,PO Date,{0},Line,Item,Description,Qty,Unit Price,Amount,{1}\n"
    row = "P-77,2026-11-10,{0},{1},A{1},Hex bolt M{1},5,2.00,10.00,{2}\n"
    early, late = "2026-12-01", "2026-12-24"
    for first, last in (("Delivery date", "Delivery"), ("Delivery", "Delivery date")):
        (order,) = csv(
            head.format(first, last) + row.format(early, 1, "2026-12-05") + row.format(early, 2, "2026-12-09")
        )
        assert [line.requested_date for line in order.lines] == [date(2026, 12, 5), date(2026, 12, 9)]
        (order,) = csv(head.format(first, last) + row.format(early, 1, late) + row.format(early, 2, late))
        assert [line.requested_date for line in order.lines] == [date(2026, 12, 24)] * 2


def test_orders_far_below_the_heading_of_a_list_keep_their_number() -> None:
    records = [f"P-{n // 6},2026-11-{10 + n // 6},{n % 6 + 1},A{n},Bolt,5,2.00,10.00,EUR\n" for n in range(18)]
    orders = csv("PO Number,PO Date,Line,Item,Description,Qty,Unit Price,Amount,Currency\n" + "".join(records))
    assert [(order.po_number, len(order.lines)) for order in orders] == [("P-0", 6), ("P-1", 6), ("P-2", 6)]
    assert [str(order.order_date) for order in orders] == ["2026-11-10", "2026-11-11", "2026-11-12"]


def test_a_cell_heads_one_column_however_many_labels_stand_in_it() -> None:
    """ "Pedido núm." holds a label of quantities and one of line numbers, and is neither."""
    (order,) = csv(
        "Pedido núm.;Fecha;Ítem;Código;Artículo;Cantidad;Precio unitario;Total\n"
        "2026.49842;2026-11-07;1;A-77;Borna de conexión;80;41,44;3315,20\n"
        "2026.49842;2026-11-07;2;A-78;Broca helicoidal;40;1,64;65,60\n"
    )
    assert order.po_number == "2026.49842"
    assert [(line.line_no, line.description) for line in order.lines] == [
        ("1", "Borna de conexión"),
        ("2", "Broca helicoidal"),
    ]


LIST = "PO Number,Line,Item No.,Description,Qty,Unit Price\n"
LISTS = {
    "as it is": ("P-77,1,A1,Bolt,5,2.00\nP-78,1,A2,Nut,6,3.00\nP-77,2,A3,Washer,7,4.00\n", [("P-77", 2), ("P-78", 1)]),
    "a number with a blank": ("PO 77,1,A1,Bolt,5,2.00\nPO 78,1,A2,Nut,6,3.00\n", [("PO 77", 1), ("PO 78", 1)]),
    "the number once": ("P-77,1,A1,Bolt,5,2.00\n,2,A3,Nut,7,4.00\nP-78,1,A2,Nut,6,3.00\n", [("P-77", 2), ("P-78", 1)]),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_line_of_a_list_is_lost_or_given_to_another_order(name: str) -> None:
    text, expected = LISTS[name]
    assert [(order.po_number, len(order.lines)) for order in csv(LIST + text)] == expected


def test_a_sum_over_all_orders_of_a_list_is_not_dropped() -> None:
    orders = csv(
        "PO Number,Line,Item No.,Qty,Unit Price,Amount\n"
        "P-77,1,A1,5,2.00,10.00\nP-78,1,A2,6,3.00,18.00\n,,,,Total,28.00\n"
    )
    assert [any("not to a printed sum" in d.reason for d in order.doubts) for order in orders] == [True, True]


def test_a_column_of_order_numbers_that_cannot_part_the_list_is_doubted() -> None:
    (order,) = csv(LIST + "urgent,1,A1,Bolt,5,2.00\nP-78,2,A2,Nut,6,3.00\n")
    assert [d.reason for d in order.doubts if d.path == "po_number"] == ["“PO Number” names 2 orders: urgent, P-78"]


FORM = "PO Number,P-77\nItem No.,Description,Unit,Unit Price,Qty,Amount\n"
OFFERED = "".join(f"B{n},Bolt M{n},pcs,1.{n:02},,\n" for n in range(10, 20))
ORDERED = "A1,Nut,pcs,2.00,5,10.00\n"
FORMS = {
    "a form": (OFFERED + ORDERED + OFFERED + ",,,,Total,10.00\n", 1),
    "zeros for what is not ordered": ((OFFERED + ORDERED).replace(",,\n", ",0,0.00\n"), 1),
    "a few blank rows are lines": ("B1,Bolt,pcs,1.00,,\n" + ORDERED + "A2,Nut,pcs,3.00,2,6.00\n", 3),
    "a sum that the ordered rows do not give": (OFFERED + ORDERED + ",,,,Total,110.00\n", 11),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_rows_of_a_form_that_are_not_ordered_are_no_lines(name: str) -> None:
    text, expected = FORMS[name]
    (order,) = csv(FORM + text)
    assert len(order.lines) == expected


def test_quantities_of_a_form_in_a_second_column_keep_every_row() -> None:
    (order,) = csv(
        "PO Number,P-77\nItem No.,Description,Price,Qty,Shop 2\n"
        + "".join(f"B{n},Bolt M{n},1.{n:02},,{n % 2 or ''}\n" for n in range(10, 20))
        + "A1,Nut,2.00,5,\n"
    )
    assert len(order.lines) == 11


def test_a_row_of_labels_over_a_row_of_values_is_no_list_of_records() -> None:
    (order,) = csv(
        "PO Number,Order Date,Required by,Payment Terms,Currency\n"
        "P-77,2026-11-10,2026-12-01,30 days net,EUR\n"
        "\nPos,Item No.,Description,Qty,Unit,Unit Price,Amount\n"
        "1,A1,Bolt,5,pcs,2.00,10.00\n2,A2,Nut,6,pcs,3.00,18.00\n"
    )
    assert (order.po_number, order.order_date, order.requested_date) == ("P-77", date(2026, 11, 10), date(2026, 12, 1))
    assert (order.payment_terms, order.currency, len(order.lines)) == ("30 days net", "EUR", 2)


def test_a_figure_under_a_label_nobody_knows_is_no_unit() -> None:
    (order,) = csv("BuKr,Position,Material,Menge,BME,Nettopreis\n1000,10,A1,5,Stk,2.00\n1000,20,A2,6,Stk,3.00\n")
    assert [line.unit for line in order.lines] == ["Stk", "Stk"]
