"""Rows that say something of the item above them and are none themselves: its discount and its gross price, as SAP
prints them ("Rabatt in Prozent 2,50- % 3,99-"), and its deliveries."""

from __future__ import annotations

from extractors.table.cells import kind_of, number_cell
from extractors.table.lexicon import find_label, label_hits
from extractors.table.records import GridRow, Row, once_a_row
from pipeline.language import fold
from pipeline.model import Word
from pipeline.values import is_unit, looks_like_date

_LONGEST_LABEL = 5  # words


@once_a_row
def condition_of(row: Row) -> tuple[str, tuple[Word, ...]] | None:
    """("line_discount" or "unit_price", words of its number) of a row that holds a label and numbers and nothing else;
    of percent and amount the percent."""
    words = row.line.words
    first = next((i for i, word in enumerate(words) if number_cell(word.text) is not None), 0)
    if not 1 <= first <= _LONGEST_LABEL:
        return None
    label = " ".join(word.text for word in words[:first])
    known = find_label(label) or find_label(label, "inline")
    if known is None or known[1] < 1.0:
        return None
    meaning = next((m for m in ("line_discount", "unit_price") if m in known[0]), None)
    runs = [segment.words for segment in row.segments if segment.words[0] in words[first:]]
    numbers = [run for run in runs if kind_of(" ".join(w.text for w in run)) in ("number", "percent")]
    if meaning is None or not numbers:
        return None
    percents = [run for run in numbers if any("%" in word.text for word in run)]
    return meaning, (percents or numbers)[0]


def is_delivery(row: GridRow) -> bool:
    """A line of a delivery schedule: a date and a quantity, and nothing else but units and their labels."""
    words = row.row.line.words
    dates = [w for w in words if looks_like_date(w.text)]
    if len(dates) != 1 or len(words) > 9:
        return False
    others = [w for w in words if w is not dates[0]]
    numbers = [w for w in others if kind_of(w.text) == "number"]
    plain = [w.text for w in others if w not in numbers and not is_unit(w.text) and fold(w.text)]
    hits = label_hits(plain, "inline")
    labelled = bool(hits) and hits[0].start == 0 and bool(hits[0].meanings & {"schedule", "requested_date"})
    return 1 <= len(numbers) <= 2 and (not plain or (labelled and len(plain) <= hits[0].end + 1))
