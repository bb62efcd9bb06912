"""Orders without a table: each item a block (a card) of labels and values, perhaps below a title of its own.

A card may print "Item: AB-1 / Quantity: 4 pcs / Price: 12.50" line by line, or rows of labels over rows of values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.layout import bounding_box
from extractors.table.cells import kind_of
from extractors.table.item import holds_figures
from extractors.table.lexicon import label_hits
from extractors.table.pairs import Pair, pairs_of
from extractors.table.printed import Found, Printed
from extractors.table.records import CODES, TEXTS, Row
from extractors.table.totals import total_kind
from pipeline.model import Box, Word

_NAMES = CODES | TEXTS | {"line_no", "quantity"}  # what an item may begin with
_NUMBER = re.compile(r"[#(]?(\d{1,5}(?:\.\d{1,3})?)[.):]?")  # before a card's title
_TITLE_GAP = 2.0  # text heights between a title and its card


@dataclass(frozen=True, slots=True)
class Cards:
    """The items, where they stand (page, box), and whether each has several rows of labels: no row of a table has."""

    items: tuple[Printed, ...] = ()
    regions: tuple[tuple[int, Box], ...] = ()
    spread: bool = False


@dataclass(slots=True)
class _Card:
    """One item while it is put together; ``again`` are rows that repeat what it already has."""

    pairs: dict[str, Pair] = field(default_factory=dict)
    again: list[Row] = field(default_factory=list)
    between: list[Row] = field(default_factory=list)  # rows without labels that stand before it

    @property
    def complete(self) -> bool:
        return "quantity" in self.pairs and bool(self.pairs.keys() & (CODES | TEXTS))

    @property
    def rows(self) -> list[Row]:
        return [row for pair in self.pairs.values() for row in (pair.label_row, pair.row)]


def read_cards(rows: Sequence[Row]) -> Cards:
    """The items, each with a quantity, and a code or a description.

    What makes the most whole items begins each of them; labels before the first are those of the order.
    """
    pairs = list(pairs_of(rows))
    if not any(pair.meaning == "quantity" for pair in pairs):
        return Cards()
    firsts = list(dict.fromkeys(pair.meaning for pair in pairs if pair.meaning in _NAMES))
    divided = [_titled(_divided(pairs, first), rows) for first in firsts]
    cards = max(divided, key=lambda cards: sum(card.complete for card in cards))
    cards = [card for card in _without_order_total(cards) if card.complete]
    items = tuple(_printed(card) for card in cards)
    return Cards(items, tuple(_regions(cards)) if len(cards) > 1 else (), 2 * sum(map(_spans_rows, cards)) > len(cards))


def _spans_rows(card: _Card) -> bool:
    """A single row of labels over values, whatever is labelled below it, is the heading of a table."""
    heads = {pair.label_row.index for pair in card.pairs.values() if pair.label_row is not pair.row}
    return len(heads) != 1 and len({pair.label_row.index for pair in card.pairs.values()}) > 1


def _divided(pairs: Sequence[Pair], first: str) -> list[_Card]:
    cards: list[_Card] = []
    for pair in pairs:
        if pair.meaning == first:
            cards.append(_Card())
        if not cards:
            continue
        if pair.meaning in cards[-1].pairs and not _closes_order(pair):
            cards[-1].again.append(pair.row)
        else:
            cards[-1].pairs.setdefault(pair.meaning, pair)
    return cards


def _closes_order(pair: Pair) -> bool:
    """ "Total: 122.50" behind the last amount is the sum of the order."""
    return pair.meaning == "line_amount" and total_kind(pair.row) is not None


def _without_order_total(cards: Sequence[_Card]) -> Sequence[_Card]:
    """An amount that only the last of several items has is the sum of the order."""
    if len(cards) > 1 and sum("line_amount" in card.pairs for card in cards) == 1:
        cards[-1].pairs.pop("line_amount", None)
    return cards


# --- titles -----------------------------------------------------------------------------------------------------------


def _titled(cards: Sequence[_Card], rows: Sequence[Row]) -> list[_Card]:
    """The cards with what the row above each says, where no label names their items and every card has such a row."""
    if any(card.pairs.keys() & TEXTS for card in cards):
        return list(cards)
    spans = [(min(r.index for r in card.rows), max(r.index for r in card.rows)) for card in cards]
    above = [_plain_above(rows, first, last) for (first, _), (_, last) in zip(spans, [(-1, -1), *spans], strict=False)]
    if not all(above):
        return list(cards)
    return [
        _Card({**_title(lines[-1]), **card.pairs}, card.again, lines[:-1] if number else [])
        for number, (card, lines) in enumerate(zip(cards, above, strict=True))
    ]


def _plain_above(rows: Sequence[Row], first: int, last: int) -> list[Row]:
    """The rows between the card before and this one; above the first card only the row right over it."""
    above = [
        row for row in rows[max(last + 1, first - (3 if last >= 0 else 1)) : first] if row.page == rows[first].page
    ]
    if not above or rows[first].box.top - above[-1].box.bottom > _TITLE_GAP * rows[first].box.height:
        return []
    return above if total_kind(above[-1]) is None and _is_title(above[-1]) else []


def _is_title(row: Row) -> bool:
    """Text, and no label with its value; "Item 2:" may number it."""
    words = row.line.words
    return kind_of(row.text) == "text" and not any(w.text.endswith(":") for w in (*words[:1], *words[2:]))


def _title(row: Row) -> Mapping[str, Pair]:
    """ "1 Bearing 6205", "Item 2: Bearing 6205": the number of the line, if any, and the description."""
    words = row.line.words
    hits = label_hits([word.text for word in words[:3]])
    start = hits[0].end if hits and hits[0].start == 0 else 0
    numbered = start < len(words) - 1 and _NUMBER.fullmatch(words[start].text) is not None
    rest = words[start + 1 if numbered else 0 :]
    while rest and not any(c.isalnum() for c in rest[0].text):
        rest = rest[1:]
    found = {"line_no": _pair("line_no", (words[start],), row)} if numbered else {}
    return {**found, "description": _pair("description", rest, row)} if rest else found


def _pair(meaning: str, words: Sequence[Word], row: Row) -> Pair:
    return Pair(meaning, Found(tuple(words), row.page, row.source, 0.95), row, row)


# --- what comes out ---------------------------------------------------------------------------------------------------


def _printed(card: _Card) -> Printed:
    first = next(iter(card.pairs.values())).found
    unused = [row.text for row in card.again] + [row.text for row in card.between if holds_figures(row)]
    printed = Printed(page=first.page, source=first.source, unused=unused)
    printed.values.update({name: pair.found for name, pair in card.pairs.items() if name not in TEXTS})
    printed.lines += [pair.found.words for name, pair in card.pairs.items() if name in TEXTS]
    return printed


def _regions(cards: Sequence[_Card]) -> Iterator[tuple[int, Box]]:
    rows = [row for card in cards for row in card.rows]
    for page in dict.fromkeys(row.page for row in rows):
        yield page, bounding_box([word for row in rows if row.page == page for word in row.line.words])
