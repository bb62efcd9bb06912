"""Which rows hold the numbers of an item: strong ones by their figures, weak ones by what names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.table.cells import is_figure, kind_of, number_cell
from extractors.table.codes import is_code
from extractors.table.conditions import condition_of, is_delivery
from extractors.table.item import is_line_no
from extractors.table.lexicon import label_hits
from extractors.table.meaning import Meanings
from extractors.table.records import CODES, TEXTS, CellValue, GridRow
from extractors.table.totals import charge_of, total_kind
from pipeline.values import has_digit


@dataclass(frozen=True, slots=True)
class Places:
    """Columns that matter for finding items."""

    numbers: tuple[int, ...]
    line_no: int | None
    codes: tuple[int, ...]
    texts: tuple[int, ...]
    amount: int | None


def places_of(meanings: Meanings) -> Places:
    numbers = [meanings.column(m) for m in ("quantity", "unit_price", "line_amount")]
    codes = tuple(index for index, m in meanings.of.items() if m in CODES)
    texts = tuple(index for index, m in meanings.of.items() if m in TEXTS)
    return Places(tuple(n for n in numbers if n is not None), meanings.column("line_no"), codes, texts, numbers[2])


def number_in(row: GridRow, column: int | None) -> bool:
    cell = row.cell(column) if column is not None else None
    return (
        cell is not None
        and (is_figure(cell.text) or kind_of(cell.text) in ("percent", "code"))
        and number_cell(cell.text) is not None
    )


def has_line_no(row: GridRow, column: int | None) -> bool:
    cell = row.cell(column) if column is not None else None
    return cell is not None and is_line_no(cell.text)


def _strength(row: GridRow, places: Places) -> int:
    return sum(number_in(row, index) for index in places.numbers)


def find_cores(rows: Sequence[GridRow], meanings: Meanings) -> list[int]:
    """Indexes of the rows that hold the numbers of an item."""
    places = places_of(meanings)
    enough = min(2, len(places.numbers))
    closed = _closing_index(rows, places)
    full = len(places.numbers)
    strong = [
        i
        for i, row in enumerate(rows)
        if _strength(row, places) >= (enough if i < closed else max(full, 2)) and not _is_no_item(row, places)
    ]
    numbered = sum(has_line_no(rows[i], places.line_no) for i in strong) >= max(1, 0.8 * len(strong))
    weak = [
        i
        for i in range(closed)
        if i not in set(strong) and _is_weak_core(rows, i, places, numbered=numbered, strong=strong)
    ]
    return _first_of_bands(rows, sorted(strong + weak), places)


def _first_of_bands(rows: Sequence[GridRow], cores: Sequence[int], places: Places) -> list[int]:
    """Without rows between the rulings of a numbered item that have no number: its figures wrapped in their cells."""
    kept: list[int] = []
    for core in cores:
        band = rows[core].row.band
        wraps = kept and band > 0 and not rows[core].row.declared and rows[kept[-1]].row.band == band
        if wraps and has_line_no(rows[kept[-1]], places.line_no) and not has_line_no(rows[core], places.line_no):
            continue
        kept.append(core)
    return kept


def _closing_index(rows: Sequence[GridRow], places: Places) -> int:
    """The first sum below items: behind it only a whole item counts as one."""
    seen = False
    for index, row in enumerate(rows):
        seen = seen or _strength(row, places) >= 1
        if seen and _is_sum(row, places) and total_kind(row.row) in ("subtotal", "total"):
            return index
    return len(rows)


def _is_sum(row: GridRow, places: Places) -> bool:
    """A totals line may have several figures (sum of quantities, sum of amounts) but names no item."""
    return total_kind(row.row) is not None and not has_line_no(row, places.line_no)


def _is_no_item(row: GridRow, places: Places) -> bool:
    """A sum, a charge, or what the item above costs: rows with figures that name nothing."""
    if _is_sum(row, places) or is_charge(row, places):
        return True
    return condition_of(row.row) is not None and not _is_named(row, places)


def _is_named(row: GridRow, places: Places) -> bool:
    coded = any((cell := row.cell(i)) is not None and is_code(cell.text) for i in places.codes)
    return coded or has_line_no(row, places.line_no)


def is_charge(row: GridRow, places: Places) -> bool:
    """The name of a charge and an amount: freight has no code, quantity or price."""
    if places.amount is None or not number_in(row, places.amount) or _strength(row, places) > 1:
        return False
    return charge_of(row.row) is not None and not _is_named(row, places)


def _is_weak_core(
    rows: Sequence[GridRow], index: int, places: Places, *, numbered: bool, strong: Sequence[int]
) -> bool:
    """An item with figures missing: named by a line number where the others have one, else by a code or a text."""
    row = rows[index]
    if _is_no_item(row, places):
        return False
    counted = _strength(row, places) >= 1
    named = any((cell := row.cell(i)) is not None and not _is_labelled(cell) for i in places.texts) or any(
        (cell := row.cell(i)) is not None and not _is_labelled(cell) and has_digit(cell.text) for i in places.codes
    )
    if places.line_no is not None and numbered:
        return has_line_no(row, places.line_no) and (counted or (named and _counts_on(rows, index, places, strong)))
    if counted:
        return named and not is_delivery(row)
    coded = any((cell := row.cell(i)) is not None and is_code(cell.text) for i in places.codes)
    return row.row.declared and coded and any(row.cell(i) is not None for i in places.texts)


def _is_labelled(cell: CellValue) -> bool:
    """Text that begins with the label of a note, a code or a date; one letter is no label."""
    hits = label_hits([word.text for word in cell.words][:4], "inline")
    return bool(hits) and hits[0].start == 0 and len(hits[0].label) > 1


def _counts_on(rows: Sequence[GridRow], index: int, places: Places, strong: Sequence[int]) -> bool:
    """Whether the line number lies between those of the items around it."""
    own = _line_number(rows[index], places)
    before = [n for i in strong if i < index and (n := _line_number(rows[i], places)) is not None]
    behind = [n for i in strong if i > index and (n := _line_number(rows[i], places)) is not None]
    if own is None or not (before or behind):
        return False
    return (not before or before[-1] < own) and (not behind or own < behind[0])


def _line_number(row: GridRow, places: Places) -> int | None:
    cell = row.cell(places.line_no) if places.line_no is not None else None
    digits = cell.text.strip().rstrip(".):") if cell is not None else ""
    return int(digits) if digits.isdigit() else None
