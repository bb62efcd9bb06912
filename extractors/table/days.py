"""Which comes first in the dates of a document, day or month, where their own form proves it."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.table.heading import find_headings
from extractors.table.records import Row
from pipeline.values import looks_like_date, proven_date_orders


def day_order(rows: Sequence[Row], told: str | None) -> str | None:
    """The order the dates of a document prove, labels glued to them or not ("Ent.:02/15/2027"); where they prove two,
    that of its table."""
    proven = _proven_orders(rows)
    if len(proven) > 1:
        heading = next(iter(find_headings(rows)), None)
        proven = _proven_orders(rows[heading.rows[-1].index :]) if heading else proven
        told = None
    return next(iter(proven)) if len(proven) == 1 else told


def _proven_orders(rows: Sequence[Row]) -> frozenset[str]:
    words = (word.text.rpartition(":")[2] for row in rows for word in row.line.words)
    return proven_date_orders(filter(looks_like_date, words))
