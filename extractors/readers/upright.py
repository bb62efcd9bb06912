"""Where the pixels of a picture come to lie on its upright page, as one 3 × 3 matrix composed step by step.

``Page.upright`` holds that matrix row by row: it takes a place on the picture as displayed, given as fractions of its
width and height, to points of the upright page. Whoever shows the page applies it to the picture at any size.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def scaling(across: float, down: float | None = None) -> Matrix:
    return np.diag([across, across if down is None else down, 1.0])


def turning(shape: tuple[int, int], degrees: int) -> Matrix:
    """Clockwise by a multiple of 90 degrees. ``shape`` is (height, width) before the turn."""
    height, width = shape
    matrix = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, -1, height], [1, 0, 0]],
        180: [[-1, 0, width], [0, -1, height]],
        270: [[0, 1, 0], [-1, 0, width]],
    }[degrees % 360]
    return np.array([*matrix, [0, 0, 1]], dtype=np.float64)


def levelling(shape: tuple[int, int], degrees: float) -> Matrix:
    """What ``cleaning.level`` does to a picture of that shape."""
    return np.vstack([cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), degrees, 1.0), [0, 0, 1]])


def moved(matrix: Matrix, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The upright box around the corners of ``box`` after the move."""
    x0, y0, x1, y1 = box
    corners = np.array([[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]], dtype=np.float64)
    there = cv2.perspectiveTransform(corners, matrix)[0]
    (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
    return round(left), round(top), round(right), round(bottom)


def as_row(matrix: Matrix, shape: tuple[int, int], points: float) -> tuple[float, ...]:
    """For ``Page.upright``. ``shape`` is (height, width) of the picture as it came, ``points`` is points a pixel."""
    whole = scaling(points) @ matrix @ scaling(shape[1], shape[0])
    return tuple(round(float(value), 6) for value in (whole / whole[2, 2]).ravel())


def placed(
    picture: NDArray[np.uint8], row: tuple[float, ...], size: tuple[float, float], dpi: float
) -> NDArray[np.uint8]:
    """The picture (grey or colour) as the upright page of ``size`` points. ``row`` is ``Page.upright``."""
    scale = dpi / 72
    height, width = picture.shape[:2]
    matrix = scaling(scale) @ np.array(row).reshape(3, 3) @ scaling(1 / width, 1 / height)
    shrinking = math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
    if shrinking < 0.5:  # a plain warp would leave pixels out
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.35 / shrinking), dtype=np.uint8)
    goal = max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)
    white = (255,) * (picture.shape[2] if picture.ndim == 3 else 1)
    return np.asarray(cv2.warpPerspective(picture, matrix, goal, flags=cv2.INTER_LINEAR, borderValue=white), np.uint8)
