"""Approved orders as files for the ERP: a CSV and a JSON each, named by the idempotency key, whole or not there."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from connectors.files import read_whole, write_aside
from pipeline.codec import decision_to_json, dumps
from pipeline.errors import DocumentError
from pipeline.model import Decision, LineDecision, LineItem

COLUMNS = (
    "order_key", "customer_id", "ship_to_id", "po_number", "revision", "order_date", "currency", "payment_terms",
    "incoterms", "line", "customer_line_no", "sku", "customer_part_no", "description", "quantity", "uom", "price",
    "price_currency", "requested_date", "schedule", "printed_quantity", "printed_unit", "printed_unit_price",
    "printed_price_base_quantity", "printed_line_discount", "printed_line_amount",
)  # fmt: skip
"""One row a line. quantity, uom and price are the ERP's (price per one uom, net); "printed_" is what the order says."""

LEDGER = ".delivered"  # the ERP may take its files away: what was delivered stays noted here
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_NUMBER = re.compile(r"-\d+(\.\d+)?%?")
# OWASP ASVS 1.2.10, and the wide forms that Excel takes for them
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class OrderFileSink:
    """A ``Sink`` that leaves ``KEY.json`` and then ``KEY.csv`` in a folder, UTF-8, RFC 4180."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, key: str, decision: Decision) -> str:
        """Returns the CSV's path. The same key again changes nothing, also when the ERP took the files away.

        Raises ``SourceError`` (disk), ``DocumentError`` when a line has no SKU or quantity, or when the key was
        delivered before with other content.
        """
        if not _KEY.fullmatch(key):
            raise DocumentError(f"{key[:80]!r} cannot name an order file: letters, digits, '-' and '_' only")
        contents = {
            self._folder / f"{key}.json": dumps(decision_to_json(decision)).encode("utf-8"),
            self._folder / f"{key}.csv": order_csv(key, decision).encode("utf-8"),
        }
        ledger = self._folder / LEDGER / key
        print_of_all = hashlib.sha256(b"\x00".join(contents.values())).hexdigest().encode("ascii")
        noted = read_whole(ledger)
        if noted is not None and noted != print_of_all:
            raise _delivered_otherwise(ledger)
        if noted is None:
            for path, content in contents.items():
                _place(path, content)
            write_aside(ledger, print_of_all)
        return str(self._folder / f"{key}.csv")


def _place(path: Path, content: bytes) -> None:
    existing = read_whole(path)
    if existing is None:
        write_aside(path, content)
    elif existing != content:
        raise _delivered_otherwise(path)


def _delivered_otherwise(path: Path) -> DocumentError:
    return DocumentError(
        f"{path} exists with other content: the order was delivered before and has changed since. "
        "Compare both, then remove the file that is wrong."
    )


# --- CSV --------------------------------------------------------------------------------------------------------------


def order_csv(key: str, decision: Decision) -> str:
    """Header row and one row a line; text that a spreadsheet would run as a formula begins with an apostrophe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(key, decision):
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue()


def _rows(key: str, decision: Decision) -> Iterator[tuple[object, ...]]:
    order = decision.order
    if not order.lines or len(order.lines) != len(decision.lines):
        raise DocumentError(f"order {order.po_number}: {len(order.lines)} lines, {len(decision.lines)} of them decided")
    for number, (line, decided) in enumerate(zip(order.lines, decision.lines, strict=True), start=1):
        _refuse_unfinished(order.po_number, number, decided)
        head = (key, decision.customer_id, decision.ship_to_id, order.po_number, order.revision, order.order_date)
        terms = (order.currency, order.payment_terms, order.incoterms)
        yield (*head, *terms, number, *_line_cells(line, decided, line.requested_date or order.requested_date))


def _refuse_unfinished(po_number: str | None, number: int, decided: LineDecision) -> None:
    if decided.sku is None or decided.erp_quantity is None or decided.erp_uom is None:
        raise DocumentError(f"order {po_number}, line {number}: no SKU, quantity or unit for the ERP; review it again")


def _line_cells(line: LineItem, decided: LineDecision, requested_date: object) -> tuple[object, ...]:
    discount = line.line_discount
    return (
        line.line_no,
        decided.sku,
        line.buyer_item_id,
        line.description,
        decided.erp_quantity,
        decided.erp_uom,
        decided.expected_price if decided.agreed_price is None else decided.agreed_price,
        decided.expected_currency,
        requested_date,
        ";".join(f"{part.requested_date}:{_cell(part.quantity)}" for part in line.schedule),
        line.quantity,
        line.unit,
        line.unit_price,
        line.price_base_quantity,
        None if discount is None else f"{discount.value:f}{'%' if discount.percent else ''}",
        line.line_amount,
    )


def _cell(value: object) -> str:
    """Numbers as they are, also negative ones; of text only what a spreadsheet would take for a formula is changed."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    text = str(value).replace("\x00", "")
    return "'" + text if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text
