"""Digital PDFs: words, boxes and rulings, and what a reader of the printed page would not see."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from extractors.readers import ReadingOptions, read_document
from extractors.readers.pdf import is_gibberish
from pipeline.errors import DocumentError, EncryptedDocument
from pipeline.model import Document, Page, Pages, Source

SIZE = (600.0, 800.0)


def made(*draw: Callable[[Canvas], None], encrypt: object = None) -> bytes:
    """A PDF with one page per drawing function."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=SIZE, encrypt=encrypt)
    for step in draw:
        canvas.setFont("Helvetica", 10)
        step(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(content: bytes, options: ReadingOptions | None = None, passwords: tuple[str, ...] = ()) -> Pages:
    return read_document(Document("0", "order.pdf", "", content, passwords), options or ReadingOptions())


def page_of(*draw: Callable[[Canvas], None]) -> Page:
    return read(made(*draw)).pages[0]


def texts(page: Page) -> list[str]:
    return [word.text for word in page.words]


def plain(canvas: Canvas) -> None:
    canvas.drawString(100, 700, "Purchase Order 4711")
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawString(100, 650, "Qty 5")


def test_words_have_boxes_from_the_top_left() -> None:
    page = page_of(plain)
    assert texts(page) == ["Purchase", "Order", "4711", "Qty", "5"]
    first = page.words[0].box
    assert first.x0 == pytest.approx(100, abs=1)
    assert first.bottom == pytest.approx(100, abs=4)
    assert first.top == pytest.approx(90, abs=4)
    assert [word.bold for word in page.words] == [False, False, False, True, True]
    assert (page.width, page.height, page.rotation, page.source) == (600, 800, 0, Source.PDF_TEXT)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_pages_are_turned_by_their_text_not_by_their_rotate_entry(rotation: int) -> None:
    pdf = pypdfium2.PdfDocument(made(plain))
    pdf[0].set_rotation(rotation)
    buffer = io.BytesIO()
    pdf.save(buffer)
    page = read(buffer.getvalue()).pages[0]
    assert (page.width, page.height) == (600, 800)
    assert page.words[0].box.x0 == pytest.approx(100, abs=1)
    assert page.rotation == (360 - rotation) % 360


@pytest.mark.parametrize(("degrees", "size"), [(90, (800, 600)), (180, (600, 800)), (270, (800, 600))])
def test_text_that_runs_up_or_down_is_turned_upright(degrees: int, size: tuple[float, float]) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        canvas.drawString(-100, 50, "Item Qty")
        canvas.drawString(-100, 30, "A-1 5")
        canvas.line(-100, 45, 100, 45)

    page = page_of(turned)
    item, qty, code, five = sorted(page.words, key=lambda word: (round(word.box.top), word.box.x0))
    assert [item.text, qty.text, code.text, five.text] == ["Item", "Qty", "A-1", "5"]
    assert (page.width, page.height) == size
    assert item.box.x0 == pytest.approx(code.box.x0, abs=1.5)
    assert item.box.top < code.box.top
    assert qty.box.x0 > item.box.x1
    assert page.rulings[0].horizontal
    assert item.box.bottom - 3 < page.rulings[0].box.top < code.box.top + 3
    assert page.rotation == degrees % 360


def hidden(canvas: Canvas) -> None:
    plain(canvas)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(100, 600, "white-on-white")
    canvas.setFillColorRGB(0, 0, 0, alpha=0)
    canvas.drawString(100, 580, "transparent")
    canvas.setFillColorRGB(0, 0, 0, alpha=1)
    canvas.setFont("Helvetica", 1)
    canvas.drawString(100, 560, "tiny")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(100, 540, "covered")
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(90, 535, 100, 20, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(-300, 500, "outside")
    text = canvas.beginText(100, 480)
    text.setTextRenderMode(3)
    text.textOut("unpainted")
    canvas.drawText(text)


def test_what_nobody_sees_is_not_read_and_said() -> None:
    page = page_of(hidden)
    assert texts(page) == ["Purchase", "Order", "4711", "Qty", "5"]
    assert any("hidden" in doubt for doubt in page.doubts)


def test_light_text_on_a_dark_bar_is_read() -> None:
    def bar(canvas: Canvas) -> None:
        plain(canvas)
        canvas.setFillColorRGB(0.1, 0.2, 0.4)
        canvas.rect(90, 590, 300, 20, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(100, 596, "Item Qty")

    assert texts(page_of(bar))[-2:] == ["Item", "Qty"]


def test_text_drawn_twice_is_read_once() -> None:
    def twice(canvas: Canvas) -> None:
        for shift in (0, 0.4):
            canvas.drawString(100 + shift, 700, "Total 12.50")
        canvas.drawString(100, 680, "Total 12.50")

    assert texts(page_of(twice)) == ["Total", "12.50", "Total", "12.50"]


def test_columns_that_touch_stay_apart() -> None:
    def touching(canvas: Canvas) -> None:
        canvas.drawRightString(200, 700, "1,000")
        canvas.drawString(202.2, 700, "PCS")
        canvas.drawString(100, 680, "AB")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(106, 683, "CD")

    assert texts(page_of(touching)) == ["1,000", "PCS", "AB", "CD"]


def test_a_ruling_parts_what_stands_on_both_sides() -> None:
    def ruled(canvas: Canvas) -> None:
        canvas.drawRightString(200, 700, "1000")
        canvas.drawString(200.8, 700, "25.40")
        canvas.line(200.4, 650, 200.4, 750)

    assert texts(page_of(ruled)) == ["1000", "25.40"]


def test_slanted_text_is_a_doubt_not_a_word() -> None:
    def stamped(canvas: Canvas) -> None:
        plain(canvas)
        canvas.translate(300, 400)
        canvas.rotate(45)
        canvas.setFont("Helvetica", 60)
        canvas.drawString(-150, 0, "CANCELLED")

    page = page_of(stamped)
    assert "CANCELLED" not in texts(page)
    assert any("CANCELLED" in doubt for doubt in page.doubts)


def test_rulings_come_from_lines_thin_bars_boxes_and_forms() -> None:
    def ruled(canvas: Canvas) -> None:
        plain(canvas)
        canvas.line(50, 600, 550, 600)
        canvas.rect(50, 560, 500, 0.7, stroke=0, fill=1)
        canvas.rect(50, 500, 100, 40, stroke=1, fill=0)
        canvas.beginForm("inner", 0, 0, 600, 800)
        canvas.line(10, 100, 310, 100)
        canvas.endForm()
        canvas.translate(100, 200)
        canvas.doForm("inner")

    rulings = page_of(ruled).rulings
    level = sorted(r.box.width for r in rulings if r.horizontal)
    assert level == pytest.approx([100, 100, 300, 500, 500], abs=3)
    assert sum(not r.horizontal for r in rulings) == 2
    form = next(r for r in rulings if abs(r.box.width - 300) < 3)
    assert form.box.x0 == pytest.approx(110, abs=2)
    assert form.box.y_mid == pytest.approx(500, abs=1)


def test_a_crop_box_moves_the_origin() -> None:
    pdf = pypdfium2.PdfDocument(made(plain))
    pdf[0].set_cropbox(50, 100, 550, 750)
    buffer = io.BytesIO()
    pdf.save(buffer)
    page = read(buffer.getvalue()).pages[0]
    assert (page.width, page.height) == (500, 650)
    assert page.words[0].box.x0 == pytest.approx(50, abs=1)
    assert page.words[0].box.bottom == pytest.approx(50, abs=4)


def test_a_page_may_have_its_size_from_its_parents() -> None:
    content = made(lambda canvas: canvas.drawString(100, 795, "Purchase Order"))
    own = b"/MediaBox [ 0 0 600 800 ]"
    parents = content.replace(own, b"").replace(b"/Type /Pages", b"/Type /Pages " + own)
    assert parents.count(own) == 1
    page = read(parents).pages[0]
    assert (page.width, page.height, texts(page)) == (600, 800, ["Purchase", "Order"])


def test_letters_set_wide_apart_are_one_word() -> None:
    def wide(canvas: Canvas) -> None:
        text = canvas.beginText(100, 700)
        text.setCharSpace(4)
        text.textOut("BESTELLUNG")
        canvas.drawText(text)

    assert texts(page_of(wide)) == ["BESTELLUNG"]


def test_form_fields_and_notes_on_the_page_are_read() -> None:
    def filled(canvas: Canvas) -> None:
        canvas.drawString(100, 700, "PO number")
        canvas.acroForm.textfield(name="po", value="PO-778", x=200, y=690, width=120, height=20)

    page = page_of(filled)
    value = next(word for word in page.words if word.text == "PO-778")
    assert value.box.x0 == pytest.approx(202, abs=6)
    assert value.box.y_mid == pytest.approx(100, abs=8)


def test_pages_over_the_limit_are_said() -> None:
    pages = read(made(*[plain] * 5), ReadingOptions(max_pages=3))
    assert len(pages.pages) == 3
    assert pages.doubts == ("pages 4-5 were not read: over the limit of 3",)


def test_passwords_are_tried_and_missing_ones_told() -> None:
    locked = made(plain, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    with pytest.raises(EncryptedDocument, match=r"order\.pdf"):
        read(locked)
    with pytest.raises(EncryptedDocument):
        read(locked, passwords=("wrong",))
    assert texts(read(locked, passwords=("wrong", "secret")).pages[0])[0] == "Purchase"
    open_to_read = made(plain, encrypt=StandardEncryption("", ownerPassword="owner"))
    assert texts(read(open_to_read).pages[0])[0] == "Purchase"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4\n", b"%PDF-1.4\n2 0 obj 2 0 R endobj\ntrailer<</Root 2 0 R>>", made(plain)[:200]]
)
def test_damaged_files_are_document_errors(content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"order\.pdf"):
        read(content)


def test_every_page_of_a_large_file_is_closed_again() -> None:
    assert len(read(made(*[plain] * 60)).pages) == 60


def test_a_text_layer_that_makes_no_sense_is_noticed() -> None:
    sense = "Please deliver the items below to our works in Ghent, freight prepaid. " * 5
    signs = "".join(chr(ord(c) % 15 + 33) for c in sense)
    rotated = sense.translate(str.maketrans("aeiou", "bcdfg"))
    codes = "HB-DIN933-12-A270-25 SC-ISO4762LH-8-8.8ZINC-20 WR-H07VK-6-GREY 1 000,00 szt 1,69 " * 5
    assert is_gibberish(signs)
    assert is_gibberish(rotated.replace(" ", ""))
    assert not is_gibberish(sense.replace(" ", ""))
    assert not is_gibberish(codes.replace(" ", ""))
