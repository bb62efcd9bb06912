"""Lists of records (CSV, sheets) that hold several orders: one page for each order number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors.header.labels import Context, LabelHit, find_labels
from extractors.header.places import column_values
from extractors.header.view import PageView, view
from pipeline.model import Cell, Page, Word

_CLEAR = 6  # letters of a label that can mean nothing but the order number
_NUMBER = re.compile(r"(?=.*\d)(?!\d+[.,]\d{2}$)\S{3,30}")


def by_number(page: PageView, language: str | None) -> tuple[PageView, ...]:
    """The page itself, or a page for each order number where these head a column of records and differ."""
    for hit in find_labels(page, language) if page.page.cells else ():
        if (
            hit.field != "po_number"
            or hit.section != "header"
            or hit.length < _CLEAR
            or hit.context is not Context.WHOLE
        ):
            continue  # "No." heads the numbers of the lines
        values = column_values(page, hit) or ()
        if len(set(values)) > 1 and all(_NUMBER.fullmatch(value) for value in values):
            return tuple(view(_part(page.page, hit, number)) for number in dict.fromkeys(values))
    return (page,)


def _part(page: Page, hit: LabelHit, number: str) -> Page:
    """The heading and what is above it, and the records with this number, moved together."""
    head = page.cells[hit.segment.cell or 0]
    rows = {c.row for c in page.cells if c.table == head.table and c.column == head.column and c.text.strip() == number}
    kept = {row for row in {c.row for c in page.cells} if row <= head.row} | rows
    place = {row: index for index, row in enumerate(sorted(kept))}
    indexes = [i for i, cell in enumerate(page.cells) if cell.table != head.table or cell.row in kept]
    cells = tuple(_moved(page.cells[i], head.table, place) for i in indexes)
    return replace(page, cells=cells, words=_words(page, indexes))


def _moved(cell: Cell, table: int, place: dict[int, int]) -> Cell:
    return replace(cell, row=place[cell.row]) if cell.table == table else cell


def _words(page: Page, indexes: Sequence[int]) -> tuple[Word, ...]:
    position = {old: new for new, old in enumerate(indexes)}
    return tuple(
        word if word.cell is None else replace(word, cell=position[word.cell])
        for word in page.words
        if word.cell is None or word.cell in position
    )
