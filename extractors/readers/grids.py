"""Tables in lines of text: fields parted by tabs, and boxes drawn with characters ("| A-1 | 5 |", "│ A-1 │ 5 │").

Both become grids like those of HTML: where a field stands follows from its number, not from where print would put it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from extractors.readers.typeset import Block, Grid, GridCell, Line

_TAB_STOP = 8
_BARS = "|¦│┃║┆┇┊┋"
_BAR = re.compile(f"[{_BARS}]")
_BORDER = re.compile(r"[\s+|¦=_:\-\u2500-\u257f]{3,}")  # nothing but what borders are drawn with
_DRAWN = re.compile(r"[\u2500-\u257f¦]")
_LEADER = re.compile(r"(?<!\S)(?:\. ){3,}\.(?!\S)|[.…]{4,}|…{2,}")
_ONE_BAR_ROW = 2  # bars of a row of a table

Fields = list[tuple[int, str]]  # (column, text) of the filled fields of a line


def blocks_of_lines(lines: Sequence[Line]) -> list[Block]:
    """The lines, those of a table as grids. Tabs are gone, and so are borders and leaders of dots."""
    blocks: list[Block] = []
    for is_drawn, group in _groups(lines, _drawn_rows(lines)):
        blocks += _boxed(group) if is_drawn else _tabbed(group)
    return blocks


def _groups(lines: Sequence[Line], drawn: Sequence[bool]) -> Iterator[tuple[bool, list[Line]]]:
    for is_drawn, group in groupby(zip(drawn, lines, strict=True), key=lambda pair: pair[0]):
        yield is_drawn, [line for _, line in group]


# --- boxes ------------------------------------------------------------------------------------------------------------


def _drawn_rows(lines: Sequence[Line]) -> list[bool]:
    """Which lines belong to a drawn table: at least two rows with bars, and the borders among them."""
    marks = ["|" if len(_BAR.findall(x.text)) >= _ONE_BAR_ROW else "-" if _is_border(x.text) else " " for x in lines]
    drawn = [False] * len(marks)
    for found in re.finditer(r"[|-]+", "".join(marks)):
        if found.group().count("|") > 1 or "-|-" in found.group():
            drawn[found.start() : found.end()] = [True] * len(found.group())
    return drawn


def _is_border(text: str) -> bool:
    return _BORDER.fullmatch(text) is not None


def _boxed(lines: Sequence[Line]) -> list[Block]:
    """Rows above and below that no bar divides are lines of their own; what stands between is one grid."""
    rows = [line for line in lines if not _is_border(line.text)]
    inner = [number for number, line in enumerate(rows) if len(_inner_bars(line.text)) > 0]
    if not inner:
        return [_plain(line) for line in rows]
    first, last = inner[0], inner[-1] + 1
    grid = _grid(rows[first:last], _columns_by_bars([line.text for line in rows[first:last]]))
    return [*map(_plain, rows[:first]), grid, *map(_plain, rows[last:])]


def _inner_bars(text: str) -> list[int]:
    start, end = len(text) - len(text.lstrip()), len(text.rstrip()) - 1
    return [found.start() for found in _BAR.finditer(text) if start < found.start() < end]


def _columns_by_bars(texts: Sequence[str]) -> Callable[[str], Fields]:
    """Cells by the places of their bars, so that a cell may span several; by their number where bars do not align."""
    rows = [_inner_bars(text) for text in texts]
    edges = max(rows, key=len)
    aligned = all(any(abs(at - edge) <= 1 for edge in edges) for row in rows for at in row)

    def fields(text: str) -> Fields:
        bars = _inner_bars(text)
        starts = [-1, *bars]
        cells = [text[a + 1 : b] for a, b in zip(starts, [*bars, len(text)], strict=True)]
        columns = [sum(edge <= start + 1 for edge in edges) if aligned else n for n, start in enumerate(starts)]
        return [(c, cell.strip(_BARS + " ")) for c, cell in zip(columns, cells, strict=True)]

    return fields


def _plain(line: Line) -> Line:
    """A line beside a table or of a box without columns: its bars are blanks."""
    return replace(line, text=_without_leaders(_BAR.sub(" ", line.text)))


# --- tabs -------------------------------------------------------------------------------------------------------------


def _tabbed(lines: Sequence[Line]) -> list[Block]:
    blocks: list[Block] = []
    for tabbed, group in _groups(lines, _tab_runs([line.text.rstrip() for line in lines])):
        fields = _fields_of([line.text.rstrip() for line in group]) if tabbed else None
        blocks += [_grid(group, fields)] if fields else [_expanded(line) for line in group]
    return blocks


def _tab_runs(texts: Sequence[str]) -> list[bool]:
    """Which lines stand in a run of lines with fields; a line of text between two alike ones does not end it."""
    counts = [text.strip().count("\t") and text.count("\t") for text in texts]
    tabbed = [count > 0 for count in counts]
    for number in range(1, len(texts) - 1):
        between = not tabbed[number] and counts[number - 1] == counts[number + 1] > 1
        tabbed[number] = tabbed[number] or (between and bool(texts[number].strip()))
    return tabbed


def _fields_of(texts: Sequence[str]) -> Callable[[str], Fields] | None:
    """How a run of lines is parted into fields; None for a single line, and where tabs only fill up to a stop."""
    rows = [text for text in texts if "\t" in text]
    if len(rows) < 2:
        return None
    if len({text.count("\t") for text in rows}) > 1:
        if _meets_stops(rows):
            return None
        if len({len(_filled(text)) for text in rows}) == 1:
            return lambda text: list(enumerate(_filled(text)))
    return lambda text: list(enumerate(text.split("\t")))


def _filled(text: str) -> list[str]:
    return [field for field in text.split("\t") if field.strip()]


def _meets_stops(rows: Sequence[str]) -> bool:
    """Whether the fields stand below each other when every tab goes to the next multiple of eight."""
    starts = Counter(
        found.start() for text in rows for found in re.finditer(r"\S+(?: \S+)*", text.expandtabs(_TAB_STOP))
    )
    return len(starts) <= max(len(_filled(text)) for text in rows)


def _expanded(line: Line) -> Line:
    return replace(line, text=_without_leaders(_DRAWN.sub(" ", line.text.expandtabs(_TAB_STOP))))


# --- both -------------------------------------------------------------------------------------------------------------


def _grid(lines: Sequence[Line], fields: Callable[[str], Fields]) -> Grid:
    cells: list[GridCell] = []
    for row, line in enumerate(lines):
        filled = [(column, _without_leaders(text).strip()) for column, text in fields(line.text)]
        cells += [GridCell(row, column, [replace(line, text=text)]) for column, text in filled if text]
    return Grid(cells or [GridCell(0, 0)])


def _without_leaders(text: str) -> str:
    """Dots that lead the eye from a label to its value become blanks; a colon behind them goes back to its label."""
    if "..." not in text and "…" not in text and ". . ." not in text:
        return text
    text = re.sub(r"([.…]{4,})(\s*:)", lambda found: ":" + " " * (len(found.group()) - 1), text)
    return _LEADER.sub(lambda found: " " * len(found.group()), text)
