"""Where the unit of an item is printed."""

from __future__ import annotations

from extractors.table.cells import NumberCell, is_strange_unit, number_cell
from extractors.table.printed import LEAST_SURE, Found, Printed
from pipeline.model import Word


def _glued_unit(found: Found, cell: NumberCell) -> tuple[Word, ...]:
    """A unit without a blank before it ("12EA") stands where its number stands."""
    word = found.words[-1]
    return (Word(cell.unit or "", word.box, word.confidence, word.bold, word.cell),)


def unit_of(printed: Printed) -> Found | None:
    """The unit: beside the quantity, in its own column, or beside the price."""
    for meaning in ("quantity", "unit", "unit_price"):
        found = printed.values.get(meaning)
        if found is not None and meaning == "unit" and any(c.isalpha() for c in found.text):
            return found
        cell = number_cell(found.text) if found is not None else None
        if found is not None and cell is not None and cell.unit is not None:
            words = tuple(w for w in found.words if w.text.strip("/()") in cell.unit.split()) or _glued_unit(
                found, cell
            )
            return Found(words, found.page, found.source, 0.9 * found.sure)
        if found is not None and cell is not None and meaning == "quantity" and is_strange_unit(cell.rest):
            words = tuple(w for w in found.words if w.text.strip("/()") == cell.rest.strip("/()"))
            return Found(words, found.page, found.source, LEAST_SURE) if words else None
    return None
