"""A layout that a person corrected once: read right the next time, where the sums prove it and only there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

import pytest

from extractors.layouts import correction_of
from extractors.readers import ReadingOptions, read_document
from extractors.table import TableReading, read_table
from pipeline.errors import UsageError
from pipeline.model import Document, LayoutColumn, LayoutCorrection, ReadingContext

HEADING = ("F1", "F2", "F3", "F4", "F5", "F6")
SAID = {"F2": "buyer_item_id", "F3": "description", "F4": "unit_price", "F5": "quantity", "F6": "line_amount"}
WIDTHS = (6, 14, 30, 12, 12, 12)
# the fourth column is the price, the fifth the quantity: without a label nobody can know
FIRST = (
    ("1", "KX-4410", "Spannring verzinkt", "12", "4", "48.00"),
    ("2", "KX-4420", "Dichtung rund", "3", "250", "750.00"),
    ("3", "KX-7001", "Lagerbock schwer", "25", "8", "200.00"),
)
SECOND = (
    ("1", "LM-2201", "Federstecker", "2", "60", "120.00"),
    ("2", "LM-2207", "Ringschraube M12", "9", "15", "135.00"),
)
# the same labels at the same places, but the amount stands where the price was
SHUFFLED = (
    ("1", "LM-2201", "Federstecker", "120.00", "60", "2"),
    ("2", "LM-2207", "Ringschraube M12", "135.00", "15", "9"),
)


def document(rows: Sequence[Sequence[str]], *, name: str = "order.txt", heading: Sequence[str] = HEADING) -> Document:
    table = ["".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)) for row in (heading, *rows)]
    text = "\n".join(["Purchase Order 4711", "", *table, ""])
    content = text.encode()
    return Document(hashlib.sha256(content).hexdigest(), name, "text/plain", content)


def read(one: Document, *corrections: LayoutCorrection) -> TableReading:
    context = ReadingContext(layout_corrections=corrections)
    return read_table(read_document(one).pages, context)


def figures(reading: TableReading) -> list[tuple[Decimal | None, Decimal | None]]:
    return [(line.quantity, line.unit_price) for line in reading.lines]


@pytest.fixture(scope="module")
def correction() -> LayoutCorrection:
    return correction_of(document(FIRST, name="first.txt"), SAID, ReadingOptions())


def right(rows: Sequence[Sequence[str]]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(row[4]), Decimal(row[3])) for row in rows]


def test_without_the_correction_the_columns_are_misread() -> None:
    assert figures(read(document(SECOND))) != right(SECOND)


def test_a_correction_of_one_document_holds_for_the_next_of_its_layout(correction: LayoutCorrection) -> None:
    reading = read(document(SECOND), correction)
    assert figures(reading) == right(SECOND)
    assert [line.buyer_item_id for line in reading.lines] == ["LM-2201", "LM-2207"]
    assert [line.description for line in reading.lines] == ["Federstecker", "Ringschraube M12"]
    assert not reading.doubts


def test_a_correction_that_does_not_add_up_is_ignored_with_a_doubt(correction: LayoutCorrection) -> None:
    plain, reading = read(document(SHUFFLED)), read(document(SHUFFLED), correction)
    assert reading.lines == plain.lines
    [doubt] = [d for d in reading.doubts if d not in plain.doubts]
    assert doubt.path == "lines"
    assert "first.txt" in doubt.reason


def test_another_layout_is_left_alone(correction: LayoutCorrection) -> None:
    other = document(SECOND, heading=("F1", "F2", "F3", "F4", "F5", "F7"))
    assert read(other, correction) == read(other)


def test_labels_at_other_places_are_another_layout(correction: LayoutCorrection) -> None:
    moved = tuple(
        LayoutColumn(c.label, c.place + (0.1 if 0 < c.place < 0.8 else 0), c.meaning) for c in correction.columns
    )
    other = LayoutCorrection(moved)
    assert read(document(SECOND), other) == read(document(SECOND))
    assert other.fingerprint != correction.fingerprint


def test_the_newest_correction_is_tried_first(correction: LayoutCorrection) -> None:
    swapped = {"F4": "quantity", "F5": "unit_price", "F6": "line_amount"}
    older = correction_of(document(FIRST), SAID | swapped, ReadingOptions())
    assert figures(read(document(SECOND), older, correction)) == right(SECOND)
    assert figures(read(document(SECOND), correction, older)) == [(b, a) for a, b in right(SECOND)]


def test_a_correction_knows_nobody(correction: LayoutCorrection) -> None:
    """Labels and places only: neither values nor issuers of the document it was learned from."""
    assert [column.label for column in correction.columns] == ["f1", "f2", "f3", "f4", "f5", "f6"]
    assert correction.columns[0].place == 0.0
    again = correction_of(document(SECOND), SAID, ReadingOptions())
    assert again.fingerprint == correction.fingerprint


def test_two_columns_of_one_label_are_told_apart() -> None:
    heading = ("F1", "F2", "F3", "F4", "F4", "F6")
    said = {"F4#1": "unit_price", "F4#2": "quantity", "F6": "line_amount"}
    correction = correction_of(document(FIRST, heading=heading), said, ReadingOptions())
    assert figures(read(document(SECOND, heading=heading), correction)) == right(SECOND)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"F9": "quantity"}, r"no row has the labels F9; the first rows are\n.*f1 \| f2 \| f3"),
        ({"F4#2": "quantity"}, "no row has the labels F4#2"),
        ({"F4": "amount of goods"}, "amount of goods: no meaning of a column; there are quantity, unit"),
    ],
)
def test_what_cannot_be_meant_is_refused(said: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        correction_of(document(FIRST), said, ReadingOptions())
