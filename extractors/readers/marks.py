"""Stamps and pen strokes over print: pale stamps are lifted off, print under dark strokes is not trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from extractors.readers.cleaning import Picture
from extractors.readers.segments import Run, Shapes
from extractors.readers.tesseract import Recognised

UNDER_STAMP = 0.8  # confidence words under a lifted stamp keep at most
UNDER_STROKE = 0.5  # the same under a pen stroke
_PALER = 45  # grey levels a stamp must be paler than print to be told from it
_MOST = 6  # marks looked at on one page; a page full of them is a drawing

Box = tuple[int, int, int, int]


def marks_over(shapes: Shapes, strange: Sequence[int], runs: Sequence[Run], letter: float) -> list[int]:
    """Labels of the strange shapes that lie over or among text, largest first."""
    found = []
    for label in strange:
        box = _box(shapes, label)
        if min(box[2] - box[0], box[3] - box[1]) < 0.8 * letter:
            continue
        if any(_meets(run.box, box) for run in runs):
            found.append(label)
    found.sort(key=lambda label: -int(shapes.boxes[label, 4]))
    return found[:_MOST]


def lifted(
    picture: Picture, shapes: Shapes, marks: Sequence[int], letter: float
) -> tuple[Picture, list[Box], list[Box]]:
    """The picture without its pale marks, their boxes, and the boxes of the marks as dark as print."""
    print_level = _print_level(picture, shapes, letter)
    result = picture.copy()
    pale: list[Box] = []
    dark: list[Box] = []
    for label in marks:
        x0, y0, x1, y1 = box = _box(shapes, label)
        piece = result[y0:y1, x0:x1]
        level = float(np.median(piece[shapes.labels[y0:y1, x0:x1] == label]))
        if level > print_level + _PALER:
            piece[piece > (2 * print_level + level) / 3] = 255
            pale.append(box)
        else:
            dark.append(box)
    return result, pale, dark


def _print_level(picture: Picture, shapes: Shapes, letter: float) -> float:
    """The grey of printed letters' cores."""
    boxes = shapes.boxes
    heights = boxes[:, 3] - boxes[:, 1]
    letters = (heights > 0.5 * letter) & (heights < 2 * letter)
    letters[0] = False
    values = picture[letters[shapes.labels]]
    return float(np.percentile(values, 25)) if values.size else 0.0


def under_strokes(
    picture: Picture,
    words: Sequence[Recognised],
    strokes: Sequence[Box],
    recognise: Callable[[Picture], list[Recognised]],
) -> list[Recognised]:
    """Words that the strokes hid, read from the picture as it is; those found already are not given again."""
    found: list[Recognised] = []
    for x0, y0, x1, y1 in strokes:
        left, top = max(x0 - 8, 0), max(y0 - 8, 0)
        for word in recognise(np.ascontiguousarray(picture[top : y1 + 8, left : x1 + 8])):
            placed = replace(
                word,
                x0=word.x0 + left, x1=word.x1 + left, y0=word.y0 + top, y1=word.y1 + top,
                confidence=min(word.confidence, UNDER_STROKE),
            )  # fmt: skip
            if not any(_meets(_word_box(placed), _word_box(other)) for other in (*words, *found)):
                found.append(placed)
    return found


def doubted(words: Sequence[Recognised], boxes: Sequence[Box], most: float) -> list[Recognised]:
    """``words`` with the confidence of those in one of the boxes cut to ``most``."""
    return [
        replace(word, confidence=most)
        if word.confidence > most and any(_meets(_word_box(word), b) for b in boxes)
        else word
        for word in words
    ]


def _word_box(word: Recognised) -> Box:
    return word.x0, word.y0, word.x1, word.y1


def _box(shapes: Shapes, label: int) -> Box:
    x0, y0, x1, y1 = (int(value) for value in shapes.boxes[label, :4])
    return x0, y0, x1, y1


def _meets(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
