"""The intermediates of one table, for those who watch (``extractors.trace``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extractors.table.records import Block, Section, TotalCell


@dataclass(frozen=True, slots=True)
class TableSteps:
    """``meanings`` by column index; ``blocks`` are the items in order, over all pages."""

    sections: tuple[Section, ...]
    meanings: Mapping[int, str]
    blocks: tuple[Block, ...]
    totals: tuple[TotalCell, ...]
