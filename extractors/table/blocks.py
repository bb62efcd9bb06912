"""Rows to blocks: which rows make one item, over page breaks too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.table.captions import captions
from extractors.table.columns import deal
from extractors.table.conditions import condition_of
from extractors.table.cores import find_cores, has_line_no, is_charge, places_of
from extractors.table.meaning import Meanings
from extractors.table.records import TEXTS, Block, GridRow, Row, Section
from extractors.table.rows import TABLE_STRIDE
from extractors.table.totals import total_kind

_CLEAR_GAP = 1.2  # a gap is a border when it is this many times the next widest one
_FAR = 2.4  # text further below the last numbers than this many text heights is no longer theirs


@dataclass(frozen=True, slots=True)
class Parted:
    """The rows of a section: blocks, rows before the first block, and rows after the last one."""

    before: tuple[GridRow, ...]
    blocks: tuple[Block, ...]
    ended: bool = False  # a sum stands below the last item
    charges: tuple[Row, ...] = ()  # rows of freight and the like among the items


def part_section(section: Section, meanings: Meanings, ends: frozenset[int]) -> Parted:
    """Parts the rows of a section. ``ends`` are indexes of rows that cannot belong to an item (page furniture)."""
    levels = max((c.level for c in section.columns), default=0) + 1
    rows = [deal(row, section.columns, levels - 1) for row in section.rows]
    cores = find_cores(rows, meanings)
    if not cores:
        return Parted((), ())
    places = places_of(meanings)
    charges = {row.row.index for row in rows if is_charge(row, places)}
    ends = ends | charges
    heads = captions(rows, cores, meanings)
    rows = _without_numbers(rows, cores, section, levels)
    rows = [replace(row, caption=True) if i in heads else row for i, row in enumerate(rows)]
    starts = _below_captions(_starts(rows, cores, meanings, levels), cores, heads)
    stop = _stop(rows, cores[-1], ends)
    blocks = []
    for number, (start, core) in enumerate(zip(starts, cores, strict=True)):
        end = starts[number + 1] if number + 1 < len(starts) else stop
        inside = [i for i in range(start, end) if i == core or not _foreign(rows[i].row, ends)]
        blocks.append(Block(tuple(rows[i] for i in inside), inside.index(core)))
    ended = any(total_kind(row.row) in ("subtotal", "total") for row in rows[stop:])
    listed = tuple(row.row for row in rows if row.row.index in charges)
    return Parted(tuple(rows[: starts[0]]), tuple(blocks), ended, listed)


def _foreign(row: Row, ends: frozenset[int]) -> bool:
    return row.index in ends or (total_kind(row) is not None and condition_of(row) is None)


def _without_numbers(rows: Sequence[GridRow], cores: Sequence[int], section: Section, levels: int) -> list[GridRow]:
    """Deals the rows without numbers anew: their texts flow; in two-row records they stand under the first level."""
    core = set(cores)
    return [row if i in core else deal(row.row, section.columns, 0, flowing=levels == 1) for i, row in enumerate(rows)]


def _starts(rows: Sequence[GridRow], cores: Sequence[int], meanings: Meanings, levels: int) -> list[int]:
    line_no = meanings.column("line_no")
    if rows[cores[0]].row.declared:
        return list(cores)
    banded = _banded_starts(rows, cores)
    if banded is not None:
        return banded
    numbered = [_numbered_start(rows, core, previous, line_no) for previous, core in _with_previous(cores)]
    above = sum(start is not None and start < core for start, core in zip(numbered, cores, strict=True))
    if above >= 0.6 * len(cores):
        return [core if start is None else start for start, core in zip(numbered, cores, strict=True)]
    if levels == 2:
        return [max(core - 1, previous + 1) for previous, core in _with_previous(cores)]
    return _spaced_starts(rows, cores, meanings)


def _below_captions(starts: Sequence[int], cores: Sequence[int], heads: frozenset[int]) -> list[int]:
    """An item begins with the caption above it: nothing below a caption belongs to the item above."""
    between = [[h for h in sorted(heads) if previous < h < core] for previous, core in _with_previous(cores)]
    return [inside[0] if inside else start for start, inside in zip(starts, between, strict=True)]


def _with_previous(cores: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip([-1, *cores], cores, strict=False))


def _numbered_start(rows: Sequence[GridRow], core: int, previous: int, line_no: int | None) -> int | None:
    for index in range(core, previous, -1):
        if has_line_no(rows[index], line_no):
            return index
    return None


def _banded_starts(rows: Sequence[GridRow], cores: Sequence[int]) -> list[int] | None:
    """Where every item stands between two horizontal rulings."""
    bands = [rows[core].row.band for core in cores]
    if bands[0] == 0 or len(set(bands)) < len(bands) or (len(bands) == 1 and not _boxed(rows, cores[0])):
        return None
    starts = []
    for previous, core in _with_previous(cores):
        start = core
        while start - 1 > previous and rows[start - 1].row.band == rows[core].row.band:
            start -= 1
        starts.append(start)
    return starts


def _boxed(rows: Sequence[GridRow], core: int) -> bool:
    """A single item: the ruling below it must come before the end of the page's rows."""
    return core == 0 or rows[core - 1].row.band != rows[core].row.band or rows[-1].row.band != rows[core].row.band


def _spaced_starts(rows: Sequence[GridRow], cores: Sequence[int], meanings: Meanings) -> list[int]:
    """Items told apart by the white between them; where it is even, by whether texts stand above their numbers."""
    above = _texts_stand_above(rows, cores, meanings)
    starts = []
    for previous, core in _with_previous(cores):
        if previous < 0:
            starts.append(_first_start(rows, core, above))
        else:
            starts.append(_border(rows, previous, core, rows[starts[0]] if above else None))
    return starts


def _texts_stand_above(rows: Sequence[GridRow], cores: Sequence[int], meanings: Meanings) -> bool:
    texts = [i for i, m in meanings.of.items() if m in TEXTS]
    own = sum(any(rows[core].cell(i) is not None for i in texts) for core in cores)
    return own < 0.5 * len(cores) and cores[0] > 0


def _distance(upper: GridRow, lower: GridRow) -> float:
    return abs(lower.row.box.y_mid - upper.row.box.y_mid)


def _first_start(rows: Sequence[GridRow], core: int, above: bool) -> int:
    """Rows between heading and first numbers are its own when they stand nearer to it than a usual line."""
    start = core
    reach = (1.9 if above else 0.85) * max(rows[core].row.box.height, 1.0)
    while start > 0 and _distance(rows[start - 1], rows[start]) <= reach:
        start -= 1
    return start


def _border(rows: Sequence[GridRow], previous: int, core: int, model: GridRow | None) -> int:
    """Where the item of ``core`` begins: at the clear gap, else at the row that looks like ``model``, the first row of
    the first item, when texts stand above their numbers."""
    gaps = [(_distance(rows[i], rows[i + 1]), i + 1) for i in range(previous, core)]
    if len(gaps) == 1:
        return core
    if rows[previous].row.page != rows[core].row.page:
        return core
    gaps.sort(reverse=True)
    if gaps[0][0] > _CLEAR_GAP * gaps[1][0]:
        return gaps[0][1]
    if model is None:
        return core
    alike = [i for i in range(core, previous, -1) if _columns(rows[i]) == _columns(model)]
    return alike[0] if alike else previous + 1


def _columns(row: GridRow) -> tuple[int, ...]:
    return tuple(cell.column for cell in row.cells)


def _stop(rows: Sequence[GridRow], core: int, ends: frozenset[int]) -> int:
    """The first row after the last item of a section that is not its own."""
    banded = rows[core].row.band
    in_band = core + 1 < len(rows) and rows[core + 1].row.band == banded and banded > 0 and not rows[core].row.declared
    ruled_below = in_band and any(row.row.band != banded for row in rows[core + 1 :])
    for index in range(core + 1, len(rows)):
        row, last = rows[index].row, rows[index - 1]
        if row.declared != rows[core].row.declared or _other_table(row, rows[core].row) or _foreign(row, ends):
            return index
        if ruled_below and row.band != banded:
            return index
        if (
            not row.declared
            and not ruled_below
            and _distance(last, rows[index]) > _FAR * max(row.box.height, last.row.box.height)
        ):
            return index
    return len(rows)


def _other_table(row: Row, core: Row) -> bool:
    return row.declared and row.band // TABLE_STRIDE != core.band // TABLE_STRIDE


def join_over_pages(parted: Sequence[Parted], carry: Mapping[int, bool]) -> list[Block]:
    """All blocks of a table; rows at the top of a page that precede its first item end the item of the page before.

    ``carry[i]`` tells whether section ``i`` may continue the one before it.
    """
    blocks: list[Block] = []
    for number, part in enumerate(parted):
        before = [row for row in part.before if total_kind(row.row) is None]
        if blocks and before and carry.get(number, False):
            blocks[-1] = replace(blocks[-1], rows=(*blocks[-1].rows, *before))
        blocks.extend(part.blocks)
    return blocks
