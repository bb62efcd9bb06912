"""Orders without a table: each item a block of labels and values ("Item: AB-1 / Quantity: 4 pcs / Price: 12.50")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractors.table.cells import kind_of
from extractors.table.item import Found, Printed, pick_meaning
from extractors.table.lexicon import find_label
from extractors.table.records import CODES, TEXTS, Row
from extractors.table.totals import total_kind
from pipeline.language import fold
from pipeline.model import Word

_LONGEST = 4  # words of a label
_NAMES = CODES | TEXTS | {"line_no", "quantity"}  # what an item may begin with


def read_pairs(rows: Sequence[Row]) -> list[Printed]:
    """The items, each with a quantity, and a code or a description.

    What the first of them begins with, begins each; labels before it are those of the order.
    """
    pairs = [(meaning, found, row) for row in rows for meaning, found in _pairs(row)]
    first = next((meaning for meaning, _, _ in pairs if meaning in _NAMES), None)
    items: list[dict[str, Found]] = []
    again: list[list[str]] = []
    for meaning, found, row in pairs:
        if meaning == first:
            items.append({})
            again.append([])
        if items and meaning in items[-1] and not _closes_order(meaning, row):
            again[-1].append(row.text)
        elif items:
            items[-1].setdefault(meaning, found)
    kept = zip(_without_order_total(items), again, strict=True)
    return [_printed(item, unused) for item, unused in kept if _is_item(item)]


def _closes_order(meaning: str, row: Row) -> bool:
    """ "Total: 122.50" behind the last amount is the sum of the order."""
    return meaning == "line_amount" and total_kind(row) is not None


def _without_order_total(items: Sequence[dict[str, Found]]) -> Sequence[dict[str, Found]]:
    """An amount that only the last of several items has is the sum of the order."""
    if len(items) > 1 and sum("line_amount" in item for item in items) == 1 and "line_amount" in items[-1]:
        return [*items[:-1], {name: found for name, found in items[-1].items() if name != "line_amount"}]
    return items


def _is_item(item: dict[str, Found]) -> bool:
    return "quantity" in item and bool(item.keys() & (CODES | TEXTS))


def _printed(item: dict[str, Found], unused: list[str]) -> Printed:
    first = next(iter(item.values()))
    printed = Printed(page=first.page, source=first.source, unused=unused)
    printed.values.update({name: found for name, found in item.items() if name not in TEXTS})
    printed.lines += [found.words for name, found in item.items() if name in TEXTS]
    return printed


def _pairs(row: Row) -> Iterator[tuple[str, Found]]:
    """(meaning, value) for each "Label: value" of a row, and for a label and a value that stand apart in it."""
    words = list(row.line.words)
    labels = [found for i in range(len(words)) if words[i].text.endswith(":") and (found := _label(words, i))]
    if not labels and len(row.segments) == 2:
        first = row.segments[0]
        known = find_label(first.text)
        labels = [(0, len(first.words), known[0])] if known is not None and known[1] == 1.0 else []
    ends = [*(start for start, _, _ in labels[1:]), len(words)][: len(labels)]
    for (_, start, meanings), end in zip(labels, ends, strict=True):
        meaning = _fitting(meanings, words[start:end])
        if meaning is not None:
            yield meaning, Found(tuple(words[start:end]), row.page, row.source, 0.95)


def _label(words: Sequence[Word], last: int) -> tuple[int, int, frozenset[str]] | None:
    """(first word, word behind, meanings) of the longest known label that ends with this colon."""
    for start in range(max(0, last - _LONGEST + 1), last + 1):
        text = " ".join(word.text for word in words[start : last + 1]).rstrip(": ")
        known = find_label(text) if fold(text) else None
        if known is not None and known[1] == 1.0:
            return start, last + 1, known[0]
        if known is None and fold(text) and (whole := find_label(text, "header")) is not None and whole[1] == 1.0:
            return None  # "PO Number:" is no "Number:"
    return None


def _fitting(meanings: frozenset[str], value: Sequence[Word]) -> str | None:
    """The meaning of a label that its value allows; None for a value that is none of them."""
    text = " ".join(word.text for word in value)
    kind = kind_of(text)
    if kind == "empty":
        return None
    figures = [m for m in ("quantity", "unit_price", "line_amount", "line_discount") if m in meanings]
    if figures:
        return figures[0] if kind in ("number", "percent") else None
    if "requested_date" in meanings:
        return "requested_date" if kind == "date" else None
    if "unit" in meanings and kind == "unit":
        return "unit"
    if meanings & CODES and kind in ("code", "number"):
        return pick_meaning(meanings & CODES)
    if meanings & TEXTS:
        return "description" if kind in ("text", "code", "unit") else None
    return "line_no" if "line_no" in meanings and kind == "number" else None
