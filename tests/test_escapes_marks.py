"""Orders that somebody struck, changed or commented on in the program of their file: each must reach a person."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

from pipeline.model import Verdict
from tests.escape_documents import BUYER, COLUMNS, GAUGE, HEADER, LAMP, SELLER, TERMINAL, as_html, as_text, changed
from tests.test_escapes import ORDER, UNSUMMED, codes, decide

ROW, QUANTITY = 2, 4  # of the lamp in its table, and of its quantity in the row, from 0


# --- HTML and text ----------------------------------------------------------------------------------------------------


def html_with(change: Callable[[str], str]) -> bytes:
    """The order with the row of the lamp changed."""
    text = as_html(UNSUMMED).decode()
    found = re.search(r"<tr><td>20</td>.*?</tr>", text)
    assert found is not None
    return (text[: found.start()] + change(found.group()) + text[found.end() :]).encode()


def around(tag: str) -> Callable[[str], str]:
    return lambda row: re.sub(r"<td>(.+?)</td>", rf"<td><{tag}>\1</{tag}></td>", row)


HTML: dict[str, bytes] = {
    **{tag: html_with(around(tag)) for tag in ("s", "del", "strike")},
    "style of the row": html_with(lambda row: row.replace("<tr>", '<tr style="text-decoration: line-through">')),
    "class of the row": html_with(
        lambda row: row.replace("<tr>", "<style>.x{text-decoration:line-through}</style><tr class=x>")
    ),
    "another quantity": html_with(lambda row: row.replace("<td>20</td><td>EA", "<td><s>20</s> 40</td><td>EA")),
    "strokes over letters": as_html(
        UNSUMMED.but(rows=(GAUGE, changed(LAMP, text="".join(c + "\u0336" for c in LAMP[3])), TERMINAL))
    ),
}


@pytest.mark.parametrize("name", HTML)
def test_struck_html_reaches_a_person(name: str) -> None:
    assert "low_confidence" in codes(decide("order.html", HTML[name]))


def test_struck_text_reaches_a_person() -> None:
    text = as_text(ORDER).decode().replace(LAMP[3], f"~~{LAMP[3]}~~")
    assert "low_confidence" in codes(decide("order.txt", text.encode()))


# --- Word -------------------------------------------------------------------------------------------------------------


def word_with(change: Callable[[Any, Any], None]) -> bytes:
    document = docx.Document()
    for text in (*BUYER, "PURCHASE ORDER", *(f"{label}: {value}" for label, value in HEADER.items())):
        document.add_paragraph(text)
    parties = document.add_table(rows=1, cols=2).rows[0].cells
    parties[0].text, parties[1].text = "\n".join(SELLER), "\n".join(("Deliver to", *BUYER))
    table = document.add_table(rows=0, cols=len(COLUMNS))
    for row in (COLUMNS, GAUGE, LAMP, TERMINAL):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    change(document, table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _quantity(table: Any) -> Any:
    return table.rows[ROW].cells[QUANTITY].paragraphs[0]


def _struck_run(_: Any, table: Any) -> None:
    _quantity(table).runs[0].font.strike = True


def _twice_struck_row(_: Any, table: Any) -> None:
    for cell in table.rows[ROW].cells:
        for run in cell.paragraphs[0].runs:
            run.font.double_strike = True


def _tracked(_: Any, table: Any) -> None:
    """40 became 20, and nobody accepted it."""
    paragraph = _quantity(table)
    gone, new = OxmlElement("w:del"), OxmlElement("w:ins")
    run, text = OxmlElement("w:r"), OxmlElement("w:delText")
    text.text = "40"
    run.append(text)
    gone.append(run)
    new.append(paragraph.runs[0]._r)
    paragraph._p.extend((gone, new))


def _row_deleted(_: Any, table: Any) -> None:
    deleted = OxmlElement("w:del")
    deleted.set(qn("w:id"), "3")
    table.rows[ROW]._tr.get_or_add_trPr().append(deleted)


def _commented(document: Any, table: Any) -> None:
    document.add_comment(_quantity(table).runs, text="please make this 40", author="A. Weber")


def _by_style(kind: WD_STYLE_TYPE) -> Callable[[Any, Any], None]:
    def change(document: Any, table: Any) -> None:
        style = document.styles.add_style("Gone", kind)
        style.font.strike = True
        for cell in table.rows[ROW].cells:
            paragraph = cell.paragraphs[0]
            for target in paragraph.runs if kind is WD_STYLE_TYPE.CHARACTER else (paragraph,):
                target.style = style

    return change


WORD = {
    "struck": _struck_run,
    "struck by a style": _by_style(WD_STYLE_TYPE.CHARACTER),
    "struck by the style of paragraphs": _by_style(WD_STYLE_TYPE.PARAGRAPH),
    "struck twice": _twice_struck_row,
    "tracked": _tracked,
    "row deleted": _row_deleted,
    "comment": _commented,
}


@pytest.mark.parametrize("name", WORD)
def test_a_changed_word_document_reaches_a_person(name: str) -> None:
    assert "low_confidence" in codes(decide("order.docx", word_with(WORD[name])))


def test_a_word_document_as_it_is_goes_through() -> None:
    assert decide("order.docx", word_with(lambda document, table: None)).decision is Verdict.AUTO


# --- workbooks --------------------------------------------------------------------------------------------------------


def book_with(change: Callable[[Any, int], None]) -> bytes:
    """``change`` gets the sheet and the row of the lamp, from 1."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (*((text,) for text in BUYER), ("PURCHASE ORDER",), *HEADER.items()):
        sheet.append(row)
    for left, right in zip(SELLER, ("Deliver to", *BUYER), strict=True):
        sheet.append((left, None, None, right))
    sheet.append(COLUMNS)
    heading = sheet.max_row
    for row in (GAUGE, LAMP, TERMINAL):
        sheet.append((int(row[0]), None, *row[2:4], int(row[4]), row[5], float(row[6]), float(row[7])))
    change(sheet, heading + ROW)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _font(**look: Any) -> Callable[[Any, int], None]:
    def change(sheet: Any, row: int) -> None:
        for cell in sheet[row]:
            cell.font = Font(**look)

    return change


def _format(column: int, code: str) -> Callable[[Any, int], None]:
    return lambda sheet, row: setattr(sheet.cell(row, column), "number_format", code)


def _struck_part(sheet: Any, row: int) -> None:
    sheet.cell(row, 4).value = CellRichText(TextBlock(InlineFont(strike=True), LAMP[3]))


def _comment(sheet: Any, row: int) -> None:
    sheet.cell(row, 5).comment = Comment("please 40 instead", "A. Weber")


BOOKS: dict[str, tuple[Callable[[Any, int], None], str]] = {
    "struck": (_font(strike=True), "low_confidence"),
    "a part struck": (_struck_part, "low_confidence"),
    "white": (_font(color="FFFFFFFF"), "low_confidence"),
    "comment": (_comment, "low_confidence"),
    "thousands as ones": (_format(5, "0,"), "low_confidence"),
    "shown as nothing": (_format(5, ";;;"), "low_confidence"),
    "shown as boxes": (_format(5, '0" boxes"'), "uom_mismatch"),
    "shown per 100": (_format(7, '0.00" per 100"'), "wrong_price"),
    **{
        f"shown by {code}": (_format(5, code), "low_confidence")
        for code in ("0%", "0.0%", "-0", "(0)", '"40"', '0"0"', "[White]0", '[<100]"-";0')
    },
    "shown as dollars": (_format(7, "[$$-409]#,##0.00"), "currency_mismatch"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_changed_workbook_reaches_a_person(name: str) -> None:
    change, code = BOOKS[name]
    assert code in codes(decide("order.xlsx", book_with(change)))


@pytest.mark.parametrize(
    "code", ["General", "#,##0.00_);(#,##0.00)", '#,##0.00 "€"', "[$EUR] #,##0.00;[Red]-[$EUR] #,##0.00", "0.0000"]
)
def test_a_workbook_with_usual_formats_goes_through(code: str) -> None:
    assert decide("order.xlsx", book_with(_format(7, code))).decision is Verdict.AUTO


# --- PDF --------------------------------------------------------------------------------------------------------------


def pdf_with(kind: str, **entries: Any) -> bytes:
    """The order with an annotation over the line of the lamp."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(842, 595))
    canvas.setFont("Courier", 8)
    row = 0.0
    for number, line in enumerate(as_text(UNSUMMED).decode().split("\n")):
        canvas.drawString(30, 560 - 11 * number, line)
        row = 560 - 11 * number if LAMP[3] in line else row
    note = PDFDictionary({"Type": PDFName("Annot"), "Subtype": PDFName(kind), "F": 4, **entries})
    note["Rect"] = PDFArray([30, row - 2, 620, row + 7])
    if kind in ("StrikeOut", "Highlight"):
        note["QuadPoints"] = PDFArray([30, row + 7, 620, row + 7, 30, row - 2, 620, row - 2])
    canvas._addAnnotation(note)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


SAID = {"Contents": PDFString("Please deliver 40")}
NOTES = {
    "struck": pdf_with("StrikeOut"),
    "drawn with a pen": pdf_with("Ink", InkList=PDFArray([PDFArray([30, 300, 600, 301])])),
    "a frame": pdf_with("Square"),
    "a stamp": pdf_with("Stamp", Name=PDFName("Void")),
    "a sticky note": pdf_with("Text", **SAID),
    "said of a highlight": pdf_with("Highlight", **SAID),
    "a typed note": pdf_with("FreeText", DA=PDFString("/Helv 8 Tf 0 g"), Contents=PDFString("cancelled")),
}


@pytest.mark.parametrize("name", NOTES)
def test_what_was_put_on_a_pdf_reaches_a_person(name: str) -> None:
    assert "low_confidence" in codes(decide("order.pdf", NOTES[name]))


@pytest.mark.parametrize("kind", ["Highlight", "Link"])
def test_a_pdf_with_nothing_said_on_it_goes_through(kind: str) -> None:
    assert decide("order.pdf", pdf_with(kind)).decision is Verdict.AUTO
