"""Size matrices of clothing: one row a style and colour, one column a size, each filled cell an item of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from extractors.table.arithmetic import Marks, closes
from extractors.table.cells import amount, kind_of, number_cell
from extractors.table.printed import Found, Printed
from extractors.table.records import SIZE, Block, CellValue, Column
from pipeline.model import Word

_LETTERS = re.compile(r"(?:[2-6]X|X{0,4})[SL]|M", re.IGNORECASE)
_LEAST = 3  # so many sizes side by side make a matrix
_RANK = {"S": -1, "M": 0, "L": 1}


def size_runs(words: Sequence[Word]) -> frozenset[int]:
    """Indexes of the words that are sizes in rising order, at least three side by side: "S M L XL", "36 38 40"."""
    ranks = [_rank(word.text) for word in words]
    found: set[int] = set()
    start = 0
    for end in range(1, len(words) + 1):
        if end < len(words) and _follows(ranks[end - 1], ranks[end]):
            continue
        if end - start >= _LEAST and ranks[start] is not None:
            found.update(range(start, end))
        start = end
    return frozenset(found)


def _rank(text: str) -> tuple[str, float] | None:
    if _LETTERS.fullmatch(text):
        grown = int(text[0]) if text[0].isdigit() else text.upper().count("X")
        return "letter", _RANK[text[-1].upper()] * (1.0 + grown)
    return ("figure", float(text)) if re.fullmatch(r"\d{2,3}|\d{1,2}\.5", text) and 16 <= float(text) <= 200 else None


def _follows(before: tuple[str, float] | None, after: tuple[str, float] | None) -> bool:
    return before is not None and after is not None and before[0] == after[0] and before[1] < after[1]


def size_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    return tuple(column for column in columns if SIZE in column.label.meanings)


def spread(printed: Printed, block: Block, columns: Sequence[Column], meanings: Mapping[int, str]) -> Iterator[Printed]:
    """The items of one row of a matrix: one for each size with a quantity; the row itself where it has none."""
    row = block.rows[block.core]
    extra = [
        cell.words for cell in row.cells if cell.column not in meanings and _is_attribute(columns, cell)
    ]  # the colour
    cells = [(column, cell) for column in size_columns(columns) if (cell := row.cell(column.index)) is not None]
    counted = [(column, cell) for column, cell in cells if (n := number_cell(cell.text)) is not None and not n.rest]
    if any(any(c.isalnum() for c in cell.text) for _, cell in cells if (_, cell) not in counted):
        printed.unused.append(row.row.text)
    counted = [(column, cell) for column, cell in counted if cell.text.strip("0.,")]
    if not counted:
        yield printed
        return
    total = printed.values.get("quantity")
    for column, cell in counted:
        found = Found(cell.words, row.row.page, row.row.source, 1.0)
        size = replace(cell.words[0], text=column.label.text, box=column.label.box)
        values = {name: value for name, value in printed.values.items() if name != "line_amount"} | {"quantity": found}
        lines = [*printed.lines, *extra, (size,)]
        yield replace(
            printed, values=values, lines=lines, notes=list(printed.notes), unused=list(printed.unused),
            whole=(total, printed.values.get("line_amount"), tuple(cell.text for _, cell in counted)),
        )  # fmt: skip


def _is_attribute(columns: Sequence[Column], cell: CellValue) -> bool:
    """Text to the left of the sizes: the colour, the length."""
    first = size_columns(columns)[0]
    return cell.column < first.index and kind_of(cell.text) in ("text", "code")


def adds_up(printed: Printed, marks: Marks) -> bool | None:
    """Whether the sizes of a row give its printed quantity, and times the price its amount; None if neither stands."""
    if printed.whole is None:
        return None
    total, money, parts = printed.whole
    pieces = [amount(text, marks.quantity) for text in parts]
    if any(piece is None for piece in pieces):
        return False
    count = sum((piece for piece in pieces if piece is not None), Decimal(0))
    price = printed.values.get("unit_price")
    proofs = [] if total is None else [amount(total.text, marks.quantity) == count]
    if money is not None and price is not None:
        proofs.append(bool(closes(count, amount(price.text, marks.price), amount(money.text, marks.amount))))
    return all(proofs) if proofs else None
