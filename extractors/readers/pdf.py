"""Digital PDF pages → upright words and rulings. Pages that hold only a picture are left to OCR, page by page."""

from __future__ import annotations

import ctypes
from collections import Counter

import pypdfium2
import pypdfium2_raw as raw

from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.pdf_drawing import Drawing, Rectangle, drawing_of
from extractors.readers.pdf_words import PageText, RawWord, along, text_of
from pipeline.errors import DocumentError, EncryptedDocument
from pipeline.model import Box, Document, Page, Pages, Ruling, Source, Word

MIN_SIDE, MAX_SIDE = 10.0, 14_400.0  # points; ISO 32000-1 annex C allows at most 14,400


def read(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """Raises ``EncryptedDocument`` and ``DocumentError``."""
    pdf = open_pdf(document)
    try:
        count = len(pdf)
        if count == 0:
            raise DocumentError(f"{document.file_name}: the PDF holds no page; ask the sender to send it again")
        pages = tuple(read_page(pdf, index, document.file_name) for index in range(min(count, options.max_pages)))
    finally:
        pdf.close()
    doubts: tuple[str, ...] = ()
    if count > options.max_pages:
        doubts = (f"pages {options.max_pages + 1}-{count} were not read: over the limit of {options.max_pages}",)
    return Pages(document.sha256, document.file_name, pages, doubts)


def open_pdf(document: Document) -> pypdfium2.PdfDocument:
    """Tries no password, then those of the document. Raises ``EncryptedDocument`` when none fits."""
    needs_password = False
    for password in (None, *document.passwords):
        try:
            return pypdfium2.PdfDocument(document.content, password=password)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) != raw.FPDF_ERR_PASSWORD:
                raise DocumentError(f"{document.file_name}: not readable as PDF ({error})") from error
            needs_password = True
    assert needs_password
    raise EncryptedDocument(f"{document.file_name}: asks for a password; add it to the customer's passwords")


def read_page(pdf: pypdfium2.PdfDocument, index: int, file_name: str) -> Page:
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError as error:
        raise DocumentError(f"{file_name}: page {index + 1} is damaged ({error})") from error
    try:
        return _digital_page(page, index + 1)
    finally:
        page.close()


def _digital_page(page: pypdfium2.PdfPage, number: int) -> Page:
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    assert handle is not None
    drawing = drawing_of(handle)
    text = text_of(handle, drawing)
    crop = page.get_bbox()
    turn = _dominant_turn(text, page.get_rotation() // 90 % 4)
    return upright_page(number, crop, turn, page.get_rotation(), text, drawing)


def _dominant_turn(text: PageText, unturned: int) -> int:
    """The direction most glyphs run in; without text, what the page's /Rotate undoes."""
    votes: Counter[int] = Counter()
    for word in text.words:
        if word.turn is not None:
            votes[word.turn] += len(word.text)
    return max(votes, key=lambda turn: (votes[turn], turn == unturned)) if votes else unturned


def upright_page(number: int, crop: Rectangle, turn: int, rotate: int, text: PageText, drawing: Drawing) -> Page:
    """Turns everything so that text running at ``turn`` is level, with (0, 0) at the top left of the crop box."""
    x0, y0, x1, y1 = along(crop, turn)
    words = tuple(_word(w, turn, x0, y0) for w in text.words if w.turn is not None and _inside(w.box, crop))
    slanted = " ".join(w.text for w in text.words if w.turn is None and _inside(w.box, crop))
    doubts = [f"text across the page: {slanted[:200]}"] if slanted else []
    if text.hidden:
        doubts.append(f"{len(text.hidden)} hidden words were not read")
    rulings = tuple(Ruling(_box(line, turn, x0, y0)) for line in dict.fromkeys(drawing.lines) if _touches(line, crop))
    rotation = (turn * 90 - rotate) % 360
    return Page(number, x1 - x0, y1 - y0, words, Source.PDF_TEXT, rulings, rotation=rotation, doubts=tuple(doubts))


def _box(box: Rectangle, turn: int, x0: float, y0: float) -> Box:
    start, upper, end, lower = along(box, turn)
    return Box(start - x0, upper - y0, end - x0, lower - y0)


def _word(word: RawWord, turn: int, x0: float, y0: float) -> Word:
    return Word(word.text, _box(word.box, turn, x0, y0), 1.0, word.bold)


def _inside(box: Rectangle, crop: Rectangle) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return crop[0] <= x <= crop[2] and crop[1] <= y <= crop[3]


def _touches(box: Rectangle, crop: Rectangle) -> bool:
    return box[0] <= crop[2] and box[2] >= crop[0] and box[1] <= crop[3] and box[3] >= crop[1]
