"""Lists of records (CSV, sheets) that hold several orders: one page for each order number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.header.fields import po_number
from extractors.header.labels import Context, LabelHit, find_labels
from extractors.header.places import Surroundings, column_values
from extractors.header.view import PageView, view
from extractors.table.lexicon import find_label
from extractors.table.records import CODES
from pipeline.language import fold
from pipeline.model import Cell, Page

_CLEAR = 6  # letters of a label that can mean nothing but the order number
_NUMBER = re.compile(r"(?=.*\d)(?!\d+[.,]\d{2}$)\S[\S ]{1,28}\S")
_SURE = 0.8  # score of an order number outside the list that holds for all of it


def by_number(page: PageView, language: str | None) -> tuple[PageView, ...]:
    """The page itself, or a page for each order number where these head a column of records and differ."""
    hits = find_labels(page, language) if page.page.cells else ()
    for hit in hits:
        if not _heads_numbers(page, hit):
            continue
        owners = _owners(page.page, hit)
        numbers = tuple(dict.fromkeys(owners.values()))
        if len(numbers) > 1 and all(_NUMBER.fullmatch(number) for number in numbers) and not _has_own(page, hit, hits):
            return tuple(view(_part(page.page, hit, owners, number)) for number in numbers)
    return (page,)


def _heads_numbers(page: PageView, hit: LabelHit) -> bool:
    """Whether a label heads a column of order numbers: "No." heads those of the lines, "Bestell-Nr." may head codes."""
    if hit.field != "po_number" or hit.section != "header" or hit.context is not Context.WHOLE:
        return False
    clear = hit.length >= _CLEAR or fold(hit.segment.text).startswith("po")
    if not clear or column_values(page, hit) is None:
        return False
    head = page.page.cells[hit.segment.cell or 0]
    meanings = {
        c.column: found[0]
        for c in page.page.cells
        if (c.table, c.row) == (head.table, head.row) and (found := find_label(c.text)) is not None
    }
    others = [meant for column, meant in meanings.items() if column != head.column]
    return not meanings.get(head.column, frozenset()) & CODES or any(meant & CODES for meant in others)


def _has_own(page: PageView, hit: LabelHit, hits: Sequence[LabelHit]) -> bool:
    """Whether an order number stands outside the list: then those in it are something else."""
    table = page.page.cells[hit.segment.cell or 0].table
    row = page.page.cells[hit.segment.cell or 0].row
    outside = [h for h in hits if h.segment.cell is None or not _within(page.page.cells[h.segment.cell], table, row)]
    found = po_number([Surroundings(page, outside)]).found
    return found is not None and found.score >= _SURE


def _within(cell: Cell, table: int, row: int) -> bool:
    return cell.table == table and cell.row >= row


def _owners(page: Page, hit: LabelHit) -> Mapping[int, str]:
    """The rows of the list with their order number: a row without one goes on with that above it.

    What stands under the last record (a sum over all) has none.
    """
    head = page.cells[hit.segment.cell or 0]
    sizes = Counter(c.row for c in page.cells if c.table == head.table and c.text.strip())
    printed = {c.row: " ".join(c.text.split()) for c in page.cells if (c.table, c.column) == (head.table, head.column)}
    records = {row for row, size in sizes.items() if row > head.row and size >= sizes[head.row] / 2}
    owners: dict[int, str] = {}
    number = ""
    for row in sorted(row for row in sizes if head.row < row <= max(records)):
        number = printed.get(row) or number if row in records else number
        owners[row] = number
    return owners


def _part(page: Page, hit: LabelHit, owners: Mapping[int, str], number: str) -> Page:
    """The records with this number and what no number owns: what is above the list and below it, moved together."""
    table = page.cells[hit.segment.cell or 0].table
    rows = {c.row for c in page.cells if c.table == table}
    kept = sorted(row for row in rows if owners.get(row, number) == number)
    place = {row: index for index, row in enumerate(kept)}
    part = with_cells(page, [i for i, cell in enumerate(page.cells) if cell.table != table or cell.row in place])
    return replace(part, cells=tuple(_moved(cell, table, place) for cell in part.cells))


def _moved(cell: Cell, table: int, place: Mapping[int, int]) -> Cell:
    return replace(cell, row=place[cell.row]) if cell.table == table else cell


def with_cells(page: Page, indexes: Sequence[int]) -> Page:
    """The page with these of its cells, and with all words that stand in none."""
    position = {old: new for new, old in enumerate(indexes)}
    words = tuple(
        word if word.cell is None else replace(word, cell=position[word.cell])
        for word in page.words
        if word.cell is None or word.cell in position
    )
    return replace(page, cells=tuple(page.cells[i] for i in indexes), words=words)
