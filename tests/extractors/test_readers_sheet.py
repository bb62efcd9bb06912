"""Workbooks and delimited text."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from extractors.engine import DocumentExtractor
from extractors.readers import ReadingOptions, read_document
from extractors.readers.sheet import delimiter_of, printed
from pipeline.errors import DocumentError
from pipeline.model import Document, DocumentType, Pages, ReadingContext, Source


def read(content: bytes, name: str, options: ReadingOptions | None = None) -> Pages:
    return read_document(Document("0", name, "", content), options or ReadingOptions())


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (20.0, "20"),
        (0.1 + 0.2, "0.3"),
        (1.234, "1.2340"),
        (12.5, "12.5"),
        (-3.0, "-3"),
        (1e16, "10000000000000000"),
        (0.00005, "0.00005"),
        (date(2026, 11, 5), "2026-11-05"),
        (datetime(2026, 11, 5), "2026-11-05"),
        (datetime(2026, 11, 5, 14, 30), "2026-11-05 14:30"),
        (True, "TRUE"),
        ("007", "007"),
    ],
)
def test_typed_values_print_in_one_reading(value: object, expected: str) -> None:
    assert printed(value) == expected


def test_sheets_are_read_as_a_person_sees_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Item", "Code", "Qty", "Secret"])
    sheet.append(["Bolt\nM8", 123, 5.5, "margin 40 %"])
    sheet.append(["hidden row", 1, 1, 1])
    sheet.append(["Nut", 7, 10, None])
    sheet["B2"].number_format = "00000"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.merge_cells("A6:B6")
    sheet["A6"] = "Total"
    book.create_sheet("old").append(["not this"])
    book["old"].sheet_state = "hidden"
    pages = read(saved(book), "order.xlsx")
    (page,) = pages.pages
    assert [(c.row, c.column, c.text) for c in page.cells] == [
        (0, 0, "Item"), (0, 1, "Code"), (0, 2, "Qty"),
        (1, 0, "Bolt\nM8"), (1, 1, "00123"), (1, 2, "5.5"),
        (2, 0, "Nut"), (2, 1, "7"), (2, 2, "10"),
        (3, 0, "Total"),
    ]  # fmt: skip
    assert page.cells[-1].column_span == 2
    assert page.source is Source.XLSX
    assert pages.doubts == ("sheet Sheet: 6 cells in hidden rows or columns were not read",)


def test_columns_do_not_overlap_and_rows_are_lines() -> None:
    page = read(b"Item;Text;Qty\nA-1;a very long description indeed;5\nB;short;12\n", "order.csv").pages[0]
    by_cell = {(c.row, c.column): c.box for c in page.cells}
    assert by_cell[1, 2].x0 >= by_cell[1, 1].x0 + len("a very long description indeed") * 6
    assert len({word.box.top for word in page.words}) == 3
    for word in page.words:
        assert word.cell is not None
        box = page.cells[word.cell].box
        assert box.x0 <= word.box.x0
        assert word.box.x1 <= box.x1


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b\n1,5;2\n3,5;4\n", ";"),
        ('a,b\n"x; y; z",2\n"p; q; r",3\n', ","),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
    ],
)
def test_delimiter_is_found(text: str, mark: str) -> None:
    assert delimiter_of(text) == mark


def test_delimited_text_keeps_values_as_printed() -> None:
    page = read('Art.;Menge;Preis\r\n007;"1.200,50";"5"" rohr"\r\n'.encode("cp1252"), "order.csv").pages[0]
    assert [c.text for c in page.cells] == ["Art.", "Menge", "Preis", "007", "1.200,50", '5" rohr']


def test_bombs_are_refused_before_they_are_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000_000)
    start = time.monotonic()
    with pytest.raises(DocumentError, match=r"bomb\.xlsx.*(limit|times)"):
        read(buffer.getvalue(), "bomb.xlsx")
    assert time.monotonic() - start < 1


def test_too_many_cells_are_refused() -> None:
    content = b"a,b,c\n" * 5000
    with pytest.raises(DocumentError, match="cells"):
        read(content, "order.csv", ReadingOptions(max_cells=1000))


def test_a_damaged_workbook_is_a_document_error() -> None:
    book = openpyxl.Workbook()
    whole = saved(book)
    with pytest.raises(DocumentError):
        read(whole[: len(whole) // 2], "order.xlsx")


def test_outside_entities_are_not_resolved() -> None:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["A", 1])
    with zipfile.ZipFile(io.BytesIO(saved(book))) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                data = data.replace(b"<workbook", entity + b"<workbook", 1).replace(b'name="Sheet"', b'name="&e;"')
            target.writestr(name, data)
    try:
        pages = read(buffer.getvalue(), "order.xlsx")
    except DocumentError:
        return
    assert not any("root" in word.text for page in pages.pages for word in page.words)


def test_a_sheet_before_the_order_says_nothing_of_its_version() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Form FO-112"])
    book.active.append(["Rev. 4"])
    order = book.create_sheet("Order")
    for row in (
        ["PURCHASE ORDER"],
        ["PO Number", "4711"],
        ["Item", "Description", "Qty", "Unit", "Price", "Amount"],
        ["AB-1", "Hex bolt", 5, "EA", 1.2, 6],
    ):
        order.append(row)
    (found,) = DocumentExtractor().extract(read(saved(book), "order.xlsx"), ReadingContext())
    assert (found.document_type, found.po_number) == (DocumentType.PURCHASE_ORDER, "4711")
