"""A photographed, faxed or scanned page → an upright, level, evenly lit grey picture with its table lines taken out.

Pictures are 8-bit grey arrays, dark text on light paper, (0, 0) at the top left, unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

LETTER = 26.0  # height in pixels the recogniser likes best for capitals and digits
SMALLEST, LARGEST = 20.0, 44.0  # between these a picture is not scaled
_GRAIN = 35  # grey levels the paper itself may differ by
_FAINT = 110  # print is pale when even its darkest tenth is lighter than this
_PALEST = 55  # print this much darker than paper is still made black
_SPECKLE = 14  # what is darker than paper by less is grain
_RIM = 4  # pixels around a dark bar that belong to its soft edge
_BROKEN = 0.35  # gaps in a faint line, in letter heights, that still make it one line
_WHOLE = 0.97  # share of a line's length that has ink; serifs that nearly meet leave more gaps
_THROUGH = 0.1  # share of a line's length that print touches on both sides where it is struck; rows stand apart
_WORK_SIDE = 1000  # long side of the small copy on which angles and outlines are sought


@dataclass(frozen=True, slots=True)
class Lines:
    """Table lines as (x0, y0, x1, y1) in pixels, the mask of their pixels, and which run through print."""

    boxes: tuple[tuple[int, int, int, int], ...]
    mask: Picture
    through: tuple[tuple[int, int, int, int], ...] = ()


def even_light(grey: Picture) -> Picture:
    """Divides by the paper's own brightness, so that shadows and a dark exposure vanish."""
    small = shrink(grey, 500)
    side = max(3, int(max(small.shape) * 0.03) | 1)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((side, side), np.uint8)), min(side | 1, 31))
    paper = cv2.GaussianBlur(paper, (0, 0), side / 2)
    background = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(background, 1), scale=245), dtype=np.uint8)


def is_unevenly_lit(grey: Picture) -> bool:
    """Whether the paper (the brighter part of each patch) differs over the picture or is far from white."""
    small = shrink(grey, 400)
    tiles = [
        np.percentile(small[y : y + 50, x : x + 50], 80)
        for y in range(0, small.shape[0], 50)
        for x in range(0, small.shape[1], 50)
    ]
    low, high = np.percentile(tiles, [5, 95])
    return bool(high - low > 18 or high < 215)


def darkened_print(grey: Picture) -> Picture:
    """Faded or worn print made as dark as fresh print, by as much as it is pale there; other pages stay as they are."""
    inked = grey[ink(grey) > 0]
    if inked.size < 500 or np.percentile(inked, 10) < _FAINT:
        return grey
    dark = cv2.subtract(np.full_like(grey, 245), even_light(grey))
    small = shrink(np.asarray(cv2.GaussianBlur(dark, (0, 0), 0.8), np.uint8), 1400)  # single specks do not count
    side = int(max(small.shape) * 0.04) | 1
    strongest = cv2.GaussianBlur(cv2.dilate(small, np.ones((side, side), np.uint8)), (0, 0), side / 2)
    near = cv2.resize(strongest, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    clear = cv2.GaussianBlur(cv2.subtract(dark, np.full_like(dark, _SPECKLE)), (0, 0), 0.7)
    full = clear.astype(np.float32) * (np.float32(215) / (np.maximum(near, _PALEST) - _SPECKLE))
    return (250 - np.clip(full, 0, 250)).astype(np.uint8)


def shrink(picture: Picture, side: int) -> Picture:
    """A copy with a long side of at most ``side`` pixels."""
    factor = side / max(picture.shape[:2])
    if factor >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def page_outline(grey: Picture) -> NDArray[np.float32] | None:
    """Corners (top left, top right, bottom right, bottom left) of a sheet on something darker; None without one."""
    small = shrink(grey, _WORK_SIDE)
    blurred = np.asarray(cv2.GaussianBlur(small, (0, 0), 4), dtype=np.uint8)
    height, width = small.shape
    border = np.concatenate(
        [blurred[:8].ravel(), blurred[-8:].ravel(), blurred[:, :8].ravel(), blurred[:, -8:].ravel()]
    )
    middle = blurred[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    if np.median(border) > np.median(middle) - 25:
        return None
    for mask in (_bright(blurred), _otsu(blurred)):
        corners = _quadrangle(mask)
        if corners is not None:
            return np.asarray(corners * (max(grey.shape) / max(small.shape)), dtype=np.float32)
    return None


def _otsu(picture: Picture) -> Picture:
    return np.asarray(cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], dtype=np.uint8)


def _bright(picture: Picture) -> Picture:
    """What is brighter than the surroundings of the sheet, which are as dark as the picture's border."""
    border = np.concatenate(
        [picture[:8].ravel(), picture[-8:].ravel(), picture[:, :8].ravel(), picture[:, -8:].ravel()]
    )
    level = float(np.percentile(border, 75)) + 18
    return np.asarray((picture > level) * np.uint8(255), dtype=np.uint8)


def _quadrangle(mask: Picture) -> NDArray[np.float32] | None:
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    area = cv2.contourArea(hull)
    if not 0.2 * mask.size < area < 0.97 * mask.size:
        return None
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(corners) == 4 and cv2.contourArea(corners) > 0.93 * area:
            return _ordered(corners.reshape(4, 2).astype(np.float32))
    return None


def _ordered(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    sums, differences = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    picks = [sums.argmin(), differences.argmax(), sums.argmax(), differences.argmin()]
    return np.asarray(corners[picks], dtype=np.float32)


def flattening(corners: NDArray[np.float32]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The perspective that shows the sheet within the corners from straight above, and its width and height."""
    a, b, c, d = corners
    width = int(max(np.linalg.norm(b - a), np.linalg.norm(c - d)))
    height = int(max(np.linalg.norm(d - a), np.linalg.norm(c - b)))
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, goal), dtype=np.float64), (width, height)


def flatten(grey: Picture, corners: NDArray[np.float32]) -> Picture:
    """The sheet within the corners as if seen from straight above."""
    matrix, size = flattening(corners)
    return np.asarray(cv2.warpPerspective(grey, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(255,)), np.uint8)


def ink(grey: Picture) -> Picture:
    """255 where there is ink, 0 on paper; follows local brightness and leaves the paper's grain out."""
    side = max(15, int(max(grey.shape) * 0.012) | 1)
    mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, 18)
    paper = float(np.percentile(grey[::7, ::7], 75))
    mask[grey > paper - _GRAIN] = 0
    return np.asarray(mask, dtype=np.uint8)


def with_light_text_darkened(grey: Picture, letter: float) -> Picture:
    """Light letters on dark bars become dark letters on paper."""
    thin, thick = max(int(0.3 * letter), 3), max(int(0.8 * letter), 5)
    dark = cv2.morphologyEx((grey < 130).astype(np.uint8), cv2.MORPH_OPEN, np.ones((thin, thin), np.uint8))
    if not cv2.erode(dark, np.ones((thick, thick), np.uint8)).any():
        return grey
    contours, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    result = grey.copy()
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        x, y = max(x - _RIM, 0), max(y - _RIM, 0)
        shape = min(height + 2 * _RIM, grey.shape[0] - y), min(width + 2 * _RIM, grey.shape[1] - x)
        inside: Picture = np.zeros(shape, np.uint8)
        cv2.drawContours(inside, [contour], -1, 1, cv2.FILLED, offset=(-x, -y))
        area = float(inside.sum())
        if width < 2 * letter or height < 1.2 * letter or area < 0.7 * width * height or area > 0.3 * grey.size:
            continue
        piece = result[y : y + shape[0], x : x + shape[1]]
        mask = np.asarray(inside > 0)
        rim = np.asarray(cv2.dilate(inside, np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)) > 0)
        fill = float(np.median(piece[mask]))
        light = 245 - (piece.astype(np.float32) - fill) * (230 / max(255 - fill, 1))
        piece[rim & ~mask] = 245
        piece[mask] = np.clip(light, 0, 245).astype(np.uint8)[mask]
    return result


def runs_sideways(grey: Picture) -> bool:
    """Whether lines of text run up or down instead of across. Table lines do not count."""
    mask = ink(shrink(grey, _WORK_SIDE))
    for kernel in (np.ones((1, 40), np.uint8), np.ones((40, 1), np.uint8)):
        mask = np.asarray(cv2.subtract(mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)), dtype=np.uint8)
    across = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8))
    down = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 1), np.uint8))
    return _long_shapes(np.asarray(down.T, np.uint8)) > 1.3 * _long_shapes(np.asarray(across, np.uint8))


def _long_shapes(mask: Picture) -> float:
    """Area of the connected shapes at least three times as wide as high."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(mask), connectivity=8)
    shapes = stats[1:]
    long_ones = (shapes[:, 2] > 3 * shapes[:, 3]) & (shapes[:, 3] > 3) & (shapes[:, 3] < 40)
    return float(shapes[long_ones, 4].sum())


def skew(grey: Picture) -> float:
    """Degrees the text leans clockwise, between -8 and 8."""
    mask = shrink(ink(grey), _WORK_SIDE)
    points = np.argwhere(mask > 100)
    if len(points) < 50:
        return 0.0
    if len(points) > 60_000:
        points = points[:: len(points) // 60_000 + 1]
    rows, columns = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)

    def sharpness(angle: float) -> float:
        levels = rows - columns * np.float32(np.tan(np.radians(angle)))
        histogram = np.bincount((levels - levels.min()).astype(np.int32))
        return float((np.diff(histogram.astype(np.float64)) ** 2).sum())

    best = max(np.arange(-8, 8.01, 0.5), key=sharpness)
    best = max(np.arange(best - 0.5, best + 0.51, 0.1), key=sharpness)
    return float(max(np.arange(best - 0.1, best + 0.101, 0.025), key=sharpness))


def level(grey: Picture, degrees: float) -> Picture:
    """Turns the picture back by its skew; the canvas keeps its size."""
    if abs(degrees) < 0.04:
        return grey
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,)), np.uint8
    )


def letter_height(mask: Picture) -> float:
    """Median height in pixels of shapes that look like capitals and digits; 0 without any."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    shapes = stats[1:]
    limit = max(mask.shape) * 0.03
    like = (shapes[:, 3] > 5) & (shapes[:, 3] < limit) & (shapes[:, 2] < 1.6 * shapes[:, 3]) & (shapes[:, 2] > 2)
    like &= shapes[:, 4] > 0.15 * shapes[:, 2] * shapes[:, 3]
    heights = shapes[like, 3]
    return float(np.percentile(heights, 65)) if len(heights) >= 20 else 0.0


def table_lines(mask: Picture, letter: float) -> Lines:
    """Straight level and upright lines longer than letters are. Strokes within words do not count."""
    level, level_mask, through = _lines_across(mask, letter)
    upright, upright_mask, _ = _lines_across(np.ascontiguousarray(mask.T), letter)
    boxes = (*level, *((y0, x0, y1, x1) for x0, y0, x1, y1 in upright))
    return Lines(boxes, np.asarray(level_mask | upright_mask.T, dtype=np.uint8), tuple(through))


def _lines_across(
    mask: Picture, letter: float
) -> tuple[list[tuple[int, int, int, int]], Picture, list[tuple[int, int, int, int]]]:
    """Level lines, their pixels, and those among them that run through print. Long ones may be broken."""
    length, gap = int(max(3.0 * letter, 40)), max(int(_BROKEN * letter), 3)
    opened = cv2.bitwise_or(strips_across(mask, 3, length), strips_across(mask, gap, 4 * length))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes: list[tuple[int, int, int, int]] = []
    through: list[tuple[int, int, int, int]] = []
    keep = np.zeros_like(mask)
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        if height > max(0.35 * letter, 6) and height > 0.02 * width:
            continue
        whole = width >= 12 * letter and mask[y : y + height, x : x + width].any(axis=0).mean() > _WHOLE
        touched = _touched(mask, x, y, width, height, max(int(0.2 * letter), 3))
        if not whole and max(touched) > 0.3:
            continue  # the feet of a row of letters
        rows, columns = slice(y, y + height), slice(x, x + width)
        keep[rows, columns] = np.maximum(keep[rows, columns], opened[rows, columns])
        boxes.append((x, y, x + width, y + height))
        if min(touched) > _THROUGH:
            through.append(boxes[-1])
    return boxes, keep, through


def strips_across(mask: Picture, gap: int, length: int) -> Picture:
    """What is left of the ink when gaps under ``gap`` pixels are closed and strips under ``length`` taken out.

    The same as closing and opening by a level kernel, but as fast for a long one as for a short.
    """
    height, width = mask.shape
    wide = width + gap  # paper between the rows, so that no strip goes on in the next
    flat = np.zeros(height * wide + 1, np.uint8)
    flat[:-1].reshape(height, wide)[:, :width] = mask
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate(([0], edges)) if flat[0] else edges
    starts, ends = edges[::2], edges[1::2]
    apart = starts[1:] - ends[:-1] >= gap
    starts, ends = starts[np.append(True, apart)[: len(starts)]], ends[np.append(apart, True)[: len(ends)]]
    long_enough = ends - starts >= length
    flat[:] = 0
    for start, end in zip(starts[long_enough].tolist(), ends[long_enough].tolist(), strict=True):
        flat[start:end] = 255
    return np.ascontiguousarray(flat[:-1].reshape(height, wide)[:, :width])


def _touched(mask: Picture, x: int, y: int, width: int, height: int, reach: int) -> tuple[float, float]:
    """The shares of a line's length that ink touches from above and from below."""
    above = mask[max(y - reach, 0), x : x + width]
    below = mask[min(y + height + reach - 1, mask.shape[0] - 1), x : x + width]
    return np.count_nonzero(above) / max(width, 1), np.count_nonzero(below) / max(width, 1)


def without_lines(grey: Picture, lines: Lines, letter: float) -> Picture:
    """Paints the lines and their soft edges in the colour of the paper."""
    if not lines.boxes:
        return grey
    side = int(0.12 * letter) | 1
    mask = cv2.dilate(lines.mask, np.ones((max(side, 3), max(side, 3)), np.uint8))
    cleaned = grey.copy()
    cleaned[mask > 0] = 255
    return cleaned


def is_black_and_white(grey: Picture) -> bool:
    """Whether the picture has nearly no greys, as faxes have."""
    part = grey[::5, ::5]
    return bool(np.count_nonzero((part > 30) & (part < 225)) < 0.003 * part.size)


def softened(grey: Picture) -> Picture:
    """Greys for a black-and-white picture, so that scaling and turning it leave smooth edges."""
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.9), dtype=np.uint8)
