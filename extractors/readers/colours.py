"""Coloured stamps, signatures and pen strokes over black print: taken off by their colour, and where they lay is told.

In the channel that the ink is strongest in it is as light as paper, and black print under it stays black.
Print in a colour is left alone: it does not lie over other print. So are bars, coloured paper and highlighters.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.cleaning import Picture, page_outline

OVER_PRINT = "coloured ink lies over the print"
_VIVID = 60  # levels between the strongest and the weakest channel of coloured ink; black print scanned has under 40
_INK = 200  # grey level from which it is a highlighter or coloured paper
_BLACK = 110  # strongest channel of black print, also where coloured ink lies over it
_LEAST, _MOST = 0.0003, 0.08  # share of the page: a stroke; a page printed in colour
_LETTER = 120  # letters in the height of a page, about

Box = tuple[int, int, int, int]


def separated(picture: NDArray[np.uint8]) -> tuple[Picture, tuple[Box, ...]]:
    """The picture (red, green, blue) in grey without coloured ink over black print, and the boxes where it lay."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    if not _LEAST < np.count_nonzero(_vivid(picture[::4, ::4])) / (grey.size / 16) < _MOST:
        return grey, ()
    letter = max(max(grey.shape) // _LETTER, 8)
    strongest = _strongest(picture)
    vivid = _vivid(picture)
    black = np.asarray((strongest < _BLACK) & ~vivid)
    coloured = (vivid & (grey < _INK) & _sheet(grey)).astype(np.uint8)
    if np.count_nonzero(_grown(coloured) & black) <= 2 * letter:
        return grey, ()  # a logo, headings in colour
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.dilate(coloured, np.ones((2 * letter, 2 * letter), np.uint8))
    )
    touching = _grown(_strokes(coloured, letter)) & black
    over = np.bincount(labels[touching], minlength=len(stats)) > 2 * letter
    over[0] = False
    paper = float(np.percentile(grey[::7, ::7], 75))
    for label in np.flatnonzero(over):
        x, y, width, height = (int(value) for value in stats[label, :4])
        here = np.s_[y : y + height, x : x + width]
        around = labels[here] == label
        level = float(np.median(strongest[here][around & (coloured[here] > 0)]))
        light = np.clip(strongest[here] * (paper / level), 0, paper).astype(np.uint8)
        grey[here] = np.where(around, np.maximum(grey[here], light), grey[here])
    return grey, tuple((int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[over])


def _grown(ink: Picture) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0)


def _sheet(grey: Picture) -> NDArray[np.bool_]:
    """Where the paper lies: of a photograph not the table around it, which may be of coloured wood."""
    corners = page_outline(grey)
    inside = np.asarray(np.full(grey.shape, corners is None), dtype=np.uint8)
    if corners is not None:
        cv2.fillConvexPoly(inside, corners.astype(np.int32), (1,))
        rim = 2 * grey.shape[0] // _LETTER
        inside = np.asarray(cv2.erode(inside, np.ones((rim, rim), np.uint8)), dtype=np.uint8)
    return np.asarray(inside > 0)


def _vivid(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.subtract(_strongest(picture), cv2.min(cv2.min(red, green), blue)) > _VIVID)


def _strongest(picture: NDArray[np.uint8]) -> Picture:
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.uint8)


def _strokes(ink: Picture, letter: int) -> Picture:
    """Without bars, and without lines of tables: a line along a ruler is told from those by the print it crosses."""
    bars = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((letter, letter), np.uint8))
    ink = np.where(cv2.dilate(bars, np.ones((2 * letter, 2 * letter), np.uint8)) > 0, np.uint8(0), ink)
    for kernel in (np.ones((1, 8 * letter), np.uint8), np.ones((8 * letter, 1), np.uint8)):
        ink = np.asarray(cv2.subtract(ink, cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)), dtype=np.uint8)
    return ink
