"""What a person taught us about a layout: which column of its tables means what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """``label`` is folded; ``place`` is its left edge from 0 (the heading's left end) to 1 (its right end).

    ``meaning`` names a field of a line ("quantity", "unit_price", "item_id" ...), "ignored" for a column that is no
    part of an order, or None where the person said nothing.
    """

    label: str
    place: float
    meaning: str | None = None


@dataclass(frozen=True, slots=True)
class LayoutCorrection:
    """A heading, left to right, and what its columns mean. Nothing in it tells who issued the document."""

    columns: tuple[LayoutColumn, ...]
    learned_from: str = ""  # file name, for people

    @property
    def fingerprint(self) -> str:
        """The same for the same labels at the same relative places (to 5 %), whatever they were corrected to."""
        text = "\n".join(f"{column.label}\t{round(column.place * 20)}" for column in self.columns)
        return hashlib.sha256(text.encode()).hexdigest()
