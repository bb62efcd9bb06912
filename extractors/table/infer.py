"""Tables without a heading: found by rows whose numbers prove themselves, quantity x price = amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

from extractors.table.arithmetic import MARKS, closes
from extractors.table.cells import amount, kind_of, number_cell
from extractors.table.records import Heading, Label, Row
from extractors.table.tables import Body
from extractors.table.totals import total_kind
from pipeline.model import Box

_EDGE = 8.0  # points by which the right edges of a column of numbers may differ
_MOST_NUMBERS = 7
_MEANINGS = ("quantity", "unit_price", "line_amount")


@dataclass(frozen=True, slots=True)
class _Proof:
    """A row that adds up: the boxes of its quantity, price and amount."""

    row: Row
    boxes: tuple[Box, Box, Box]
    trivial: bool  # quantity 1 proves little


def inferred_body(rows: Sequence[Row]) -> Body | None:
    """The rows of a table without a heading, under one made of the places of its numbers; None if no row proves it."""
    proofs = [proof for row in rows if (proof := _proof(row)) is not None]
    alike = max(([p for p in proofs if _same_columns(p, seed)] for seed in proofs), key=len, default=[])
    if not any(not proof.trivial for proof in alike):
        return None
    first, last = alike[0].row, alike[-1].row
    boxes = [_span([proof.boxes[i] for proof in alike]) for i in range(3)]
    labels = tuple(Label("", box, frozenset({name}), 1.0) for box, name in zip(boxes, _MEANINGS, strict=True))
    ordered = tuple(sorted(labels, key=lambda label: label.box.x0))
    heading = Heading(first.page, (first,), ordered, 1, 0.0)
    end = next((r.index for r in rows if r.index > last.index and total_kind(r) is not None), rows[-1].index + 1)
    body = tuple(row for row in rows if first.index <= row.index < end + 12 and row.page == first.page)
    return Body(heading, body)


def _proof(row: Row) -> _Proof | None:
    if total_kind(row) is not None:
        return None
    numbers = [(s.text, s.box) for s in row.segments if kind_of(s.text) == "number"]
    if not 3 <= len(numbers) <= _MOST_NUMBERS:
        numbers = [(w.text, w.box) for w in row.line.words if kind_of(w.text) == "number"]
    if not 3 <= len(numbers) <= _MOST_NUMBERS:
        return None
    for quantity, price, total in permutations(numbers, 3):
        if total[1].x0 < max(quantity[1].x0, price[1].x0) or not _has_decimals(total[0]):
            continue
        for mark in MARKS:
            ordered = amount(quantity[0], mark)
            if ordered and closes(ordered, amount(price[0], mark), amount(total[0], mark)):
                return _Proof(row, (quantity[1], price[1], total[1]), ordered == Decimal(1))
    return None


def _has_decimals(text: str) -> bool:
    cell = number_cell(text)
    return cell is not None and not cell.digits.isdigit()


def _same_columns(a: _Proof, b: _Proof) -> bool:
    return all(min(abs(x.x1 - y.x1), abs(x.x0 - y.x0)) <= _EDGE for x, y in zip(a.boxes, b.boxes, strict=True))


def _span(boxes: Sequence[Box]) -> Box:
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    return box
