"""What may be an order though nobody read it as one: languages that are not read, rows of figures nobody claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import pairwise

from extractors.header.places import Surroundings
from extractors.header.view import PageView, Segment
from extractors.header.wording import strange_words
from pipeline.language import Language, fold, languages
from pipeline.values import looks_like_amount

_PAGES = 3  # looked at for the language
_LEAST_KNOWN = 0.12  # share of words of one of our languages; lists of records in them show 0.15 and more
_FEW_WORDS = 12  # too few to tell a language by
_TELLING = 4  # words of a language that is not read
_LEAST_ROWS = 2
_LEAST_CELLS = 3  # of a row


def is_strange(pages: Sequence[PageView]) -> bool:
    """Whether a text is in none of the languages that are read, so that neither labels nor titles need be found, nor
    its notes understood; of some languages nothing but the labels is known."""
    segments = [segment for page in pages[:_PAGES] for segment in page.segments]
    tokens = [t for segment in segments for t, _ in segment.tokens if t.isalpha() and len(t) > 1]
    if len(tokens) < _FEW_WORDS:
        return False
    known, other = (_most_known(tokens, labels_only=labels_only) for labels_only in (False, True))
    if known < max(_LEAST_KNOWN * len(tokens), other):
        return True
    return known < len(tokens) / 3 and any(len(words & set(tokens)) >= _TELLING for words in strange_words().values())


def _most_known(tokens: Sequence[str], *, labels_only: bool) -> int:
    """How many of some words belong to the one language that has most of them."""
    return max(sum(map(words.__contains__, tokens)) for words in _vocabularies(labels_only))


@cache
def _vocabularies(labels_only: bool) -> tuple[frozenset[str], ...]:
    return tuple(_vocabulary(one) for one in languages().values() if one.labels_only is labels_only)


def _vocabulary(language: Language) -> frozenset[str]:
    sections = (language.columns, language.header, language.totals, language.document_types, language.marks)
    labels = (label for section in sections for labels in section.values() for label in labels)
    return frozenset(token for label in labels for token in fold(label).split()) | set(language.stopwords)


def has_rows(page: PageView) -> bool:
    """Whether a page holds rows like those of an order's table: cells beside each other, a figure over a figure."""
    rows = [line for line in page.lines if len(line) >= _LEAST_CELLS and any(_is_figure(s) for s in line)]
    figures = [[s for s in line if _is_figure(s)] for line in rows]
    aligned = sum(any(_is_under(a, b, page.height) for a in upper for b in lower) for upper, lower in pairwise(figures))
    return aligned >= _LEAST_ROWS - 1


def _is_under(upper: Segment, lower: Segment, height: float) -> bool:
    """Figures of one column end, or begin, at one edge."""
    return abs(upper.box.x1 - lower.box.x1) < height or abs(upper.box.x0 - lower.box.x0) < 0.3 * height


def _is_figure(segment: Segment) -> bool:
    return len(segment.words) <= 2 and looks_like_amount(segment.words[0].text)


def unclaimed_rows(pages: Iterable[Surroundings], claimed: Collection[int]) -> str | None:
    """In words, which pages hold rows of figures though no order has a line there; ``claimed`` are page numbers."""
    open_pages = [str(a.page.page.number) for a in pages if a.page.page.number not in claimed and has_rows(a.page)]
    if not open_pages:
        return None
    return f"rows of figures on page {', '.join(open_pages[:5])} belong to no line of an order"
