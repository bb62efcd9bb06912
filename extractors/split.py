"""Which pages of a document belong to which order, and which to none.

A page begins an order when it shows another order number at the place where the last one stood, or a title and another
number, or a title and a page counter that starts again. Every step looks at a page once: the work is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from extractors.header.fields import Choice, Found, po_number
from extractors.header.labels import Context, LabelHit, find_labels, is_title
from extractors.header.places import Surroundings
from extractors.header.totals import label_totals
from extractors.header.view import PageView, Segment, small_words
from pipeline.language import fold, languages
from pipeline.model import Word
from pipeline.values import has_digit

_COUNTER = re.compile(
    r"(?<![\d./-])(\d{1,3})\s*(?:/|of|von|de|sur|di|van|z|auf)\s*(\d{1,3})\b(?![./-]\d)", re.IGNORECASE
)
_JOINING = frozenset({"of", "von", "de", "sur", "di", "van", "z", "auf"})  # between the two figures of a counter
_NUMBER_WORDS = frozenset({"n", "no", "nr", "number"})  # "page no."; alone they say nothing
_COUNTER_REACH = (4, 6)  # words before and behind the word for pages among which its counter stands
_PROSE_WORDS = 120  # words from which a page with few figures is running text
_PROSE_SHARE = 0.12  # of its words hold a digit, at most
_LONG_RUN = 9  # words without a wide gap between them: a row of a table has one at every column
_MOSTLY_RUNS = 0.8  # share of the words that stand in such runs
_SMALL_SHARE = 0.15  # of the words are "the", "of", "is" ...
_SAME_PLACE = 20.0  # points
_LONG_TITLE = 8  # letters; "order" alone may be a word of a sentence
_ORDER_TITLES = ("purchase_order", "order_change", "order_cancellation")
_SIDE_TITLES = ("delivery_note", "invoice", "quotation", "statement", "order_confirmation")


@dataclass(frozen=True)
class PageRole:
    """What one page shows about where orders begin."""

    around: Surroundings
    number: Found | None
    title: str | None  # type of the document title that stands out at its top
    counter: tuple[int, int] | None  # page x of y
    receiver: str  # what the labels of buyer and ship-to show at its top, folded; "" when nothing
    has_total: bool  # a grand total stands on it
    is_prose: bool


@dataclass(frozen=True)
class OrderPart:
    """The pages of one order. ``table_pages`` are those its lines may stand on: without terms and packing lists."""

    pages: tuple[PageRole, ...]

    @property
    def table_pages(self) -> tuple[PageRole, ...]:
        kept = tuple(p for p in self.header_pages if p.title not in _SIDE_TITLES)
        return kept or self.header_pages

    @property
    def header_pages(self) -> tuple[PageRole, ...]:
        """Without pages of running text: terms speak of dates, discounts and orders in general."""
        return tuple(p for p in self.pages if not p.is_prose) or self.pages


def split(pages: Sequence[PageView], language: str | None) -> tuple[OrderPart, ...]:
    """The orders of a document in page order; one part for a document without a sign of several."""
    roles = [page_role(page, language) for page in pages]
    parts: list[list[PageRole]] = []
    current: PageRole | None = None
    for role in roles:
        if not parts or (current is not None and _begins(role, current)):
            parts.append([role])
            current = role if role.number or role.title in _ORDER_TITLES else None
        else:
            parts[-1].append(role)
            if (current is None and (role.number or role.title in _ORDER_TITLES)) or (
                current is not None and current.number is None and role.number is not None
            ):
                current = role
    return tuple(OrderPart(tuple(part)) for part in parts)


def page_role(page: PageView, language: str | None) -> PageRole:
    around = Surroundings(page, find_labels(page, language))
    choice: Choice = po_number([around]) if page.lines else Choice()
    number = choice.found if choice.found and choice.found.score >= 0.8 else None
    prose = _is_prose(page) and not _whole_title(around)
    total = any(kind == "total" for kind, _ in label_totals([around], None))
    return PageRole(around, number, _title(around), _counter(page), _receiver(around), total, prose)


def _receiver(around: Surroundings) -> str:
    """The words at the labels of buyer and ship-to in the upper third of the page."""
    limit = around.page.page.height / 3
    texts = []
    for hit in around.hits:
        if hit.section == "header" and hit.field in ("buyer", "ship_to") and hit.context >= Context.COLON:
            place = next(around.places(hit), None) if hit.box.top <= limit else None
            texts.append(fold(place.text) if place else "")
    return " ".join(text for text in texts if text)


def _begins(role: PageRole, first: PageRole) -> bool:
    if role.is_prose or role.title in _SIDE_TITLES:
        return False
    other = role.number is not None and first.number is not None and _key(role) != _key(first)
    restarted = role.counter is not None and role.counter[0] == 1
    if role.around.page.page.number == first.around.page.page.number:
        return True  # records of another number out of the same list
    if other:
        return role.title in _ORDER_TITLES or restarted or _same_place(role, first)
    same_form = role.number is not None and len(role.receiver.split()) == len(first.receiver.split())
    titled = role.title in _ORDER_TITLES or same_form
    if titled and role.has_total and first.has_total and role.receiver and first.receiver:
        return role.receiver != first.receiver  # one order number for several stores, a page and a total for each
    return restarted and role.number is None and role.title in _ORDER_TITLES and first.counter is not None


def _key(role: PageRole) -> str:
    return "".join(c for c in str(role.number.value).casefold() if c.isalnum()) if role.number else ""


def _same_place(role: PageRole, first: PageRole) -> bool:
    if role.number is None or first.number is None:
        return False
    one, other = role.number.box, first.number.box
    return abs(one.x0 - other.x0) < _SAME_PLACE and abs(one.top - other.top) < _SAME_PLACE


def _title(around: Surroundings) -> str | None:
    """The type of the tallest title-like label in the upper third of the page."""
    limit = around.page.page.height / 3
    titles = [hit for hit in around.hits if is_title(hit) and hit.box.top <= limit]
    big = [h for h in titles if h.segment.height >= 1.15 * around.page.height or h.context is Context.WHOLE]
    return max(big, key=lambda h: (round(h.segment.height), h.length)).field if big else None


def _whole_title(around: Surroundings) -> bool:
    """Whether the title of an order stands alone at the top of the page."""
    limit = around.page.page.height / 3
    return any(
        is_title(h)
        and h.field in _ORDER_TITLES
        and h.context is Context.WHOLE
        and h.box.top <= limit
        and _big(h, around)
        for h in around.hits
    )


def _big(hit: LabelHit, around: Surroundings) -> bool:
    return hit.length >= _LONG_TITLE or hit.segment.height >= 1.15 * around.page.height


def _counter(page: PageView) -> tuple[int, int] | None:
    """ "Page 1 of 3", "Seite 1/3", "1 of 3 pages" at the top or bottom; a date is none."""
    before, behind = _COUNTER_REACH
    for line in (*page.lines[:12], *page.lines[-6:]):
        tokens = [(token, word.text) for segment in line for word, token in _folded(segment)]
        for at, (token, _) in enumerate(tokens):
            if token in _page_words():
                near = " ".join(text for _, text in tokens[max(0, at - before) : at + behind])
                match = _COUNTER.search(near)
                if match and 1 <= int(match[1]) <= int(match[2]):
                    return int(match[1]), int(match[2])
    return None


def _folded(segment: Segment) -> Iterator[tuple[Word, str]]:
    """Each word with its first folded token: "Page:1/2" counts as "page"."""
    first = {index: token for token, index in reversed(segment.tokens)}
    return ((word, first.get(i, "")) for i, word in enumerate(segment.words))


@cache
def _page_words() -> frozenset[str]:
    labels = (label for language in languages().values() for label in language.header.get("page", ()))
    return frozenset(token for label in labels for token in fold(label).split()) - _JOINING - _NUMBER_WORDS


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
