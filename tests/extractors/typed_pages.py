"""Pages typed as text, for tests: every character is 6 points wide, every line 12 points high."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.model import Box, Cell, Page, Source, Word

WIDTH, PITCH, HEIGHT = 6.0, 12.0, 9.0


def typed_page(text: str, *, number: int = 1, source: Source = Source.TEXT, confidence: float = 1.0) -> Page:
    """The words of ``text`` where they stand in it."""
    words = []
    lines = text.strip("\n").split("\n")
    for row, line in enumerate(lines):
        top = 30 + row * PITCH
        for match in re.finditer(r"\S+", line):
            box = Box(match.start() * WIDTH, top, match.end() * WIDTH, top + HEIGHT)
            words.append(Word(match.group(), box, confidence))
    return Page(number, 800, max(840, 60 + len(lines) * PITCH), tuple(words), source)


def declared_page(rows: Sequence[Sequence[str]], *, source: Source = Source.XLSX) -> Page:
    """A table of declared cells, 100 points wide and 12 high; "\\n" within a cell starts a line."""
    words: list[Word] = []
    cells: list[Cell] = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            index = len(cells)
            cells.append(Cell(0, r, c, Box(c * 100, 30 + r * 36, (c + 1) * 100, 66 + r * 36), text))
            for n, line in enumerate(text.split("\n")):
                for match in re.finditer(r"\S+", line):
                    x0, top = c * 100 + match.start() * 5, 30 + r * 36 + n * PITCH
                    box = Box(x0, top, x0 + len(match.group()) * 5, top + HEIGHT)
                    words.append(Word(match.group(), box, cell=index))
    return Page(1, 1000, 1000, tuple(words), source, cells=tuple(cells))
