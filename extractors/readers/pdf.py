"""Digital PDF pages → upright words and rulings. Pages that hold only a picture are left to OCR, page by page."""

from __future__ import annotations

import dataclasses
import string
import time
from collections import Counter

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2_raw as raw

from extractors.readers import pdf_native as pdfium
from extractors.readers.layer_check import agrees, says_all, with_own_words
from extractors.readers.options import DEFAULTS, ReadingOptions, over_limit
from extractors.readers.pdf_drawing import Drawing, Rectangle, drawing_of
from extractors.readers.pdf_forms import typed_words
from extractors.readers.pdf_glyphs import Judged
from extractors.readers.pdf_notes import notes_of
from extractors.readers.pdf_picture import PagePicture
from extractors.readers.pdf_words import PageText, RawWord, along, text_of, typed_word
from pipeline.errors import DocumentError, EncryptedDocument
from pipeline.model import Box, Document, Mark, Page, Pages, Ruling, Source, Word

MIXED = "the page is a picture, and its text layer says something else: the page was recognised anew"
_LARGE = 0.15  # of the page: a picture that may hold more than a letterhead
_SYMBOLS = 4  # different bullets and icons that a page may have
MIN_SIDE = 10.0  # points; a crop box smaller than this is a mistake


def read(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """Raises ``EncryptedDocument`` and ``DocumentError``."""
    pdf = open_pdf(document)
    try:
        count = len(pdf)
        if count == 0:
            raise DocumentError(f"{document.file_name}: the PDF holds no page; ask the sender to send it again")
        if pdf.get_formtype() != raw.FORMTYPE_NONE:
            pdf.init_forms()
        scans = _Scans(document.content, options)
        last = min(count, options.max_pages)
        pages = tuple(_read_page(pdf, index, document.file_name, scans) for index in range(last))
    finally:
        pdf.close()
    doubts: tuple[str, ...] = ()
    if count > options.max_pages:
        doubts = (f"pages {options.max_pages + 1}-{count} were not read: over the limit of {options.max_pages}",)
    return Pages(document.sha256, document.file_name, pages, doubts)


def read_page(document: Document, number: int, options: ReadingOptions = DEFAULTS) -> Page:
    """Page ``number`` (from 1) alone. Raises as ``read`` does, and ``DocumentError`` when there is no such page."""
    pdf = open_pdf(document)
    try:
        if not 1 <= number <= len(pdf):
            raise DocumentError(f"{document.file_name}: has {len(pdf)} pages, no page {number}")
        if pdf.get_formtype() != raw.FORMTYPE_NONE:
            pdf.init_forms()
        return _read_page(pdf, number - 1, document.file_name, _Scans(document.content, options))
    finally:
        pdf.close()


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


class _Scans:
    """Recognises the pages of one document that hold a picture instead of text, or text that may lie."""

    def __init__(self, content: bytes, options: ReadingOptions) -> None:
        self._options = options
        self._language: str | None = None
        self._count = 0
        self._end = time.monotonic() + options.ocr_seconds
        self.fonts = Judged(content)

    def read(self, page: pypdfium2.PdfPage, number: int, drawing: Drawing) -> Page:
        from extractors.readers import (
            colours,
            ocr,
            ocr_cache,
            tesseract,
        )  # OpenCV is slow to load and most documents are digital

        self._count += 1
        limit = over_limit(self._count, self._end, self._options)
        if limit:
            width, height = page.get_size()
            return Page(number, width, height, (), Source.OCR, doubts=(f"not read: over the limit of {limit}",))
        wanted = self._options.languages
        languages = tesseract.checked(wanted) if wanted else tesseract.installed()
        picture, dpi = _rendered(page, drawing, self._options.max_pixels)
        grey, coloured = colours.separated(picture)
        sheet = ocr.Sheet(grey, dpi, coloured)
        first = self._language or languages[0]
        result, self._language = ocr_cache.read_cached(self._options.cache_dir, sheet, number, languages, first)
        return result


def _rendered(
    page: pypdfium2.PdfPage, drawing: Drawing, max_pixels: int
) -> tuple[npt.NDArray[np.uint8], tuple[float, float]]:
    """The page as displayed (red, green, blue) at the resolution of its largest picture, and that resolution."""
    largest = max(drawing.pictures, key=lambda shown: _area(shown.box), default=None)
    dpi = min(max(largest.dpi, 150.0), 400.0) if largest and largest.dpi else 300.0
    width, height = page.get_size()
    scale = min(dpi / 72, (max_pixels / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    try:
        picture = np.array(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()
    return picture, (72 * scale, 72 * scale)


def _read_page(pdf: pypdfium2.PdfDocument, index: int, file_name: str, scans: _Scans) -> Page:
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError as error:
        raise DocumentError(f"{file_name}: page {index + 1} is damaged ({error})") from error
    try:
        handle = pdfium.address(page.raw)
        crop = _crop(page)
        drawing, picture = drawing_of(handle), PagePicture(page, crop)
        text = text_of(handle, drawing, picture, scans.fonts)
        hide_unseen(text, drawing, picture)
        notes = notes_of(page)
        text.over += notes.over
        text.words += [typed_word(word, box) for word, box in typed_words(page)]
        rotate = page.get_rotation()
        unturned = rotate // 90 % 4
        own = upright_page(index + 1, crop, _dominant_turn(text, unturned), rotate, text, drawing)
        reason = why_recognise(text, drawing, crop, picture)
        result = own
        if reason is not None:
            result = scans.read(page, index + 1, drawing)
            shown = upright_page(index + 1, crop, unturned, rotate, text, drawing)
            result = _settled(own, shown, result, reason) if result.upright else result
        return dataclasses.replace(result, doubts=(*result.doubts, *notes.said)) if notes.said else result
    finally:
        page.close()


def _settled(own: Page, shown: Page, seen: Page, reason: str) -> Page:
    """The page to go on with: its ``own`` words, what was ``seen``, or both. ``shown`` is ``own`` as displayed."""
    if not agrees(shown, seen) or (reason and not says_all(shown, seen)):
        return dataclasses.replace(seen, doubts=(*seen.doubts, reason or MIXED))
    return own if reason else with_own_words(shown, seen)


def _crop(page: pypdfium2.PdfPage) -> Rectangle:
    """What of the page is shown. Its boxes may stand with its parents; ``get_mediabox`` would not look there."""
    crop: Rectangle = page.get_bbox()
    return crop if _area(crop) > MIN_SIDE**2 else page.get_mediabox()


def hide_unseen(text: PageText, drawing: Drawing, picture: PagePicture) -> None:
    """Takes away the words on pictures, or behind them, that nobody sees."""
    on = [w for w in text.words if any(_area(_common(w.box, shown.box)) > 0 for shown in drawing.pictures)]
    if on:
        unseen = picture.unseen([word.box for word in on], drawing.text_order)
        gone = {id(word) for word, nothing in zip(on, unseen, strict=True) if nothing}
        text.hidden += [word for word in text.words if id(word) in gone]
        text.words = [word for word in text.words if id(word) not in gone]


def why_recognise(text: PageText, drawing: Drawing, crop: Rectangle, picture: PagePicture) -> str | None:
    """Why the page must be recognised ("" when its print is simply a picture); None when its own text serves."""
    letters = sum(len(word.text) for word in text.words)
    unmapped = text.unmapped > 0.15 * text.glyphs or text.strange > _SYMBOLS
    if letters and (unmapped or is_gibberish("".join(word.text for word in text.words))):
        return "the text layer makes no sense: the page was recognised anew"
    if letters and text.lying:
        return "the text layer says something else than the print: the page was recognised anew"
    shares = {shown.box: _area(_common(shown.box, crop)) / max(_area(crop), 1.0) for shown in drawing.pictures}
    cover = max(shares.values(), default=0.0)
    if cover > 0.5 and letters < 400:
        return ""
    if letters < 20 and (cover > 0.03 or drawing.count > 60):
        return ""
    large = [box for box, share in shares.items() if share > _LARGE]
    return "" if large and picture.holds_print(large, drawing.text_order) else None


def is_gibberish(text: str) -> bool:
    """Whether a font maps its glyphs to wrong characters: hardly any letters or digits, or hardly any vowels.

    Every language in Latin letters has over 30 % vowels; tables of codes bring that down, but not below 10 %.
    """
    if len(text) < 200:
        return False
    if sum(map(str.isalnum, text)) < 0.4 * len(text):
        return True
    lower = text.lower()
    latin = sum(map(lower.count, string.ascii_lowercase))
    return latin > 200 and sum(map(lower.count, "aeiouy")) < 0.08 * latin


def _area(box: Rectangle) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _common(a: Rectangle, b: Rectangle) -> Rectangle:
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


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
    same: dict[float, float] = {}  # words of a line share their edges: a number is kept once
    shown = [w for w in text.words if _inside(w.box, crop)]
    words = tuple([_word(w, turn, x0, y0, same) for w in shown if w.turn is not None])
    slanted = " ".join(w.text for w in shown if w.turn is None)
    doubts = [f"text across the page: {slanted[:200]}"] if slanted else []
    if text.hidden:
        doubts.append(f"{len(text.hidden)} hidden words were not read")
    rulings = tuple(Ruling(_box(line, turn, x0, y0)) for line in drawing.lines if _touches(line, crop))
    rotation = (turn * 90 - rotate) % 360
    marks = tuple(Mark(_box(box, turn, x0, y0), kind) for kind, box in text.over)
    size = (x1 - x0, y1 - y0)
    return Page(number, *size, words, Source.PDF_TEXT, rulings, (), rotation, tuple(doubts), marks)


def _box(box: Rectangle, turn: int, x0: float, y0: float) -> Box:
    start, upper, end, lower = along(box, turn)
    return Box(start - x0, upper - y0, end - x0, lower - y0)


def _word(word: RawWord, turn: int, x0: float, y0: float, same: dict[float, float]) -> Word:
    start, upper, end, lower = along(word.box, turn)
    left, top, right, bottom = start - x0, upper - y0, end - x0, lower - y0
    once = same.setdefault
    return Word(
        word.text, Box(once(left, left), once(top, top), once(right, right), once(bottom, bottom)), 1.0, word.bold
    )


def _inside(box: Rectangle, crop: Rectangle) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return crop[0] <= x <= crop[2] and crop[1] <= y <= crop[3]


def _touches(box: Rectangle, crop: Rectangle) -> bool:
    return box[0] <= crop[2] and box[2] >= crop[0] and box[1] <= crop[3] and box[3] >= crop[1]
