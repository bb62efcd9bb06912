"""Which pages of a document belong to which order, and which to none.

A page begins an order when it shows another order number at the place where the last one stood, or a title and another
number, or a title and a page counter that starts again. Every step looks at a page once: the work is linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.bands import Head, banded
from extractors.counters import counter_in
from extractors.doctype import ORDER_TYPES
from extractors.header.fields import Choice, Found, po_number
from extractors.header.labels import Context, LabelHit, find_labels, is_title
from extractors.header.places import Surroundings
from extractors.header.totals import label_totals
from extractors.header.view import PageView, small_words
from pipeline.language import fold
from pipeline.model import Source
from pipeline.values import has_digit

_PROSE_WORDS = 120  # words from which a page with few figures is running text
_PROSE_SHARE = 0.12  # of its words hold a digit, at most
_LONG_RUN = 9  # words without a wide gap between them: a row of a table has one at every column
_MOSTLY_RUNS = 0.8  # share of the words that stand in such runs
_SMALL_SHARE = 0.15  # of the words are "the", "of", "is" ...
_SAME_PLACE = 20.0  # points
_LONG_TITLE = 8  # letters; "order" alone may be a word of a sentence
_SIDE_TITLES = ("delivery_note", "invoice", "quotation", "statement", "order_confirmation")


@dataclass(frozen=True)
class PageRole:
    """What one page shows about where orders begin."""

    around: Surroundings
    number: Found | None
    title: str | None  # type of the document title that stands out at its top
    counter: tuple[int, int] | None  # page x of y, at its top or bottom
    receiver: str  # what the labels of buyer and ship-to show at its top, folded; "" when nothing
    has_total: bool  # a grand total stands on it
    is_prose: bool


@dataclass(frozen=True)
class OrderPart:
    """The pages of one order. ``table_pages`` are those its lines may stand on: without terms and packing lists."""

    pages: tuple[PageRole, ...]
    doubts: tuple[str, ...] = ()  # why the pages, or the page, may hold another number of orders

    @property
    def table_pages(self) -> tuple[PageRole, ...]:
        kept = tuple(p for p in self._told if p.title not in _SIDE_TITLES)
        return kept or self._told

    @property
    def header_pages(self) -> tuple[PageRole, ...]:
        """Without the sheets of a workbook before the order: what they say of versions and dates is their own."""
        heads = (i for i, p in enumerate(self._told) if p.number is not None or p.title in ORDER_TYPES)
        is_book = self._told[0].around.page.page.source is Source.XLSX
        return self._told[next(heads, 0) :] if is_book else self._told

    @property
    def _told(self) -> tuple[PageRole, ...]:
        """Without pages of running text: terms speak of dates, discounts and orders in general."""
        return tuple(p for p in self.pages if not p.is_prose) or self.pages


def split(pages: Sequence[PageView], language: str | None) -> tuple[OrderPart, ...]:
    """The orders of a document in page order; one part for a document without a sign of several."""
    roles, doubts = _roles(pages, language)
    parts: list[list[PageRole]] = []
    current: PageRole | None = None
    for role in roles:
        if not parts or (current is not None and _begins(role, current, parts[-1][-1])):
            parts.append([role])
            current = role if role.number or role.title in ORDER_TYPES else None
        else:
            parts[-1].append(role)
            if (current is None and (role.number or role.title in ORDER_TYPES)) or (
                current is not None and current.number is None and role.number is not None
            ):
                current = role
    return tuple(OrderPart(tuple(part), doubts) for part in parts)


def _roles(pages: Sequence[PageView], language: str | None) -> tuple[list[PageRole], tuple[str, ...]]:
    """The role of each page, or of each band of a page on which several orders stand."""
    roles: list[PageRole] = []
    doubts: list[str] = []
    head: Head | None = None
    for page in pages:
        role = page_role(page, language)
        if not role.is_prose and role.title not in _SIDE_TITLES:
            parted = banded(role.around, head)
            head = parted.head
            doubts += parted.doubts
            if len(parted.bands) > 1:
                roles += [page_role(band, language) for band in parted.bands]
                continue
        roles.append(role)
    return roles, tuple(dict.fromkeys(doubts))


def page_role(page: PageView, language: str | None) -> PageRole:
    around = Surroundings(page, find_labels(page, language))
    choice: Choice = po_number([around]) if page.lines else Choice()
    number = choice.found if choice.found and choice.found.score >= 0.8 else None
    prose = _is_prose(page) and not _whole_title(around)
    total = any(kind == "total" for kind, _ in label_totals([around], None))
    counter = counter_in((*page.lines[:12], *page.lines[-6:]))
    return PageRole(around, number, _title(around), counter, _receiver(around), total, prose)


def _receiver(around: Surroundings) -> str:
    """The words at the labels of buyer and ship-to in the upper third of the page."""
    limit = around.page.within(1 / 3)
    texts = []
    for hit in around.hits:
        if hit.section == "header" and hit.field in ("buyer", "ship_to") and hit.context >= Context.COLON:
            place = next(around.places(hit), None) if hit.box.top <= limit else None
            texts.append(fold(place.text) if place else "")
    return " ".join(text for text in texts if text)


def _begins(role: PageRole, first: PageRole, last: PageRole) -> bool:
    if role.around.page.top > 0:
        return True  # the page was cut because an order begins here
    if role.is_prose or role.title in _SIDE_TITLES:
        return False
    other = role.number is not None and first.number is not None and _key(role) != _key(first)
    restarted = role.counter is not None and role.counter[0] == 1
    if role.around.page.page.number == first.around.page.page.number:
        return True  # records of another number out of the same list
    if other:
        titled = role.title in ORDER_TYPES and not _counts_on(role, last)
        return titled or restarted or _same_place(role, first)
    same_form = role.number is not None and len(role.receiver.split()) == len(first.receiver.split())
    titled = role.title in ORDER_TYPES or same_form
    if titled and role.has_total and first.has_total and role.receiver and first.receiver:
        return role.receiver != first.receiver  # one order number for several stores, a page and a total for each
    return restarted and role.number is None and role.title in ORDER_TYPES and first.counter is not None


def _counts_on(role: PageRole, last: PageRole) -> bool:
    """Whether page 2 of 3 follows page 1 of 3: another number is misread unless at the place of the last."""
    if role.counter is None or last.counter is None:
        return False
    return role.counter == (last.counter[0] + 1, last.counter[1])


def _key(role: PageRole) -> str:
    return "".join(c for c in str(role.number.value).casefold() if c.isalnum()) if role.number else ""


def _same_place(role: PageRole, first: PageRole) -> bool:
    if role.number is None or first.number is None:
        return False
    one, other = role.number.box, first.number.box
    return abs(one.x0 - other.x0) < _SAME_PLACE and abs(one.top - other.top) < _SAME_PLACE


def _title(around: Surroundings) -> str | None:
    """The type of the tallest title-like label in the upper third of the page."""
    limit = around.page.within(1 / 3)
    titles = [hit for hit in around.hits if is_title(hit) and hit.box.top <= limit]
    big = [h for h in titles if h.segment.height >= 1.15 * around.page.height or h.context is Context.WHOLE]
    return max(big, key=lambda h: (round(h.segment.height), h.length)).field if big else None


def _whole_title(around: Surroundings) -> bool:
    """Whether the title of an order stands alone at the top of the page."""
    limit = around.page.within(1 / 3)
    return any(
        is_title(h) and h.field in ORDER_TYPES and h.context is Context.WHOLE and h.box.top <= limit and _big(h, around)
        for h in around.hits
    )


def _big(hit: LabelHit, around: Surroundings) -> bool:
    return hit.length >= _LONG_TITLE or hit.segment.height >= 1.15 * around.page.height


def _is_prose(page: PageView) -> bool:
    words = [word for segment in page.segments for word in segment.words]
    with_digits = sum(has_digit(word.text) for word in words)
    if len(words) < _PROSE_WORDS:
        return False
    return with_digits <= _PROSE_SHARE * len(words) or _is_sentences(page, len(words))


def _is_sentences(page: PageView, words: int) -> bool:
    """Terms full of figures: nearly all words stand in long runs, and small words of the language are among them."""
    runs = [segment for segment in page.segments if len(segment.words) >= _LONG_RUN]
    small = sum(token in small_words() for run in runs for token, _ in run.tokens)
    return sum(len(run.words) for run in runs) >= _MOSTLY_RUNS * words and small >= _SMALL_SHARE * words
