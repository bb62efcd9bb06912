"""Mails that quote other mails: what is newest is read, and what it quotes only as far as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from extractors.records import with_cells
from pipeline.model import Box, Page, Pages


def layers(pages: Pages) -> Iterator[tuple[Pages, Pages]]:
    """(what stands above, what is quoted below it) for each depth of quoting, the newest text first."""
    deepest = max((_depth(page, word.box) for page in pages.pages for word in page.words), default=0)
    for depth in range(deepest):
        yield _part(pages, range(depth + 1)), _part(pages, range(depth + 1, deepest + 1))


def _depth(page: Page, box: Box) -> int:
    return sum(top <= box.y_mid < bottom for top, bottom in page.quoted)


def _part(pages: Pages, depths: range) -> Pages:
    return replace(pages, pages=tuple(_within(page, depths) for page in pages.pages))


def _within(page: Page, depths: range) -> Page:
    part = with_cells(page, [i for i, cell in enumerate(page.cells) if _depth(page, cell.box) in depths])
    words = tuple(word for word in part.words if word.cell is not None or _depth(page, word.box) in depths)
    return replace(part, words=words)
