"""Headings of sections between the items ("Hall 3: spare parts"): no part of the item above or below them."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.table.cells import kind_of
from extractors.table.conditions import is_delivery
from extractors.table.inline import read_inline
from extractors.table.item import holds_figures, is_line_no
from extractors.table.meaning import Meanings
from extractors.table.records import TEXTS, GridRow
from extractors.table.totals import total_kind

_EDGE = 4.0  # points by which a caption may be off the left edge of the table


def captions(rows: Sequence[GridRow], cores: Sequence[int], meanings: Meanings) -> frozenset[int]:
    """Indexes of the rows that head a section.

    They begin at the left edge of the table, where the item below has its number or code, and hold words. In a table
    that begins with the text of the items only bold print tells them from wrapped text.
    """
    if not any(meaning in TEXTS for meaning in meanings.of.values()):
        return frozenset()
    left = min(rows[core].row.box.x0 for core in cores)
    first = min(cell.column for core in cores for cell in rows[core].cells)
    in_text = meanings.of.get(first, "description") in TEXTS
    found = set()
    for index in range(cores[-1]):
        following = next(core for core in cores if core >= index)
        if index == following or rows[following].cell(first) is None or _is_ruled_to_above(rows, index, following):
            continue
        if _is_caption(rows[index], left) and _stands_out(rows, index, following, bold_only=in_text):
            found.add(index)
    return frozenset(found)


def _is_ruled_to_above(rows: Sequence[GridRow], index: int, following: int) -> bool:
    """A ruling parts the row from the item below and none from the row above."""
    band = rows[index].row.band
    return index > 0 and band == rows[index - 1].row.band != rows[following].row.band


def _is_caption(row: GridRow, left: float) -> bool:
    segments = row.row.segments
    if row.row.declared or len(segments) > 1 or abs(row.row.box.x0 - left) > _EDGE or total_kind(row.row) is not None:
        return False
    words = segments[0].text.split()
    worded = any(len(word) >= 3 and sum(c.isalpha() for c in word) >= 3 and not word.isupper() for word in words)
    shouted = any(word.isalpha() and len(word) >= 4 for word in words) and len(words) > 1
    if not (worded or shouted) or is_line_no(words[0]) or kind_of(words[0]) in ("code", "date"):
        return False
    return read_inline(segments[0].words) is None and not is_delivery(row) and not holds_figures(row.row)


def _stands_out(rows: Sequence[GridRow], index: int, following: int, *, bold_only: bool) -> bool:
    """Bold above plain rows; or by itself, no nearer to the row above than to the one below."""
    bold = all(word.bold for word in rows[index].row.line.words)
    if bold and not all(word.bold for word in rows[following].row.line.words):
        return True
    if bold_only or index == 0:
        return False
    above = rows[index].row.box.y_mid - rows[index - 1].row.box.y_mid
    below = rows[index + 1].row.box.y_mid - rows[index].row.box.y_mid
    return above >= 0.95 * below
