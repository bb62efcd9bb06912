"""Layouts that a person corrected once: the correction is one more candidate, and the sums decide about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from extractors.table.arithmetic import closes
from extractors.table.engine import read_under
from extractors.table.heading import find_headings
from extractors.table.lexicon import find_label
from extractors.table.records import Heading, Label, Row, TableReading
from extractors.table.rows import rows_of
from pipeline.language import fold
from pipeline.model import Box, Doubt, LayoutColumn, LayoutCorrection, LineItem, Page

_ALIKE = 0.04  # of the heading's width: how far a label may stand from where it stood
_FEWEST = 3  # labels of a heading
_ONE = Decimal(1)


def remembered(
    reading: TableReading, pages: Sequence[Page], corrections: Sequence[LayoutCorrection], date_order: str | None
) -> TableReading:
    """The reading under a remembered correction, where one fits the layout and every line adds up under it.

    A correction that fits the layout and does not add up is ignored with a doubt: the layout is not what it seems.
    """
    if not corrections:
        return reading
    rows = rows_of(pages)
    refused = None
    for correction in reversed(corrections):  # the newest first
        headings = tuple(headings_like(correction, rows))
        if not headings:
            continue
        candidate = read_under(headings, pages, date_order)
        if is_proven(candidate.lines) and len(candidate.lines) >= len(reading.lines):
            return candidate
        refused = refused or correction
    if refused is None:
        return reading
    source = f" (learned from {refused.learned_from})" if refused.learned_from else ""
    doubt = Doubt("lines", f"a correction is remembered for this layout{source}, but the lines do not add up under it")
    return replace(reading, doubts=(*reading.doubts, doubt))


def is_proven(lines: Sequence[LineItem]) -> bool:
    """Whether every line adds up, and one at least with a quantity that proves something."""
    return bool(lines) and all(_closes(line) for line in lines) and any(line.quantity != _ONE for line in lines)


def _closes(line: LineItem) -> bool:
    discount = line.line_discount
    value, percent = (discount.value, discount.percent) if discount is not None else (None, True)
    base = line.price_base_quantity
    return closes(line.quantity, line.unit_price, line.line_amount, base, value, percent) is True


# --- layouts ----------------------------------------------------------------------------------------------------------


def layouts_in(rows: Sequence[Row]) -> Iterator[tuple[LayoutColumn, ...]]:
    """Everything that may be the heading of a table: what passes for one, then any row of several parts."""
    for heading in find_headings(rows):
        yield columns_of([(label.text, label.box) for label in heading.labels])
    for row in rows:
        if len(row.segments) >= _FEWEST:
            yield columns_of([(segment.text, segment.box) for segment in row.segments])


def columns_of(labels: Sequence[tuple[str, Box]]) -> tuple[LayoutColumn, ...]:
    """Labels with their places relative to the whole heading."""
    left, right = min(box.x0 for _, box in labels), max(box.x1 for _, box in labels)
    width = max(right - left, 1.0)
    ordered = sorted(labels, key=lambda label: label[1].x0)
    return tuple(LayoutColumn(fold(text), round((box.x0 - left) / width, 4)) for text, box in ordered)


def same_layout(a: Sequence[LayoutColumn], b: Sequence[LayoutColumn]) -> bool:
    return len(a) == len(b) and all(
        x.label == y.label and abs(x.place - y.place) <= _ALIKE for x, y in zip(a, b, strict=True)
    )


def headings_like(correction: LayoutCorrection, rows: Sequence[Row]) -> Iterator[Heading]:
    """The headings of this layout, page by page, their labels with the corrected meanings."""
    known = {heading.rows[0].index: heading for heading in find_headings(rows)}
    for row in rows:
        heading = known.get(row.index)
        if heading is not None and same_layout(_columns(heading.labels), correction.columns):
            yield _corrected(heading, correction)
        elif len(row.segments) == len(correction.columns):
            plain = tuple(_label(segment.text, segment.box) for segment in row.segments)
            if same_layout(_columns(plain), correction.columns):
                yield _corrected(Heading(row.page, (row,), plain, 1, 1.0), correction)


def _columns(labels: Sequence[Label]) -> tuple[LayoutColumn, ...]:
    return columns_of([(label.text, label.box) for label in labels]) if labels else ()


def _label(text: str, box: Box) -> Label:
    found = find_label(text)
    return Label(text, box, found[0], found[1]) if found is not None else Label(text, box, frozenset(), 0.0)


def _corrected(heading: Heading, correction: LayoutCorrection) -> Heading:
    ordered = sorted(heading.labels, key=lambda label: label.box.x0)
    labels = tuple(
        label if column.meaning is None else replace(label, meanings=frozenset({column.meaning}), score=1.0, stacked=())
        for label, column in zip(ordered, correction.columns, strict=True)
    )
    return replace(heading, labels=labels)
