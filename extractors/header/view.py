"""A page as the header engine sees it: segments of text in lines, with the tokens labels are made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from statistics import median

from extractors.layout import Segment as Run
from extractors.layout import bounding_box, join_words, make_segment, parted_lines
from pipeline.language import fold, languages
from pipeline.model import Box, Page, Source, Word

# "Date:12.03.2026", "n°4711", "#4711": a label and a value that lack the blank between them
_GLUED = re.compile(r"^((?:[^\W\d_][\w./-]*)[:：]|[Nn][°º]|[Nn]r\.:?|No\.:?|#)(?=[^\s/])(.+)$")

# "VAT(5.00%)": a rate right behind its label
_RATED = re.compile(r"^([^\W\d_]{2,})(\(@?\d{1,2}(?:[.,]\d+)?%\):?)$")

# "nettoIncoterms:": a value that ran into the label of the next column
_RUN_INTO = re.compile(r"^(\S*[a-zà-ÿ\d%)])([A-ZÀ-Þ][^\W\d_]{3,}[:：])$")

_OCR_GAP = 1.15  # text heights up to which a gap between recognised words is a blank

_ENUMERATOR = re.compile(r"\d{1,2}[a-z]?[.)]")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one line with no wide gap between them, or the words of one line in one declared cell.

    What is derived is kept from the start, for all of it is asked for: ``height`` is the print size in points, that of
    the tallest word; ``tokens`` are folded, each with the index of the word it comes from.
    """

    page: int  # from 1
    line: int  # index of the text line on its page, from 0
    words: tuple[Word, ...]
    source: Source
    box: Box = field(init=False, compare=False, repr=False)
    text: str = field(init=False, compare=False, repr=False)
    tokens: tuple[tuple[str, int], ...] = field(init=False, compare=False, repr=False)
    height: float = field(init=False, compare=False, repr=False)
    run: InitVar[Run | None] = None  # the same words, with the box and text they share

    def __post_init__(self, run: Run | None) -> None:
        keep = object.__setattr__
        keep(self, "box", bounding_box(self.words) if run is None else run.box)
        keep(self, "text", join_words(self.words) if run is None else run.text)
        keep(self, "tokens", _tokens(self.words))
        keep(self, "height", max([word.box.height for word in self.words]))

    @property
    def cell(self) -> int | None:
        return self.words[0].cell

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)

    def part(self, start: int, end: int | None = None) -> Segment | None:
        """The words ``start:end`` as a segment of their own; None when there are none."""
        words = self.words[start:end]
        return Segment(self.page, self.line, words, self.source) if words else None


@dataclass(frozen=True)
class PageView:
    """The segments of a page, top to bottom and left to right; ``lines`` holds the same by text line."""

    page: Page
    lines: tuple[tuple[Segment, ...], ...]
    top: float = 0.0  # points; above stands another order

    def within(self, share: float) -> float:
        """The y above which this share of the page lies, counted from ``top``."""
        return self.top + share * (self.page.height - self.top)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(segment for line in self.lines for segment in line)

    @cached_property
    def height(self) -> float:
        """The usual height of a text line in points; 10 on a page without words."""
        return median([segment.height for segment in self.segments]) if self.lines else 10.0


def view(page: Page, top: float = 0.0) -> PageView:
    """Segments by line; the lines of a paragraph of running text are one segment, on the line it begins."""
    words = tuple(part for word in page.words for part in _unglued(word))
    parted = page if len(words) == len(page.words) else replace(page, words=words)
    lines: list[tuple[Segment, ...]] = []
    for _, segments in parted_lines(parted):
        runs = [run for segment in segments for run in _parted(segment)]
        if page.source is Source.OCR:
            runs = _joined(runs, page)
        found = [Segment(page.number, len(lines), run.words, page.source, run) for run in runs]
        if lines and len(found) == 1 and len(lines[-1]) == 1 and _runs_on(lines[-1][0], found[0], page.width):
            first = lines[-1][0]
            lines[-1] = (Segment(page.number, first.line, first.words + found[0].words, page.source),)
        else:
            lines.append(tuple(found))
    return PageView(page, tuple(lines), top)


def _parted(run: Run) -> list[Run]:
    """A run of words cut before each label that a value ran into."""
    words = run.words
    cuts = [i for i in range(1, len(words)) if words[i].box.x0 == words[i - 1].box.x1 and _is_label(words[i].text)]
    return [make_segment(words[a:b]) for a, b in pairwise((0, *cuts, len(words)))] if cuts else [run]


def _is_label(text: str) -> bool:
    return text.endswith((":", "：")) and fold(text) in _header_labels()


def _joined(runs: Sequence[Run], page: Page) -> list[Run]:
    """Recognised words have boxes tight around their letters: a blank between them looks wider than in print."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1].words[-1] if joined else None
        if last is not None and _blank_between(last, run.words[0]) and not _ruled_off(last, run.words[0], page):
            joined[-1] = make_segment((*joined[-1].words, *run.words))
        else:
            joined.append(run)
    return joined


def _blank_between(left: Word, right: Word) -> bool:
    return right.box.x0 - left.box.x1 < _OCR_GAP * max(left.box.height, right.box.height)


def _ruled_off(left: Word, right: Word, page: Page) -> bool:
    return any(
        left.box.x1 - 1 <= r.box.x_mid <= right.box.x0 + 1 and r.box.top <= left.box.y_mid <= r.box.bottom
        for r in page.rulings
        if not r.horizontal
    )


def _runs_on(upper: Segment, lower: Segment, width: float) -> bool:
    """Whether ``lower`` is the next line of a sentence: the line above is full of small words and they start alike."""
    if upper.cell is not None or lower.cell is not None or len(upper.words) < 7:
        return False
    tail = [word for word in upper.words if abs(word.box.y_mid - upper.words[-1].box.y_mid) < 0.5 * upper.height]
    near = (
        lower.box.top - tail[-1].box.bottom < 0.9 * upper.height and abs(lower.box.x0 - tail[0].box.x0) < upper.height
    )
    full = tail[-1].box.x1 - tail[0].box.x0 > 0.55 * width
    return near and full and sum(token in small_words() for token, _ in upper.tokens) >= 3


@cache
def small_words() -> frozenset[str]:
    return frozenset(token for language in languages().values() for token in language.stopwords)


@cache
def _header_labels() -> frozenset[str]:
    sections = (language.header for language in languages().values())
    return frozenset(fold(label) for section in sections for labels in section.values() for label in labels)


def _tokens(words: Sequence[Word]) -> tuple[tuple[str, int], ...]:
    """Spaced letters ("O R D E R") are one token; the number of a form's field ("1. ORDER NO.") is none."""
    if len(words) >= 5 and sum([len(word.text) == 1 for word in words]) >= 0.9 * len(words):
        return ((fold("".join([word.text for word in words])).replace(" ", ""), len(words) - 1),)
    if len(words) == 1:
        return _tokens_of(words[0].text, 0)
    first = 1 if _ENUMERATOR.fullmatch(words[0].text) else 0
    return tuple([token for i, word in enumerate(words[first:], first) for token in _tokens_of(word.text, i)])


@lru_cache(maxsize=16384)
def _tokens_of(text: str, place: int) -> tuple[tuple[str, int], ...]:
    return tuple([(token, place) for token in fold(text).split()])


def views(pages: Sequence[Page]) -> tuple[PageView, ...]:
    return tuple(view(page) for page in pages)


def _unglued(word: Word) -> tuple[Word, ...]:
    match = _GLUED.match(word.text) or _RUN_INTO.match(word.text) or _RATED.match(word.text)
    if match is None or "//" in word.text or "@" in word.text:
        return (word,)
    if match.re is _RUN_INTO and not _is_label(match[2]):
        return (word,)
    cut = word.box.x0 + word.box.width * len(match[1]) / len(word.text)
    left = Box(word.box.x0, word.box.top, cut, word.box.bottom)
    right = Box(cut, word.box.top, word.box.x1, word.box.bottom)
    return replace(word, text=match[1], box=left), replace(word, text=match[2], box=right)
