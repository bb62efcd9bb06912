"""Glyphs of a PDF page → words with boxes, in PDF page space, each with the direction it runs in."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field

from extractors.readers import pdf_native as pdfium
from extractors.readers.pdf_drawing import Area, Colour, Drawing, Rectangle
from extractors.readers.text import normalise

INVISIBLE_MODES = (3, 7)  # text rendering modes that draw nothing (ISO 32000-1, table 106)
LEAST_SIZE = 2.0  # points; smaller text is not meant for people
_NEAR = 30  # colours closer than this (largest channel difference) cannot be told apart on paper
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"semibold", b"-bd", b"demi")


@dataclass(slots=True)
class RawWord:
    """``box`` in page space. ``turn``: quarter turns anticlockwise the text runs at (0 to 3), None at a slant."""

    text: str
    box: Rectangle
    turn: int | None
    bold: bool
    style: Style
    unmapped: int = 0  # glyphs whose meaning the font does not tell


@dataclass(slots=True)
class Style:
    """What all glyphs of one text object share."""

    handle: int
    turn: int | None
    bold: bool
    mode: int
    colour: Colour | None  # None: transparent
    order: int


@dataclass(slots=True)
class PageText:
    words: list[RawWord] = field(default_factory=list)
    hidden: list[RawWord] = field(default_factory=list)  # drawn so that nobody sees it
    glyphs: int = 0
    unmapped: int = 0


def text_of(page: int, drawing: Drawing) -> PageText:
    """All words of the page. ``page`` is pdfium's handle."""
    text_page = pdfium.load_text(page)
    if not text_page:
        return PageText()
    try:
        words = _Collector(text_page, drawing).run()
    finally:
        pdfium.close_text(text_page)
    result = PageText(glyphs=sum(len(w.text) for w in words), unmapped=sum(w.unmapped for w in words))
    for word in _drawn_once(words):
        (result.hidden if _is_hidden(word, drawing) else result.words).append(word)
    return result


class _Collector:
    """Cuts the run of glyphs into words."""

    def __init__(self, text_page: int, drawing: Drawing) -> None:
        self.page = text_page
        self.drawing = drawing
        self.styles: dict[int, Style] = {}
        self.words: list[RawWord] = []
        self.rect = pdfium.Rect()
        self.rect_at = ctypes.addressof(self.rect)

    def run(self) -> list[RawWord]:
        page, rect, rect_at = self.page, self.rect, self.rect_at
        count = pdfium.count_chars(page)
        codes = self._codes(count)
        letters: list[str] = []
        style: Style | None = None
        left = bottom = right = top = 0.0
        unmapped = 0
        for index in range(count):
            code = codes[index]
            if code <= 32 or code == 0xA0:
                if letters and style:
                    self._close(letters, (left, bottom, right, top), style, unmapped)
                    letters, unmapped = [], 0
                continue
            handle = pdfium.text_object(page, index)
            if not handle:
                continue  # a hyphen or blank that pdfium made up
            pdfium.loose_box(page, index, rect_at)
            x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
            if style is None or handle != style.handle:
                new = self.styles.get(handle) or self._style(handle, index)
            else:
                new = style
            if letters and style and _parts(style, new, (left, bottom, right, top), (x0, y0, x1, y1)):
                self._close(letters, (left, bottom, right, top), style, unmapped)
                letters, unmapped = [], 0
            if letters:
                left, bottom, right, top = min(left, x0), min(bottom, y0), max(right, x1), max(top, y1)
            else:
                left, bottom, right, top = x0, y0, x1, y1
            style = new
            letters.append(chr(code) if code < 0x110000 else "\ufffd")
            unmapped += code in (0xFFFD, 0xFFFE, 0xFFFF) or 0xE000 <= code <= 0xF8FF
        if letters and style:
            self._close(letters, (left, bottom, right, top), style, unmapped)
        return self.words

    def _codes(self, count: int) -> list[int]:
        return [pdfium.unicode_at(self.page, index) for index in range(count)]

    def _close(self, letters: list[str], box: Rectangle, style: Style, unmapped: int) -> None:
        text = normalise("".join(letters))
        for part in text.split() if text.strip() else ():
            self.words.append(RawWord(part, box, style.turn, style.bold, style, unmapped))

    def _style(self, handle: int, index: int) -> Style:
        matrix = pdfium.Matrix()
        pdfium.char_matrix(self.page, index, ctypes.addressof(matrix))
        channels = (ctypes.c_uint * 4)()
        base = ctypes.addressof(channels)
        known = pdfium.fill_colour(handle, base, base + 4, base + 8, base + 12)
        red, green, blue, alpha = channels if known else (0, 0, 0, 255)
        style = Style(
            handle,
            _quarter(matrix.a, matrix.b),
            _is_bold(handle),
            pdfium.render_mode(handle),
            (red, green, blue) if alpha > 12 else None,
            self.drawing.text_order.get(handle, 0),
        )
        self.styles[handle] = style
        return style


def _quarter(a: float, b: float) -> int | None:
    degrees = math.degrees(math.atan2(b, a)) % 360
    nearest = round(degrees / 90)
    return nearest % 4 if abs(degrees - 90 * nearest) < 6 else None


def _is_bold(text_object: int) -> bool:
    font = pdfium.text_font(text_object)
    if not font:
        return False
    name = ctypes.create_string_buffer(128)
    pdfium.font_name(font, ctypes.addressof(name), 128)
    return any(mark in name.value.lower() for mark in _BOLD_NAMES) or pdfium.font_weight(font) >= 600


def _parts(style: Style, new: Style, word: Rectangle, glyph: Rectangle) -> bool:
    """Whether a glyph begins a new word although no blank stands before it."""
    if style.turn != new.turn:
        return True
    last, next_ = along(word, style.turn), along(glyph, style.turn)
    size = max(last[3] - last[1], 1.0)
    gap = next_[0] - last[2]
    shift = abs(next_[3] - last[3])
    if style is new:
        return gap > 0.6 * size or gap < -0.8 * size or shift > 0.6 * size
    return gap > 0.18 * size or gap < -0.35 * size or shift > 0.45 * size


def along(box: Rectangle, turn: int | None) -> tuple[float, float, float, float]:
    """(start, upper, end, lower) of a page-space box as seen by a reader of text that runs at ``turn``."""
    left, bottom, right, top = box
    if turn == 1:
        return bottom, left, top, right
    if turn == 2:
        return -right, bottom, -left, top
    if turn == 3:
        return -top, -right, -bottom, -left
    return left, -top, right, -bottom


def _drawn_once(words: list[RawWord]) -> list[RawWord]:
    """Drops words drawn again on the same spot (a shadow, a poor man's bold)."""
    seen: dict[tuple[str, int, int], Rectangle] = {}
    kept: list[RawWord] = []
    for word in words:
        left, bottom, _, top = word.box
        reach = max(1.0, 0.15 * (top - bottom))
        cell = (int(left // 4), int(bottom // 4))
        around = ((word.text, cell[0] + dx, cell[1] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if any(
            key in seen and abs(seen[key][0] - left) < reach and abs(seen[key][1] - bottom) < reach for key in around
        ):
            continue
        seen[word.text, *cell] = word.box
        kept.append(word)
    return kept


def _is_hidden(word: RawWord, drawing: Drawing) -> bool:
    style = word.style
    left, bottom, right, top = word.box
    if style.mode in INVISIBLE_MODES or style.colour is None or min(top - bottom, right - left) < 0.2:
        return True
    size = along(word.box, style.turn)
    if size[3] - size[1] < LEAST_SIZE:
        return True
    x, y = (left + right) / 2, (bottom + top) / 2
    cover = [area for area in drawing.areas if _holds(area.box, x, y)]
    if any(area.order > style.order > 0 for area in cover):
        return _covers(cover, style.order, word.box)
    if _near(style.colour, _background(cover)):
        return not any(_holds(shown.box, x, y) for shown in drawing.pictures if shown.order < style.order)
    return False


def _covers(cover: list[Area], order: int, box: Rectangle) -> bool:
    """A later area that hides the whole word; a highlighter over a part of it does not."""
    return any(
        a.order > order and a.box[0] <= box[0] + 1 and a.box[2] >= box[2] - 1 and a.box[3] - a.box[1] < 400
        for a in cover
    )


def _holds(box: Rectangle, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _background(cover: list[Area]) -> Colour:
    return max(cover, key=lambda area: area.order).colour if cover else (255, 255, 255)


def _near(a: Colour, b: Colour) -> bool:
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) < _NEAR
