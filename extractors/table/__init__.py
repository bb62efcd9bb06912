"""The line-item engine: from words with boxes to ordered lines, for layouts, languages and issuers never seen."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.table.engine import read
from extractors.table.memory import remembered
from extractors.table.records import TableReading, TotalCell
from pipeline.model import Page, ReadingContext

__all__ = ["TableReading", "TotalCell", "read_table"]


def read_table(pages: Sequence[Page], context: ReadingContext, date_order: str | None = None) -> TableReading:
    """The line items of one order. ``pages`` are the pages of that order alone; ``context`` only helps, never adds.

    ``date_order`` ("dmy" ...) is what the header knows of it; dates that prove another are stronger.
    """
    return remembered(read(pages, date_order), pages, context.layout_corrections, date_order)
