"""Sums and charges printed in or below the table, told from items."""

from __future__ import annotations

from extractors.layout import Segment, make_segment
from extractors.table.cells import amount, number_cell
from extractors.table.lexicon import find_label, is_exclusion, is_qualifier, label_hits
from extractors.table.records import Row, TotalCell, once_a_row
from pipeline.values import currency_code, has_digit, looks_like_date

_SUMS = frozenset({"subtotal", "total", "carried_forward"})
_CHARGES = frozenset({"freight", "surcharge", "discount"})
_ORDER = ("carried_forward", "subtotal", "tax", "freight", "discount", "surcharge", "total")


@once_a_row
def total_kind(row: Row) -> str | None:
    """The kind of sum a row holds; None when it is none.

    A row is a sum when all its words before the last number are a label of a sum with qualifiers ("VAT 20 %").
    """
    parts = _label_and_amount(row)
    return _leading_sum(row) if parts is None else parts[0]


def _leading_sum(row: Row) -> str | None:
    """The sum a row begins with, when a colon ends its label ("Totals:   12   Packs: 125   1,500.00"), or when labels
    of sums fill the row and the amounts stand below."""
    if len(row.segments) < 2:
        return None
    kinds = [_kind([word.text for word in segment.words]) for segment in row.segments]
    filled = None not in kinds and not has_digit(row.text)
    return kinds[0] if kinds[0] in _SUMS and (filled or row.segments[0].text.endswith(":")) else None


def _label_and_amount(row: Row) -> tuple[str, Segment] | None:
    pairs = _pairs(row)
    return pairs[-1] if pairs else None


@once_a_row
def _pairs(row: Row) -> tuple[tuple[str, Segment], ...]:
    """(kind, segment with the amount) for each sum on a row; most rows have at most one."""
    words = list(row.line.words)
    last = _last_number(row)
    if last is None:
        return ()
    first = words.index(last.words[0])
    label = [w.text for w in words[:first]]
    kind = _kind(label)
    if kind is None:
        kind = _kind_of_nearest(row, last)
    return () if kind is None else ((kind, last),)


def _last_number(row: Row) -> Segment | None:
    """The rightmost run of words that reads as an amount, with its currency."""
    for segment in reversed(row.segments):
        if all(_is_currency_only(w.text) for w in segment.words):
            continue
        texts = [word.text for word in segment.words]
        figures = [place for place, text in enumerate(texts) if has_digit(text)]
        for start in range(figures[-1] + 1 if figures else 0):
            text = " ".join(texts[start:])
            cell = number_cell(text)
            counted = cell is not None and cell.unit is not None and currency_code(cell.unit) is None
            if cell is None or cell.rest or cell.percent or counted or looks_like_date(text):
                continue
            return make_segment(segment.words[start:])
        return None
    return None


def _is_currency_only(text: str) -> bool:
    return not has_digit(text) and is_qualifier(text)


def _kind(words: list[str]) -> str | None:
    """The kind a label names; the whole label must be explained, apart from qualifiers and rates."""
    plain = [w for w in words if not _is_rate(w)]
    if not plain or len(plain) > 9:
        return None
    whole = find_label(" ".join(plain), "totals")
    if whole is not None:
        return _first(whole[0])
    hits = label_hits(plain, "totals")
    if not hits:
        return None
    covered = sum(hit.end - hit.start for hit in hits)
    spare = [w for i, w in enumerate(plain) if not any(h.start <= i < h.end for h in hits) and not _qualifies(w)]
    kind = _first(hits[0].meanings)
    allowed = covered if kind in _SUMS else covered - 1
    return kind if len(spare) <= allowed and hits[0].start <= 1 else None


def _qualifies(word: str) -> bool:
    return is_qualifier(word) or is_exclusion(word)


def _is_rate(word: str) -> bool:
    return "%" in word or (word.strip("().,:$€£").replace(",", "").replace(".", "").isdigit())


def _first(kinds: frozenset[str]) -> str:
    return next((kind for kind in _ORDER if kind in kinds), "total")


def _kind_of_nearest(row: Row, last: Segment) -> str | None:
    """Remarks may stand to the left of the sums: the label is then the segment just before the amount."""
    before = [s for s in row.segments if s.box.x1 <= last.box.x0 + 1 and s.words[0] not in last.words]
    if not before:
        return None
    nearest = [w.text for w in before[-1].words if w not in last.words]
    whole = find_label(" ".join(w for w in nearest if not _is_rate(w)), "totals")
    return None if whole is None else _first(whole[0])


def charge_of(row: Row) -> str | None:
    """The kind of charge a row of the table begins with, however it goes on ("Freight and unloading by crane")."""
    hits = label_hits([word.text for word in row.line.words], "totals")
    kind = _first(hits[0].meanings) if hits and hits[0].start == 0 else None
    return kind if kind in _CHARGES else None


def read_total(row: Row, decimal: str | None, *, charge: bool = False) -> TotalCell | None:
    """``charge``: the row is known to hold an amount and no item, see ``charge_of``."""
    parts = _label_and_amount(row)
    if parts is None and charge and (last := _last_number(row)) is not None:
        parts = (charge_of(row) or "surcharge", last)
    if parts is None:
        return None
    value = amount(parts[1].text, decimal)
    if value is None:
        return None
    confidence = min((w.confidence for w in parts[1].words), default=0.0)
    return TotalCell(parts[0], value, row.page, parts[1].box, row.text, 0.95 * confidence)
