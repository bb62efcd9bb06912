"""Pages as pictures, upright and level, in the coordinates of the evidence: points times dpi / 72 are pixels."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from extractors.readers import ReadingOptions, read_document
from extractors.readers.pdf import open_pdf, read_page
from extractors.readers.registry import IMAGES
from pipeline.errors import DocumentError
from pipeline.media import PDF, sniff_media_type
from pipeline.model import Box, Document, Page, Source

DPI = 110.0  # legible, and small enough to send to a browser
_PIXELS = 6_000_000  # of one picture; a sheet may be as wide as a wall
_MOST_DPI = 300.0

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class PagePicture:
    """``width`` and ``height`` of the page in points: what boxes of evidence are measured in."""

    png: bytes
    width: float
    height: float


def page_picture(
    document: Document, number: int, dpi: float = DPI, options: ReadingOptions | None = None
) -> PagePicture:
    """Page ``number`` (from 1) as PNG. Very large pages come at fewer dpi.

    A scanned page must be recognised to know how it was turned, unless ``options.cache_dir`` holds it already. pdfium
    is at work: call it in a child process, never from two threads. Raises ``DocumentError``.
    """
    page = _page(document, number, options or ReadingOptions())
    target = io.BytesIO()
    upright_picture(document, page, dpi).save(target, "PNG", compress_level=3)
    return PagePicture(target.getvalue(), page.width, page.height)


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page with their boxes, in points of the page as its picture shows it."""

    words: tuple[tuple[str, Box], ...]
    source: Source


def page_words(document: Document, number: int, options: ReadingOptions | None = None) -> PageWords:
    """Page ``number`` from 1, as it was read. Call it as ``page_picture``. Raises ``DocumentError``."""
    page = _page(document, number, options or ReadingOptions())
    return PageWords(tuple((word.text, word.box) for word in page.words), page.source)


def page_png(document: Document, number: int, dpi: float = DPI, options: ReadingOptions | None = None) -> bytes:
    """The picture alone."""
    return page_picture(document, number, dpi, options).png


def upright_picture(document: Document, page: Page, dpi: float = DPI) -> Image.Image:
    """The page as it was read; words on a blank page where the file has no picture of its own."""
    dpi = fitting(page, dpi)
    kind = sniff_media_type(document.content, document.file_name)
    if kind == PDF:
        return _placed(_rendered(document, page.number, dpi if not page.upright else max(dpi, 150.0)), page, dpi)
    if kind in IMAGES:
        return _placed(_frame(document, page.number), page, dpi)
    return _typed(page, dpi)


def fitting(page: Page, dpi: float) -> float:
    """``dpi``, or as much as the limit of pixels allows."""
    most = 72 * math.sqrt(_PIXELS / (max(page.width, 1.0) * max(page.height, 1.0)))
    return min(dpi, most, _MOST_DPI)


def _page(document: Document, number: int, options: ReadingOptions) -> Page:
    if sniff_media_type(document.content, document.file_name) == PDF:
        return read_page(document, number, options)
    pages = read_document(document, options).pages
    if not 1 <= number <= len(pages):
        raise DocumentError(f"{document.file_name}: has {len(pages)} pages, no page {number}")
    return pages[number - 1]


def _placed(picture: Image.Image, page: Page, dpi: float) -> Image.Image:
    if not page.upright:  # a digital page, or one that was not recognised
        return picture.rotate(-page.rotation, expand=True).resize(_size(page, dpi))
    from extractors.readers import upright  # OpenCV is slow to load

    return Image.fromarray(upright.placed(np.asarray(picture), page.upright, (page.width, page.height), dpi))


def _size(page: Page, dpi: float) -> tuple[int, int]:
    return max(round(page.width * dpi / 72), 1), max(round(page.height * dpi / 72), 1)


def _rendered(document: Document, number: int, dpi: float) -> Image.Image:
    pdf = open_pdf(document)
    try:
        return _as_picture(pdf[number - 1], dpi)
    finally:
        pdf.close()


def _as_picture(sheet: pypdfium2.PdfPage, dpi: float) -> Image.Image:
    width, height = sheet.get_size()
    bitmap = sheet.render(scale=min(dpi / 72, (4 * _PIXELS / max(width * height, 1.0)) ** 0.5))
    try:
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture
    finally:
        bitmap.close()
        sheet.close()


def _frame(document: Document, number: int) -> Image.Image:
    from extractors.readers.image import as_shown  # OpenCV is slow to load

    with Image.open(io.BytesIO(document.content)) as picture:
        picture.seek(min(number, getattr(picture, "n_frames", 1)) - 1)
        return as_shown(picture).convert("RGB")


def _typed(page: Page, dpi: float) -> Image.Image:
    picture = Image.new("RGB", _size(page, dpi), "white")
    pen = ImageDraw.Draw(picture)
    scale = dpi / 72
    for word in page.words:
        font = font_of(max(round(0.8 * word.box.height * scale), 4))
        pen.text((word.box.x0 * scale, word.box.top * scale), word.text, fill="black", font=font)
    return picture


@cache
def font_of(size: int) -> Font:
    """Pillow's own font has no accents; DejaVu is installed almost everywhere."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)
