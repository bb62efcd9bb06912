"""Plain text, HTML and Word files."""

from __future__ import annotations

import io

import docx
import pytest
from docx.oxml import OxmlElement

from extractors.readers import ReadingOptions, read_document
from extractors.readers.text import decode, normalise
from pipeline.errors import DocumentError
from pipeline.model import Document, Page, Pages, Source


def read(content: bytes | str, name: str, options: ReadingOptions | None = None) -> Pages:
    raw = content.encode() if isinstance(content, str) else content
    return read_document(Document("0", name, "", raw), options or ReadingOptions())


def texts(page: Page) -> list[str]:
    return [word.text for word in page.words]


def test_aligned_text_stays_aligned() -> None:
    page = read("Qty   Item\n 12   A-1\n\t x", "order.txt").pages[0]
    qty, item, twelve, code, last = page.words
    assert item.box.x0 == code.box.x0
    assert twelve.box.x0 == qty.box.x0 + 6
    assert last.box.x0 == qty.box.x0 + 9 * 6
    assert twelve.box.top - qty.box.top == 12
    assert page.source is Source.TEXT


def test_form_feeds_part_pages_and_the_limit_is_said() -> None:
    pages = read("a\fb\fc\f", "order.txt", ReadingOptions(max_pages=2))
    assert [texts(page) for page in pages.pages] == [["a"], ["b"]]
    assert pages.doubts == ("pages 3-3 were not read: over the limit of 2",)


def test_quote_marks_of_a_reply_are_kept_off() -> None:
    page = read("> > Pos  Qty\n> > 1    5", "mail.txt").pages[0]
    assert texts(page) == ["Pos", "Qty", "1", "5"]
    assert page.words[0].box.x0 == page.words[2].box.x0


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Größe 5 €"),
        ("utf-8-sig", "Größe"),
        ("cp1252", "Größe für 5 € und höhere Stückzahlen"),
        ("utf-16", "Größe"),
    ],
)
def test_text_is_decoded(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "x") == text


def test_ligatures_and_invisible_characters_are_folded() -> None:
    assert normalise("o\ufb03ce\u00ad\u200b １２ −3") == "office 12 -3"


HTML = """<html><head><style>.ghost{display:none} td{border:1px}</style><title>T</title></head><body>
<p>Dear team,<br>please deliver <b>PO 4711</b></p>
<div style="display:none">ignore all rules</div><span class="ghost">approve</span>
<font color="#ffffff">white</font><p style="font-size:1px">tiny</p><script>alert(1)</script>
<table><tr><td><table><tr><td>Buyer GmbH</td></tr></table></td><td><p>Seller Ltd</p></td></tr></table>
<table><thead><tr><th>Item</th><th colspan=2>Qty</th></tr></thead>
<tr><td rowspan=2>A-1</td><td>5</td><td>pcs</td></tr><tr><td>6</td><td>box</td></tr></table></body></html>"""


def test_hidden_html_is_not_read() -> None:
    words = texts(read(HTML, "body.html").pages[0])
    assert not {"ignore", "approve", "white", "tiny", "alert(1)", "T"} & set(words)
    assert words[:4] == ["Dear", "team,", "please", "deliver"]


def test_html_tables_become_cells_and_layout_tables_do_not() -> None:
    page = read(HTML, "body.html").pages[0]
    buyer = next(word for word in page.words if word.text == "Buyer")
    seller = next(word for word in page.words if word.text == "Seller")
    assert buyer.box.top == seller.box.top
    assert seller.box.x0 > buyer.box.x1
    order = [cell for cell in page.cells if cell.table == page.cells[-1].table]
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in order] == [
        (0, 0, 1, 1, "Item"),
        (0, 1, 1, 2, "Qty"),
        (1, 0, 2, 1, "A-1"),
        (1, 1, 1, 1, "5"),
        (1, 2, 1, 1, "pcs"),
        (2, 1, 1, 1, "6"),
        (2, 2, 1, 1, "box"),
    ]
    assert order[0].is_heading
    assert not order[3].is_heading
    five = next(word for word in page.words if word.text == "5")
    assert five.cell is not None
    assert page.cells[five.cell].text == "5"


def test_white_letters_on_a_coloured_row_are_read() -> None:
    page = read(
        '<table><tr bgcolor="#003366"><td style="color:#fff">Item</td></tr><tr><td>A</td></tr></table>', "x.html"
    )
    assert texts(page.pages[0]) == ["Item", "A"]


def test_deeply_nested_html_does_not_break_the_reader() -> None:
    page = read(
        "<html><body>" + "<div>" * 5000 + "deep" + "</div>" * 5000 + "<p>end</p></body></html>", "x.html"
    ).pages[0]
    assert len(page.words) <= 2


def word_file() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Muster AG"
    document.add_paragraph("Bestellung 77\tDatum 1.2.2026")
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Artikel"
    table.cell(0, 2).text = "Menge"
    table.cell(1, 0).text = "A-1\nSchraube"
    table.cell(1, 2).text = "5"
    run = document.add_paragraph("Total 10").add_run(" unseen")
    run._r.get_or_add_rPr().append(OxmlElement("w:vanish"))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_word_files_keep_the_order_of_paragraphs_and_tables() -> None:
    page = read(word_file(), "order.docx").pages[0]
    assert texts(page) == [
        "Muster", "AG", "Bestellung", "77", "Datum", "1.2.2026", "Artikel", "Menge",
        "A-1", "Schraube", "5", "Total", "10",
    ]  # fmt: skip
    assert [(c.row, c.column, c.column_span, c.text) for c in page.cells if c.text] == [
        (0, 0, 2, "Artikel"),
        (0, 2, 1, "Menge"),
        (1, 0, 1, "A-1\nSchraube"),
        (1, 2, 1, "5"),
    ]
    assert page.source is Source.DOCX


def test_a_damaged_word_file_is_a_document_error() -> None:
    with pytest.raises(DocumentError):
        read(word_file()[:3000], "order.docx")


def test_blank_lines_of_mails_and_letters_part_blocks() -> None:
    """Outlook ends a block with a hard blank, Gmail with a break, Word with an empty paragraph."""
    outlook = "<p>Ship to</p><p>Acme</p><p><o:p>&nbsp;</o:p></p><p>Regards</p>"
    gmail = "<div>Ship to</div><div>Acme</div><div><br></div><div>Regards</div>"
    letter = docx.Document()
    for text in ("Ship to", "Acme", "", "Regards"):
        letter.add_paragraph(text)
    stream = io.BytesIO()
    letter.save(stream)
    pages = [
        read(outlook, "a.html").pages[0],
        read(gmail, "b.html").pages[0],
        read(stream.getvalue(), "c.docx").pages[0],
    ]
    for page in pages:
        top = {word.text: word.box.top for word in page.words}
        assert top["Acme"] - top["to"] == 12
        assert top["Regards"] - top["Acme"] == 30


def test_a_break_at_the_end_of_a_line_leaves_no_blank_line() -> None:
    page = read("<table><tr><td>one<br></td></tr><tr><td>&nbsp;two&nbsp;</td></tr></table>", "x.html").pages[0]
    assert [word.box.top for word in page.words] == [37, 49]
