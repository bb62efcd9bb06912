"""The PDF page as it looks, drawn when somebody asks: what its text says is held against what a reader sees."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np
import pypdfium2
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
        return self._render(_COARSE)

    @functools.lru_cache(maxsize=1)  # noqa: B019 (the picture lives no longer than its page)
    def _without(self, text_objects: tuple[int, ...]) -> tuple[NDArray[np.uint8], float]:
        for item in text_objects:
            pdfium.set_active(item, 0)
        try:
            return self._render(_COARSE)
        finally:
            for item in text_objects:
                pdfium.set_active(item, 1)

    @functools.cached_property
    def _sharp(self) -> tuple[NDArray[np.uint8], float]:
        return self._render(_SHARP)

    def _render(self, scale: float) -> tuple[NDArray[np.uint8], float]:
        """The page without its /Rotate, in grey, and pixels a point."""
        left, bottom, right, top = self._crop
        scale = min(scale, (_MOST / max((right - left) * (top - bottom), 1.0)) ** 0.5)
        bitmap = self._page.render(
            scale=scale, grayscale=True, rotation=-self._page.get_rotation() % 360, draw_annots=False
        )
        try:
            return np.array(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]), scale
        finally:
            bitmap.close()

    def part(self, box: Rectangle) -> NDArray[np.uint8]:
        """What is shown in the box; without any pixel outside the page."""
        pixels, scale = self._sharp
        return pixels[self._slices(box, scale)]

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
