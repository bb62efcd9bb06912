"""The PDF page as it looks, drawn when somebody asks: what its text says is held against what a reader sees."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

import numpy as np
import pypdfium2
import pypdfium2_raw as raw
from numpy.typing import NDArray

from extractors.readers import pdf_native as pdfium
from extractors.readers.pdf_drawing import Rectangle

_SHARP, _COARSE = 3.0, 1.4  # pixels a point: to tell glyphs apart, and to see whether there is ink
_MOST = 12_000_000  # pixels of a picture
_SEEN = 24  # grey levels by which a pixel differs where a word is drawn
_SHARE = 0.02  # of a word's box that must differ, for the word to be seen
_STRIP = 72.0  # points: print is looked for in upright strips so narrow that a slant does not matter
_DARKER = 50  # grey levels from paper to print
_LETTERS = 0.12  # of the dots along a level cut through a line of print that begin a stroke; less is no print
_LINE_HEIGHT = (3.0, 30.0)  # points
_LINES = 8  # lines of print, counted in every strip, that make a picture one of print


class PagePicture:
    """``page`` must stay open; places are in its page space. ``crop`` is the part of it that is shown."""

    def __init__(self, page: pypdfium2.PdfPage, crop: Rectangle) -> None:
        self._page, self._crop = page, crop
        self._handle = pdfium.address(page.raw)

    def unseen(self, boxes: Sequence[Rectangle], text_objects: Iterable[int]) -> list[bool]:
        """For each box whether the page looks the same there without its text. ``text_objects``: pdfium's handles."""
        (shown, scale), (bare, _) = self._coarse, self._without(tuple(text_objects))
        differs = np.abs(shown.astype(np.int16) - bare) > _SEEN
        parts = (differs[self._slices(box, scale)] for box in boxes)
        return [part.size == 0 or np.count_nonzero(part) < _SHARE * part.size for part in parts]

    def holds_print(self, boxes: Iterable[Rectangle], text_objects: Iterable[int]) -> bool:
        """Whether lines of print are seen in the boxes (pictures) when the page's own text is left out."""
        bare, scale = self._without(tuple(text_objects))
        return any(_is_print(bare[self._slices(box, scale)], scale) for box in boxes)

    @functools.cached_property
    def _coarse(self) -> tuple[NDArray[np.uint8], float]:
        return self._whole(_COARSE)

    @functools.lru_cache(maxsize=1)  # noqa: B019 (the picture lives no longer than its page)
    def _without(self, text_objects: tuple[int, ...]) -> tuple[NDArray[np.uint8], float]:
        for item in text_objects:
            pdfium.set_active(item, 0)
        try:
            return self._whole(_COARSE)
        finally:
            for item in text_objects:
                pdfium.set_active(item, 1)

    def parts(self, boxes: Sequence[Rectangle]) -> list[NDArray[np.uint8]]:
        """What is shown in each of the boxes, which lie near each other; without any pixel outside the page.

        Only their surroundings are drawn, and those as a part of the whole page would be: pixel by pixel the same.
        """
        width, height, scale = self._size(_SHARP)
        slices = [self._slices(box, scale) for box in boxes]
        top, left = (min((both[axis].start for both in slices), default=0) for axis in (0, 1))
        bottom = min(max((rows.stop for rows, _ in slices), default=0), height)
        right = min(max((columns.stop for _, columns in slices), default=0), width)
        drawn = self._draw((width, height), (left, top, right, bottom))
        return [
            drawn[rows.start - top : max(rows.stop - top, 0), columns.start - left : max(columns.stop - left, 0)]
            for rows, columns in slices
        ]

    def _whole(self, scale: float) -> tuple[NDArray[np.uint8], float]:
        """The page without its /Rotate, in grey, and pixels a point."""
        width, height, scale = self._size(scale)
        return self._draw((width, height), (0, 0, width, height)), scale

    def _size(self, scale: float) -> tuple[int, int, float]:
        """Pixels across and down of the page without its /Rotate, and pixels a point: as many as may be."""
        left, bottom, right, top = self._crop
        scale = min(scale, (_MOST / max((right - left) * (top - bottom), 1.0)) ** 0.5)
        width, height = (math.ceil(side * scale) for side in self._page.get_size())
        return (height, width, scale) if self._turns % 2 else (width, height, scale)

    @functools.cached_property
    def _turns(self) -> int:
        """Quarter turns that undo the page's /Rotate."""
        return int(-self._page.get_rotation() // 90 % 4)

    def _draw(self, size: tuple[int, int], part: tuple[int, int, int, int]) -> NDArray[np.uint8]:
        """A part (left, top, right, bottom) of the page drawn in that size, all in pixels."""
        left, top, right, bottom = part
        pixels = np.full((max(bottom - top, 0), max(right - left, 0)), 255, dtype=np.uint8)
        if not pixels.size:
            return pixels
        bitmap = pdfium.new_bitmap(right - left, bottom - top, raw.FPDFBitmap_Gray, pixels.ctypes.data, right - left)
        try:
            place = (bitmap, self._handle, -left, -top, *size, self._turns, raw.FPDF_GRAYSCALE)
            pdfium.draw_page(*place)
            if self._page.formenv:
                pdfium.draw_forms(pdfium.address(self._page.formenv.raw), *place)
        finally:
            pdfium.close_bitmap(bitmap)
        return pixels

    def _slices(self, box: Rectangle, scale: float) -> tuple[slice, slice]:
        x0, y0, x1, y1 = box
        left, top = self._crop[0], self._crop[3]
        rows = slice(max(int((top - y1) * scale), 0), max(int((top - y0) * scale) + 1, 0))
        columns = slice(max(int((x0 - left) * scale), 0), max(int((x1 - left) * scale) + 1, 0))
        return rows, columns


def _is_print(grey: NDArray[np.uint8], scale: float) -> bool:
    """Whether the picture shows lines of print: bands with many short strokes between bands with few."""
    width = max(int(_STRIP * scale), 8)
    strips = (grey[:, left : left + width] for left in range(0, grey.shape[1] - width // 2, width))
    return sum(_lines_in(strip, scale) for strip in strips) >= _LINES


def _lines_in(strip: NDArray[np.uint8], scale: float) -> int:
    dark = strip < np.percentile(strip, 75) - _DARKER
    strokes = np.count_nonzero(dark[:, 1:] & ~dark[:, :-1], axis=1)
    busy = np.concatenate(([False], strokes > _LETTERS * strip.shape[1] / 2, [False]))
    edges = np.flatnonzero(busy[1:] != busy[:-1])
    heights = edges[1::2] - edges[::2]
    low, high = (scale * height for height in _LINE_HEIGHT)
    return int(np.count_nonzero((heights >= low) & (heights <= high)))
