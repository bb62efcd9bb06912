"""Items whose number stands somewhere in the document, but in none of the lines read: a lost row, an order in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchers.catalogue import Catalogue
from matchers.codes import code_key
from pipeline.interfaces import Erp
from pipeline.model import Candidate, LineItem, LineMatch, Order

SHORTEST = 5  # characters; shorter ones are dates, quantities and house numbers as well
_CODE = re.compile(r"(?=\S*\d)[^\s,;:()\[\]]{5,}")
_FIELDS = ("seller_item_id", "buyer_item_id", "manufacturer_item_id", "standard_item_id", "description")


def unlisted_items(
    order: Order, matches: tuple[LineMatch, ...], erp: Erp, catalogue: Catalogue, customer_id: str | None
) -> tuple[Candidate, ...]:
    """One for each item named; ``key`` is its number, ``label`` the print, ``reason`` where that stands.

    Only our number, the customer's own or a GTIN counts, exactly as on file.
    """
    listed = {match.item.sku for match in matches if match.item is not None}
    listed |= {c.key for match in matches for c in match.candidates}
    written = "".join(code_key(str(getattr(line, field) or "")) for line in order.lines for field in _FIELDS)
    numbers = {code_key(order.po_number or "")}
    found: dict[str, Candidate] = {}
    for code, place in _codes(order):
        key = code_key(code)
        if key in numbers or key in written:
            continue
        for sku in _skus(code, erp, catalogue, customer_id):
            if sku not in listed:
                found.setdefault(sku, Candidate(sku, code, 1.0, place))
    return tuple(found.values())


def _codes(order: Order) -> Iterator[tuple[str, str]]:
    for remark in order.remarks:
        for word in _CODE.findall(remark.text):
            yield word.strip(".\"'"), f'page {remark.page}: "{remark.text[:120]}"'
    for index, line in enumerate(order.lines):
        for note in line.notes:
            for word in _CODE.findall(note):
                yield word.strip(".\"'"), f'a note of {_name(line, index)}: "{note[:120]}"'


def _name(line: LineItem, index: int) -> str:
    return f"line {line.line_no or index + 1}"


def _skus(code: str, erp: Erp, catalogue: Catalogue, customer_id: str | None) -> Iterator[str]:
    if len(code) < SHORTEST:
        return
    if erp.item(code) is not None:
        yield code
    if customer_id is not None:
        yield from erp.cross_references(customer_id, code)
    yield from catalogue.by_gtin(code)
