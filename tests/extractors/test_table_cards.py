"""Items printed as cards: a title, rows of labels over rows of values, labels with and without colons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from extractors.table import TableReading, read_table
from pipeline.model import ReadingContext
from tests.extractors.typed_pages import typed_page


def typed(text: str) -> TableReading:
    return read_table([typed_page(text)], ReadingContext())


_TITLED = """
Purchase Order #31511
Lines
1 Bearing 6205-2RS C3
Qty           Unit          Price                Total
15            EA            42.34 EUR            635.10 EUR
Need By       Part Number   Manufacturer Name
2026-12-22    NH-1546-F     SKF
2 Stainless ball valve DN25
Qty           Unit          Price                Total
6             EA            257.77 EUR           1,546.62 EUR
Need By       Part Number   Manufacturer Name
2026-12-29    NH-1191-A     Wago
                                   Order Total   2,181.72 EUR
"""


def test_rows_of_labels_over_rows_of_values_below_a_title() -> None:
    first, second = typed(_TITLED).lines
    assert (first.line_no, first.description) == ("1", "Bearing 6205-2RS C3")
    assert (first.buyer_item_id, first.quantity, first.unit, first.line_amount) == (
        "NH-1546-F",
        D(15),
        "EA",
        D("635.10"),
    )
    assert (second.line_no, second.unit_price, second.requested_date) == ("2", D("257.77"), date(2026, 12, 29))


def test_where_the_cards_stand_is_no_header() -> None:
    reading = typed(_TITLED)
    assert len(reading.regions) == 1
    assert [total.value for total in reading.totals] == [D("2181.72")]


@pytest.mark.parametrize("colon", [":", ""])
def test_a_label_and_its_value_on_a_line_each(colon: str) -> None:
    lines = [("1", "Pneumatikzylinder 50x200", "KX-8538-D", "5 Stück", "126,43", "632,15")]
    lines += [("2", "Kugelhahn DN25", "NH-3489-D", "250 Stück", "56,65", "14.162,50")]
    labels = ("Position", "Bezeichnung", "Artikelnummer Lieferant", "Menge", "Einzelpreis", "Gesamtpreis")
    rows = ["Bestellnummer: 4601168", ""]
    rows += [f"{label + colon:<30}{value}" for line in lines for label, value in zip(labels, line, strict=True)]
    read = typed("\n".join(rows)).lines
    assert [(r.line_no, r.description, r.seller_item_id, r.quantity, r.line_amount) for r in read] == [
        ("1", "Pneumatikzylinder 50x200", "KX-8538-D", D(5), D("632.15")),
        ("2", "Kugelhahn DN25", "NH-3489-D", D(250), D("14162.50")),
    ]


def test_labels_and_values_in_turn_on_a_line() -> None:
    text = """
Item         AB-1001        Description    Valve DN25 brass
Quantity     4 pcs          Unit price     12.50           Amount    50.00
Item         AB-1002        Description    Flange DN25
Quantity     10 pcs         Unit price     7.25            Amount    72.50
"""
    read = typed(text).lines
    assert [(r.buyer_item_id, r.description, r.quantity, r.line_amount) for r in read] == [
        ("AB-1001", "Valve DN25 brass", D(4), D("50.00")),
        ("AB-1002", "Flange DN25", D(10), D("72.50")),
    ]


def test_a_table_that_repeats_its_heading_stays_a_table() -> None:
    text = """
Pos   Item       Description        Qty   Price    Amount
1     AB-1001    Valve DN25 brass   4     12.50    50.00
Pos   Item       Description        Qty   Price    Amount
2     AB-1002    Flange DN25        10    7.25     72.50
"""
    read = typed(text).lines
    assert [(r.line_no, r.description) for r in read] == [("1", "Valve DN25 brass"), ("2", "Flange DN25")]
