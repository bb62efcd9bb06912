"""Values filled into form fields and typed notes on a PDF page: print that is no part of the page's own text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2_raw as raw

from extractors.readers.pdf_drawing import Rectangle
from extractors.readers.text import normalise

_MOST = 2_000  # annotations looked at on one page
_HIDDEN = raw.FPDF_ANNOT_FLAG_INVISIBLE | raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_WIDTH, _LINE = 0.5, 1.2  # of a letter and of a line, in sizes of type
_LARGEST = 10.0  # points; the size of type where the field is high enough


def typed_words(page: pypdfium2.PdfPage) -> Iterator[tuple[str, Rectangle]]:
    """Words of visible fields and FreeText notes, boxes in page space. Where in its field a word stands is estimated.

    The document's form must have been initialised before the page was loaded.
    """
    for note in visible_notes(page):
        yield from _words(_value(page, note), rectangle(note))


def visible_notes(page: pypdfium2.PdfPage) -> Iterator[object]:
    """The visible ones, as pdfium's handles; each is closed when the next is asked for."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        note = raw.FPDFPage_GetAnnot(page.raw, index)
        if not note:
            continue
        try:
            if not raw.FPDFAnnot_GetFlags(note) & _HIDDEN:
                yield note
        finally:
            raw.FPDFPage_CloseAnnot(note)


def _value(page: pypdfium2.PdfPage, note: object) -> str:
    kind = raw.FPDFAnnot_GetSubtype(note)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return string_of(raw.FPDFAnnot_GetStringValue, note, b"Contents")
    if kind == raw.FPDF_ANNOT_WIDGET and page.formenv is not None:
        wanted = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
        if raw.FPDFAnnot_GetFormFieldType(page.formenv.raw, note) in wanted:
            return string_of(raw.FPDFAnnot_GetFormFieldValue, page.formenv.raw, note)
    return ""


def string_of(function: object, *arguments: object) -> str:
    """What one of pdfium's functions gives that fill a buffer with UTF-16."""
    assert callable(function)
    size = function(*arguments, None, 0)
    if not 2 < size < 100_000:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def rectangle(note: object) -> Rectangle:
    """In page space."""
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(note, rect)
    return rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top)


def _words(text: str, field: Rectangle) -> Iterator[tuple[str, Rectangle]]:
    left, bottom, right, top = field
    lines = [line for line in normalise(text).replace("\r", "\n").split("\n") if line.strip()]
    if not lines or right - left < 1 or top - bottom < 1:
        return
    longest = max(len(line) for line in lines)
    size = min(_LARGEST, (top - bottom) / (_LINE * len(lines)), (right - left) / (_WIDTH * longest))
    first = top - 2 if len(lines) > 1 else (top + bottom + size) / 2
    for number, line in enumerate(lines):
        upper, column = first - number * _LINE * size, 0
        for part in line.split(" "):
            if part:
                start = left + 2 + column * _WIDTH * size
                yield part, (start, upper - size, start + len(part) * _WIDTH * size, upper)
            column += len(part) + 1
