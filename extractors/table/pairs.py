"""Labels with their values, however they are set: "Quantity: 4 pcs", a label beside its value, labels over values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.layout import Segment
from extractors.table.cells import kind_of
from extractors.table.item import pick_meaning
from extractors.table.lexicon import Lexicon, column_lexicon, header_lexicon
from extractors.table.printed import Found
from extractors.table.records import CODES, TEXTS, Row
from pipeline.language import fold
from pipeline.model import Word
from pipeline.values import is_unit

_LONGEST = 4  # words of a label
_SURE = 0.95
_FIGURES = ("quantity", "unit_price", "line_amount", "line_discount")


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled value, the row it stands on and, where that is another, the row of its label."""

    meaning: str
    found: Found
    row: Row
    label_row: Row


def pairs_of(rows: Sequence[Row]) -> Iterator[Pair]:
    """All pairs in reading order. A row of labels over a row of values gives one for each value under a label."""
    under = False
    for row, below in zip(rows, (*rows[1:], None), strict=True):
        if under:
            under = False
            continue
        labels = _row_of_labels(row)
        if labels and below is not None and below.page == row.page and not _row_of_labels(below):
            found = list(_under(row, labels, below))
            under = bool(found)
            yield from found
        else:
            yield from (Pair(meaning, found, row, row) for meaning, found in _in_row(row))


# --- labels over their values -----------------------------------------------------------------------------------------


def _row_of_labels(row: Row) -> list[tuple[Segment, frozenset[str]]]:
    """The known labels of a row that holds nothing but labels; another that nobody knows may stand among them."""
    known = [(segment, meanings) for segment in row.segments if (meanings := _meanings(segment.text))]
    strange = [s for s in row.segments if not _meanings(s.text)]
    plain = all(kind_of(s.text) in ("text", "unit") and not any(c.isdigit() for c in s.text) for s in strange)
    return known if plain and len(strange) < len(known) else []


def _under(row: Row, labels: Sequence[tuple[Segment, frozenset[str]]], below: Row) -> Iterator[Pair]:
    for segment, meanings in labels:
        value = max(below.segments, key=lambda s: _shared(s, segment))
        nearest = max(row.segments, key=lambda s: _shared(value, s))
        if _shared(value, segment) <= 0 or nearest is not segment:
            continue
        meaning = _fitting(meanings, value.words)
        if meaning is not None:
            yield Pair(meaning, Found(value.words, below.page, below.source, _SURE), below, row)


def _shared(a: Segment, b: Segment) -> float:
    return min(a.box.x1, b.box.x1) - max(a.box.x0, b.box.x0)


# --- labels on the line of their values -------------------------------------------------------------------------------


def _in_row(row: Row) -> Iterator[tuple[str, Found]]:
    words = list(row.line.words)
    labels = [found for i in range(len(words)) if words[i].text.endswith(":") and (found := _label(words, i))]
    labels = labels or list(_alternating(row))
    ends = [*(start for start, _, _ in labels[1:]), len(words)][: len(labels)]
    for (_, start, meanings), end in zip(labels, ends, strict=True):
        meaning = _fitting(meanings, words[start:end])
        if meaning is not None:
            yield meaning, Found(tuple(words[start:end]), row.page, row.source, _SURE)


def _label(words: Sequence[Word], last: int) -> tuple[int, int, frozenset[str]] | None:
    """(first word, word behind, meanings) of the longest known label that ends with this colon."""
    for start in range(max(0, last - _LONGEST + 1), last + 1):
        text = " ".join(word.text for word in words[start : last + 1])
        if (meanings := _meanings(text)) is not None:
            return start, last + 1, meanings
        if _lookup(header_lexicon(), text) is not None:
            return None  # "PO Number:" is no "Number:"
    return None


def _alternating(row: Row) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Labels without colons, each in a segment of its own before that of its value: "Qty   4   Price   12.50"."""
    parts = row.segments
    known = [_meanings(segment.text) for segment in parts]
    labelled = any(
        meanings and not is_unit(part.text) for part, meanings in zip(parts[1::2], known[1::2], strict=False)
    )
    if len(parts) % 2 or labelled or not all(m or _may_label(p) for m, p in zip(known[::2], parts[::2], strict=True)):
        return
    starts = [sum(len(s.words) for s in parts[:i]) for i in range(len(parts))]
    for place, (meanings, _) in enumerate(pairwise((*known, None))):
        if place % 2 == 0 and meanings is not None:
            yield starts[place], starts[place + 1], meanings


def _may_label(segment: Segment) -> bool:
    """A label we do not know: words without a figure."""
    return not any(c.isdigit() for c in segment.text) and kind_of(segment.text) == "text"


def _meanings(text: str) -> frozenset[str] | None:
    """What a whole text may label, word for word."""
    return _lookup(column_lexicon(), text)


def _lookup(lexicon: Lexicon, text: str) -> frozenset[str] | None:
    table: Mapping[str, frozenset[str]] = lexicon.meanings
    return table.get(fold(text.rstrip(": ")))


def _fitting(meanings: frozenset[str], value: Sequence[Word]) -> str | None:
    """The meaning of a label that its value allows; None for a value that is none of them."""
    text = " ".join(word.text for word in value)
    kind = kind_of(text)
    if kind == "empty":
        return None
    figures = [m for m in _FIGURES if m in meanings]
    if figures and kind in ("number", "percent"):
        return figures[0]
    if "line_no" in meanings and kind == "number" and text.strip(".").isdigit():
        return "line_no"
    if figures and not meanings - set(_FIGURES):
        return None
    if "requested_date" in meanings:
        return "requested_date" if kind == "date" else None
    if "unit" in meanings and kind == "unit":
        return "unit"
    if meanings & CODES and (kind in ("code", "number") or (text.isupper() and "-" in text and " " not in text)):
        return "item_id" if "item_id" in meanings else pick_meaning(meanings & CODES)
    if meanings & TEXTS:
        return "description" if kind in ("text", "code", "unit") else None
    return None
