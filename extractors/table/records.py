"""What the steps of the line-item engine hand to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar

from extractors.layout import Segment, TextLine
from pipeline.model import Box, Doubt, Evidence, LineItem, Source, Word

CODE_FIELDS = ("buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id")
CODES = frozenset({"item_id", *CODE_FIELDS})
NUMBERS = frozenset({"quantity", "unit_price", "price_base_quantity", "line_discount", "line_amount", "gross_amount",
                     "tax_rate", "tax_amount"})  # fmt: skip
TEXTS = frozenset({"description", "combined"})
SIZE = "size"  # a column of a size matrix, headed by one size
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One text line as the engine sees it. In declared tables it is one row of cells, each a segment.

    ``index`` counts the rows of the whole document from 0; ``band`` numbers the strips between horizontal rulings.
    """

    index: int
    line: TextLine
    segments: tuple[Segment, ...]
    source: Source
    band: int = 0
    declared: bool = False
    known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)  # see ``once_a_row``

    @property
    def page(self) -> int:
        return self.line.page

    @property
    def box(self) -> Box:
        return self.line.box

    @property
    def text(self) -> str:
        return self.line.text


def once_a_row(step: Callable[[Row], T]) -> Callable[[Row], T]:
    """Asks a pure function about a row once. The answer goes with the row: nothing outlives its document."""
    name = f"{step.__module__}.{step.__qualname__}"

    @wraps(step)
    def known(row: Row) -> T:
        answers = row.known
        if name not in answers:
            answers[name] = step(row)
        answer: T = answers[name]
        return answer

    return known


@dataclass(frozen=True, slots=True)
class Label:
    """A column label, perhaps over several lines. ``stacked`` holds the meanings of labels printed below each other
    in one column ("Our ref." over "Your ref."), top first, when they are not one label."""

    text: str
    box: Box
    meanings: frozenset[str]
    score: float  # 0 for a column without a known label
    level: int = 0
    stacked: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table on one page. ``levels`` is 2 where each item has two rows of values."""

    page: int
    rows: tuple[Row, ...]
    labels: tuple[Label, ...]
    levels: int
    score: float

    @property
    def signature(self) -> tuple[str, ...]:
        return tuple(label.text for label in self.labels)


@dataclass(frozen=True, slots=True)
class Column:
    """A strip of the page that holds one kind of value: ``x0 <= middle of a word < x1``. ``start`` is the left edge of
    the values themselves."""

    index: int
    x0: float
    x1: float
    label: Label
    level: int = 0
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a table on one page: its columns there and the rows below its heading."""

    heading: Heading | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CellValue:
    """The words of one row in one column."""

    column: int
    words: tuple[Word, ...]
    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row with its words dealt out to the columns. ``level`` is the heading level its values stand under;
    ``caption`` marks the heading of a section between items."""

    row: Row
    cells: tuple[CellValue, ...]
    level: int = 0
    caption: bool = False

    def cell(self, column: int) -> CellValue | None:
        for cell in self.cells:
            if cell.column == column:
                return cell
        return None


@dataclass(frozen=True, slots=True)
class Block:
    """All rows of one item. ``core`` holds the numbers; ``head`` is where line number and code stand."""

    rows: tuple[GridRow, ...]
    core: int  # index into rows


@dataclass(frozen=True, slots=True)
class TotalCell:
    """A sum or charge printed in or below the table.

    ``kind``: subtotal, tax, freight, discount, total, carried_forward or surcharge.
    """

    kind: str
    value: Decimal
    page: int
    box: Box
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TableReading:
    """All that the line-item engine reads from a document. Paths of evidence and doubts start at ``lines[i]``.

    ``regions``: (page number from 1, box) of what the table covers. ``decimal``: the decimal mark that holds in the
    table, None when nothing proves one. ``date_order``: "dmy", "mdy", "ymd" or None.
    """

    lines: tuple[LineItem, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    regions: tuple[tuple[int, Box], ...] = ()
    totals: tuple[TotalCell, ...] = ()
    decimal: str | None = None
    date_order: str | None = None
    unit_from_heading: str | None = None
    currency: str | None = None

    @property
    def holds_items(self) -> bool:
        """Whether any row holds a figure or a code: texts alone are a table of something else."""
        return any(
            value is not None
            for line in self.lines
            for value in (line.quantity, line.unit_price, line.line_amount, line.buyer_item_id, line.seller_item_id)
        )
