"""Print that cannot be trusted: under pale stamps, which are lifted off, under dark strokes, and cut by the edge."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from extractors.readers.cleaning import Picture
from extractors.readers.segments import Run, Shapes
from extractors.readers.tesseract import Recognised

UNDER_STAMP = 0.8  # confidence words under a lifted stamp keep at most
UNDER_STROKE = 0.5  # the same under a pen stroke
UNREAD = 0.5  # the same beside ink that became no character
AT_EDGE = 0.5  # the same at the edge of the sheet, where the rest of the word may be cut off
_EDGE = 2.0  # letter heights from the edge within which a whole letter may be missing
_PALER = 45  # grey levels a stamp must be paler than print to be told from it

Box = tuple[int, int, int, int]


def lifted(grey: Picture, mask: Picture, letter: float) -> tuple[Picture, list[Box]]:
    """The page without pale stamps that lie over print, and where they lay. ``mask`` is the page's ink."""
    inked = grey[mask > 0]
    if inked.size < 500:
        return grey, []
    level = float(np.percentile(inked, 20)) + _PALER
    darkest = cv2.erode(grey, np.ones((7, 7), np.uint8))  # of the neighbourhood: soft edges of print count as print
    pale = np.asarray(np.where(darkest > level, mask, 0), dtype=np.uint8)
    if np.count_nonzero(pale) < 20 * letter:
        return grey, []
    length = int(8 * letter)  # grey table lines are level and longer than a tilted stamp's pieces
    for kernel in (np.ones((1, length), np.uint8), np.ones((length, 1), np.uint8)):
        pale = np.asarray(cv2.subtract(pale, cv2.morphologyEx(pale, cv2.MORPH_OPEN, kernel)), dtype=np.uint8)
    if np.count_nonzero(pale) < 20 * letter:
        return grey, []
    between = (level - _PALER + float(np.median(grey[pale > 0]))) / 2
    result, boxes = grey.copy(), []
    for x0, y0, x1, y1 in _clusters(pale, letter):
        piece, ink = result[y0:y1, x0:x1], mask[y0:y1, x0:x1] > 0
        if np.count_nonzero(ink & (piece <= level)) > 0.004 * ink.size:
            piece[piece > between] = 255
            boxes.append((x0, y0, x1, y1))
    return result, boxes


def _clusters(pale: Picture, letter: float) -> list[Box]:
    """Boxes around large pale shapes that stand near each other: a frame, or a row of big letters.

    Only thick strokes count: thin grey table lines and the blurred print of photos are no stamps.
    """
    side = max(int(0.17 * letter), 3)
    thick = cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
    widths, heights = stats[:, 2], stats[:, 3]
    large = (np.minimum(widths, heights) > 0.8 * letter) & (np.maximum(widths, heights) > 1.6 * letter)
    large[0] = False
    if not large.any():
        return []
    reach = int(5 * letter) | 1
    near = cv2.dilate(large[labels].astype(np.uint8), np.ones((reach, reach), np.uint8))
    _, _, groups, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    found = []
    for x, y, width, height, _ in groups[1:]:
        inside = large & (stats[:, 0] >= x) & (stats[:, 1] >= y)
        inside &= (stats[:, 0] + widths <= x + width) & (stats[:, 1] + heights <= y + height)
        framed = np.minimum(widths, heights)[inside].max(initial=0) > 2.5 * letter
        if framed or np.count_nonzero(inside) >= 3:
            found.append((int(x), int(y), int(x + width), int(y + height)))
    return found


def under_strokes(
    picture: Picture,
    words: Sequence[Recognised],
    strokes: Sequence[Box],
    recognise: Callable[[Picture], list[Recognised]],
) -> list[Recognised]:
    """Words that the strokes hid, read from the picture as it is; those found already are not given again.

    ``line[0]`` is the stroke, counted from -1 downwards.
    """
    found: list[Recognised] = []
    for number, (x0, y0, x1, y1) in enumerate(strokes, 1):
        left, top = max(x0 - 8, 0), max(y0 - 8, 0)
        for word in recognise(np.ascontiguousarray(picture[top : y1 + 8, left : x1 + 8])):
            placed = replace(
                word,
                x0=word.x0 + left, x1=word.x1 + left, y0=word.y0 + top, y1=word.y1 + top,
                confidence=min(word.confidence, UNDER_STROKE), line=(-number, 0, 0),
            )  # fmt: skip
            if not any(_meets(_word_box(placed), _word_box(other)) for other in (*words, *found)):
                found.append(placed)
    return found


def edges(shape: tuple[int, ...], letter: float) -> list[Box]:
    """The four borders of a picture of that (height, width), as wide as letters that may be missing there."""
    height, width = shape[:2]
    reach = int(_EDGE * letter)
    return [
        (0, 0, width, reach),
        (0, height - reach, width, height),
        (0, 0, reach, height),
        (width - reach, 0, width, height),
    ]


def doubted(words: Sequence[Recognised], boxes: Sequence[Box], most: float) -> list[Recognised]:
    """``words`` with the confidence of those in one of the boxes cut to ``most``."""
    return [
        replace(word, confidence=most)
        if word.confidence > most and any(_meets(_word_box(word), b) for b in boxes)
        else word
        for word in words
    ]


def beside_unread_ink(words: Sequence[Recognised], runs: Sequence[Run], shapes: Shapes) -> list[Recognised]:
    """``words`` with those figures doubted between which ink stands that nobody read: the stop in 2026.32302.

    ``line[0]`` is a word's run.
    """
    result = list(words)
    by_run: dict[int, list[int]] = {}
    for index, word in enumerate(words):
        by_run.setdefault(word.line[0], []).append(index)
    for run, own in by_run.items():
        own.sort(key=lambda index: words[index].x0)
        for left, right in itertools.pairwise(own):
            a, b = words[left], words[right]
            if a.text[-1].isdigit() and b.text[0].isdigit() and _ink_between(a.x1, b.x0, runs[run], shapes):
                result[left], result[right] = (replace(w, confidence=min(w.confidence, UNREAD)) for w in (a, b))
    return result


def _ink_between(x0: int, x1: int, run: Run, shapes: Shapes) -> bool:
    boxes = shapes.boxes[list(run.labels)]
    return bool(((boxes[:, 0] >= x0 - 1) & (boxes[:, 2] <= x1 + 1)).any())


def _word_box(word: Recognised) -> Box:
    return word.x0, word.y0, word.x1, word.y1


def _meets(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
