"""What paper goes through on its way: pages turned one by one, thin sheets, lost print. Tesseract is the real one."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from extractors.readers import ReadingOptions, cleaning, read_document
from pipeline.model import Document, Page, Source
from sample_docs.generator.scan import pages_of

Grey = NDArray[np.uint8]
FIGURES = {"250", "0.4870", "121.75", "1,200", "1.35", "1,620.00", "9930156", "48.20", "771.20", "2,512.95"}


def order(shade: float = 0.0) -> bytes:
    """A small order; ``shade`` is the grey of its labels, 0 black."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 768, "PURCHASE ORDER 88-2041")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(50, 735, "Hollis Marine Works, 14 Harbour Lane, Please deliver to the address above.")
    columns = (50, 90, 175, 350, 400, 450, 510)
    rows = (
        ("Pos", "Item", "Description", "Qty", "Unit", "Price", "Amount"),
        ("1", "KX-4471-B", "Angle bracket galvanised", "250", "pcs", "0.4870", "121.75"),
        ("2", "TRM 80/12", "Clamp with rubber lining", "1,200", "pcs", "1.35", "1,620.00"),
        ("3", "9930156", "Spare cartridge for filter", "16", "box", "48.20", "771.20"),
        ("", "", "Total of the order", "", "", "", "2,512.95"),
    )
    for row, texts in enumerate(rows):
        canvas.setFillGray(shade if row == 0 else 0)
        for x, text in zip(columns, texts, strict=True):
            canvas.drawString(x, 680 - 25 * row, text)
    canvas.save()
    return buffer.getvalue()


def picture(dpi: int, shade: float = 0.0) -> Grey:
    return pages_of(order(shade), dpi)[0]


def frames(*pages: tuple[Grey, tuple[int, int]]) -> bytes:
    """A TIFF whose frames differ in size and resolution."""
    buffer = io.BytesIO()
    first, *rest = [(Image.fromarray(grey), dpi) for grey, dpi in pages]
    for image, dpi in (first, *rest):
        image.encoderinfo = {"dpi": dpi}
    first[0].save(buffer, "TIFF", save_all=True, dpi=first[1], append_images=[image for image, _ in rest])
    return buffer.getvalue()


def read(content: bytes) -> tuple[Page, ...]:
    return read_document(Document("0", "scan", "", content), ReadingOptions(languages=("eng",))).pages


def png(grey: Grey) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG", dpi=(200, 200))
    return buffer.getvalue()


def texts(page: Page) -> set[str]:
    return {word.text for word in page.words}


@pytest.mark.real
@pytest.mark.slow
def test_every_frame_of_a_fax_has_its_own_way_up_and_resolution() -> None:
    fine, coarse = picture(200), picture(204)
    flat = cv2.resize(coarse, (coarse.shape[1], coarse.shape[0] * 98 // 204), interpolation=cv2.INTER_AREA)
    pages = read(
        frames(
            (fine, (200, 200)),
            (np.ascontiguousarray(np.rot90(fine, 2)), (200, 200)),
            (np.ascontiguousarray(np.rot90(picture(150))), (150, 150)),
            (np.asarray(flat, np.uint8), (204, 98)),
        )
    )
    assert [page.rotation for page in pages] == [0, 180, 90, 0]
    for page in pages:
        assert (page.width, page.height) == pytest.approx(A4, abs=5)
        assert len(texts(page) & FIGURES) >= 9, page.number


@pytest.mark.real
@pytest.mark.slow
def test_a_scan_on_its_head_between_pages_of_text() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for head in ("Cover letter for the order that follows on the next page", None, "General terms of business"):
        if head is None:
            canvas.drawInlineImage(Image.fromarray(picture(200)).rotate(180), 0, 0, *A4)
        else:
            canvas.drawString(100, 700, head)
        canvas.showPage()
    canvas.save()
    pages = read(buffer.getvalue())
    assert [page.source for page in pages] == [Source.PDF_TEXT, Source.OCR, Source.PDF_TEXT]
    assert [page.rotation for page in pages] == [0, 180, 0]
    assert texts(pages[1]) >= FIGURES


@pytest.mark.real
@pytest.mark.slow
def test_the_back_that_shines_through_is_left_out_and_said() -> None:
    front = picture(200)
    back = np.roll(cv2.GaussianBlur(np.ascontiguousarray(front[:, ::-1]), (0, 0), 1.4), (9, 60), (0, 1))
    thin = np.clip(front - 0.3 * (255.0 - back), 0, 255).astype(np.uint8)
    (page,) = read(png(thin))
    assert texts(page) >= FIGURES
    assert len(page.words) <= len(read(png(front))[0].words) + 1
    assert any("shines through" in doubt for doubt in page.doubts)


@pytest.mark.real
@pytest.mark.slow
def test_pale_print_of_the_front_is_read() -> None:
    for way_up in (0, 2):
        (page,) = read(png(np.ascontiguousarray(np.rot90(picture(200, shade=0.66), way_up))))
        assert {"Item", "Description", "Qty", "Amount"} <= texts(page)
        assert not page.doubts


def test_feet_of_letters_are_no_table_line() -> None:
    mask = np.zeros((120, 700), np.uint8)
    for x in range(50, 600, 22):
        mask[40:60, x + 5 : x + 13] = 255  # stems
        mask[58:61, x : x + 18] = 255  # feet that nearly meet
    assert cleaning.table_lines(mask, 26.0).boxes == ()
    mask[60:63, 40:620] = 255  # a line drawn close under them
    (line,) = cleaning.table_lines(mask, 26.0).boxes
    assert line[2] - line[0] == 580


@pytest.mark.real
@pytest.mark.slow
def test_print_that_became_no_word_is_marked() -> None:
    grey = picture(200)
    assert not read(png(grey))[0].marks
    whole = next(word.box for word in read(png(grey))[0].words if word.text == "cartridge")
    x0, x1, top, bottom = (round(v * 200 / 72) for v in (whole.x0, whole.x1, whole.top, whole.bottom))
    grey[top:bottom:2, x0:x1] = 255  # so worn that the word is not even guessed at
    grey[top:bottom, x0:x1:3] = 255
    (page,) = read(png(grey))
    (mark,) = page.marks
    assert mark.kind == "print that was not read"
    assert mark.box.x0 < whole.x_mid < mark.box.x1
    assert mark.box.top < whole.y_mid < mark.box.bottom


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PNG", "PDF"])
def test_a_coloured_stamp_is_taken_off_the_print_and_marked(kind: str) -> None:
    page = np.stack([picture(200)] * 3, axis=2)
    stamped = np.full_like(page, 255)
    cv2.ellipse(stamped, (1080, 490), (210, 75), 8, 0, 360, (190, 30, 40), 7, cv2.LINE_AA)
    cv2.putText(stamped, "RECEIVED", (930, 520), cv2.FONT_HERSHEY_DUPLEX, 2, (190, 30, 40), 6, cv2.LINE_AA)
    stamped[230:240, 140:300] = (30, 60, 170)  # print in a colour of its own
    buffer = io.BytesIO()
    Image.fromarray(np.minimum(page, stamped)).save(buffer, kind, dpi=(200, 200), resolution=200)
    (found,) = read(buffer.getvalue())
    assert texts(found) >= FIGURES
    assert any("coloured" in doubt for doubt in found.doubts)
    (mark,) = (mark for mark in found.marks if "coloured" in mark.kind)
    assert mark.box.x0 < 1080 * 0.36 < mark.box.x1
    assert next(word for word in found.words if word.text == "250").confidence <= 0.8


def test_a_line_through_letters_is_told_from_one_under_them() -> None:
    for top, bottom, is_struck in ((30, 58, False), (45, 75, True)):
        mask = np.zeros((120, 700), np.uint8)
        for x in range(60, 600, 22):
            mask[top:bottom, x : x + 6] = 255
        mask[60:63, 40:620] = 255
        lines = cleaning.table_lines(mask, 26.0)
        assert len(lines.boxes) == 1
        assert bool(lines.through) is is_struck
