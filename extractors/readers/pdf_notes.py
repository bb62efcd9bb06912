"""What a person put on a PDF page with a viewer: struck or drawn over print, comments, stamps. None of it is page text.

Typed notes (FreeText) and form fields are words of the page: ``pdf_forms`` reads those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2_raw as raw

from extractors.marked import STRUCK
from extractors.readers.pdf_drawing import Rectangle
from extractors.readers.pdf_forms import rectangle, string_of, visible_notes

DRAWN = "something drawn over the print"
_OVER = {
    raw.FPDF_ANNOT_STRIKEOUT: STRUCK,
    raw.FPDF_ANNOT_REDACT: STRUCK,
    raw.FPDF_ANNOT_SQUIGGLY: DRAWN,
    raw.FPDF_ANNOT_CARET: DRAWN,
    raw.FPDF_ANNOT_INK: DRAWN,
    raw.FPDF_ANNOT_LINE: DRAWN,
    raw.FPDF_ANNOT_POLYLINE: DRAWN,
    raw.FPDF_ANNOT_POLYGON: DRAWN,
    raw.FPDF_ANNOT_SQUARE: DRAWN,
    raw.FPDF_ANNOT_CIRCLE: DRAWN,
    raw.FPDF_ANNOT_STAMP: DRAWN,
}
# Highlights and underlines point at print that holds; what is written about them is a comment like others.
_SAYING = {raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, *_OVER}
_QUOTED = 200


@dataclass(frozen=True, slots=True)
class Notes:
    """``over`` lists what lies over print with its kind in words, boxes in page space; ``said`` are doubts in words."""

    over: tuple[tuple[str, Rectangle], ...] = ()
    said: tuple[str, ...] = ()


def notes_of(page: pypdfium2.PdfPage) -> Notes:
    """The visible ones of the page."""
    over: list[tuple[str, Rectangle]] = []
    said: list[str] = []
    for note in visible_notes(page):
        kind = raw.FPDFAnnot_GetSubtype(note)
        if kind in _OVER:
            over += [(_OVER[kind], box) for box in _boxes(note)]
        texts = [string_of(raw.FPDFAnnot_GetStringValue, note, b"Contents")] if kind in _SAYING else []
        if kind == raw.FPDF_ANNOT_STAMP:
            texts.append(string_of(raw.FPDFAnnot_GetStringValue, note, b"Name") or "stamp")
        said += [f"a comment on the page says {text.strip()[:_QUOTED]!r}" for text in texts if text.strip()]
    return Notes(tuple(over), tuple(dict.fromkeys(said)))


def _boxes(note: object) -> Iterator[Rectangle]:
    """Of each marked run of text, or of the whole annotation."""
    count = raw.FPDFAnnot_CountAttachmentPoints(note) if raw.FPDFAnnot_HasAttachmentPoints(note) else 0
    corners = raw.FS_QUADPOINTSF()
    runs = [
        ((corners.x1, corners.x2, corners.x3, corners.x4), (corners.y1, corners.y2, corners.y3, corners.y4))
        for index in range(min(count, 100))
        if raw.FPDFAnnot_GetAttachmentPoints(note, index, corners)
    ]
    for across, upwards in runs:
        yield min(across), min(upwards), max(across), max(upwards)
    if not runs:
        yield rectangle(note)
