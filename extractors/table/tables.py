"""Headings and the rows below them to tables: one heading on several pages makes one table with one set of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from extractors.table.cells import kind_of
from extractors.table.columns import build_columns, deal, numeric_rows
from extractors.table.records import NUMBERS, Column, GridRow, Heading, Label, Row, Section
from extractors.table.totals import total_kind
from pipeline.model import Ruling

_NUMBER_LENGTH = 6  # figures of a line number
_SAME_PLACE = 4.0  # points by which labels of one heading may differ between pages, after a common shift


@dataclass(frozen=True, slots=True)
class Body:
    """The rows of a table on one page; ``heading`` is None where a page goes on without one."""

    heading: Heading | None
    rows: tuple[Row, ...]


def bodies(headings: Sequence[Heading], rows: Sequence[Row]) -> list[list[Body]]:
    """Tables in reading order, each as its bodies page by page."""
    tables: list[list[Body]] = []
    bounds = [heading.rows[0].index for heading in headings] + [len(rows)]
    for heading, following in zip(headings, bounds[1:], strict=True):
        same = next((t for t in tables if _same(t[0].heading, heading)), None)
        if same is None:
            same = []
            tables.append(same)
        below = rows[heading.rows[-1].index + 1 : following]
        others = [table for table in tables if table is not same]
        cut, outer = min(((_goes_on(table, below), n) for n, table in enumerate(others)), default=(len(below), 0))
        same.extend(_bodies_below(heading, below[:cut]))
        if below[cut:]:
            others[outer].extend(Body(None, tuple(run)) for run in _by_page(below[cut:]))
    return tables


def _goes_on(outer: Sequence[Body], rows: Sequence[Row]) -> int:
    """Index of the row below another heading where an earlier table goes on with its next number: what stood between
    was a small table of one of its items (deliveries, allocations)."""
    heading = outer[0].heading
    if heading is None or heading.labels[0].meanings != {"line_no"}:
        return len(rows)
    end = heading.labels[1].box.x0
    seen = [n for body in outer for row in body.rows if (n := _first_number(row, end)) is not None]
    figures = [label for label in heading.labels if label.meanings & NUMBERS]
    for index, row in enumerate(rows):
        own = _first_number(row, end)
        if own is not None and seen and own > seen[-1] and sum(_figure_under(f, row) for f in figures) >= 2:
            return index
    return len(rows)


def _first_number(row: Row, end: float) -> int | None:
    """The line number that begins a row before ``end``, where the second label stands."""
    first = row.segments[0]
    bare = first.text.rstrip(".)")
    return int(bare) if first.box.x1 <= end and bare.isdigit() and len(bare) <= _NUMBER_LENGTH else None


def _figure_under(label: Label, row: Row) -> bool:
    return any(
        kind_of(s.text) == "number" and s.box.x0 <= label.box.x1 and s.box.x1 >= label.box.x0 for s in row.segments
    )


def _by_page(rows: Sequence[Row]) -> list[list[Row]]:
    return [[row for row in rows if row.page == page] for page in sorted({row.page for row in rows})]


def _bodies_below(heading: Heading, rows: Sequence[Row]) -> Iterator[Body]:
    yield Body(heading, tuple(row for row in rows if row.page == heading.page))
    for further in _by_page([row for row in rows if row.page != heading.page]):
        yield Body(None, tuple(further))


def _same(a: Heading | None, b: Heading | None) -> bool:
    return a is not None and b is not None and [x.meanings for x in a.labels] == [x.meanings for x in b.labels]


def sections_of(table: Sequence[Body], rulings: Mapping[int, Sequence[Ruling]]) -> list[Section]:
    """The bodies with their columns, which have the same numbers on every page."""
    first = table[0].heading
    if first is None:
        return []
    alike = [
        row for body in table if body.heading is not None and _shift(first, body.heading) == 0 for row in body.rows
    ]
    columns = build_columns(first, alike, rulings.get(first.page, ()))
    sections: list[Section] = []
    current = columns
    for body in table:
        if body.heading is not None:
            current = _columns_there(columns, first, body, rulings)
        sections.append(Section(body.heading, current, body.rows))
    return sections


def _columns_there(
    columns: tuple[Column, ...], first: Heading, body: Body, rulings: Mapping[int, Sequence[Ruling]]
) -> tuple[Column, ...]:
    """The columns of the first page where they stand on this one."""
    if body.heading is None or body.heading is first:
        return columns
    shift = _shift(first, body.heading)
    if shift is None:
        own = build_columns(body.heading, body.rows, rulings.get(body.heading.page, ()))
        if len(own) == len(columns):
            return own
        shift = median(b.box.x0 - a.box.x0 for a, b in zip(first.labels, body.heading.labels, strict=True))
    return tuple(replace(c, x0=c.x0 + shift, x1=c.x1 + shift, start=c.start + shift) for c in columns)


def _shift(first: Heading, other: Heading) -> float | None:
    """By how much all labels moved, 0 when not at all; None when the columns have other widths."""
    moves = [b.box.x0 - a.box.x0 for a, b in zip(first.labels, other.labels, strict=True)]
    common = median(moves)
    if any(abs(move - common) > _SAME_PLACE for move in moves):
        return None
    return 0.0 if abs(common) <= _SAME_PLACE / 2 else common


def core_rows(section: Section) -> list[GridRow]:
    """Rows that show what columns hold; the two rows of a record as one."""
    if section.heading is None:
        return []
    levels = section.heading.levels
    by_index = {row.index: row for row in section.rows}
    found = []
    for row in numeric_rows(section.heading, section.rows):
        if total_kind(row) is not None:
            continue
        grid = deal(row, section.columns, levels - 1)
        above = by_index.get(row.index - 1) if levels == 2 else None
        if above is not None:
            grid = replace(grid, cells=(*grid.cells, *deal(above, section.columns, 0).cells))
        found.append(grid)
    return found
