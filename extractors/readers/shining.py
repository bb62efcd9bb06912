"""Print of the back that shines through thin paper: far paler than the front's, and mirrored, so that nobody reads it.

Pale print of the front (grey labels, watermarks) is told from it by being legible.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers import segments
from extractors.readers.cleaning import Picture

LEGIBLE = 0.6  # mean confidence that mirrored print does not reach
_DARK, _PALE = 110, 145  # print's darkest pixel is at most so light, the back's at least
_SHARE = 0.04  # of the ink of letters, from which a back is worth a look
_BETWEEN = 0.01  # of the ink of letters that may be neither: a faded page has all shades
_ENOUGH = 80  # runs of pale print that are read
_RIM = 5  # pixels across and down of the soft edge that is kept around a dark one


def without_back(grey: Picture, mask: Picture, letter: float, confidence: Callable[[Picture], float]) -> Picture | None:
    """The page without what shines through; None where nothing does. ``mask`` is the page's ink.

    ``confidence`` reads a picture and says how well (0 to 1); it is asked only where the ink has two shades.
    """
    shapes = segments.shapes_of(mask)
    darkest = _darkest(grey, shapes)
    pale = _two_shades(shapes, darkest, letter)
    if pale is None:
        return None
    runs, _ = segments.runs_of(segments.Shapes(shapes.labels, _only(shapes.boxes, pale)), letter)
    sheet, _ = segments.sheet_of(grey, shapes, runs[:: len(runs) // _ENOUGH + 1], letter)
    if max(confidence(sheet), confidence(np.ascontiguousarray(sheet[::-1, ::-1]))) >= LEGIBLE:
        return None
    front = cv2.dilate((grey < _DARK + (_PALE - _DARK) // 2).astype(np.uint8), np.ones((_RIM, _RIM), np.uint8))
    return np.where(front > 0, grey, np.uint8(255))


def _darkest(grey: Picture, shapes: segments.Shapes) -> NDArray[np.uint8]:
    """Per label the darkest pixel."""
    found = np.full(len(shapes.boxes), 255, np.uint8)
    inked = shapes.labels > 0
    np.minimum.at(found, shapes.labels[inked], grey[inked])
    return found


def _two_shades(shapes: segments.Shapes, darkest: NDArray[np.uint8], letter: float) -> NDArray[np.bool_] | None:
    """Which labels are pale letters; None unless the page's letters are of two shades, far apart."""
    heights = shapes.boxes[:, 3] - shapes.boxes[:, 1]
    letters = (heights > 0.4 * letter) & (heights < segments.TALL * letter)
    letters[0] = False
    ink, area = float(shapes.boxes[letters, 4].sum()), shapes.boxes[:, 4]
    pale = letters & (darkest >= _PALE)
    between = letters & (darkest > _DARK) & ~pale
    if area[pale].sum() < _SHARE * ink or area[between].sum() > _BETWEEN * ink:
        return None
    return pale


def _only(boxes: NDArray[np.int32], wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The boxes with all but the wanted ones made too small to be letters."""
    kept = boxes.copy()
    kept[~wanted] = 0
    return kept
