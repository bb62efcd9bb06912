"""Print that became no word: ink as large as letters, on a line of text, under no word's box.

A first word that is lost leaves a description that still makes sense, and sums and prices agree whatever it said.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractors.readers import cleaning
from extractors.readers.cleaning import Lines, Picture
from extractors.readers.tesseract import Recognised

UNREAD = "print that was not read"
_RIM = 0.35  # letter heights around a word's box, which is often cut close
_NEAR_ACROSS, _NEAR_DOWN = 0.6, 0.4  # letter heights between parts of one word
_LEAST_HIGH, _MOST_HIGH = 0.5, 2.5  # letter heights of what may be print; blots and pictures are larger
_LEAST_WIDE = 1.2  # letter heights: about two letters
_LEAST_INK = 0.25  # square letter heights of ink

Box = tuple[int, int, int, int]


def unread(picture: Picture, words: Sequence[Recognised], lines: Lines, letter: float) -> list[Box]:
    """Boxes in pixels, from the top down. ``picture`` is without the table ``lines``, whose rests do not count."""
    mask = cleaning.ink(picture)
    rim = round(_RIM * letter)
    for word in words:
        mask[max(word.y0 - rim, 0) : word.y1 + rim, max(word.x0 - rim, 0) : word.x1 + rim] = 0
    for x0, y0, x1, y1 in lines.boxes:
        mask[max(y0 - 4, 0) : y1 + 4, max(x0 - 4, 0) : x1 + 4] = 0
    joined = cv2.dilate(mask, np.ones((round(_NEAR_DOWN * letter), round(_NEAR_ACROSS * letter)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    area = np.bincount(labels[mask > 0], minlength=len(stats))
    wide, high = stats[:, 2] - _NEAR_ACROSS * letter, stats[:, 3] - _NEAR_DOWN * letter
    found = (wide >= _LEAST_WIDE * letter) & (high >= _LEAST_HIGH * letter) & (high <= _MOST_HIGH * letter)
    found &= area >= _LEAST_INK * letter * letter
    found[0] = False
    return [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[found]]
