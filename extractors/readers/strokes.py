"""Pen strokes over print: told from letters, words that run together, and frames by their size, thinness and course.

Two kinds show: strokes merged with several letters (a shape far too wide or high), and loops and ticks (a shape higher
than the letters beside it). Lines drawn along a ruler are taken for table lines here; ``extractors.marked`` finds
those. A short line through one word cannot be told from letters that run together, and is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from extractors.readers.segments import Run, Shapes

HIGH = 1.6  # letter heights from which a shape among running text is no letter of it
_HOLLOW = 0.28  # share of its box a loop or tick fills at most; capitals fill more
_BAND = 1.5  # letter heights: a long stroke is given as boxes of that height

_MOST = 6  # shapes looked under on one page; a page full of them is a drawing

Box = tuple[int, int, int, int]


def hiding(shapes: Shapes, strange: Sequence[int], runs: Sequence[Run], letter: float) -> list[Box]:
    """Boxes of the ``strange`` shapes (those that are no letters) that may have print merged with them."""
    areas = np.array([run.box for run in runs], dtype=np.int32)
    boxes = [_box(shapes.boxes[label]) for label in strange if _is_over_print(shapes.boxes[label], areas, letter)]
    return sorted(boxes, key=lambda box: -(box[2] - box[0]) * (box[3] - box[1]))[:_MOST]


def strokes_over(shapes: Shapes, strange: Sequence[int], runs: Sequence[Run], letter: float) -> list[Box]:
    """Boxes of pen strokes over or among print, from the top down. ``strange`` are shapes that are no letters."""
    areas = np.array([run.box for run in runs], dtype=np.int32)
    found = [label for label in strange if _is_over_print(shapes.boxes[label], areas, letter)]
    found += [label for label in _high(shapes.boxes, letter, set(strange)) if _stands_out(shapes, label)]
    boxes = [box for label in found for box in _bands(shapes, label, letter)]
    return sorted(boxes, key=lambda box: (box[1], box[0]))


def _is_over_print(box: NDArray[np.int32], areas: NDArray[np.int32], letter: float) -> bool:
    """Whether the shape is thick enough to be no rest of a line, and text stands in its box."""
    meets = (areas[:, 0] < box[2]) & (box[0] < areas[:, 2]) & (areas[:, 1] < box[3]) & (box[1] < areas[:, 3])
    return bool(min(box[2] - box[0], box[3] - box[1]) >= 0.8 * letter and meets.any())


def _high(boxes: NDArray[np.int32], letter: float, strange: set[int]) -> list[int]:
    """Shapes that are too high for running text, though not so high that they cannot be large type."""
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    high = (heights >= HIGH * letter) & (widths >= 1.2 * letter)
    high[0] = False
    return [int(label) for label in np.flatnonzero(high) if int(label) not in strange]


def _stands_out(shapes: Shapes, label: int) -> bool:
    """Whether a high shape is a loop, tick or scribble and not a letter of large type, which has its like beside it."""
    x0, y0, x1, y1, area = (int(value) for value in shapes.boxes[label])
    if _is_frame(shapes, label):
        return False
    boxes, height = shapes.boxes, y1 - y0
    if area < _HOLLOW * (x1 - x0) * height and x1 - x0 >= 0.7 * height:
        return True
    others = np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0) > 0.6 * height
    others &= (boxes[:, 2] > x0 - 2 * height) & (boxes[:, 0] < x1 + 2 * height)
    others &= boxes[:, 3] - boxes[:, 1] < 1.8 * height
    others[[0, label]] = False
    return not bool(others.any())


def _is_frame(shapes: Shapes, label: int) -> bool:
    """Whether the shape has ink in all corners of its box, as cells and buttons have, and loops have not."""
    x0, y0, x1, y1 = _box(shapes.boxes[label])
    ink = shapes.labels[y0:y1, x0:x1] == label
    down, across = max((y1 - y0) // 8, 2), max((x1 - x0) // 8, 2)
    corners = (ink[:down, :across], ink[:down, -across:], ink[-down:, :across], ink[-down:, -across:])
    return all(corner.any() for corner in corners)


def _bands(shapes: Shapes, label: int, letter: float) -> Iterator[Box]:
    """The shape cut into bands of a text line's height, so that a slanting stroke marks only what it crosses."""
    x0, y0, x1, y1 = _box(shapes.boxes[label])
    if y1 - y0 <= 3 * letter:
        yield x0, y0, x1, y1
        return
    step = max(int(_BAND * letter), 1)
    for top in range(y0, y1, step):
        columns = np.flatnonzero((shapes.labels[top : min(top + step, y1), x0:x1] == label).any(axis=0))
        if len(columns):
            yield x0 + int(columns[0]), top, x0 + int(columns[-1]) + 1, min(top + step, y1)


def _box(box: NDArray[np.int32]) -> Box:
    x0, y0, x1, y1 = (int(value) for value in box[:4])
    return x0, y0, x1, y1
