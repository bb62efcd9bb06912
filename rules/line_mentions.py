"""Texts that speak of one line of the order: "Item 20 qty 40", "Pos. 10: 5 St.", "LED-8W-4000 -> 40".

No verb is needed to change an order. What names a line and repeats what the order prints of it changes nothing;
figures that the line does not have do, whatever they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from pipeline.model import LineItem, MatchedOrder
from pipeline.run import code_key
from pipeline.values import amount_readings, date_readings, has_digit
from rules.facts import Line, lines
from rules.phrasebook import without_accents

LONGEST = 30  # words of a sentence that speaks of a line; longer ones are terms
SHORTEST_CODE = 5  # characters; shorter ones are figures as well
_PLACE = (
    r"lines?|ln|items?|itm|pos|position(?:en|s|es)?|posten|zeilen?|lignes?|postes?|lineas?|posicion(?:es)?|partidas?|"
    r"linhas?|posicao|posicoes|itens|rig[ah]e?|posizion[ei]|voc[ei]|regels?|posities?|pozycj[aięe]|poz|wiersz"
)
_MENTION = re.compile(
    rf"\b(?:{_PLACE})\b[.:]?\s*(?:(?:no|nr|n|num|numero|number|nummer)\b)?[.:#°º\s]*0*(\d{{1,5}})\b(?![.,]\d)"
)
# Lines of other papers: "as per item 3 of your quotation"
_ELSEWHERE = re.compile(
    r"\b(?:quot|offer|offert|angebot|devis|cotiza|ofert|orcament|preventiv|contrat?[tc]|contract|vertrag|rahmen|"
    r"kontrakt|umow|tender|drawing|zeichnung|plan\b|dessin|spec\b|specification|spezifikation|catalog|katalog|terms|agb\b|conditions|clause|section)"
)
_COUNTED = re.compile(  # "Number of items: 3"
    r"(?:number|count|total|sum|anzahl|zahl|gesamt|nombre|numero|aantal|liczba|ilosc|n[or]?)\b[^\d.!?]{0,20}$"
)
_SPLIT = re.compile(r"\n|(?<=[.!?;])\s+(?=[^\W\d])")
_PIECES = re.compile(
    r"(?<![\w.,/-])(\d[\d.,]*) ?(?:pcs|pc|pces?|pieces?|stk|stck|stuck|stueck|st|ea|each|units?|pz|pzas?|piezas?|"
    r"pezz[io]|uds?|unidades?|unid|pecas?|stuks?|szt|sztuk[ai]?)\b"
)
_MONEY = re.compile(
    r"(?<!\w)(?:eur|usd|gbp|chf|pln|[€$£]) ?(\d[\d.,]*)|"
    r"(?<![\w.,/-])(\d[\d.,]*) ?(?:eur|euros?|usd|gbp|chf|pln|zl|[€$£])(?!\w)"
)
_FIGURE = re.compile(r"\d(?:[\d.,'/-]*\d)?")


def sentences(text: str) -> Iterator[str]:
    """Lines of the text and sentences within them; "Pos. 20" is no end of one."""
    for sentence in _SPLIT.split(text):
        if sentence.strip() and len(sentence.split()) <= LONGEST:
            yield " ".join(sentence.split())


def mentions(sentence: str, matched: MatchedOrder) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """The lines a sentence names by their number, each with the figures beside it that the order does not print: none
    where it has no figures at all. What only repeats figures of the order is left out."""
    folded = without_accents(sentence)
    found = [m for m in _MENTION.finditer(folded) if not _COUNTED.search(folded[: m.start()])]
    if not found or _ELSEWHERE.search(folded):
        return
    ordered = list(lines(matched))
    numbered = {_number(line): line for line in ordered}
    counted = {str(place): line for place, line in enumerate(ordered, 1)}
    for i, mention in enumerate(found):
        line = numbered.get(mention[1], counted.get(mention[1]))
        if line is not None:
            first = 0 if i == 0 else mention.start()
            last = found[i + 1].start() if i + 1 < len(found) else len(folded)
            rest = f"{sentence[first : mention.start()]} {sentence[mention.end() : last]}"
            figures = unknown_figures(rest, line.item, matched)
            if figures or (mention[1] in numbered and not has_digit(rest)):
                yield line, figures


def named_by_code(sentence: str, matched: MatchedOrder) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """The lines a sentence names by an item's number, where figures stand beside it that the order does not print."""
    keys = {code_key(word) for word in sentence.split()}
    for line in lines(matched):
        codes = (line.item.seller_item_id, line.item.buyer_item_id, line.item.standard_item_id)
        if any(len(key := code_key(code)) >= SHORTEST_CODE and has_digit(key) and key in keys for code in codes):
            figures = unknown_figures(sentence, line.item, matched)
            if figures:
                yield line, figures


def _number(line: Line) -> str:
    printed = re.sub(r"\D", "", line.item.line_no or "") or str(line.index + 1)
    return printed.lstrip("0") or printed


def unknown_figures(text: str, item: LineItem, matched: MatchedOrder) -> tuple[str, ...]:
    """The figures of the text that are neither the line's nor the order's, nor part of a word or date of theirs."""
    known = {value for value in (item.quantity, item.unit_price, item.line_amount, item.price_base_quantity) if value}
    printed = _printed(item, matched)
    rest = _without_dates(text, _dates(item, matched))
    words = (word for word in rest.split() if has_digit(word) and code_key(word) not in printed)
    figures = (figure for word in words for figure in _FIGURE.findall(word))
    return tuple(figure for figure in figures if not _is_known(figure, known))


def strange_count(text: str, items: Sequence[LineItem]) -> str | None:
    """A number of pieces in the text that is the quantity of none of the items, nor of all of them."""
    quantities = [item.quantity for item in items if item.quantity is not None]
    known = {*quantities, sum(quantities, Decimal(0)), Decimal(len(items))}
    known |= {part.quantity for item in items for part in item.schedule if part.quantity is not None}
    counts = (
        match[0] for match in _PIECES.finditer(without_accents(text)) if not _is_known(match[1].strip(".,"), known)
    )
    return next(counts, None)


def strange_price(text: str, item: LineItem) -> str | None:
    """An amount of money in the text that is neither the price nor the amount of the item."""
    known = {value for value in (item.unit_price, item.line_amount) if value is not None}
    found = ((match[0], match[1] or match[2]) for match in _MONEY.finditer(without_accents(text)))
    return next((text for text, figure in found if not _is_known(figure.strip(".,"), known)), None)


def _is_known(figure: str, known: set[Decimal]) -> bool:
    return any(value in known for value in amount_readings(figure))


def _printed(item: LineItem, matched: MatchedOrder) -> set[str]:
    texts = (
        item.seller_item_id, item.buyer_item_id, item.standard_item_id, item.manufacturer_item_id, item.description,
        *item.notes, matched.order.po_number,
    )  # fmt: skip
    words = [word for text in texts if text for word in (text, *text.split())]
    return {code_key(word) for word in words if len(word) > 2 or not word.isdigit()} - {""}


def _dates(item: LineItem, matched: MatchedOrder) -> set[date]:
    found = {item.requested_date, matched.order.requested_date, matched.order.order_date}
    return {day for day in (*found, *(part.requested_date for part in item.schedule)) if day is not None}


def _without_dates(text: str, known: set[date]) -> str:
    words = text.split()
    for size in (3, 2, 1):
        for start in range(len(words) - size + 1):
            if known & set(date_readings(" ".join(words[start : start + size]).strip(",.;:"))):
                words[start : start + size] = [""] * size
    return " ".join(words)


def holds_order(text: str, matched: MatchedOrder) -> bool:
    """Whether the text lists most of the order's lines: then it is where they were read."""
    inside = code_key(text)
    listed = [
        any(
            len(key := code_key(part)) >= SHORTEST_CODE and key in inside
            for part in (item.description, item.seller_item_id, item.buyer_item_id)
        )
        for item in matched.order.lines
    ]
    return sum(listed) * 2 > len(listed)
