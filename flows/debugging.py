"""Pictures of how documents were read, made where documents are read: in killable child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from extractors.debug import MOST_PAGES, Drawing, draw_document
from flows import wiring
from flows.settings import Intake
from pipeline.model import Document, ReadingContext

__all__ = ["MOST_PAGES", "DrawDocument", "Drawing", "isolated_drawer"]

DrawDocument = Callable[[Document, ReadingContext], tuple[Drawing, ...]]
"""Reads one document anew and draws it; raises ``DocumentError`` only."""


@contextmanager
def isolated_drawer(intake: Intake) -> Iterator[DrawDocument]:
    """The child ends with the block."""
    with wiring.reading_processes(intake) as pool:
        options = wiring.reading_options(intake)

        def draw(document: Document, context: ReadingContext) -> tuple[Drawing, ...]:
            return pool.submit(draw_document, document, context, options).result()

        yield draw
