"""Cuts a cleaned page into runs of text and sets them on even lines, so that Tesseract need not find the layout.

Table cells that stand half a line apart, narrow columns and boxes beside each other mislead its own search for lines;
a sheet of even lines does not. Every run remembers where it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers import touching
from extractors.readers.cleaning import Picture
from extractors.readers.tesseract import Recognised

REACH = 1.15  # a run ends at a gap wider than this many letter heights
TALL = 2.2  # shapes higher than this many letter heights are no letters of running text
_BLANK = 0.22  # letter heights; blanks are wider, also those of narrow type
GAP = 4.0  # letter heights between runs on one line of the sheet; with less, Tesseract takes them for one line
WIDTH = 2200  # pixels across the sheet
_DARK, _BLACK = 90, 30  # print whose darkest pixel is lighter than the first is made as dark as the second
_CONTRAST = 60  # grey levels between paper and the darkest pixel of print
_A_WORD = 3  # shapes; what has fewer may be a speck
_TARGET = 30  # height in pixels runs of large type are brought down to


@dataclass(slots=True)
class Run:
    """A run of text: its box in the page picture and the labels of its shapes."""

    box: tuple[int, int, int, int]
    baseline: int
    letter: float
    labels: frozenset[int]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a run stands on the sheet: sheet pixel = (page pixel - origin) x scale + offset."""

    run: int
    x: int
    y: int
    width: int
    height: int
    origin: tuple[int, int]
    scale: float


@dataclass(frozen=True, slots=True)
class Shapes:
    """Connected shapes of ink. ``boxes`` rows are x0, y0, x1, y1, area; row 0 is the paper."""

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]


def shapes_of(mask: Picture) -> Shapes:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = np.asarray(stats, dtype=np.int32).copy()
    boxes[:, 2] += boxes[:, 0]
    boxes[:, 3] += boxes[:, 1]
    return Shapes(np.asarray(labels, dtype=np.int32), boxes)


def runs_of(
    shapes: Shapes,
    letter: float,
    lines: Sequence[tuple[int, int, int, int]] = (),
    picture: Picture | None = None,
) -> tuple[list[Run], list[int]]:
    """Runs in reading order, and the labels of shapes that are no letters (stamps, pen marks, pictures).

    What lies wholly on one of the table ``lines`` is a rest of it. With the ``picture`` of the page letters that touch
    are told from pen strokes.
    """
    boxes = shapes.boxes
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    real = boxes[:, 4] >= max(3.0, 0.01 * letter * letter)
    real[0] = False
    real &= ~_on_lines(boxes, lines, 0.2 * letter)
    strange = real & (
        (heights > 4.5 * letter) | (widths > 7 * letter) | ((heights > TALL * letter) & (widths > 4 * heights))
    )
    if picture is not None:
        strange[[label for label in np.flatnonzero(strange) if _is_print(picture, shapes, int(label), letter)]] = False
    core = real & ~strange & (heights > 0.45 * letter)
    small = real & ~strange & ~core
    groups = _linked(boxes, np.flatnonzero(core), letter)
    runs = _with_large_stops([_run(boxes, group, letter) for group in groups], letter)
    runs = _with_marks(runs, boxes, np.flatnonzero(small), letter)
    runs.sort(key=lambda run: (run.baseline, run.box[0]))
    return runs, [int(label) for label in np.flatnonzero(strange)]


def _is_print(picture: Picture, shapes: Shapes, label: int, letter: float) -> bool:
    x0, y0, x1, y1 = (int(value) for value in shapes.boxes[label, :4])
    return touching.are_letters(picture[y0:y1, x0:x1], shapes.labels[y0:y1, x0:x1] == label, letter)


def _on_lines(boxes: NDArray[np.int32], lines: Sequence[tuple[int, int, int, int]], reach: float) -> NDArray[np.bool_]:
    found = np.zeros(len(boxes), dtype=np.bool_)
    for x0, y0, x1, y1 in lines:
        along_x, along_y = (3 * reach, reach) if x1 - x0 >= y1 - y0 else (reach, 3 * reach)
        found |= (
            (boxes[:, 0] >= x0 - along_x)
            & (boxes[:, 2] <= x1 + along_x)
            & (boxes[:, 1] >= y0 - along_y)
            & (boxes[:, 3] <= y1 + along_y)
        )
    return found


def _linked(boxes: NDArray[np.int32], core: NDArray[np.intp], letter: float) -> list[list[int]]:
    """Groups of shapes where each has its neighbour to the right on the same line within reach."""
    order = core[np.argsort(boxes[core, 0], kind="stable")]
    parent = {int(label): int(label) for label in order}

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    rows: dict[int, list[int]] = {}
    bucket = max(int(letter), 1)
    items = {int(label): tuple(int(v) for v in boxes[label, :4]) for label in order}
    for label, box in items.items():
        near = (
            _nearest(rows.get(row, ()), items, box, letter) for row in range(box[1] // bucket - 1, box[3] // bucket + 2)
        )
        found = min((pair for pair in near if pair), default=None)
        if found is not None:
            parent[root(label)] = root(found[1])
        rows.setdefault((box[1] + box[3]) // 2 // bucket, []).append(label)
    groups: dict[int, list[int]] = {}
    for label in items:
        groups.setdefault(root(label), []).append(label)
    return list(groups.values())


def _nearest(
    row: Sequence[int], items: dict[int, tuple[int, ...]], box: tuple[int, ...], letter: float
) -> tuple[float, int] | None:
    """Gap and label of the shape on the left that stands nearest on the same line. ``row`` goes from left to right."""
    for other in reversed(row):
        if box[0] - items[other][0] > 12 * letter:
            return None
        gap = _gap(items[other], box, letter)
        if gap is not None:
            return gap, other
    return None


def _gap(left: tuple[int, ...], right: tuple[int, ...], letter: float) -> float | None:
    """Blank between two shapes if they may stand on one line, else None."""
    overlap = min(left[3], right[3]) - max(left[1], right[1])
    low, high = sorted((left[3] - left[1], right[3] - right[1]))
    if overlap < 0.5 * low or high > 3.0 * low:
        return None
    gap = right[0] - left[2]
    size = max(letter, high) if high < 2 * letter else high
    return max(gap, 0) if gap <= REACH * size and gap > -3 * size else None


def _run(boxes: NDArray[np.int32], group: list[int], letter: float) -> Run:
    own = boxes[group]
    heights = own[:, 3] - own[:, 1]
    return Run(
        (int(own[:, 0].min()), int(own[:, 1].min()), int(own[:, 2].max()), int(own[:, 3].max())),
        int(np.median(own[:, 3])),
        float(max(np.percentile(heights, 75), 0.6 * letter)),
        frozenset(int(label) for label in group),
    )


def _with_large_stops(runs: list[Run], letter: float) -> list[Run]:
    """Gives the stops and dashes of large type, which are as high as small letters, to the run they stand in."""
    large = [run for run in runs if run.letter > 1.2 * letter]
    if not large:
        return runs
    kept = []
    for run in runs:
        home = next((other for other in large if len(run.labels) == 1 and _is_stop_of(run.box, other)), None)
        if home is None:
            kept.append(run)
        else:
            home.labels |= run.labels
            home.box = (*home.box[:3], max(home.box[3], run.box[3]))
    return kept


def _is_stop_of(box: tuple[int, int, int, int], run: Run) -> bool:
    x0, y0, x1, y1 = run.box
    return (
        x0 < box[0]
        and box[2] < x1
        and y0 <= box[1]
        and box[3] <= y1 + 0.4 * run.letter
        and (box[3] - box[1] < 0.42 * run.letter)
    )


def _with_marks(runs: list[Run], boxes: NDArray[np.int32], small: NDArray[np.intp], letter: float) -> list[Run]:
    """Gives dots, accents, commas and dashes to the run they stand in or next to."""
    if not runs:
        return runs
    areas = np.array([run.box for run in runs], dtype=np.float32)
    reach = np.float32(0.55 * letter)
    for label in small:
        x0, y0, x1, y1 = (float(v) for v in boxes[label, :4])
        dx = np.maximum(np.maximum(areas[:, 0] - x1, x0 - areas[:, 2]), 0)
        dy = np.maximum(np.maximum(areas[:, 1] - y1, y0 - areas[:, 3]), 0)
        distance = dx + 2 * dy
        near = int(distance.argmin())
        if distance[near] <= 2 * reach and dy[near] <= reach:
            runs[near] = _extended(runs[near], int(label), boxes)
            areas[near] = runs[near].box
    return runs


def _extended(run: Run, label: int, boxes: NDArray[np.int32]) -> Run:
    x0, y0, x1, y1 = (int(v) for v in boxes[label, :4])
    box = (min(run.box[0], x0), min(run.box[1], y0), max(run.box[2], x1), max(run.box[3], y1))
    return Run(box, run.baseline, run.letter, run.labels | {label})


def sheet_of(picture: Picture, shapes: Shapes, runs: Sequence[Run], letter: float) -> tuple[Picture, list[Placed]]:
    """All runs on even lines, in their order."""
    cuts = [_cut(picture, shapes, run, letter) for run in runs]
    above = int(1.5 * _TARGET) + 8
    pitch = int(2.4 * _TARGET) + 16
    gap = int(GAP * letter)
    placed: list[Placed] = []
    spots: list[tuple[int, int]] = []
    x, line = gap, 0
    for index, (cut, baseline, scale) in enumerate(cuts):
        if x > gap and x + cut.shape[1] + gap > WIDTH:
            x, line = gap, line + 1
        y = max(line * pitch + above - baseline, 0)
        spots.append((x, y))
        run = runs[index]
        placed.append(Placed(index, x, y, cut.shape[1], cut.shape[0], (run.box[0] - 3, run.box[1] - 3), scale))
        x += cut.shape[1] + gap
    width = max((p.x + p.width for p in placed), default=0) + gap
    sheet = np.full(((line + 1) * pitch + above, max(width, 200)), 255, np.uint8)
    for (x, y), (cut, _, _) in zip(spots, cuts, strict=True):
        height = min(cut.shape[0], sheet.shape[0] - y)
        view = sheet[y : y + height, x : x + cut.shape[1]]
        np.minimum(view, cut[:height], out=view)
    return sheet, placed


def _cut(picture: Picture, shapes: Shapes, run: Run, letter: float) -> tuple[Picture, int, float]:
    """The run's own ink on white, its baseline within the cut, and the scale it was brought to."""
    x0, y0 = max(run.box[0] - 3, 0), max(run.box[1] - 3, 0)
    x1, y1 = run.box[2] + 3, run.box[3] + 3
    cut = picture[y0:y1, x0:x1].copy()
    labels = shapes.labels[y0:y1, x0:x1]
    foreign = (labels != 0) & ~np.isin(labels, list(run.labels))
    if foreign.any():
        cut[cv2.dilate(foreign.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
    if len(run.labels) >= _A_WORD:
        cut = _as_dark_as_black(cut)
    baseline, scale = run.baseline - y0, 1.0
    if run.letter > 1.5 * letter:
        scale = _TARGET / run.letter
        cut = np.asarray(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        baseline = int(baseline * scale)
    return cut, baseline, scale


def _as_dark_as_black(cut: Picture) -> Picture:
    """Grey and coloured print made black: Tesseract draws one line between ink and paper for the whole sheet."""
    darkest = int(cut.min(initial=255))
    if not _DARK < darkest < float(np.median(cut)) - _CONTRAST:
        return cut  # as dark as black, or the grain of a grey bar
    ink = cv2.convertScaleAbs(cv2.bitwise_not(cut), alpha=(255 - _BLACK) / (255 - darkest))
    return np.asarray(cv2.bitwise_not(ink), dtype=np.uint8)


def words_on_page(words: Sequence[Recognised], placed: Sequence[Placed]) -> list[Recognised]:
    """Words found on the sheet, put back where their runs stand on the page; ``line`` becomes (run, 0, 0)."""
    found: list[Recognised] = []
    by_x = sorted(placed, key=lambda spot: spot.x)
    for word in _side_by_side(words):
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        spot = next((p for p in by_x if p.x - 4 <= x <= p.x + p.width + 4 and p.y - 8 <= y <= p.y + p.height + 8), None)
        if spot is not None:
            found.append(_moved(word, spot))
    return found


def _side_by_side(words: Sequence[Recognised]) -> list[Recognised]:
    """Words of a line in their order, cut where they overlap: letters that touch give a word the box of several."""
    result = list(words)
    for i in range(len(result) - 1):
        left, right = result[i], result[i + 1]
        if left.line != right.line or right.x0 >= left.x1:
            continue
        if _wide(left) >= _wide(right) and right.x0 > left.x0:
            result[i] = replace(left, x1=right.x0 - 1)
        elif left.x1 < right.x1:
            result[i + 1] = replace(right, x0=left.x1 + 1)
    return result


def _wide(word: Recognised) -> float:
    """Pixels a character."""
    return (word.x1 - word.x0) / len(word.text)


def joined(words: Sequence[Recognised], runs: Sequence[Run], shapes: Shapes) -> list[Recognised]:
    """``words`` with the parts of figures and codes put together that stand nearer than a blank is wide.

    ``line[0]`` is a word's run; its words follow each other.
    """
    result: list[Recognised] = []
    for word in words:
        last = result[-1] if result else None
        if last is not None and last.line == word.line and _is_one(last, word, runs[word.line[0]], shapes):
            result[-1] = _together(last, word)
        else:
            result.append(word)
    return result


def _is_one(left: Recognised, right: Recognised, run: Run, shapes: Shapes) -> bool:
    """Boxes of words are cut loosely: the ink between their middles tells how wide the blank is."""
    if not any(c.isdigit() for c in left.text + right.text) or right.x0 - left.x1 > run.letter:
        return False
    boxes = shapes.boxes[list(run.labels)]
    between = boxes[(boxes[:, 2] > (left.x0 + left.x1) / 2) & (boxes[:, 0] < (right.x0 + right.x1) / 2)]
    between = between[between[:, 0].argsort()]
    ends = np.maximum.accumulate(between[:, 2])[:-1]
    blanks = between[1:, 0] - ends
    return bool(len(between) and blanks.max(initial=0) < _BLANK * run.letter)


def _together(left: Recognised, right: Recognised) -> Recognised:
    y0, y1 = min(left.y0, right.y0), max(left.y1, right.y1)
    sure = min(left.confidence, right.confidence)
    return replace(left, text=left.text + right.text, x1=max(left.x1, right.x1), y0=y0, y1=y1, confidence=sure)


def _moved(word: Recognised, spot: Placed) -> Recognised:
    def back(value: float, offset: int, origin: int) -> int:
        return round((value - offset) / spot.scale) + origin

    left, top = spot.origin
    x0, x1 = back(word.x0, spot.x, left), back(word.x1, spot.x, left)
    y0, y1 = back(word.y0, spot.y, top), back(word.y1, spot.y, top)
    return Recognised(word.text, x0, y0, x1, y1, word.confidence, (spot.run, 0, 0))
