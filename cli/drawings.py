"""`extract --debug`: pictures of every step of the reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cli.output import progress, say
from flows.debugging import MOST_PAGES, DrawDocument, Drawing, isolated_drawer
from flows.settings import Intake
from pipeline.errors import DocumentError
from pipeline.model import Document, ReadingContext


def draw(documents: Sequence[tuple[str, Document]], context: ReadingContext, out: Path) -> None:
    """``out/NAME/page-01-words.png`` and so on for each (NAME, document). What cannot be drawn is said."""
    with isolated_drawer(Intake(ocr_cache=None)) as drawer:
        for name, document in progress(documents, len(documents), "drawing"):
            _draw_one(document, drawer, context, out / name)


def _draw_one(document: Document, drawer: DrawDocument, context: ReadingContext, folder: Path) -> None:
    try:
        drawings = drawer(document, context)
    except DocumentError as error:
        say(f"not drawn: {error}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for drawing in drawings:
        (folder / file_name(drawing)).write_bytes(drawing.png)
    if drawings and drawings[-1].page >= MOST_PAGES:
        say(f"{document.file_name}: the first {MOST_PAGES} pages were drawn")


def file_name(drawing: Drawing) -> str:
    return f"page-{drawing.page:02}-{drawing.step}.png"
