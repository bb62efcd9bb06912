"""What a hand put over print, and print beside it that nobody read: its values are doubted, whatever the sums say.

A struck line adds up as well as any other, so arithmetic and contract prices prove nothing here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from extractors.layout import bounding_box
from pipeline.model import Box, Doubt, Evidence, Mark, Order, Page, Word

STRUCK = "a line through the print"
_MIDDLE = (0.3, 0.7)  # of a word's height from its top; lines under words and between rows lie outside
_LEAST = 2.5  # word heights of print a line must cross
_OUTSIDE = ("buyer.", "seller.", "bill_to.")  # letterheads, where logos touch the print
_LINE = re.compile(r"lines\[\d+\]")


def with_marks(order: Order, pages: Iterable[Page]) -> Order:
    """The order with a doubt for each line and field of the heading that a mark lies over, and the mark's place."""
    found: dict[str, Evidence] = {}
    doubts: list[Doubt] = []
    for page in pages:
        marks = (*page.marks, *struck(page))
        width = _table_width(order, page) if marks else None
        for evidence in order.evidence if marks else ():
            mark = _over(evidence, page, marks, width)
            path = line[0] if (line := _LINE.match(evidence.path)) else evidence.path
            if mark is None or path in found or path.startswith(_OUTSIDE):
                continue
            found[path] = Evidence(path, page.number, mark.box, mark.kind, 0.5, page.source)
            doubts.append(Doubt(path, f"{mark.kind} on page {page.number}"))
    lines = tuple(evidence for path, evidence in found.items() if _LINE.fullmatch(path))
    return replace(order, doubts=(*order.doubts, *doubts), evidence=(*order.evidence, *lines)) if found else order


def _table_width(order: Order, page: Page) -> tuple[float, float] | None:
    """From the leftmost to the rightmost value of the page's lines."""
    boxes = [e.box for e in order.evidence if e.page == page.number and _LINE.match(e.path)]
    return (min(box.x0 for box in boxes), max(box.x1 for box in boxes)) if boxes else None


def _over(evidence: Evidence, page: Page, marks: Iterable[Mark], width: tuple[float, float] | None) -> Mark | None:
    """The mark over the value; of a line, also over its row: what lay under the mark may not have been read."""
    if evidence.page != page.number:
        return None
    box = _core(evidence.box)
    if width is not None and _LINE.match(evidence.path):
        box = Box(width[0], box.top, width[1], box.bottom)
    return next((mark for mark in marks if _meets(box, mark.box)), None)


def _core(box: Box) -> Box:
    """Without its rim: a stroke between two rows touches both and means neither."""
    rim = 0.2 * box.height
    return Box(box.x0, box.top + rim, box.x1, box.bottom - rim)


def _meets(a: Box, b: Box) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.top < b.bottom and b.top < a.bottom


def struck(page: Page) -> tuple[Mark, ...]:
    """Level lines that run through words instead of under them, cut to the words they cross."""
    lines = [ruling.box for ruling in page.rulings if ruling.horizontal]
    if not lines:
        return ()
    words = sorted((word for word in page.words if _can_be_struck(word)), key=lambda word: word.box.top)
    tops = [word.box.top for word in words]
    tallest = max((word.box.height for word in words), default=0.0)
    marks = []
    for line in lines:
        near = words[bisect_left(tops, line.y_mid - tallest) : bisect_left(tops, line.y_mid)]
        box = _crossed(line, [word for word in near if _crosses(line, word)])
        marks += [Mark(box, STRUCK)] if box is not None else []
    return tuple(marks)


def _can_be_struck(word: Word) -> bool:
    return word.box.height > 0 and any(map(str.isalnum, word.text))


def _crossed(line: Box, words: Sequence[Word]) -> Box | None:
    covered = sum(min(word.box.x1, line.x1) - max(word.box.x0, line.x0) for word in words)
    struck_through = words and covered >= _LEAST * min(word.box.height for word in words)
    return bounding_box(words) if struck_through else None


def _crosses(line: Box, word: Word) -> bool:
    box = word.box
    height = box.height
    if line.height > 0.4 * height:
        return False
    high, low = box.top + _MIDDLE[0] * height, box.top + _MIDDLE[1] * height
    return high < line.y_mid < low and min(box.x1, line.x1) - max(box.x0, line.x0) > 0.6 * box.width
