"""The orders of a customer that the ERP or we already hold, in one form, for the rules on duplicates and revisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from pipeline.interfaces import Erp, OrderHistory
from pipeline.model import EarlierLine, EarlierOrder, OpenOrderLine, Order


def earlier_orders(order: Order, customer_id: str | None, erp: Erp, history: OrderHistory) -> tuple[EarlierOrder, ...]:
    """All orders of this customer, whatever their number: an order may come again under another one. ERP's first, then
    our own, each newest last. Of an unknown customer only our own orders under the same number."""
    if customer_id is None:
        return tuple(history.earlier(None, order.po_number)) if order.po_number else ()
    return (*from_erp(erp.open_orders(customer_id)), *history.earlier(customer_id, None))


def bought(earlier: Sequence[EarlierOrder]) -> Mapping[str, Sequence[EarlierLine]]:
    """By item, what this customer is known to have ordered: what the ERP holds, not what we only took it for."""
    found: dict[str, list[EarlierLine]] = defaultdict(list)
    for order in earlier:
        for line in order.lines:
            if line.sku and line.entered:
                found[line.sku].append(line)
    return found


def from_erp(rows: Sequence[OpenOrderLine]) -> list[EarlierOrder]:
    """Rows of one customer as orders, newest last."""
    groups: dict[tuple[str, str | None, str | None], list[OpenOrderLine]] = defaultdict(list)
    for row in rows:
        groups[row.po_number, row.so_number, row.revision].append(row)
    orders = [_order(lines) for lines in groups.values()]
    return sorted(orders, key=lambda held: (held.order_date or date.min, held.revision or ""))


def _order(lines: Sequence[OpenOrderLine]) -> EarlierOrder:
    first = lines[0]
    return EarlierOrder(
        origin="erp",
        po_number=first.po_number,
        reference=first.so_number,
        revision=first.revision,
        order_date=first.po_date,
        lines=tuple(
            EarlierLine(
                sku=line.sku,
                quantity=line.quantity,
                uom=line.uom,
                price=line.price,
                requested_date=line.requested_date,
                line_no=line.line,
                status=line.status,
                item_codes=(line.customer_part_no,) if line.customer_part_no else (),
                entered=True,
            )
            for line in lines
        ),
    )
