"""What was seen at each step of the reading, as marks on the pages. Boxes are points, as in the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from extractors.header.places import Surroundings
from extractors.layout import segments, text_lines
from extractors.table.records import GridRow, Section
from extractors.table.steps import TableSteps
from pipeline.model import Box, Evidence, Order, Page

PARTIES = ("buyer.", "seller.", "ship_to.", "bill_to.")
SUMS = ("subtotal", "tax", "freight", "discount", "total")
# colour blind safe, after Okabe and Ito (2008)
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f00")
GREY = "#888888"
_BY_CONFIDENCE = ((0.99, "#009e73"), (0.9, "#8fbc3f"), (0.6, "#e69f00"), (0.0, "#d00000"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to be drawn. ``label`` stands at its upper left; ``filled`` tints it."""

    box: Box
    colour: str
    label: str = ""
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A page, what was noted while the document was read, and the orders that came of it."""

    page: Page
    notes: tuple[object, ...]
    orders: tuple[Order, ...]

    @property
    def tables(self) -> Iterator[TableSteps]:
        return (note for note in self.notes if isinstance(note, TableSteps))

    @property
    def sections(self) -> Iterator[tuple[TableSteps, Section]]:
        for table in self.tables:
            yield from ((table, section) for section in table.sections if page_of(section) == self.page.number)

    @property
    def evidence(self) -> Iterator[Evidence]:
        return (e for order in self.orders for e in order.evidence if e.page == self.page.number)


def page_of(section: Section) -> int:
    """The page a section stands on; 0 for one without rows."""
    if section.heading is not None:
        return section.heading.page
    return section.rows[0].page if section.rows else 0


def by_confidence(confidence: float) -> str:
    return next((colour for low, colour in _BY_CONFIDENCE if confidence >= low), _BY_CONFIDENCE[-1][1])


def colour_of(index: int) -> str:
    return PALETTE[index % len(PALETTE)]


# --- the steps --------------------------------------------------------------------------------------------------------


def words(seen: Seen) -> Iterator[Mark]:
    return (Mark(word.box, by_confidence(word.confidence)) for word in seen.page.words)


def rulings(seen: Seen) -> Iterator[Mark]:
    yield from (Mark(ruling.box, "#0072b2" if ruling.horizontal else "#d55e00") for ruling in seen.page.rulings)
    yield from (Mark(cell.box, "#009e73") for cell in seen.page.cells)


def lines(seen: Seen) -> Iterator[Mark]:
    for number, line in enumerate(text_lines(seen.page)):
        yield Mark(line.box, colour_of(number), str(number + 1))
        yield from (Mark(part.box, colour_of(number), filled=True) for part in segments(line, seen.page.rulings))


def heading(seen: Seen) -> Iterator[Mark]:
    for _, section in seen.sections:
        if section.heading is None:
            continue
        yield from (Mark(row.box, GREY) for row in section.heading.rows)
        for label in section.heading.labels:
            meanings = "/".join(sorted(label.meanings)) or "?"
            yield Mark(label.box, by_confidence(label.score), f"{meanings} {label.score:.2f}", filled=True)


def columns(seen: Seen) -> Iterator[Mark]:
    """The strips of a table with what they were taken to mean."""
    for table, section in seen.sections:
        top, bottom = _extent(section)
        for column in section.columns:
            x0, x1 = (_within(x, seen.page.width) for x in (column.x0, column.x1))
            meaning = table.meanings.get(column.index, "-")
            yield Mark(Box(x0, top, x1, bottom), colour_of(column.index), f"{column.index} {meaning}", filled=True)


def _extent(section: Section) -> tuple[float, float]:
    boxes = [row.box for row in section.rows] + [r.box for r in (section.heading.rows if section.heading else ())]
    return min(box.top for box in boxes), max(box.bottom for box in boxes)


def _within(x: float, width: float) -> float:
    return min(max(x, 0.0), width) if isfinite(x) else (0.0 if x < 0 else width)


def anchors(seen: Seen) -> Iterator[Mark]:
    """The row of each item that holds its numbers, its words dealt out to the columns."""
    for number, row in _block_rows(seen, core=True):
        yield Mark(row.row.box, GREY, f"item {number}")
        yield from (Mark(cell.box, colour_of(cell.column), filled=True) for cell in row.cells)


def items(seen: Seen) -> Iterator[Mark]:
    """All rows of each item, those above and below its numbers as well."""
    for table in seen.tables:
        for number, block in enumerate(table.blocks):
            rows = [row.row.box for row in block.rows if row.row.page == seen.page.number]
            if rows:
                yield Mark(_around(rows), colour_of(number), f"item {number + 1}", filled=True)


def _block_rows(seen: Seen, *, core: bool) -> Iterator[tuple[int, GridRow]]:
    for table in seen.tables:
        for number, block in enumerate(table.blocks, 1):
            rows = [block.rows[block.core]] if core else list(block.rows)
            yield from ((number, row) for row in rows if row.row.page == seen.page.number)


def _around(boxes: Sequence[Box]) -> Box:
    found = boxes[0]
    for box in boxes[1:]:
        found = found.union(box)
    return found


def totals(seen: Seen) -> Iterator[Mark]:
    for table in seen.tables:
        yield from (
            Mark(cell.box, GREY, f"{cell.kind} {cell.value}") for cell in table.totals if cell.page == seen.page.number
        )
    yield from _values(seen, lambda path: path in SUMS)


def labels(seen: Seen) -> Iterator[Mark]:
    """The labels that were found outside the table, and what they label."""
    hits = (
        hit
        for note in seen.notes
        if isinstance(note, Surroundings) and note.page.page.number == seen.page.number
        for hit in note.hits
    )
    names: dict[str, int] = {}
    for hit in hits:
        colour = colour_of(names.setdefault(hit.field, len(names)))
        yield Mark(hit.box, colour, f"{hit.field} {hit.fit:.2f}", filled=True)


def header(seen: Seen) -> Iterator[Mark]:
    return _values(seen, lambda path: not path.startswith(("lines[", *PARTIES)) and path not in SUMS)


def parties(seen: Seen) -> Iterator[Mark]:
    return _values(seen, lambda path: path.startswith(PARTIES))


def values(seen: Seen) -> Iterator[Mark]:
    return _values(seen, lambda path: path.startswith("lines["))


def _values(seen: Seen, wanted: Callable[[str], bool]) -> Iterator[Mark]:
    for e in seen.evidence:
        if wanted(e.path):
            yield Mark(e.box, by_confidence(e.confidence), f"{e.path.removeprefix('lines')} {e.confidence:.2f}", True)


STEPS: tuple[tuple[str, Callable[[Seen], Iterable[Mark]]], ...] = (
    ("words", words),
    ("rulings", rulings),
    ("lines", lines),
    ("heading", heading),
    ("columns", columns),
    ("rows", anchors),
    ("items", items),
    ("values", values),
    ("totals", totals),
    ("labels", labels),
    ("header", header),
    ("parties", parties),
)


def combined(seen: Seen) -> Iterator[Mark]:
    """Of the table that gave the lines, items and columns without their tint; and every value."""
    seen = replace(seen, notes=tuple(n for n in seen.notes if not isinstance(n, TableSteps) or _gave_lines(n, seen)))
    yield from (Mark(mark.box, GREY, mark.label) for mark in columns(seen))
    yield from (Mark(mark.box, mark.colour, mark.label) for mark in items(seen))
    yield from (Mark(mark.box, GREY) for mark in labels(seen))
    for step in (header, parties, totals):
        yield from step(seen)
    yield from (Mark(mark.box, mark.colour, filled=True) for mark in values(seen))


def _gave_lines(table: TableSteps, seen: Seen) -> bool:
    """Whether values of lines were read in the rows of this table's items."""
    places = [(e.page, e.box.y_mid) for o in seen.orders for e in o.evidence if e.path.startswith("lines[")]
    rows = [row.row for block in table.blocks for row in block.rows]
    return any(row.page == page and row.box.top <= y <= row.box.bottom for row in rows for page, y in places)
