"""Releases of blanket orders: what is called off against what is left of it.

The ERP lists a blanket order in ``open_orders.csv`` with the status ``blanket``: ``quantity`` is what may still be
released of an item, ``requested_date`` the last day for which it may be (empty: no end).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from pipeline.model import DocumentType, EarlierLine, EarlierOrder, MatchedOrder, Mismatch
from pipeline.run import code_key
from rules.base import PolicyRule
from rules.facts import Line, lines_to_deliver, mismatch, plain
from rules.past_due import wanted
from rules.revision import is_blanket

NOT_BOOKED_YET = timedelta(days=7)  # releases this young may be missing from the ERP's balance
ZERO = Decimal(0)
_LEAST_NUMBER = 4  # characters: shorter numbers stand everywhere
# What stands behind the number of a blanket order in that of its release: "-12", "/0007", " Release 3", " Abruf 3".
_RELEASE = re.compile(r"[\s./_#:-]*(?:[^\W\d]{1,12}[\s./_#:-]*){0,2}\d{1,5}")
_TOKEN = re.compile(r"[^\s,;:()]+")


def blanket_of(matched: MatchedOrder) -> EarlierOrder | None:
    """The blanket order that this order releases from: by its number, or because the document names it."""
    blankets = [held for held in matched.earlier if is_blanket(held) and len(code_key(held.po_number)) >= _LEAST_NUMBER]
    by_number = [held for held in blankets if _is_release_number(matched.order.po_number or "", held.po_number)]
    named = _named(matched) if blankets and not by_number else frozenset()
    found = by_number or [held for held in blankets if code_key(held.po_number) in named]
    return found[-1] if found else None


def _is_release_number(number: str, blanket: str) -> bool:
    number, blanket = number.strip().casefold(), blanket.strip().casefold()
    if code_key(number) == code_key(blanket):
        return True
    rest = number.removeprefix(blanket)
    return rest != number and not rest[0].isalnum() and _RELEASE.fullmatch(rest) is not None


def _named(matched: MatchedOrder) -> frozenset[str]:
    """Every word of the document's remarks and lines that may be a number."""
    order = matched.order
    texts = [remark.text for remark in order.remarks] + [note for line in order.lines for note in line.notes]
    texts += [line.description or "" for line in order.lines]
    return frozenset(
        code_key(token) for text in texts for token in _TOKEN.findall(text) if any(map(str.isdigit, token))
    )


class Blanket(PolicyRule):
    """A release must leave the balance of each item at zero or above, and be wanted before the blanket order ends.

    Our own releases of the last week count against the balance as well, unless the ERP holds them by number: its
    balance may be older than they are.
    """

    codes = ("over_release", "blanket_expired")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        blanket = blanket_of(matched)
        if blanket is None or matched.order.document_type is not DocumentType.PURCHASE_ORDER:
            return
        yield from _expired(matched, blanket)
        drawn = list(_drawn(matched, blanket))
        for line in lines_to_deliver(matched):
            yield from _over(line, blanket, drawn, matched)


def _expired(matched: MatchedOrder, blanket: EarlierOrder) -> Iterator[Mismatch]:
    ends = [line.requested_date for line in blanket.lines if line.requested_date is not None]
    days = [day for line in lines_to_deliver(matched) for _, day in wanted(line, matched)]
    asked = max(days, default=matched.order.order_date or matched.as_of)
    if ends and asked > max(ends):
        reason = (
            f"{blanket.po_number} ({blanket.reference or 'open_orders.csv'}) ended on {max(ends)}, wanted is {asked}"
        )
        yield mismatch("blanket_expired", "requested_date", f"to {max(ends)}", asked, reason)


def _over(line: Line, blanket: EarlierOrder, drawn: list[EarlierLine], matched: MatchedOrder) -> Iterator[Mismatch]:
    item, reading = line.sold, line.reading
    if item is None or reading is None:
        return
    rows = [row for row in blanket.lines if row.sku == item.sku]
    left = _left(line, rows, [row for row in drawn if row.sku == item.sku], _before(line, matched))
    if rows and left is not None and reading.base_quantity <= left:
        return
    where = f"{blanket.po_number} ({blanket.reference or 'open_orders.csv'})"
    if not rows:
        what = f"{item.sku} is no part of {where}"
    elif left is None:
        what = f"what is left of it in {where} stands in another unit and cannot be compared"
    else:
        what = f"{where} has {plain(max(left, ZERO))} {reading.base_uom} of {item.sku} left"
    reason = f"{line.name}: {plain(reading.base_quantity)} {reading.base_uom} released; {what}"
    expected = max(left, ZERO) if left is not None else None
    yield mismatch("over_release", line.path("quantity"), expected, reading.base_quantity, reason)


def _left(line: Line, rows: list[EarlierLine], drawn: list[EarlierLine], before: Decimal) -> Decimal | None:
    """What this line may take, in base units; None where a quantity stands in a unit that cannot be compared."""
    balance, taken = [_in_base(row, line) for row in rows], [_in_base(row, line) for row in drawn]
    if None in balance or None in taken:
        return None
    return sum(filter(None, balance), ZERO) - sum(filter(None, taken), ZERO) - before


def _before(line: Line, matched: MatchedOrder) -> Decimal:
    """What the lines before this one take of the same item."""
    earlier = (o for o in lines_to_deliver(matched) if o.index < line.index and o.sold is not None)
    same = (o.reading for o in earlier if line.sold is not None and o.sold == line.sold)
    return sum((reading.base_quantity for reading in same if reading is not None), ZERO)


def _in_base(row: EarlierLine, line: Line) -> Decimal | None:
    reading = line.reading
    if reading is None or row.quantity is None:
        return None
    if row.uom == reading.base_uom:
        return row.quantity
    return row.quantity * reading.factor if row.uom is not None and row.uom == line.item.unit else None


def _drawn(matched: MatchedOrder, blanket: EarlierOrder) -> Iterator[EarlierLine]:
    """The lines of young releases of ours that the ERP may not know yet."""
    booked = {code_key(held.po_number) for held in matched.earlier if held.origin == "erp" and not is_blanket(held)}
    today = matched.order.order_date or matched.as_of
    for held in matched.earlier:
        young = held.order_date is None or today - held.order_date <= NOT_BOOKED_YET
        of_it = _is_release_number(held.po_number, blanket.po_number)
        if held.origin != "erp" and young and of_it and code_key(held.po_number) not in booked:
            yield from held.lines
