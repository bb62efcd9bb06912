"""Several orders on one page: where an order's head stands below the rows of another, the page is cut into bands.

A page is cut where a title, or a label at the same place, shows another order number with rows below it. What only may
be a second order is no cut but a doubt: two orders must not pass for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractors.counters import counter_in
from extractors.doctype import ORDER_TYPES
from extractors.header.fields import Found, order_numbers
from extractors.header.labels import Context, LabelHit, is_title
from extractors.header.places import Surroundings, column_values
from extractors.header.view import PageView, Segment, view
from pipeline.language import fold
from pipeline.model import Page, Word
from pipeline.values import currency_code, has_digit, is_unit, looks_like_amount

_CLEAR = 0.8  # score from which a number is one
_CLEAR_LABEL = 6  # letters
_SAME_PLACE = 20.0  # points
_LEAST_CELLS, _LEAST_FIGURES = 3, 2  # of a row
_RIVAL_GAP = 0.75  # a gap this near to the widest may be the border as well
_TALL = 1.15  # usual heights of text
_HEAD_LINES = 8  # within which a head says that it is that of a later page

UNTITLED = "another order number stands further down the page without a title: are these two orders?"
SECOND_TITLE = "a second title of an order stands below the rows of this page: is this one order?"
SECOND_NUMBER = "another order number stands below rows of this page, with rows of its own: is this one order?"
OPEN_BORDER = "two orders share a page, and what stands between them may belong to either"


@dataclass
class Head:
    """The lines in which an order says what it is."""

    line: int  # index into the lines of its page
    above: int  # rows and sums of this page that stand above it
    opening: str = ""  # what its order begins with on this page
    numbers: list[Found] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    tall: bool = False  # one of the titles is printed larger than the page
    rows: int = 0  # below it, up to the next head

    @property
    def titled(self) -> bool:
        return bool(self.titles)

    @property
    def keys(self) -> set[str]:
        return {"".join(c for c in str(one.value).casefold() if c.isalnum()) for one in self.numbers}


@dataclass(frozen=True)
class Banded:
    """A page as its bands, itself alone where nothing was cut; ``head`` is that of the order it ends with."""

    bands: tuple[PageView, ...]
    head: Head | None
    doubts: tuple[str, ...] = ()


def banded(around: Surroundings, before: Head | None) -> Banded:
    """``before`` is the head of the order with which the pages before this one end."""
    page, last = around.page, before
    content = sorted(_rows(around, ()) | _sums(around))
    cuts: list[int] = []
    doubts: list[str] = []
    for head in _heads(around, content):
        head.opening = _text(page, 0)
        if last is not None and (last is not before or _has_tail(page, head, last)):
            if not head.keys or not last.keys or head.keys & last.keys:
                again = head.tall or bool(head.titles & last.titles)
                doubts += [SECOND_TITLE] if again and not _goes_on(page, head) else []
                continue
            if not head.titled and not _same_place(head, last):
                doubts.append(SECOND_NUMBER)
                continue
            cut, sure = _border(page, max((line + 1 for line in content if line < head.line), default=1), head, last)
            doubts += [] if sure else [OPEN_BORDER]
            doubts += [] if head.titled else [UNTITLED]
            cuts.append(cut)
            head.opening, head.above = _text(page, cut), sum(cut <= line < head.line for line in content)
        last = head
    return Banded(_cut(page, cuts), last, tuple(dict.fromkeys(doubts)))


def _has_tail(page: PageView, head: Head, last: Head) -> bool:
    """Whether the order before ends above the first head of this page."""
    return head.above > last.above or _letterhead(page, 1, head, last) is not None


def _goes_on(page: PageView, head: Head) -> bool:
    """Whether a title is that of a later page of the same order, printed on this one."""
    counter = counter_in(page.lines[max(0, head.line - _HEAD_LINES) : head.line + _HEAD_LINES])
    return counter is not None and counter[0] > 1


def _same_place(head: Head, last: Head) -> bool:
    return any(abs(a.box.x0 - b.box.x0) < _SAME_PLACE for a in head.numbers for b in last.numbers)


def _border(page: PageView, floor: int, head: Head, last: Head) -> tuple[int, bool]:
    """The line a head's order begins with, not above ``floor``, and whether no other may be meant.

    It is the line the order before began with, or that under the widest gap; the lowest of several as wide.
    """
    letterhead = _letterhead(page, floor, head, last)
    if letterhead is not None:
        return letterhead, True
    gaps = {i: _box_edge(page, i, "top") - _box_edge(page, i - 1, "bottom") for i in range(floor, head.line + 1)}
    rivals = [line for line, gap in gaps.items() if gap >= _RIVAL_GAP * max(gaps.values())]
    return (rivals[-1], len(rivals) == 1) if rivals else (head.line, False)


def _letterhead(page: PageView, floor: int, head: Head, last: Head) -> int | None:
    lines = range(max(floor, 1), head.line + 1)
    return next((line for line in lines if last.opening and _text(page, line) == last.opening), None)


def _box_edge(page: PageView, line: int, edge: str) -> float:
    if edge == "top":
        return min(segment.box.top for segment in page.lines[line])
    return max(segment.box.bottom for segment in page.lines[line])


def _text(page: PageView, line: int) -> str:
    """A line without its figures."""
    text = fold(" ".join(segment.text for segment in page.lines[line]))
    return re.sub(r"\d+", "9", text) if any(c.isalpha() for c in text) else ""


def _heads(around: Surroundings, content: Sequence[int]) -> Iterator[Head]:
    """The heads of a page that have rows below them, top to bottom; none in a list of records."""
    labels = [hit for hit in around.hits if hit.field == "po_number" and hit.section == "header"]
    if any(column_values(around.page, hit) is not None for hit in labels):
        return
    numbers = [one for one in order_numbers([around]) if one.score >= _CLEAR]
    rows = _rows(around, numbers)
    marked = {hit.segment.line for hit in labels if _is_clear(hit)} - {row - 1 for row in rows}
    titles = {hit.segment.line: hit.segment for hit in around.hits if _is_title(hit, numbers)}
    current: Head | None = None
    for index, line in enumerate(around.page.lines):
        here = [one for one in numbers if any(_holds(segment, one) for segment in line)]
        if index in titles or (index not in rows and (index in marked or (here and index - 1 in marked))):
            if current is None or current.rows:
                yield from _worthy(current)
                current = Head(index, sum(one < index for one in content))
            if index in titles:
                current.titles.add(re.sub(r"\d+", "9", fold(titles[index].text)))
                current.tall |= titles[index].height >= _TALL * around.page.height
            current.numbers += here
        elif index in rows and current is not None:
            current.rows += 1
    yield from _worthy(current)


def _is_clear(hit: LabelHit) -> bool:
    """Begins its segment and can mean nothing else: "Supplier part number:" below an item is none."""
    return hit.start == 0 and hit.length >= _CLEAR_LABEL and hit.context > Context.INSIDE


def _worthy(head: Head | None) -> Iterator[Head]:
    if head is not None and head.rows and (head.numbers or head.titled):
        yield head


def _is_title(hit: LabelHit, numbers: Iterable[Found]) -> bool:
    """A title that stands alone or beside its number; "Delivery schedule" below an item is one in its wording too."""
    alone = hit.context is Context.WHOLE or any(_holds(hit.segment, one) for one in numbers)
    return is_title(hit) and hit.field in ORDER_TYPES and alone


def _holds(segment: Segment, one: Found) -> bool:
    return any(word is other for word in segment.words for other in one.words) or _around(segment, one)


def _around(segment: Segment, one: Found) -> bool:
    box = segment.box
    return box.x0 <= one.box.x_mid <= box.x1 and box.top <= one.box.y_mid <= box.bottom


def _rows(around: Surroundings, numbers: Sequence[Found]) -> set[int]:
    """Lines like the rows of an order: cells beside each other, of which two or more are figures."""
    rows = set()
    for index, line in enumerate(around.page.lines):
        if len(line) < _LEAST_CELLS:
            continue
        figures = sum(_is_figure(s) and not any(_holds(s, one) for one in numbers) for s in line)
        if figures >= _LEAST_FIGURES:
            rows.add(index)
    return rows


def _is_figure(segment: Segment) -> bool:
    if len(segment.words) > 2:
        return False
    first, *rest = sorted((w.text for w in segment.words), key=lambda text: not has_digit(text))
    return looks_like_amount(first) and all(is_unit(t) or currency_code(t) for t in rest)


def _sums(around: Surroundings) -> set[int]:
    lines = {hit.segment.line for hit in around.hits if hit.section == "totals" and hit.context > Context.INSIDE}
    return {i for i in lines if any(has_digit(segment.text) for segment in around.page.lines[i])}


def _cut(page: PageView, cuts: Sequence[int]) -> tuple[PageView, ...]:
    """The bands of a page, each a page of its own under the same number and in the same coordinates."""
    if not cuts:
        return (page,)
    edges = [(_box_edge(page, line - 1, "bottom") + _box_edge(page, line, "top")) / 2 for line in cuts]
    tops, bottoms = [page.top, *edges], [*edges, page.page.height]
    return tuple(view(_band(page.page, top, bottom), top) for top, bottom in zip(tops, bottoms, strict=True))


def _band(page: Page, top: float, bottom: float) -> Page:
    place: dict[int, int] = {}
    for index, cell in enumerate(page.cells):
        if top <= cell.box.y_mid < bottom:
            place[index] = len(place)
    return replace(
        page,
        height=bottom,
        words=tuple(_moved(word, place) for word in page.words if _lies(word, place, top, bottom)),
        cells=tuple(page.cells[index] for index in place),
        rulings=tuple(r for r in page.rulings if r.box.top < bottom and r.box.bottom > top),
        marks=tuple(mark for mark in page.marks if top <= mark.box.y_mid < bottom),
    )


def _lies(word: Word, place: dict[int, int], top: float, bottom: float) -> bool:
    return word.cell in place if word.cell is not None else top <= word.box.y_mid < bottom


def _moved(word: Word, place: dict[int, int]) -> Word:
    return word if word.cell is None else replace(word, cell=place[word.cell])
