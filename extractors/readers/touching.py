"""Letters that run together, told from letters under a pen stroke: both are shapes far too wide for one letter.

Letters touch where their soft edges meet: a stricter line between ink and paper parts them. What a pen drew holds
together, and a stroke with a ruler leaves a level row of ink through the middle, where letters have gaps.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers.cleaning import Picture

HIGHEST = 1.7  # letter heights of a line of print with its ascenders and descenders
_WIDEST = 3.0  # letter heights of the widest piece that is still a letter, or two that touch
_STRICT = 0.45  # of the way from the darkest pixel to paper; a pixel lighter than that is a soft edge
_RULED = 0.97  # share of its length along which a drawn line has ink
_MIDDLE = (0.25, 0.75)  # of the height, where a line through print runs; feet of letters meet below


def are_letters(piece: Picture, shape: NDArray[np.bool_], letter: float) -> bool:
    """Whether the shape (its pixels within ``piece``, a cut-out of the page) is a row of letters that touch."""
    height = shape.shape[0]
    if height > HIGHEST * letter or height < 0.5 * letter:
        return False
    paper = float(np.percentile(piece, 95))
    darkest = float(np.percentile(piece[shape], 5))
    solid = (shape & (piece < darkest + _STRICT * (paper - darkest))).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    if len(stats) < 3 or stats[1:, 2].max() > _WIDEST * letter:
        return False
    return _longest_line(shape) < _RULED


def _longest_line(shape: NDArray[np.bool_]) -> float:
    """The largest share of ink along a straight line from the left end to the right, through the middle."""
    height, width = shape.shape
    low, high = int(_MIDDLE[0] * height), int(_MIDDLE[1] * height) + 1
    across = np.arange(width)
    slopes = across / max(width - 1, 1)
    ends = [(start, end) for start in range(low, high) for end in range(low, high, 2)]
    return max(float(shape[np.rint(a + (b - a) * slopes).astype(np.intp), across].mean()) for a, b in ends)
