"""Pictures of how a document was read: each step drawn on the page, and all of them together."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from extractors.debug_marks import STEPS, Mark, Seen, combined
from extractors.engine import DocumentExtractor
from extractors.pictures import Font, font_of, upright_picture
from extractors.readers import ReadingOptions, read_document
from extractors.trace import watched
from pipeline.model import Box, Document, Page, ReadingContext

MOST_PAGES = 20  # of one document; thirteen pictures each
_DPI = 144.0
_TINT = 60  # of 255


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
        picture = upright_picture(document, page, _DPI)
        found.append(Drawing(page.number, "combined", _drawn(picture, page, combined(seen))))
        for name, step in STEPS:
            marks = tuple(step(seen))
            if marks:
                found.append(Drawing(page.number, name, _drawn(picture, page, marks)))
    return tuple(found)


# --- the marks on it --------------------------------------------------------------------------------------------------


def _drawn(picture: Image.Image, page: Page, marks: Iterable[Mark]) -> bytes:
    shown = picture.copy()
    pen = ImageDraw.Draw(shown, "RGBA")
    scale = shown.width / max(page.width, 1.0)
    font = font_of(max(round(5.0 * scale), 8))
    for mark in marks:
        _draw_mark(pen, mark, scale, font)
    target = io.BytesIO()
    shown.save(target, "PNG", compress_level=3)
    return target.getvalue()


def _draw_mark(pen: ImageDraw.ImageDraw, mark: Mark, scale: float, font: Font) -> None:
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
