"""What one item says, still as printed: each value with its words."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.model import Source, Word

LEAST_SURE = 0.6  # of a place known by content alone


@dataclass(frozen=True, slots=True)
class Found:
    """The printed words of one value. ``sure`` says how clear its place is: 1 for a labelled column or inline label."""

    words: tuple[Word, ...]
    page: int
    source: Source
    sure: float
    glue: str = " "

    @property
    def text(self) -> str:
        return self.glue.join(word.text for word in self.words)


@dataclass(slots=True)
class Printed:
    """What a block says, still as printed. Filled step by step by ``item`` alone."""

    values: dict[str, Found] = field(default_factory=dict)
    lines: list[tuple[Word, ...]] = field(default_factory=list)  # lines of the item's text, code included
    notes: list[str] = field(default_factory=list)
    schedule: list[Found] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    conditions: list[int] = field(default_factory=list)  # indexes of rows that say what the item costs
    # of a row of sizes: its printed quantity and amount, and the quantities of all its sizes
    whole: tuple[Found | None, Found | None, tuple[str, ...]] | None = None
    page: int = 0
    source: Source = Source.TEXT
