"""Chooses the value of each simple header field among everything that stands at its labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from extractors.header.labels import Context, LabelHit, is_title
from extractors.header.places import Place, Relation, Surroundings, column_values
from extractors.header.readings import (
    INCOTERMS,
    Reading,
    find_date,
    read_currency,
    read_incoterms,
    read_number,
    read_revision,
    read_terms,
)
from extractors.header.view import Segment, small_words
from extractors.header.wording import words as wording
from extractors.layout import bounding_box
from pipeline.language import fold
from pipeline.model import Box, Doubt, Evidence, Source, Word
from pipeline.values import Week, week_in

_CONTEXT_WEIGHT = {Context.WHOLE: 1.0, Context.COLON: 1.0, Context.START: 0.95, Context.INSIDE: 0.85}
_LEAST_TERMS = 0.78  # below: loose words at a loose label
_NEXT_LINE = 1.7  # text heights between the middles of two lines of one value
_SMALL = 4  # letters
_CUT = 0.9  # of a value whose line ended in the middle of a phrase
_WRAPPED = ("payment_terms", "incoterms")  # values that may run over a second line
_CONFUSABLE = re.compile(r"[A-Za-z][01]|[OIl]\d|\d[OIl]| ")
_YEARS = (2000, 2049)  # outside, a figure in the form of a date is something else
_MOST_SUPPORT = 0.04  # what being printed again adds at most: a page may be there 500 times
_NEAR = 0.05  # two values whose scores are this near are both possible
_PROVEN = 0.93  # a score from which a single candidate counts as proven
_WEEK_WORDS = 5  # "Ende KW 47 / 2026"
_WORDS_TO_DATE = 3  # words behind an order's number among which its date begins
_INSIDE_LENGTH = 8  # letters a label in running text needs
_NUMBER_TITLES = ("purchase_order", "order_change", "order_cancellation")


@dataclass(frozen=True)
class Found:
    """A value with where it was read; ``score`` 0..1 ranks it among its rivals."""

    value: Any
    words: tuple[Word, ...]
    page: int
    source: Source
    score: float
    note: str | None = None
    label: str = ""  # as printed, where it stands apart from the words

    @cached_property
    def box(self) -> Box:
        return bounding_box(self.words)

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def evidence(self, path: str, confidence: float | None = None) -> Evidence:
        """``confidence`` defaults to the score; what OCR was unsure of lowers it."""
        sure = self.score if confidence is None else confidence
        sure *= min((word.confidence for word in self.words), default=1.0)
        return Evidence(path, self.page, self.box, self.text, round(min(sure, 0.995), 3), self.source, self.note)


@dataclass(frozen=True)
class Choice:
    """The value of a field, or None; ``doubt`` says why it is not sure."""

    found: Found | None = None
    doubt: str | None = None

    @property
    def value(self) -> Any:
        return None if self.found is None else self.found.value


Reader = Callable[[Sequence[Word]], Reading[Any] | None]


def hit_weight(hit: LabelHit) -> float:
    """How much a label says by itself, 0..1: long exact labels that stand alone say most."""
    length = 1.0 if hit.length >= 8 else 0.96 if hit.length >= 5 else 0.9
    return hit.fit * length * _CONTEXT_WEIGHT[hit.context]


def candidates(pages: Sequence[Surroundings], field: str, read: Reader) -> Iterator[Found]:
    """What can be read at each label of ``field``: at every label the first place that holds such a value."""
    for around in pages:
        for hit in around.hits:
            if hit.section == "header" and hit.field == field:
                found = at_label(around, hit, read)
                if found is not None:
                    yield _by_page(found, pages[0])


def _by_page(found: Found, first: Surroundings) -> Found:
    """Later pages of an order say a little less than its first."""
    behind = max(0, found.page - first.page.page.number)
    if not behind:
        return found
    return replace(found, score=found.score * max(0.8, 1.0 - 0.02 * behind))


def at_label(around: Surroundings, hit: LabelHit, read: Reader) -> Found | None:
    if hit.context is Context.INSIDE and hit.length < _INSIDE_LENGTH:
        return None
    for place in around.places(hit):
        if place.relation not in (Relation.INLINE, Relation.RIGHT) and not _may_head(hit):
            continue
        words = place.words if hit.field not in _WRAPPED else around.with_next_line(place)
        reading = read(words)
        if reading is not None:
            return _found(around, place, reading)
    return None


def _may_head(hit: LabelHit) -> bool:
    """Whether a value may stand under or over a label: it fills its segment, but for a word or two ("@ Dest.")."""
    rest = hit.segment.words[hit.end :]
    loose = hit.context is Context.START and len(rest) <= 3 and not any(c.isdigit() for w in rest for c in w.text)
    return hit.context >= Context.COLON or loose


def _found(around: Surroundings, place: Place, reading: Reading[Any]) -> Found:
    score = hit_weight(place.hit) * place.relation.value * reading.quality
    return Found(reading.value, reading.words, around.page.page.number, around.page.page.source, score)


def choose(found: Sequence[Found], name: str, *, keep: bool = False) -> Choice:
    """The best candidate; a different value of nearly the same score is a doubt.

    ``keep``: give the best in spite of the doubt; otherwise the value is left open.
    """
    groups: dict[str, list[Found]] = {}
    for one in found:
        groups.setdefault(_key(one.value), []).append(one)
    if not groups:
        return Choice()
    ranked = sorted((_supported(group) for group in groups.values()), key=lambda f: -f.score)
    best = ranked[0]
    rivals = [other for other in ranked[1:] if other.score >= best.score - _NEAR]
    if rivals:
        doubt = f"{name}: both “{best.text}” and “{rivals[0].text}” stand at such a label"
        return Choice(best if keep else None, doubt)
    if len(ranked) == 1 and best.score >= _PROVEN:
        best = replace(best, score=max(best.score, 0.992))
    return Choice(best)


def _key(value: object) -> str:
    return "".join(c for c in str(value).casefold() if c.isalnum())


def _supported(group: Sequence[Found]) -> Found:
    """The best of several readings of one value; each further place where it stands adds a little."""
    best = max(group, key=lambda f: f.score)
    return replace(best, score=min(0.99, best.score + min(_MOST_SUPPORT, 0.02 * (len(group) - 1))))


def po_number(pages: Sequence[Surroundings]) -> Choice:
    """At a label of its own, or behind the title of the document ("Purchase Order 4711")."""
    found = order_numbers(pages)
    return _legible(choose(found, "order number", keep=True), found)


def order_numbers(pages: Sequence[Surroundings]) -> list[Found]:
    """All that may be the order's number; nothing that is as surely the number of something else."""
    return _not_elsewhere(pages, list(_at_numbers(pages, read_number)))


def _at_numbers(pages: Sequence[Surroundings], read: Reader) -> Iterator[Found]:
    """What can be read where an order's number stands: at its labels, and behind or under the document's title."""
    yield from candidates(pages, "po_number", read)
    for around in pages:
        for hit in around.hits:
            if hit.section == "document_types" and hit.field in _NUMBER_TITLES:
                one = at_label(around, hit, read)
                if one is not None:
                    yield _by_page(replace(one, score=one.score * 0.95), pages[0])


def _legible(choice: Choice, found: Sequence[Found]) -> Choice:
    """A recognised number is less sure where O and 0 or I and 1 meet, or a mark may be lost, and nothing repeats it."""
    one = choice.found
    if one is None or one.source is not Source.OCR:
        return choice
    again = sum(_key(other.value) == _key(one.value) for other in found) > 1
    if again or not _CONFUSABLE.search(one.value.removeprefix("PO")):
        return choice
    note = "letters and figures that look alike stand together, and the number is printed only once"
    return Choice(replace(one, score=min(one.score, 0.7), note=note), choice.doubt)


_OTHER_NUMBERS = (
    "customer_number",
    "vendor_number",
    "quotation_number",
    "contract_number",
    "phone",
    "tax_id",
    "page",
    "reference",
)


def _not_elsewhere(pages: Sequence[Surroundings], found: Sequence[Found]) -> list[Found]:
    """Leaves out numbers that stand as directly at the label of something else (a quotation, a customer number)."""
    taken: dict[str, float] = {}
    for field in _OTHER_NUMBERS:
        for other in candidates(pages, field, read_number):
            key = _key(other.value)
            taken[key] = max(taken.get(key, 0.0), other.score)
    return [one for one in found if taken.get(_key(one.value), 0.0) <= one.score]


def _read_week(words: Sequence[Word]) -> Reading[Week] | None:
    week = week_in(" ".join(word.text for word in words[:_WEEK_WORDS]))
    return None if week is None else Reading(week, tuple(words))


def _behind_number(words: Sequence[Word], order: str | None) -> Reading[date | None] | None:
    """ "807712 of 11/11/2026", "4564652970 / 05.11.2026": the date right behind an order's number."""
    number = read_number(words)
    found = find_date(number.rest, order) if number is not None and number.rest else None
    if number is None or found is None:
        return None
    between = number.rest[: number.rest.index(found.words[0])]
    delivery = any(fold(word.text).startswith(wording("delivering")) for word in between)
    return None if delivery or len(between) >= _WORDS_TO_DATE else replace(found, quality=0.96 * found.quality)


def dates(pages: Sequence[Surroundings], field: str, order: str | None) -> Choice:
    """``field`` is order_date or requested_date; a date that reads two ways is a doubt, not a value."""
    wanted = [_without_line_dates(around) for around in pages] if field == "requested_date" else pages
    found = [f for f in candidates(wanted, field, lambda words: find_date(words, order)) if _is_near_now(f.value)]
    if not found and field == "order_date":
        found = [f for f in _at_numbers(pages, lambda words: _behind_number(words, order)) if _is_near_now(f.value)]
    if not found and field == "order_date":
        lone = {f.value: f for f in _lone_dates(pages[:1], order) if _is_near_now(f.value)}
        found = list(lone.values())  # without a label, a date is no surer where it is repeated
    clear = [one for one in found if one.value is not None]
    if found and not clear:
        return Choice(None, f"“{found[0].text}” can be day/month or month/day; nothing in the document decides")
    weeks = list(candidates(wanted, field, _read_week)) if not clear else []
    if weeks:
        return Choice(None, f"“{weeks[0].text}” is a week ({weeks[0].value}), no day")
    return choose(clear, field.replace("_", " "))


def _without_line_dates(around: Surroundings) -> Surroundings:
    """In a list of one record a date of delivery is that of its line. Of several columns of dates the lines' own is one
    that differs from record to record, else the last: what heads the order stands first."""
    dated = [h for h in around.hits if h.field == "requested_date" and around.in_table(h.box)]
    columns = [(h, values) for h in dated if (values := column_values(around.page, h)) is not None]
    differ = any(len(set(values)) > 1 for _, values in columns)
    if differ or not columns or (len(columns) == 1 and len(columns[0][1]) > 1):
        return around
    return Surroundings(around.page, [h for h in around.hits if h is not columns[-1][0]], around.regions)


def _is_near_now(day: date | None) -> bool:
    return day is None or _YEARS[0] <= day.year <= _YEARS[1]


def open_dates(pages: Sequence[Surroundings], field: str) -> list[str]:
    """The dates at labels of ``field`` that can be read two ways, as printed."""
    found = candidates(pages, field, lambda words: find_date(words, None))
    return [one.text.strip(" ,;.") for one in found if one.value is None]


def _lone_dates(pages: Sequence[Surroundings], order: str | None) -> Iterator[Found]:
    """ "Pinto, le 8 novembre 2026": a short segment that ends in a date and has no label."""
    for around in pages:
        for segment in around.page.segments:
            labelled = any(hit.context > Context.INSIDE for hit in around.labels_in(segment))
            if len(segment.words) > 8 or labelled or segment.cell is not None or around.in_table(segment.box):
                continue
            reading = find_date(segment.words, order)
            if reading is not None and not reading.rest and not _labelled_left(around, segment):
                yield Found(reading.value, reading.words, segment.page, segment.source, 0.9)


def _labelled_left(around: Surroundings, segment: Segment) -> bool:
    before = [s for s in around.page.lines[segment.line] if s.box.x1 <= segment.box.x0]
    titles = [hit for hit in around.labels_in(before[-1]) if is_title(hit)] if before else []
    return bool(before) and not titles and around.is_label(before[-1])


def currency(pages: Sequence[Surroundings]) -> Choice:
    return choose(list(candidates(pages, "currency", read_currency)), "currency")


def terms(pages: Sequence[Surroundings], field: str) -> Choice:
    read = read_incoterms if field == "incoterms" else read_terms
    found = [_to_the_end(one, pages) for one in candidates(pages, field, read) if one.score >= _LEAST_TERMS]
    if not found and field == "incoterms":
        found = list(_lone_incoterms(pages))
    return choose(found, field.replace("_", " "), keep=True)


def _to_the_end(found: Found, pages: Sequence[Surroundings]) -> Found:
    """What ends in a small word ("Net 60 days from") goes on in the lines right below, and is less sure then."""
    last = fold(found.words[-1].text)
    if last not in small_words() or len(last) > _SMALL or found.words[-1].cell is not None:
        return found  # "factura" is common and small in no way; a cell holds all of its value
    around = next(one for one in pages if one.page.page.number == found.page)
    words, end = list(found.words), found.words[0].box
    for segment in around.page.segments:
        near = 0 < segment.box.y_mid - end.y_mid < _NEXT_LINE * end.height
        under = near and abs(segment.box.x0 - end.x0) < end.height / 2 and ":" not in segment.text
        worded = any(map(str.isalpha, segment.text))  # "—" stands for nothing
        if under and worded and around.left_label(segment) is None:  # else the value of the next field
            words += segment.words
            end = segment.words[0].box
    if len(words) == len(found.words):
        return found
    text = " ".join(word.text for word in words)
    return replace(found, value=text, words=tuple(words), score=min(found.score, _CUT))


def _lone_incoterms(pages: Sequence[Surroundings]) -> Iterator[Found]:
    """A code of the Incoterms rules in a short segment without a label of its own."""
    for around in pages[:1]:
        for segment in around.page.segments:
            if len(segment.words) > 6 or around.in_table(segment.box):
                continue
            labels = {i for h in around.labels_in(segment) if h.field == "incoterms" for i in range(h.start, h.end)}
            for i, word in enumerate(segment.words):
                if i not in labels and word.text.strip(".,;()") in INCOTERMS:
                    words = segment.words if i == 0 else (word,)
                    text = " ".join(w.text for w in words).strip(".,;()")
                    yield Found(text, words, segment.page, segment.source, 0.85)


def revision(pages: Sequence[Surroundings]) -> Choice:
    return choose(list(candidates(pages, "revision", _revision_mark)), "revision", keep=True)


def _revision_mark(words: Sequence[Word]) -> Reading[str] | None:
    whole = read_revision(words)
    if whole is not None:
        return whole
    text = words[0].text.strip(" :.,()") if words else ""
    if len(text) <= 3 and text.isalnum() and (text.isdigit() or len(text) == 1) and text != "0":
        return Reading(text, (words[0],), 0.97)
    return None


def as_doubts(path: str, choice: Choice) -> tuple[Doubt, ...]:
    return (Doubt(path, choice.doubt),) if choice.doubt else ()


__all__ = ["Choice", "Found", "candidates", "choose", "currency", "date", "dates", "po_number", "revision", "terms"]
