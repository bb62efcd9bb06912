"""Pictures of how a document was read: each step drawn on the page, and all of them together."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from extractors.debug_marks import STEPS, Mark, Seen, combined
from extractors.engine import DocumentExtractor
from extractors.readers import ReadingOptions, read_document
from extractors.readers.pdf import open_pdf
from extractors.readers.registry import IMAGES
from extractors.trace import watched
from pipeline.media import sniff_media_type
from pipeline.model import Box, Document, Page, ReadingContext

MOST_PAGES = 20  # of one document; thirteen pictures each
_PIXELS = 6_000_000  # of one picture; a sheet may be as wide as a wall
_SCALE = 2.0  # pixels a point
_TINT = 60  # of 255

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture. ``page`` counts from 1; ``step`` is its name, "combined" for all steps together."""

    page: int
    step: str
    png: bytes


def draw_document(document: Document, context: ReadingContext, options: ReadingOptions) -> tuple[Drawing, ...]:
    """Reads the document anew and draws its first ``MOST_PAGES`` pages; steps that found nothing are left out.

    Raises ``DocumentError`` as reading does.
    """
    pages = read_document(document, options)
    with watched() as notes:
        orders = DocumentExtractor().extract(pages, context)
    found: list[Drawing] = []
    for page in pages.pages[:MOST_PAGES]:
        seen = Seen(page, tuple(notes), orders)
        picture = _picture(document, page)
        found.append(Drawing(page.number, "combined", _drawn(picture, page, combined(seen))))
        for name, step in STEPS:
            marks = tuple(step(seen))
            if marks:
                found.append(Drawing(page.number, name, _drawn(picture, page, marks)))
    return tuple(found)


# --- the page below ---------------------------------------------------------------------------------------------------


def _size(page: Page) -> tuple[int, int]:
    width, height = max(page.width, 1.0), max(page.height, 1.0)
    scale = min(_SCALE, (_PIXELS / (width * height)) ** 0.5)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _picture(document: Document, page: Page) -> Image.Image:
    """The page as it was read, upright; words on a blank page where the file has no picture of its own."""
    kind = sniff_media_type(document.content, document.file_name)
    if kind == "application/pdf":
        return _upright(_rendered(document, page), page)
    if kind in IMAGES:
        with Image.open(io.BytesIO(document.content)) as picture:
            picture.seek(min(page.number, getattr(picture, "n_frames", 1)) - 1)
            return _upright(picture.convert("RGB"), page)
    return _typed(page)


def _rendered(document: Document, page: Page) -> Image.Image:
    pdf = open_pdf(document)
    try:
        sheet = pdf[page.number - 1]
        width, height = sheet.get_size()
        scale = min(_SCALE, (_PIXELS / max(width * height, 1.0)) ** 0.5)
        return _as_picture(sheet, scale)
    finally:
        pdf.close()


def _as_picture(sheet: pypdfium2.PdfPage, scale: float) -> Image.Image:
    bitmap = sheet.render(scale=scale)
    try:
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture
    finally:
        bitmap.close()
        sheet.close()


def _upright(picture: Image.Image, page: Page) -> Image.Image:
    """Turned clockwise as reading turned it. A scan that was straightened fits only roughly."""
    return picture.rotate(-page.rotation, expand=True).resize(_size(page))


def _typed(page: Page) -> Image.Image:
    picture = Image.new("RGB", _size(page), "white")
    pen = ImageDraw.Draw(picture)
    scale = picture.width / max(page.width, 1.0)
    for word in page.words:
        font = _font(max(round(0.8 * word.box.height * scale), 4))
        pen.text((word.box.x0 * scale, word.box.top * scale), word.text, fill="black", font=font)
    return picture


@cache
def _font(size: int) -> Font:
    """Pillow's own font has no accents; DejaVu is installed almost everywhere."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


# --- the marks on it --------------------------------------------------------------------------------------------------


def _drawn(picture: Image.Image, page: Page, marks: Iterable[Mark]) -> bytes:
    shown = picture.copy()
    pen = ImageDraw.Draw(shown, "RGBA")
    scale = shown.width / max(page.width, 1.0)
    font = _font(max(round(5.0 * scale), 8))
    for mark in marks:
        _draw_mark(pen, mark, scale, font)
    target = io.BytesIO()
    shown.save(target, "PNG", compress_level=3)
    return target.getvalue()


def _draw_mark(
    pen: ImageDraw.ImageDraw, mark: Mark, scale: float, font: ImageFont.ImageFont | ImageFont.FreeTypeFont
) -> None:
    x0, top, x1, bottom = _scaled(mark.box, scale)
    red, green, blue = (int(mark.colour[i : i + 2], 16) for i in (1, 3, 5))
    tint = (red, green, blue, _TINT) if mark.filled else None
    pen.rectangle((x0, top, x1, bottom), outline=(red, green, blue, 255), fill=tint)
    if mark.label:
        place = (x0, max(top - 1, 0.0))
        around = pen.textbbox(place, mark.label, font=font, anchor="lb" if top > 6 * scale else "lt")
        pen.rectangle(around, fill=(255, 255, 255, 200))
        pen.text(place, mark.label, fill=(red, green, blue, 255), font=font, anchor="lb" if top > 6 * scale else "lt")


def _scaled(box: Box, scale: float) -> tuple[float, float, float, float]:
    x0, top = box.x0 * scale, box.top * scale
    return x0, top, max(box.x1 * scale, x0 + 1), max(box.bottom * scale, top + 1)
