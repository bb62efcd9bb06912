"""The stored pairing of results with truth. All figures come from these records and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One judged value. ``path`` is the truth's ("lines[2].quantity"), or the result's for a line nobody expected.

    ``expected`` and ``found`` are None where truth or result say nothing. ``confidence`` (0 to 1) and ``source`` are
    None where the result gives no evidence for the value.
    """

    path: str
    field: str  # "quantity", "buyer.name"
    expected: str | None
    found: str | None
    right: bool
    confidence: float | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class LinePair:
    """Positions from 0; ``expected`` is None for a line nobody ordered, ``found`` for a line that was missed.

    ``right``: quantity, price and item id are right. ``exact``: every judged field is.
    """

    expected: int | None
    found: int | None
    right: bool
    exact: bool
    fields: tuple[FieldPair, ...]


@dataclass(frozen=True, slots=True)
class OrderPair:
    """Positions within the document, from 0. ``type_right`` is None where the truth leaves the type open.

    ``judged`` is False where only the type counts (a document that is no order); ``lines_judged`` where the truth
    states no lines.
    """

    expected: int | None
    found: int | None
    expected_type: str | None
    found_type: str | None
    type_right: bool | None
    judged: bool
    lines_judged: bool
    header: tuple[FieldPair, ...] = ()
    lines: tuple[LinePair, ...] = ()

    @property
    def fields(self) -> tuple[FieldPair, ...]:
        return (*self.header, *(pair for line in self.lines for pair in line.fields))

    @property
    def lines_right(self) -> bool:
        return all(line.right for line in self.lines)

    @property
    def lines_exact(self) -> bool:
        return all(line.exact for line in self.lines)

    @property
    def header_right(self) -> bool:
        return all(pair.right for pair in self.header)

    @property
    def exact(self) -> bool:
        """Every judged field of the order and its lines."""
        return self.header_right and self.lines_exact

    @property
    def key_right(self) -> bool:
        """What an ERP books by: PO number, total, and of each line quantity, price and item id."""
        return self.lines_right and all(pair.right for pair in self.header if pair.field in ("po_number", "total"))


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """One document. ``error`` says why there is no result; ``error_expected`` that the truth calls it unreadable."""

    file: str
    layout: str
    channel: str
    language: str
    orders: tuple[OrderPair, ...]
    error: str | None = None
    error_expected: bool = False

    @property
    def failed(self) -> bool:
        return self.error is not None and not self.error_expected
