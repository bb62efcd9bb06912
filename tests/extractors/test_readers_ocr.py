"""Scans, photos and faxes, made here by damaging a drawn order; every test runs the real Tesseract."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from extractors.pictures import upright_picture
from extractors.readers import ReadingOptions, cleaning, marks, ocr_cache, read_document, segments, tesseract
from extractors.readers.tongue import language_of
from pipeline.errors import DocumentError
from pipeline.model import Document, Page, Source

pytestmark = [pytest.mark.real, pytest.mark.slow]
Grey = NDArray[np.uint8]

ROWS = (
    ("1", "KX-4471-B", "Angle bracket galvanised", "250", "pcs", "0.4870", "121.75"),
    ("2", "TRM 80/12", "Clamp with rubber lining", "1,200", "pcs", "1.35", "1,620.00"),
    ("3", "9930156", "Spare cartridge for filter", "16", "box", "48.20", "771.20"),
)
NUMBERS = {
    "250",
    "0.4870",
    "121.75",
    "1,200",
    "1.35",
    "1,620.00",
    "9930156",
    "16",
    "48.20",
    "771.20",
    "2,512.95",
    "88-2041",
}


def order() -> bytes:
    """A gridded order whose description cells are two lines tall, so that rows do not share base lines."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFillColorRGB(0.15, 0.25, 0.4)
    canvas.rect(40, 760, 515, 30, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(50, 768, "PURCHASE ORDER 88-2041")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Helvetica", 10)
    for row, text in enumerate(("Hollis Marine Works", "14 Harbour Lane", "Please deliver to the address above.")):
        canvas.drawString(50, 735 - 13 * row, text)
    columns = (40, 75, 165, 330, 385, 425, 490, 555)
    for row in range(5):
        canvas.line(40, 680 - 32 * row, 555, 680 - 32 * row)
    for x in columns:
        canvas.line(x, 680, x, 552)
    for row, texts in enumerate((("Pos", "Item", "Description", "Qty", "Unit", "Price", "Amount"), *ROWS)):
        for x, text in zip(columns, texts, strict=False):
            y = 660 - 32 * row
            if text.count(" ") > 1:
                first, _, rest = text.partition(" ")
                canvas.drawString(x + 4, y + 6, first)
                canvas.drawString(x + 4, y - 6, rest)
            else:
                canvas.drawString(x + 4, y, text)
    canvas.drawString(425, 530, "Total")
    canvas.drawString(494, 530, "2,512.95")
    canvas.save()
    return buffer.getvalue()


def picture(dpi: int) -> Grey:
    page = pypdfium2.PdfDocument(order())[0]
    bitmap = page.render(scale=dpi / 72, grayscale=True)
    return np.array(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width])


def leaning(grey: Grey, degrees: float) -> Grey:
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderValue=(255,)), np.uint8)


def photo(grey: Grey) -> Grey:
    height, width = grey.shape
    tall, wide = int(height * 1.2), int(width * 1.2)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[0.1, 0.07], [0.9, 0.1], [0.94, 0.93], [0.06, 0.95]], np.float32) * np.array(
        [wide, tall], np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners, seen)
    sheet = cv2.warpPerspective(grey, matrix, (wide, tall), borderValue=(60,)).astype(np.float32)
    y, x = np.mgrid[0:tall, 0:wide]
    return np.asarray(sheet * (0.9 - 0.4 * ((x / wide - 0.8) ** 2 + (y / tall - 0.3) ** 2 < 0.08)), np.uint8)


def fax(grey: Grey) -> Grey:
    return np.asarray((grey > 150) * np.uint8(255), np.uint8)


def faded(grey: Grey) -> Grey:
    """Old thermal paper: grey, its print paler from top to bottom."""
    strength = np.linspace(0.45, 0.3, grey.shape[0])[:, None]
    grain = np.random.default_rng(5).normal(0, 4, grey.shape)
    return np.clip(225 - (255.0 - grey) * strength + grain, 0, 255).astype(np.uint8)


def encoded(grey: Grey, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, kind, **options)
    return buffer.getvalue()


def read(content: bytes, options: ReadingOptions | None = None) -> tuple[Page, ...]:
    return read_document(Document("0", "scan", "", content), options or ReadingOptions(languages=("eng",))).pages


def texts(page: Page) -> set[str]:
    return {word.text for word in page.words}


DAMAGE: dict[str, Callable[[], Grey]] = {
    "clean 300 dpi": lambda: picture(300),
    "leaning 200 dpi": lambda: leaning(picture(200), 2.7),
    "150 dpi": lambda: picture(150),
    "sideways": lambda: np.ascontiguousarray(np.rot90(picture(200))),
    "sideways the other way": lambda: np.ascontiguousarray(np.rot90(picture(200), 3)),
    "on its head": lambda: np.ascontiguousarray(np.rot90(picture(200), 2)),
    "photo": lambda: photo(picture(200)),
    "fax": lambda: fax(picture(200)),
    "faded": lambda: faded(picture(200)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_number_is_read_whatever_happened_to_the_page(damage: str) -> None:
    (page,) = read(encoded(DAMAGE[damage]()))
    assert page.source is Source.OCR
    assert texts(page) >= NUMBERS
    item, amount = (next(w for w in page.words if w.text == text) for text in ("9930156", "771.20"))
    assert abs(item.box.y_mid - amount.box.y_mid) < 4
    assert item.box.x1 < amount.box.x0
    assert sum(not ruling.horizontal for ruling in page.rulings) >= 8


def test_boxes_are_points_of_the_upright_page() -> None:
    (page,) = read(encoded(picture(300), dpi=(300, 300)))
    total = next(word for word in page.words if word.text == "2,512.95")
    assert (page.width, page.height) == pytest.approx(A4, abs=1)
    assert total.box.x0 == pytest.approx(494, abs=2)
    assert total.box.bottom == pytest.approx(A4[1] - 530, abs=3)


def test_a_page_turned_on_its_head_says_so() -> None:
    (page,) = read(encoded(DAMAGE["on its head"]()))
    assert page.rotation == 180


def test_a_word_that_the_edge_of_the_sheet_may_have_cut_is_not_trusted() -> None:
    whole = picture(200)
    at = 2 + round((494 + 27) * 200 / 72)  # within the total "2,512.95"
    (page,) = read(encoded(np.ascontiguousarray(whole[:, :at]), dpi=(200, 200)))
    cut = [word for word in page.words if word.text.startswith("2,51")]
    assert all(word.confidence <= 0.5 for word in cut)
    assert next(word for word in page.words if word.text == "9930156").confidence > 0.5


def test_unequal_fax_dots_are_made_square() -> None:
    grey = picture(204)
    flat = np.asarray(cv2.resize(grey, (grey.shape[1], grey.shape[0] // 2), interpolation=cv2.INTER_AREA), np.uint8)
    (page,) = read(encoded(flat, "TIFF", dpi=(204, 102)))
    assert (page.width, page.height) == pytest.approx(A4, abs=4)
    assert len(texts(page) & NUMBERS) >= 9


def test_the_stop_in_a_number_of_large_type_is_read() -> None:
    def heading(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 19)
        canvas.drawString(60, 780, "Order 2026.32302")
        canvas.setFont("Helvetica", 8)
        for row in range(30):
            canvas.drawString(60, 740 - 12 * row, f"Item {row} as described below, delivered to our works")

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    heading(canvas)
    canvas.save()
    grey = np.array(pypdfium2.PdfDocument(buffer.getvalue())[0].render(scale=200 / 72).to_pil().convert("L"))
    assert "2026.32302" in texts(read(encoded(grey, dpi=(200, 200)))[0])


def test_figures_beside_ink_that_nobody_read_are_not_trusted() -> None:
    boxes = np.array([[0, 0, 0, 0, 0], [0, 0, 80, 30, 900], [86, 24, 91, 30, 30], [98, 0, 180, 30, 900]], np.int32)
    shapes = segments.Shapes(np.zeros((1, 1), np.int32), boxes)
    words = [
        tesseract.Recognised(text, x0, 0, x1, 30, 0.97, (0, 0, 0))
        for text, x0, x1 in (("2026", 0, 80), ("32", 98, 180))
    ]
    for labels, most in (({1, 3}, 0.97), ({1, 2, 3}, marks.UNREAD)):
        run = segments.Run((0, 0, 180, 30), 30, 30.0, frozenset(labels))
        assert [word.confidence for word in marks.beside_unread_ink(words, [run], shapes)] == [most, most]


def test_all_frames_of_a_tiff_are_pages() -> None:
    frames = [Image.fromarray(picture(150)) for _ in range(2)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    assert [page.number for page in read(buffer.getvalue())] == [1, 2]


def test_a_heic_photo_on_its_side_is_read_and_shown() -> None:
    content = (Path(__file__).parent / "data" / "photo.heic").read_bytes()
    page = read(content)[0]
    assert {"4711-HEIC", "AX-100", "25", "12.50", "AX-200", "40", "3.75"} <= set(texts(page))
    shown = upright_picture(Document("0", "IMG_0815.HEIC", "", content), page)
    assert shown.width > shown.height


@pytest.mark.parametrize("length", [400, 3_000, 8_000])
def test_a_damaged_heic_photo_is_a_document_error(length: int) -> None:
    content = (Path(__file__).parent / "data" / "photo.heic").read_bytes()
    with pytest.raises(DocumentError, match="not readable as a picture"):
        read(content[:length])


def test_a_scan_in_a_pdf_is_recognised_and_text_pages_beside_it_are_not() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.drawString(100, 700, "Cover letter for the order that follows on the next page")
    canvas.showPage()
    canvas.drawInlineImage(Image.fromarray(picture(200)), 0, 0, *A4)
    text = canvas.beginText(100, 700)
    text.setTextRenderMode(3)
    text.textOut("wrong old recognition 999.99")
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    first, second = read(buffer.getvalue())
    assert (first.source, second.source) == (Source.PDF_TEXT, Source.OCR)
    assert texts(second) >= NUMBERS
    assert "999.99" not in texts(second)


def test_a_scan_that_takes_too_long_costs_its_last_pages_and_not_the_text_pages() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.drawString(100, 700, "Order 4711 on a page of text, its conditions on a scan that follows")
    canvas.showPage()
    canvas.drawInlineImage(Image.fromarray(picture(150)), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    hurried = ReadingOptions(languages=("eng",), ocr_seconds=-1.0)
    first, second = read(buffer.getvalue(), hurried)
    assert "4711" in texts(first) and not first.doubts
    assert second.words == () and "seconds for scanned pages" in second.doubts[0]
    frames = read_document(Document("0", "scan", "", encoded(picture(150))), hurried)
    assert frames.pages == () and "pages from 1 on were not read" in frames.doubts[0]


def test_print_under_a_stamp_is_read_and_not_fully_trusted() -> None:
    grey = picture(200)
    stamp = np.full_like(grey, 255)
    cv2.rectangle(stamp, (900, 480), (1420, 690), 150, 6)
    cv2.putText(stamp, "RECEIVED", (930, 620), cv2.FONT_HERSHEY_DUPLEX, 3, 150, 8)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((1160, 585), 6, 1)
    stamp = np.asarray(cv2.warpAffine(stamp, turn, (width, height), borderValue=(255,)), np.uint8)
    (page,) = read(encoded(np.minimum(grey, stamp)))
    under = {word.text: word.confidence for word in page.words}
    assert {"250", "0.4870"} <= under.keys()
    assert max(under["250"], under["0.4870"]) <= 0.9
    assert under["Qty"] <= 0.8
    assert under["Spare"] > 0.9


def test_recognised_pages_are_kept_and_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ReadingOptions(languages=("eng",), cache_dir=str(tmp_path / "ocr"))
    content = encoded(picture(150))
    first = read(content, options)
    monkeypatch.setattr(ocr_cache, "read_sheet", None)  # any recognition would fail now
    assert read(content, options) == first
    next((tmp_path / "ocr").glob("*.json")).write_text("{")
    monkeypatch.undo()
    assert read(content, options) == first


def test_a_missing_language_names_its_package() -> None:
    with pytest.raises(DocumentError, match="tesseract-ocr-xyz"):
        read(encoded(picture(150)), ReadingOptions(languages=("eng", "xyz")))


@pytest.fixture
def _asked_anew() -> Iterator[None]:
    """What the process knows of Tesseract is forgotten, before and after."""

    def forget() -> None:
        for known in (tesseract._data, tesseract.installed, tesseract.engine):
            known.cache_clear()

    forget()
    yield
    forget()


@pytest.mark.usefixtures("_asked_anew")
def test_a_missing_tesseract_names_its_package_and_digital_documents_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DocumentError, match=r"install the package tesseract-ocr$"):
        read(encoded(picture(150)), ReadingOptions())
    assert "771.20" in texts(read(order())[0])


@pytest.mark.usefixtures("_asked_anew")
def test_missing_language_data_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(DocumentError, match="install tesseract-ocr-eng"):
        read(encoded(picture(150)), ReadingOptions())
    assert "771.20" in texts(read(order())[0])


def test_the_library_and_the_program_give_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tesserocr", reason="its wheel is not installed here")
    assert isinstance(tesseract.engine(), tesseract.Library)
    (by_library,) = read(encoded(picture(200)))
    monkeypatch.setattr(tesseract, "engine", tesseract.Program)
    (by_program,) = read(encoded(picture(200)))
    assert [word.text for word in by_library.words] == [word.text for word in by_program.words]
    assert by_library.rulings == by_program.rulings


def test_no_page_is_read_by_what_was_learned_of_another() -> None:
    alone = read(encoded(picture(200)))
    read(encoded(photo(picture(200))), ReadingOptions(languages=("deu", "eng")))
    assert read(encoded(picture(200))) == alone


def test_too_many_pixels_are_refused() -> None:
    with pytest.raises(DocumentError, match="over the limit"):
        read(encoded(picture(150)), ReadingOptions(max_pixels=100_000))


def test_the_language_shows_in_little_words() -> None:
    german = "Wir bestellen bei Ihnen und bitten um Lieferung der folgenden Artikel mit Menge und Einzelpreis"
    polish = "Zamowienie Zamawiajacy Dostawca Termin dostawy Ilosc Cena netto Razem Nazwa towaru"
    languages = ("eng", "deu", "fra", "pol")
    assert language_of(german.split(), languages) == "deu"
    assert language_of(polish.split(), languages) == "pol"
    assert language_of(["12", "KX-4"], languages) is None


def test_strips_are_long_runs_of_ink_and_gaps_are_closed() -> None:
    mask = np.zeros((3, 40), np.uint8)
    mask[0, 0:12] = mask[0, 14:40] = 255  # a gap of two, and ink at both edges
    mask[1, 0:20] = 255
    mask[2, 5:30] = 255
    found = cleaning.strips_across(mask, 3, 25)
    assert [row.sum() // 255 for row in found] == [40, 0, 25]
    assert found[2, 5:30].all()
    assert [row.sum() // 255 for row in cleaning.strips_across(mask, 2, 25)] == [26, 0, 25]
    assert not cleaning.strips_across(np.zeros((3, 40), np.uint8), 3, 5).any()
    assert cleaning.strips_across(np.full((3, 40), 255, np.uint8), 3, 40).all()


def test_runs_of_text_come_back_to_where_they_stood() -> None:
    grey = picture(300)
    mask = cleaning.ink(grey)
    shapes = segments.shapes_of(mask)
    letter = cleaning.letter_height(mask)
    lines = cleaning.table_lines(mask, letter)
    runs, _ = segments.runs_of(shapes, letter, lines.boxes)
    _, placed = segments.sheet_of(grey, shapes, runs, letter)
    for spot in placed:
        x0, y0, x1, y1 = runs[spot.run].box
        there = tesseract.Recognised("x", spot.x + 5, spot.y + 5, spot.x + 9, spot.y + 9, 1.0)
        (back,) = segments.words_on_page([there], placed)
        assert x0 - 4 <= back.x0 <= x1 + 4
        assert y0 - 4 <= back.y0 <= y1 + 4
