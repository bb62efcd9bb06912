"""Sets a text as pages of words with boxes, as a typewriter would: what is aligned here is aligned on the page."""

from __future__ import annotations

import re
from dataclasses import replace
from textwrap import dedent

from extractors.header.labels import find_labels
from extractors.header.places import Surroundings
from extractors.header.view import views
from pipeline.model import Box, Page, Pages, Source, Word

WIDTH, LINE, GLYPH, MARGIN = 6.0, 12.0, 10.0, 36.0


def printed(text: str, source: Source = Source.PDF_TEXT, confidence: float = 1.0) -> Pages:
    """A form feed begins a new page; a line in ``<...>`` is printed half as large again."""
    sheets = dedent(text).strip("\n").split("\f")
    return Pages("0" * 64, "order.pdf", tuple(_page(n, s, source, confidence) for n, s in enumerate(sheets, 1)))


def _page(number: int, sheet: str, source: Source, confidence: float) -> Page:
    words = []
    for row, line in enumerate(sheet.strip("\n").split("\n")):
        scale = 1.5 if line.strip().startswith("<") and line.strip().endswith(">") else 1.0
        for match in re.finditer(r"\S+", line.replace("<", " ").replace(">", " ") if scale > 1 else line):
            x, top = MARGIN + WIDTH * match.start(), MARGIN + LINE * row
            box = Box(x, top - (scale - 1) * GLYPH, x + WIDTH * len(match[0]), top + GLYPH)
            words.append(Word(match[0], box, confidence))
    return Page(number, 612.0, 792.0, tuple(words), source)


def around(text: str, language: str | None = None, source: Source = Source.PDF_TEXT) -> list[Surroundings]:
    return [Surroundings(page, find_labels(page, language)) for page in views(printed(text, source).pages)]


def repeated(pages: Pages, times: int) -> Pages:
    """The pages again and again, numbered through."""
    many = [page for _ in range(times) for page in pages.pages]
    return replace(pages, pages=tuple(replace(page, number=n) for n, page in enumerate(many, 1)))
