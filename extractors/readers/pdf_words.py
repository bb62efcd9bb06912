"""Glyphs of a PDF page → words with boxes, in PDF page space, each with the direction it runs in."""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.readers import pdf_native as pdfium
from extractors.readers.pdf_drawing import Area, Colour, Drawing, Rectangle
from extractors.readers.pdf_glyphs import Judged, Said, Spot, lying_fonts
from extractors.readers.pdf_picture import PagePicture
from extractors.readers.text import normalise

INVISIBLE_MODES = (3, 7)  # text rendering modes that draw nothing (ISO 32000-1, table 106)
LEAST_SIZE = 2.0  # points; smaller text is not meant for people
_WHITE: Colour = (255, 255, 255)
_NEAR = 30  # colours closer than this (largest channel difference) cannot be told apart on paper
_RUN = re.compile("[^\x00-\x20\xa0\u2000-\u200b\u3000]+")
_UNMAPPED = re.compile("[\ufffd-\uffff\ue000-\uf8ff]")
_STRANGE = re.compile("[\x01\x04-\x08\x0e-\x1f\ufffd-\uffff\ue000-\uf8ff]")  # 0x03 is a blank in many a font
_STRIP = 8.0  # points: words on one spot are looked for in strips of this height
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
    inks: bool  # draws anything at all
    colour: Colour
    pale: bool  # cannot be told from white paper
    order: int
    said: dict[str, Spot] | None = None  # texts of its font, where that is to be held against its print


@dataclass(slots=True)
class PageText:
    words: list[RawWord] = field(default_factory=list)
    hidden: list[RawWord] = field(default_factory=list)  # drawn so that nobody sees it
    glyphs: int = 0
    unmapped: int = 0
    strange: int = 0  # different glyphs without a meaning
    over: list[tuple[str, Rectangle]] = field(default_factory=list)  # what a viewer's user drew over it
    lying: int = 0  # glyphs of fonts that show something else than they say


_TYPED = Style(0, 0, False, True, (0, 0, 0), False, 0)


def typed_word(text: str, box: Rectangle) -> RawWord:
    """A word that was typed into a form field."""
    return RawWord(text, box, 0, False, _TYPED)


def text_of(page: int, drawing: Drawing, picture: PagePicture, judged: Judged) -> PageText:
    """All words of the page. ``page`` is pdfium's handle."""
    text_page = pdfium.load_text(page)
    if not text_page:
        return PageText()
    try:
        collector = _Collector(text_page, drawing, judged)
        words = collector.run()
        strange = collector.strange
        lying = lying_fonts(picture, text_page, collector.said)
    finally:
        pdfium.close_text(text_page)
    result = PageText(glyphs=sum(len(w.text) for w in words), unmapped=sum(w.unmapped for w in words), strange=strange)
    if lying:
        result.lying = sum(len(w.text) for w in words if w.style.inks and pdfium.text_font(w.style.handle) in lying)
    hidden = {id(word) for word in words if _is_hidden(word, drawing)}
    # a copy that is covered by the ground of its twin must not pass for the twin: what shows comes first
    for word in _drawn_once(sorted(words, key=lambda word: id(word) in hidden) if hidden else words):
        (result.hidden if id(word) in hidden else result.words).append(word)
    return result


class _Collector:
    """Cuts the run of glyphs into words.

    A word that lies in one text object needs the boxes of its first and last glyph only; a word made of several text
    objects is walked glyph by glyph, for there columns may touch.
    """

    def __init__(self, text_page: int, drawing: Drawing, judged: Judged) -> None:
        self.page = text_page
        self.drawing = drawing
        self.judged = judged
        self.styles: dict[int, Style] = {}
        self.fonts: dict[int, bool] = {}
        self.across: dict[int, list[tuple[float, float, float]]] = {}
        self.words: list[RawWord] = []
        self.said: Said = {}
        self.looked_up: set[int] = set()  # fonts
        self.strange = 0
        self.rects = (ctypes.c_float * 8)()  # left, top, right, bottom of one glyph, and of another
        self.rects_at = ctypes.addressof(self.rects)
        self.matrix = pdfium.Matrix()
        self.matrix_at = ctypes.addressof(self.matrix)
        self.channels = (ctypes.c_uint * 4)()
        self.channels_at = [ctypes.addressof(self.channels) + 4 * n for n in range(4)]

    def run(self) -> list[RawWord]:
        count = pdfium.count_chars(self.page)
        text = self._text(count)
        self.strange = len(set(_STRANGE.findall(text)))
        text_object, page = pdfium.text_object, self.page
        for match in _RUN.finditer(text):
            first, last = match.start(), match.end() - 1
            handle = text_object(page, first)
            if handle and (first == last or handle == text_object(page, last)):
                self._whole(match.group(), handle, first, last)
            else:
                self._piecewise(text, first, last)
        return self.words

    def _text(self, count: int) -> str:
        """One character per glyph, so that places in it are glyph numbers.

        pdfium marks a hyphen at the end of a line as soft (U+0002, U+FFFE); a code is printed with it, so it stays one.
        """
        return self._characters(count).replace("\x02", "-").replace("\ufffe", "-")

    def _characters(self, count: int) -> str:
        buffer = ctypes.create_string_buffer(2 * count + 2)
        if pdfium.get_text(self.page, 0, count, ctypes.addressof(buffer)) == count + 1:
            text = buffer.raw[: 2 * count].decode("utf-16-le", "replace")
            if len(text) == count:
                return text
        codes = (pdfium.unicode_at(self.page, index) for index in range(count))
        return "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)

    def _box(self, index: int) -> Rectangle:
        pdfium.loose_box(self.page, index, self.rects_at)
        left, top, right, bottom = self.rects[:4]
        return left, bottom, right, top

    def _boxes(self, first: int, last: int) -> Rectangle:
        """Around two glyphs."""
        pdfium.loose_box(self.page, first, self.rects_at)
        pdfium.loose_box(self.page, last, self.rects_at + 16)
        left, top, right, bottom, left_2, top_2, right_2, bottom_2 = self.rects[:]
        return (
            left if left < left_2 else left_2,
            bottom if bottom < bottom_2 else bottom_2,
            right if right > right_2 else right_2,
            top if top > top_2 else top_2,
        )

    def _whole(self, text: str, handle: int, first: int, last: int) -> None:
        style = self.styles.get(handle) or self._style(handle, first)
        if style.said is not None and style.turn is not None and text not in style.said:
            style.said[text] = Spot(first, text, style.turn)
        box = self._boxes(first, last)
        left, bottom, right, top = box
        length, height = (right - left, top - bottom) if style.turn in (0, 2) else (top - bottom, right - left)
        if style.turn is None or length > (last - first + 1.5) * height:
            self._piecewise(text, first, last, offset=first)  # slanted or with wide gaps: look at every glyph
        else:
            self._close(text, box, style)

    def _piecewise(self, text: str, first: int, last: int, offset: int = 0) -> None:
        letters: list[str] = []
        style: Style | None = None
        word = (0.0, 0.0, 0.0, 0.0)
        for index in range(first, last + 1):
            handle = pdfium.text_object(self.page, index)
            if not handle:
                continue  # a hyphen that pdfium made up
            glyph = self._box(index)
            new = self.styles.get(handle) or self._style(handle, index)
            if letters and style and (_parts(style, new, word, glyph) or self._ruled_off(style, new, word, glyph)):
                self._close("".join(letters), word, style)
                letters = []
            if letters:
                word = min(word[0], glyph[0]), min(word[1], glyph[1]), max(word[2], glyph[2]), max(word[3], glyph[3])
            else:
                word = glyph
            style = new
            letters.append(text[index - offset])
            if style.said is not None and style.turn is not None:
                style.said.setdefault(letters[-1], Spot(index, letters[-1], style.turn))
        if letters and style:
            self._close("".join(letters), word, style)

    def _ruled_off(self, style: Style, new: Style, word: Rectangle, glyph: Rectangle) -> bool:
        """Whether a drawn line stands between a word and the next text object."""
        if style is new or style.turn is None:
            return False
        _, upper, end, lower = along(word, style.turn)
        start = along(glyph, style.turn)[0]
        middle = (upper + lower) / 2
        lines = self._across(style.turn)
        for at, top, bottom in lines[bisect_left(lines, (min(end, start) - 1.5,)) :]:
            if at > max(end, start) + 1.5:
                return False
            if top < middle < bottom:
                return True
        return False

    def _across(self, turn: int) -> list[tuple[float, float, float]]:
        """(place along the text, upper, lower end) of the lines drawn across text that runs at ``turn``, in order."""
        if turn not in self.across:
            upright = turn in (0, 2)
            boxes = [along(b, turn) for b in self.drawing.lines if (b[3] - b[1] > b[2] - b[0]) is upright]
            self.across[turn] = sorted(((x0 + x1) / 2, top, bottom) for x0, top, x1, bottom in boxes)
        return self.across[turn]

    def _close(self, text: str, box: Rectangle, style: Style) -> None:
        if text.isascii():
            self.words.append(RawWord(text, box, style.turn, style.bold, style))
            return
        unmapped = len(_UNMAPPED.findall(text))
        for part in normalise(text).split():
            self.words.append(RawWord(part, box, style.turn, style.bold, style, unmapped))

    def _style(self, handle: int, index: int) -> Style:
        pdfium.char_matrix(self.page, index, self.matrix_at)
        known = pdfium.fill_colour(handle, *self.channels_at)
        red, green, blue, alpha = self.channels if known else (0, 0, 0, 255)
        colour = (red, green, blue)
        turn, font = _quarter(self.matrix.a, self.matrix.b), pdfium.text_font(handle) or 0
        inks = alpha > 12 and pdfium.render_mode(handle) not in INVISIBLE_MODES
        style = Style(
            handle,
            turn,
            self._bold(font),
            inks,
            colour,
            _near(colour, _WHITE),
            self.drawing.text_order.get(handle, 0),
            self._said(font) if font and inks and turn is not None else None,
        )
        self.styles[handle] = style
        return style

    def _said(self, font: int) -> dict[str, Spot] | None:
        if font not in self.looked_up:
            self.looked_up.add(font)
            if not self.judged.again(font):
                self.said[font] = {}
        return self.said.get(font)

    def _bold(self, font: int) -> bool:
        if not font:
            return False
        if font not in self.fonts:
            name = ctypes.create_string_buffer(128)
            pdfium.font_name(font, ctypes.addressof(name), 128)
            named = any(mark in name.value.lower() for mark in _BOLD_NAMES)
            self.fonts[font] = named or pdfium.font_weight(font) >= 600
        return self.fonts[font]


def _quarter(a: float, b: float) -> int | None:
    if b == 0 and a > 0:
        return 0
    degrees = math.degrees(math.atan2(b, a)) % 360
    nearest = round(degrees / 90)
    return nearest % 4 if abs(degrees - 90 * nearest) < 6 else None


def _parts(style: Style, new: Style, word: Rectangle, glyph: Rectangle) -> bool:
    """Whether a glyph begins a new word although no blank stands before it."""
    if style.turn != new.turn:
        return True
    if style.turn is None:
        return style is not new
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


def _drawn_once(words: Iterable[RawWord]) -> list[RawWord]:
    """Drops words drawn again on the same spot (a shadow, a poor man's bold)."""
    seen: dict[str, dict[int, list[Rectangle]]] = {}  # by text and strip of the page
    kept: list[RawWord] = []
    for word in words:
        box = word.box
        strips = seen.get(word.text)
        if strips is None:
            seen[word.text] = {int(box[1] // _STRIP): [box]}
        elif _is_among(box, strips):
            continue
        else:
            strips.setdefault(int(box[1] // _STRIP), []).append(box)
        kept.append(word)
    return kept


def _is_among(box: Rectangle, strips: Mapping[int, Sequence[Rectangle]]) -> bool:
    x, y, _, top = box
    reach = max(1.0, 0.15 * (top - y))
    for strip in range(int((y - reach) // _STRIP), int((y + reach) // _STRIP) + 1):
        for place in strips.get(strip, ()):
            if abs(place[0] - x) < reach and abs(place[1] - y) < reach:
                return True
    return False


def _is_hidden(word: RawWord, drawing: Drawing) -> bool:
    style = word.style
    left, bottom, right, top = word.box
    height = top - bottom if style.turn in (0, 2) else right - left
    if not style.inks or height < LEAST_SIZE or right - left < 0.2:
        return True
    if not drawing.areas:
        return style.pale and not _on_picture(word, drawing)
    x, y = (left + right) / 2, (bottom + top) / 2
    cover = [area for area in drawing.areas if _holds(area.box, x, y)]
    if not cover:
        return style.pale and not _on_picture(word, drawing)
    if any(area.order > style.order > 0 for area in cover):
        return _covers(cover, style.order, word.box)
    return _near(style.colour, _background(cover)) and not _on_picture(word, drawing)


def _on_picture(word: RawWord, drawing: Drawing) -> bool:
    left, bottom, right, top = word.box
    x, y = (left + right) / 2, (bottom + top) / 2
    return any(_holds(shown.box, x, y) for shown in drawing.pictures if shown.order < word.style.order)


def _covers(cover: list[Area], order: int, box: Rectangle) -> bool:
    """A later area that hides the whole word; a highlighter over a part of it does not."""
    return any(
        a.order > order and a.box[0] <= box[0] + 1 and a.box[2] >= box[2] - 1 and a.box[3] - a.box[1] < 400
        for a in cover
    )


def _holds(box: Rectangle, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _background(cover: list[Area]) -> Colour:
    return max(cover, key=lambda area: area.order).colour if cover else _WHITE


def _near(a: Colour, b: Colour) -> bool:
    return abs(a[0] - b[0]) < _NEAR and abs(a[1] - b[1]) < _NEAR and abs(a[2] - b[2]) < _NEAR
