"""What is drawn on a PDF page besides text: rulings, filled areas, pictures, and what covers what."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field

from extractors.readers import pdf_native as pdfium

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top in PDF page space
Colour = tuple[int, int, int]
Affine = tuple[float, float, float, float, float, float]

IDENTITY: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
THIN = 3.0  # a filled area thinner than this (points) is a drawn line
LEAST_LENGTH = 4.0
_MAX_OBJECTS = 200_000
_MAX_DEPTH = 12
_MAX_SEGMENTS = 4_000


@dataclass(frozen=True, slots=True)
class Area:
    """A filled rectangle; ``order`` tells what it covers: everything of a lower order."""

    box: Rectangle
    colour: Colour
    order: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture; ``dpi`` is its own resolution on the page (0 when unknown)."""

    box: Rectangle
    order: int
    dpi: float


@dataclass(slots=True)
class Drawing:
    """``text_order`` maps the handle of a text object to its place in the drawing order."""

    lines: list[Rectangle] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    pictures: list[Shown] = field(default_factory=list)
    text_order: dict[int, int] = field(default_factory=dict)
    count: int = 0


def joined(lines: list[Rectangle]) -> list[Rectangle]:
    """Pieces of one line, drawn cell by cell or twice, as one; a gap of a point still joins."""
    level: dict[int, list[Rectangle]] = {}
    upright: dict[int, list[Rectangle]] = {}
    for line in dict.fromkeys(lines):
        left, bottom, right, top = line
        if right - left >= top - bottom:
            level.setdefault(round(bottom + top), []).append(line)
        else:
            upright.setdefault(round(left + right), []).append(line)
    found: list[Rectangle] = []
    for start, end, groups in ((0, 2, level), (1, 3, upright)):
        for group in groups.values():
            group.sort(key=lambda line: line[start])
            here = group[0]
            for line in group[1:]:
                if line[start] <= here[end] + 1:
                    here = min(here[0], line[0]), min(here[1], line[1]), max(here[2], line[2]), max(here[3], line[3])
                else:
                    found.append(here)
                    here = line
            found.append(here)
    return found


class _Scratch:
    """Buffers that pdfium writes into, made once per page."""

    def __init__(self) -> None:
        self.floats = [ctypes.c_float() for _ in range(4)]
        self.at = [ctypes.addressof(f) for f in self.floats]
        self.uints = [ctypes.c_uint() for _ in range(4)]
        self.uints_at = [ctypes.addressof(u) for u in self.uints]
        self.ints = [ctypes.c_int() for _ in range(2)]
        self.ints_at = [ctypes.addressof(i) for i in self.ints]
        self.matrix = pdfium.Matrix()
        self.matrix_at = ctypes.addressof(self.matrix)


def drawing_of(page: int) -> Drawing:
    """Walks all objects of the page, those in form XObjects too. ``page`` is pdfium's handle."""
    drawing, scratch = Drawing(), _Scratch()
    for index in range(min(pdfium.page_objects(page), _MAX_OBJECTS)):
        _visit(pdfium.page_object(page, index), IDENTITY, drawing, scratch, 0)
    drawing.lines = joined(drawing.lines)
    return drawing


def _visit(item: int, matrix: Affine, drawing: Drawing, scratch: _Scratch, depth: int) -> None:
    drawing.count += 1
    kind = pdfium.object_kind(item)
    if kind == pdfium.TEXT:
        drawing.text_order[item] = drawing.count
    elif kind == pdfium.PATH:
        _visit_path(item, matrix, drawing, scratch)
    elif kind == pdfium.IMAGE:
        drawing.pictures.append(_shown(item, matrix, scratch, drawing.count))
    elif kind == pdfium.FORM and depth < _MAX_DEPTH:
        inner = _times(_matrix(item, scratch), matrix)
        for index in range(min(pdfium.form_objects(item), _MAX_OBJECTS - drawing.count)):
            _visit(pdfium.form_object(item, index), inner, drawing, scratch, depth + 1)


def _shown(item: int, matrix: Affine, scratch: _Scratch, order: int) -> Shown:
    box = _bounds(item, matrix, scratch)
    pdfium.image_size(item, scratch.uints_at[0], scratch.uints_at[1])
    across, down = scratch.uints[0].value, scratch.uints[1].value
    area = (box[2] - box[0]) * (box[3] - box[1])
    return Shown(box, order, 72 * (across * down / area) ** 0.5 if area > 1 else 0.0)


def _visit_path(item: int, matrix: Affine, drawing: Drawing, scratch: _Scratch) -> None:
    pdfium.draw_mode(item, *scratch.ints_at)
    fills, strokes = scratch.ints[0].value != 0, scratch.ints[1].value != 0
    if not (fills or strokes):
        return
    box = _bounds(item, matrix, scratch)
    segments = pdfium.path_segments(item)
    if segments <= 2 or (segments <= 5 and _thin(box)):
        if _colour(item, scratch, strokes) is not None:
            _add_line(box, drawing)
    elif segments <= 5:
        _visit_rectangle(item, box, fills, strokes, drawing, scratch)
    elif segments <= _MAX_SEGMENTS:
        _visit_outline(item, matrix, drawing, scratch)


def _visit_rectangle(
    item: int, box: Rectangle, fills: bool, strokes: bool, drawing: Drawing, scratch: _Scratch
) -> None:
    colour = _colour(item, scratch, stroke=False) if fills else None
    if colour is not None:
        drawing.areas.append(Area(box, colour, drawing.count))
    drawn = strokes and _colour(item, scratch, stroke=True) is not None
    if drawn or (colour is not None and min(colour) < 250):
        left, bottom, right, top = box
        if right - left >= LEAST_LENGTH:
            drawing.lines += ((left, top, right, top), (left, bottom, right, bottom))
        if top - bottom >= LEAST_LENGTH:
            drawing.lines += ((left, bottom, left, top), (right, bottom, right, top))


def _visit_outline(item: int, matrix: Affine, drawing: Drawing, scratch: _Scratch) -> None:
    """The straight level or upright pieces of a path with many segments (grids drawn in one stroke)."""
    here = start = (0.0, 0.0)
    for index in range(pdfium.path_segments(item)):
        segment = pdfium.path_segment(item, index)
        pdfium.segment_point(segment, scratch.at[0], scratch.at[1])
        point = _apply(matrix, scratch.floats[0].value, scratch.floats[1].value)
        kind = pdfium.segment_kind(segment)
        if kind == pdfium.MOVE:
            start = point
        elif kind == pdfium.LINE:
            _add_piece(here, point, drawing)
        if kind != pdfium.MOVE and pdfium.segment_closes(segment):
            _add_piece(point, start, drawing)
        here = point


def _add_piece(a: tuple[float, float], b: tuple[float, float], drawing: Drawing) -> None:
    if abs(a[0] - b[0]) < 1 or abs(a[1] - b[1]) < 1:
        _add_line((min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), drawing)


def _add_line(box: Rectangle, drawing: Drawing) -> None:
    if _thin(box) and max(box[2] - box[0], box[3] - box[1]) >= LEAST_LENGTH:
        drawing.lines.append(box)


def _thin(box: Rectangle) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) < THIN


def _colour(item: int, scratch: _Scratch, stroke: bool) -> Colour | None:
    """None when fully transparent. White counts as a colour: white lines part coloured cells."""
    look = pdfium.stroke_colour if stroke else pdfium.fill_colour
    if not look(item, *scratch.uints_at):
        return (0, 0, 0)
    red, green, blue, alpha = (value.value for value in scratch.uints)
    return (red, green, blue) if alpha > 12 else None


def _bounds(item: int, matrix: Affine, scratch: _Scratch) -> Rectangle:
    pdfium.object_bounds(item, *scratch.at)
    left, bottom, right, top = (value.value for value in scratch.floats)
    if matrix is IDENTITY:
        return left, bottom, right, top
    corners = [_apply(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(item: int, scratch: _Scratch) -> Affine:
    if not pdfium.object_matrix(item, scratch.matrix_at):
        return IDENTITY
    m = scratch.matrix
    return m.a, m.b, m.c, m.d, m.e, m.f


def _times(first: Affine, then: Affine) -> Affine:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _apply(matrix: Affine, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
