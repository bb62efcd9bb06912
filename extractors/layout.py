"""Words to text lines, and text lines to segments: the ground of the line-item engine and of the header reader.

Nothing here knows about orders or languages. Boxes are PDF points from the top left of the upright page.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.model import Box, Page, Ruling, Word

# A word belongs to a line when their vertical middles lie within this share of the smaller height.
_SAME_LINE = 0.5
_LEVEL = 0.35  # the same for pieces of a line that were found apart
_MARK = 0.45  # words lower than this share of the usual height are dashes and dots
# A gap this many times the text height ends a segment: a blank is 0.25-0.35 of it in print, 0.6 in mono-spaced text.
_WIDE_GAP = 0.85
_MORE_THAN_BLANK = 1.25


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words on one baseline, left to right. ``page`` counts from 1; ``text`` joins the words with one blank."""

    page: int
    words: tuple[Word, ...]
    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words of one line that belong together: no wide gap, ruling or cell border between them."""

    words: tuple[Word, ...]
    box: Box
    text: str


_Parted = tuple[tuple[TextLine, tuple[Segment, ...]], ...]
_kept: ContextVar[dict[int, tuple[tuple[Word, ...], _Parted]] | None] = ContextVar("kept", default=None)


def bounding_box(words: Iterable[Word]) -> Box:
    """The smallest box around at least one word."""
    rest = iter(words)
    first = next(rest).box
    x0, top, x1, bottom = first.x0, first.top, first.x1, first.bottom
    box = None
    for word in rest:  # one walk with bare comparisons: asked a hundred thousand times a long order
        box = word.box
        x0 = box.x0 if box.x0 < x0 else x0
        top = box.top if box.top < top else top
        x1 = box.x1 if box.x1 > x1 else x1
        bottom = box.bottom if box.bottom > bottom else bottom
    return first if box is None else Box(x0, top, x1, bottom)


def join_words(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def make_segment(words: Sequence[Word]) -> Segment:
    return Segment(tuple(words), bounding_box(words), join_words(words))


def make_line(page: int, words: Sequence[Word]) -> TextLine:
    ordered = sorted(words, key=lambda word: word.box.x0)
    return TextLine(page, tuple(ordered), bounding_box(ordered), join_words(ordered))


def text_lines(page: Page) -> tuple[TextLine, ...]:
    """The page's words as lines, top to bottom.

    Words are taken from left to right and each is hung on the line whose last word is nearest in height, so that a
    line may climb or fall with the skew of a scan and a word may sit a little off the baseline. Dashes and dots, too
    low to tell a line by, come last.
    """
    usual = median([word.box.height for word in page.words]) if page.words else 0.0
    ordered = sorted(page.words, key=lambda w: (w.box.x0, w.box.top))
    runs = _chains([word for word in ordered if word.box.height >= _MARK * usual])
    runs = _merge_level(runs)
    for word in ordered:
        if word.box.height < _MARK * usual:
            _hang(word, runs, usual)
    lines = [make_line(page.number, words) for words in runs]
    return tuple(sorted(lines, key=lambda line: (_usual_middle(line.words), line.box.x0)))


@dataclass(slots=True)
class _Run:
    """A line in the making, with its heights in order and its last word."""

    words: list[Word]
    heights: list[float]
    last: Box
    last_height: float


def _chains(ordered: Sequence[Word]) -> list[list[Word]]:
    runs: list[_Run] = []
    heads: list[tuple[float, int]] = []  # (vertical middle of the last word, index into runs), sorted
    reach = max((word.box.height for word in ordered), default=0.0)
    for word in ordered:
        box, height, middle = word.box, word.box.height, word.box.y_mid
        found = _nearest_run(box, heads, runs, reach)
        if found is None:
            runs.append(_Run([word], [height], box, height))
            insort(heads, (middle, len(runs) - 1))
            continue
        position, index = found
        run = runs[index]
        run.words.append(word)
        insort(run.heights, height)
        run.last, run.last_height = box, height
        # A tall or low word (a logo, a superscript) must not pull the line off its baseline.
        usual = _middle_of(run.heights)
        if 0.6 * usual <= height <= 1.6 * usual:
            del heads[position]
            insort(heads, (middle, index))
    return [run.words for run in runs]


def _middle_of(ordered: Sequence[float]) -> float:
    """The median of numbers in order."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _merge_level(runs: list[list[Word]]) -> list[list[Word]]:
    """Joins pieces of one line that were begun apart: on one height, and not above each other."""
    merged: list[list[Word]] = []
    for run in sorted(runs, key=_usual_middle):
        last = merged[-1] if merged else None
        if (
            last is not None
            and _on_one_height(last, run)
            and not any(_overlap(a.box, b.box) for a in last for b in run)
        ):
            last.extend(run)
        else:
            merged.append(list(run))
    return merged


def parted_lines(page: Page) -> _Parted:
    """The lines of a page with their segments. Header and lines are read off the same pages: see ``lines_kept``."""
    known = _kept.get()
    if known is not None and (found := known.get(id(page.words))) is not None and found[0] is page.words:
        return found[1]
    parted = tuple((line, segments(line, page.rulings)) for line in text_lines(page))
    if known is not None:
        known[id(page.words)] = (page.words, parted)
    return parted


@contextmanager
def lines_kept() -> Iterator[None]:
    """Within the block, the reading of one document, no page is parted twice."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def _usual_middle(words: Sequence[Word]) -> float:
    return _middle_of(sorted(word.box.y_mid for word in words))


def _on_one_height(upper: Sequence[Word], lower: Sequence[Word]) -> bool:
    apart = min([w.box.y_mid for w in lower]) - max([w.box.y_mid for w in upper])
    if apart > _LEVEL * max([w.box.height for w in lower]):
        return False  # no word of the one is near any word of the other, as with most lines
    height = min(text_height(upper), text_height(lower))
    if apart > _LEVEL * height:
        return False
    near = min(((a, b) for a in upper for b in lower), key=lambda p: abs(p[0].box.x_mid - p[1].box.x_mid))
    return abs(near[0].box.y_mid - near[1].box.y_mid) <= _LEVEL * height


def _hang(word: Word, runs: list[list[Word]], usual: float) -> None:
    """Adds a mark to the line at its height, or makes it a line of its own."""
    for run in runs:
        near = min(run, key=lambda other: abs(other.box.x_mid - word.box.x_mid))
        if near.box.top - 0.2 * usual <= word.box.y_mid <= near.box.bottom + 0.2 * usual:
            run.append(word)
            return
    runs.append([word])


def _nearest_run(
    box: Box, heads: Sequence[tuple[float, int]], runs: Sequence[_Run], reach: float
) -> tuple[int, int] | None:
    """(position in ``heads``, index of the run) of the line that a word in this box continues."""
    middle, height = box.y_mid, box.height
    best: tuple[float, int, int] | None = None
    for position in range(bisect_left(heads, (middle - reach, -1)), len(heads)):
        head_middle, index = heads[position]
        if head_middle > middle + reach:
            break
        run = runs[index]
        distance = abs(head_middle - middle)
        if distance > _SAME_LINE * min(height, run.last_height) or (best is not None and distance >= best[0]):
            continue
        if not _overlap(box, run.last):
            best = (distance, position, index)
    return None if best is None else best[1:]


def _overlap(one: Box, other: Box) -> bool:
    """Two words printed over each other (a stamp, a wrapped cell) are not neighbours on one line."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > 1.0 and shared > 0.6 * min(one.width, other.width)


def text_height(words: Sequence[Word]) -> float:
    """The print size of some words in points: the upper quartile, since "no" is lower than "Nobody" on a scan."""
    heights = sorted(word.box.height for word in words)
    return heights[(3 * len(heights)) // 4] if heights else 0.0


def usual_blank(lines: Sequence[TextLine]) -> float:
    """The median white between neighbouring words of some lines, in points; gaps wider than the print are no blanks."""
    gaps = [b.box.x0 - a.box.x1 for line in lines for a, b in pairwise(line.words)]
    height = text_height([word for line in lines for word in line.words])
    blanks = [gap for gap in gaps if 0 < gap < 1.3 * height]
    return median(blanks) if blanks else 0.0


def segments(line: TextLine, rulings: Sequence[Ruling] = (), blank: float = 0.0) -> tuple[Segment, ...]:
    """Splits a line at wide gaps, at the borders of declared cells and at the vertical ones of ``rulings``.

    ``blank``: see ``usual_blank``; no gap that is hardly wider parts words. Boxes drawn tightly round the ink, as those
    of recognised words are, make blanks look wide.
    """
    gap = max(_WIDE_GAP * text_height(line.words), _MORE_THAN_BLANK * blank)
    middle = line.box.y_mid
    crossed = [r.box for r in rulings if r.box.top <= middle <= r.box.bottom and not r.horizontal]
    borders = sorted(box.x_mid for box in crossed)
    runs: list[list[Word]] = []
    for word in line.words:
        if runs and not _parted(runs[-1][-1], word, gap, borders):
            runs[-1].append(word)
        else:
            runs.append([word])
    if len(runs) == 1:
        return (Segment(line.words, line.box, line.text),)
    return tuple(make_segment(run) for run in runs)


def _parted(left: Word, right: Word, gap: float, borders: Sequence[float]) -> bool:
    if left.cell != right.cell:
        return True
    if left.cell is not None:
        return False
    if right.box.x0 - left.box.x1 > gap:
        return True
    if not borders:
        return False
    position = bisect_left(borders, left.box.x_mid)
    return position < len(borders) and borders[position] <= right.box.x_mid
