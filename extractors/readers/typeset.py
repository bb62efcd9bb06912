"""Gives words without a page (sheets, HTML, DOCX) a page: every row a line, every column as wide as its widest text.

Nested grids are placed where they stand, so address blocks side by side stay side by side. A grid without a grid inside
is a table the file declares: its cells go to ``Page.cells``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.model import Box, Cell, Mark, Page, Source, Word

CHARACTER = 6.0  # width in points of every character
LINE = 12.0  # height in points of every line
GLYPH = 10.0  # of it, the height of the letters
PADDING = 12.0  # between columns
MARGIN = 36.0


@dataclass(slots=True)
class Line:
    """One line of text. ``bold`` holds for all of it; ``height`` counts usual lines; ``quote`` is 1 where a quoted mail
    begins, -1 where it ends; ``mark`` says in words why its values cannot be trusted ("a line through the print")."""

    text: str
    bold: bool = False
    height: float = 1.0
    quote: int = 0
    mark: str | None = None


@dataclass(slots=True)
class GridCell:
    row: int
    column: int
    blocks: list[Block] = field(default_factory=list)
    row_span: int = 1
    column_span: int = 1
    is_heading: bool = False


@dataclass(slots=True)
class Grid:
    cells: list[GridCell]


Block = Line | Grid

_DENSE = 0.3  # share of the lines of usual text that have one directly below
_BLANK = 1.5  # lines: the height of an empty one


def spaced(blocks: Sequence[Block]) -> list[Block]:
    """Blank lines half as high again: who types one ends a block. In double-spaced text they end nothing."""
    blank = [_is_blank(block) for block in blocks]
    close = sum(not a and not b for a, b in pairwise(blank)) + sum(isinstance(block, Grid) for block in blocks)
    if not any(blank) or close < _DENSE * (len(blank) - sum(blank)):
        return list(blocks)
    return [Line("", height=_BLANK) if is_blank else block for block, is_blank in zip(blocks, blank, strict=True)]


def trimmed(blocks: Sequence[Block]) -> list[Block]:
    """Without empty lines at either end."""
    written = [n for n, block in enumerate(blocks) if not _is_blank(block)]
    return list(blocks[written[0] : written[-1] + 1]) if written else []


def _is_blank(block: Block) -> bool:
    return isinstance(block, Line) and not block.text and not block.quote


def typeset(blocks: Iterable[Block], source: Source, number: int = 1, doubts: tuple[str, ...] = ()) -> Page:
    """One page holding all blocks below each other."""
    setter = _Setter()
    blocks = list(blocks)
    width, height = setter.size(blocks)
    setter.place(blocks, MARGIN, MARGIN, None)
    return Page(
        number,
        max(width + 2 * MARGIN, 595.0),
        height + 2 * MARGIN,
        tuple(setter.words),
        source,
        cells=tuple(setter.cells),
        doubts=doubts,
        marks=tuple(setter.marks),
        quoted=setter.quoted(height + MARGIN),
    )


class _Setter:
    def __init__(self) -> None:
        self.words: list[Word] = []
        self.cells: list[Cell] = []
        self.marks: list[Mark] = []
        self.tables = 0
        self._borders: list[tuple[float, int]] = []  # where quoted mails begin (1) and end (-1)
        self._grids: dict[int, tuple[list[float], list[float]]] = {}

    def size(self, blocks: list[Block]) -> tuple[float, float]:
        width = height = 0.0
        for block in blocks:
            if isinstance(block, Line):
                block_width, block_height = len(block.text) * CHARACTER, LINE * block.height
            else:
                columns, rows = self._edges(block)
                block_width, block_height = columns[-1], rows[-1]
            width, height = max(width, block_width), height + block_height
        return width, height

    def _edges(self, grid: Grid) -> tuple[list[float], list[float]]:
        """Left edges of the columns and top edges of the rows from 0, each ending with the far edge."""
        known = self._grids.get(id(grid))
        if known is None:
            sizes = [(cell, *self.size(cell.blocks)) for cell in grid.cells]
            widths = _tracks([(c.column, c.column_span, w + PADDING) for c, w, _ in sizes], PADDING)
            heights = _tracks([(c.row, c.row_span, h) for c, _, h in sizes], 0.0)
            known = self._grids[id(grid)] = (_running(widths), _running(heights))
        return known

    def place(self, blocks: list[Block], x: float, y: float, cell: int | None) -> float:
        """Sets the blocks from (x, y) downwards; returns where they end."""
        for block in blocks:
            if isinstance(block, Line):
                if block.quote:
                    self._borders.append((y, block.quote))
                self._place_line(block, x, y, cell)
                y += LINE * block.height
            else:
                y = self._place_grid(block, x, y)
        return y

    def quoted(self, end: float) -> tuple[tuple[float, float], ...]:
        """Top and bottom of each quoted mail, the outer before the inner; one that does not end ends with the page."""
        found: list[tuple[float, float]] = []
        begun: list[float] = []
        for y, kind in self._borders:
            if kind > 0:
                begun.append(y)
            elif begun:
                found.append((begun.pop(), y))
        return tuple(sorted((*found, *((top, end) for top in begun))))

    def _place_line(self, line: Line, x: float, y: float, cell: int | None) -> None:
        if line.mark and line.text:
            self.marks.append(Mark(Box(x, y + 1, x + len(line.text) * CHARACTER, y + 1 + GLYPH), line.mark))
        column = 0
        for part in line.text.split(" "):
            if part:
                left = x + column * CHARACTER
                box = Box(left, y + 1, left + len(part) * CHARACTER, y + 1 + GLYPH)
                self.words.append(Word(part, box, bold=line.bold, cell=cell))
            column += len(part) + 1

    def _place_grid(self, grid: Grid, x: float, y: float) -> float:
        columns, rows = self._edges(grid)
        table = None if any(isinstance(b, Grid) for c in grid.cells for b in c.blocks) else self.tables
        self.tables += table is not None
        for cell in grid.cells:
            left, top = x + columns[cell.column], y + rows[cell.row]
            index = None
            if table is not None:
                index = len(self.cells)
                right = x + columns[min(cell.column + cell.column_span, len(columns) - 1)]
                bottom = y + rows[min(cell.row + cell.row_span, len(rows) - 1)]
                self.cells.append(_cell(table, cell, Box(left, top, right, bottom)))
            self.place(cell.blocks, left, top, index)
        return y + rows[-1]


def _cell(table: int, cell: GridCell, box: Box) -> Cell:
    text = "\n".join(block.text for block in cell.blocks if isinstance(block, Line))
    return Cell(table, cell.row, cell.column, box, text, cell.row_span, cell.column_span, cell.is_heading)


def _tracks(items: list[tuple[int, int, float]], least: float) -> list[float]:
    """Widths of columns (heights of rows) so that every (first, span, need) fits; spans widen their last track."""
    count = max((first + span for first, span, _ in items), default=0)
    tracks = [least] * count
    for first, span, need in sorted(items, key=lambda item: item[1]):
        missing = need - sum(tracks[first : first + span])
        if missing > 0:
            tracks[first + span - 1] += missing
    return tracks


def _running(tracks: list[float]) -> list[float]:
    edges = [0.0]
    for track in tracks:
        edges.append(edges[-1] + track)
    return edges
