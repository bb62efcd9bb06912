"""The values of an order by their path ("po_number", "lines[2].unit_price"), shown and changed one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.amounts import decimal_votes, parse_amount
from pipeline.codec import dumps, order_to_json
from pipeline.dates import parse_date, proven_date_orders
from pipeline.errors import UsageError
from pipeline.model import Order

HEADER = (
    "document_type", "po_number", "revision", "order_date", "requested_date", "currency", "payment_terms", "incoterms",
    "buyer.name", "buyer.address", "buyer.email", "buyer.tax_id", "ship_to.name", "ship_to.address",
    "subtotal", "discount", "freight", "tax", "total",
)  # fmt: skip
LINE = (
    "line_no", "buyer_item_id", "seller_item_id", "manufacturer_item_id", "standard_item_id", "description", "quantity",
    "unit", "unit_price", "price_base_quantity", "line_discount", "line_amount", "requested_date",
)  # fmt: skip
AMOUNTS = {
    "quantity", "unit_price", "price_base_quantity", "line_discount", "line_amount",
    "subtotal", "discount", "freight", "tax", "total",
}  # fmt: skip
_OF_LINE = re.compile(r"lines\[(\d{1,6})\]\.(\w+)")


def values(order: Order) -> dict[str, str]:
    """Every value that can be changed here, "" where there is none, in the contract's order and form."""
    tree = order_to_json(order)
    paths = (*HEADER, *(f"lines[{i}].{name}" for i in range(len(order.lines)) for name in LINE))
    return {path: _get(tree, path) for path in paths}


def line_of(path: str) -> int | None:
    """From 0; None for a value of the order as a whole."""
    found = re.match(r"lines\[(\d{1,6})\]", path)
    return int(found[1]) if found else None


def different(order: Order, fields: Mapping[str, object]) -> dict[str, str]:
    """Those that are others than now; raises ``UsageError`` for paths that the order does not have."""
    before, news = values(order), dict(_texts(fields))
    unknown = [path for path in news if path not in before]
    if unknown:
        raise UsageError(f"{unknown[0][:80]}: the order has no such field")
    return {path: text for path, text in news.items() if text != before[path].strip()}


def changed(order: Order, fields: Mapping[str, object]) -> str:
    """The order JSON with these values in place; raises ``UsageError`` for other paths and where nothing is new."""
    tree, new = order_to_json(order), different(order, fields)
    if not new:
        raise UsageError("nothing was changed: type the right value over the wrong one")
    for path, text in new.items():
        holder, key = _place(tree, path)
        # a new unit makes the old code of Recommendation 20 wrong
        holder.update({key: text or None} | ({"unit_code": None} if key == "unit" else {}))
    return dumps(tree)


def _texts(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for path, text in fields.items():
        if text is not None and not isinstance(text, str):
            raise UsageError(f"{path[:80]}: give the value as text, as the order JSON does")
        yield path, (text or "").replace("\r\n", "\n").strip()


def _get(tree: dict[str, Any], path: str) -> str:
    holder, key = _place(tree, path)
    value = holder.get(key)
    return "" if value is None else str(value)


def _place(tree: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    line = _OF_LINE.fullmatch(path)
    if line:
        return tree["lines"][int(line[1])], line[2]
    party, _, key = path.rpartition(".")
    return (tree[party] if party else tree), key


def as_field(order: Order, path: str, text: str) -> str | None:
    """A printed text in the form the field takes: "1.200,00" becomes "1200.00"; None where it can be read two ways.

    The order's own figures and dates say which marks and which order of day and month it uses.
    """
    name = path.rpartition(".")[2]
    printed = [e.text for e in order.evidence]
    if name in AMOUNTS:
        amount = parse_amount(text, decimal_votes(printed))
        return None if amount is None else f"{amount:f}"
    if name.endswith("_date"):
        orders = proven_date_orders(printed)
        day = parse_date(text, order=next(iter(orders)) if len(orders) == 1 else None)
        return None if day is None else day.isoformat()
    return " ".join(text.split()) or None
