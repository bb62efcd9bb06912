"""Tables without a heading: found by rows whose numbers prove themselves, quantity x price = amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations

from extractors.layout import bounding_box, make_line
from extractors.table.arithmetic import MARKS, Figures, line_closes
from extractors.table.cells import amount, date_runs, kind_of, number_cell
from extractors.table.records import Heading, Label, Row
from extractors.table.tables import Body
from extractors.table.totals import total_kind
from pipeline.model import Box, Source, Word

_EDGE = 8.0  # points by which the right edges of a column of numbers may differ
_MOST_NUMBERS = 8
_REACH = 4.0  # text heights between the rows of two items
_MOST_TYPES = 6
_LONGEST_UNIT = 6  # letters of a unit nobody knows
_LONGEST_TYPE = 8  # characters of what begins a record and says of which type it is
_MEANINGS = ("quantity", "unit_price", "line_amount")


@dataclass(frozen=True, slots=True)
class _Proof:
    """A row that adds up: the boxes of its quantity, price and amount."""

    row: Row
    boxes: tuple[Box, Box, Box]
    trivial: bool  # quantity 1 proves little


def inferred_bodies(rows: Sequence[Row]) -> list[Body]:
    """The rows of a table without a heading, page by page, the first under a heading made of the places of its numbers;
    empty if no row proves it. Rows around the proven ones that have a number under the quantities belong to it too."""
    types = _by_type(rows)
    for records in types or [list(rows)]:
        found = _proven_bodies(records)
        if found:
            return found
    return next((found for records in types if (found := _bodies_by_content(records))), [])


def _proven_bodies(rows: Sequence[Row]) -> list[Body]:
    proofs = [proof for row in rows if (proof := _proof(row)) is not None]
    alike = max(([p for p in proofs if _same_columns(p, seed)] for seed in proofs), key=len, default=[])
    if not any(not proof.trivial for proof in alike):
        return []
    boxes = [_span([proof.boxes[i] for proof in alike]) for i in range(3)]
    first = _first_row(rows, alike[0].row, boxes[0])
    labels = tuple(Label("", box, frozenset({name}), 1.0) for box, name in zip(boxes, _MEANINGS, strict=True))
    heading = Heading(first.page, (first,), tuple(sorted(labels, key=lambda label: label.box.x0)), 1, 0.0)
    pages = sorted({proof.row.page for proof in alike})
    return [Body(heading if page == first.page else None, _rows_on(page, rows, first, alike)) for page in pages]


def _by_type(rows: Sequence[Row]) -> list[list[Row]]:
    """The records of a list that begin with their type ("H;4711;...", "P;10;AB-1;..."), without it, the most frequent
    type first; nothing for other lists."""
    if not all(row.declared and row.source is Source.CSV and len(row.segments) > 1 for row in rows):
        return []
    types: dict[str, list[Row]] = {}
    for row in rows:
        types.setdefault(row.segments[0].text, []).append(row)
    if not 1 < len(types) <= _MOST_TYPES or not all(map(_is_type, types)):
        return []
    return [[_without_type(row) for row in records] for records in sorted(types.values(), key=len, reverse=True)]


def _without_type(row: Row) -> Row:
    parts = row.segments[1:]
    return replace(row, segments=parts, line=make_line(row.page, [word for part in parts for word in part.words]))


def _bodies_by_content(rows: Sequence[Row]) -> list[Body]:
    """Records in which a column of units tells which number is the quantity, and no label what the others hold."""
    labels = _labels_by_content(rows)
    return [Body(Heading(rows[0].page, (rows[0],), labels, 1, 0.0), tuple(rows))] if labels else []


def _is_type(text: str) -> bool:
    return len(text) <= _LONGEST_TYPE and text.isalnum() and not text.islower()


def _labels_by_content(rows: Sequence[Row]) -> tuple[Label, ...]:
    """The quantity beside the only column of units, and the only number with decimals behind it, the price."""
    kinds = list(zip(*([kind_of(segment.text) for segment in row.segments] for row in rows), strict=False))
    units = [i for i, column in enumerate(kinds) if set(column) == {"unit"}]
    if len(units) != 1 or len({len(row.segments) for row in rows}) > 1:
        return ()
    numbers = [i for i, column in enumerate(kinds) if set(column) == {"number"}]
    beside = [i for i in (units[0] - 1, units[0] + 1) if i in numbers]
    priced = [i for i in numbers if i not in beside[:1] and _has_decimals(rows[0].segments[i].text)]
    places = [*((i, "quantity") for i in beside[:1]), *((i, "unit_price") for i in priced if len(priced) == 1)]
    boxes = [(rows[0].segments[i].box, name) for i, name in sorted(places)]
    return tuple(Label("", box, frozenset({name}), 1.0) for box, name in boxes) if beside else ()


def _rows_on(page: int, rows: Sequence[Row], first: Row, proofs: Sequence[_Proof]) -> tuple[Row, ...]:
    last = max(proof.row.index for proof in proofs if proof.row.page == page)
    end = next((r.index for r in rows if r.index > last and total_kind(r) is not None), rows[-1].index + 1)
    return tuple(row for row in rows if first.index <= row.index < end + 12 and row.page == page)


def _first_row(rows: Sequence[Row], proven: Row, quantities: Box) -> Row:
    """The topmost row above the first proven one that has a number under the quantities: its price may be missing."""
    first = proven
    for row in reversed(rows[: proven.index]):
        near = first.box.y_mid - row.box.y_mid < _REACH * max(row.box.height, first.box.height)
        if row.page != proven.page or not near:
            break
        if any(abs(box.x1 - quantities.x1) <= _EDGE for _, box in _numbers(row)) and len(row.segments) > 1:
            first = row
    return first


def _numbers(row: Row) -> list[tuple[str, Box]]:
    """The numbers that stand by themselves or beside dates and units only, as printed."""
    found: list[tuple[str, Box]] = []
    for segment in row.segments:
        if kind_of(segment.text) == "number":
            found.append((segment.text, segment.box))
        elif (bare := _bare_number(segment.words)) is not None:
            found.append(bare)
        else:
            found += _beside_dates(segment.words)
    return found


def _bare_number(words: Sequence[Word]) -> tuple[str, Box] | None:
    """One number beside a rate and a unit nobody knows ("2 682 27%", "5 db")."""
    strange = [word for word in words if word.text.strip(".").isalpha() and len(word.text) <= _LONGEST_UNIT]
    rates = [word for word in words if word.text.endswith("%")]
    rest = [word for word in words if word not in strange and word not in rates]
    text = " ".join(word.text for word in rest)
    if not rest or len(strange) > 1 or len(rates) > 1 or kind_of(text) != "number":
        return None
    return text, bounding_box(rest)


def _beside_dates(words: Sequence[Word]) -> list[tuple[str, Box]]:
    dated = {i for start, end in date_runs([word.text for word in words]) for i in range(start, end)}
    rest = [word for i, word in enumerate(words) if i not in dated]
    if not all(kind_of(word.text) in ("number", "date", "unit") for word in rest):
        return []
    return [(word.text, word.box) for word in rest if kind_of(word.text) == "number"]


def _proof(row: Row) -> _Proof | None:
    if total_kind(row) is not None:
        return None
    words = [(w.text, w.box) for w in row.line.words if kind_of(w.text) == "number"]
    return _proof_of(row, _numbers(row)) or _proof_of(row, words)


def _proof_of(row: Row, numbers: Sequence[tuple[str, Box]]) -> _Proof | None:
    if not 3 <= len(numbers) <= _MOST_NUMBERS:
        return None
    for quantity, price, total in permutations(numbers, 3):
        if total[1].x0 < max(quantity[1].x0, price[1].x0) or not _has_decimals(total[0]):
            continue
        line = Figures(quantity[0], price[0], total[0])
        if any(line_closes(line, mark, mark, mark) for mark in MARKS):
            trivial = amount(quantity[0], ".") in (None, Decimal(0), Decimal(1))
            return _Proof(row, (quantity[1], price[1], total[1]), trivial)
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
