"""Earlier orders of our own, kept in memory: what one run of ``check`` has seen so far. The database has its own."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Decision, EarlierLine, EarlierOrder
from pipeline.run import code_key


def earlier_order(decision: Decision, document_sha256: str, order_key: str) -> EarlierOrder:
    """A decided order as the next one's history; quantities as ordered, in the printed unit."""
    order = decision.order
    lines = tuple(
        EarlierLine(
            sku=decided.sku,
            quantity=line.quantity,
            uom=line.unit,
            price=line.unit_price,
            requested_date=line.requested_date,
            line_no=line.line_no,
            item_codes=tuple(
                code
                for code in (
                    line.seller_item_id,
                    line.buyer_item_id,
                    line.manufacturer_item_id,
                    line.standard_item_id,
                )
                if code
            ),
        )
        for line, decided in zip(order.lines, decision.lines, strict=True)
    )
    return EarlierOrder(
        origin="intake",
        po_number=order.po_number or "",
        reference=None,
        revision=order.revision,
        order_date=order.order_date,
        lines=lines,
        document_sha256=document_sha256,
        order_key=order_key,
    )


class MemoryHistory:
    """An ``OrderHistory`` that forgets with the process."""

    def __init__(self) -> None:
        self._orders: list[tuple[str | None, EarlierOrder]] = []

    def earlier(self, customer_id: str | None, po_number: str | None) -> Sequence[EarlierOrder]:
        return [
            order
            for customer, order in self._orders
            if (customer_id is None or customer == customer_id)
            and (po_number is None or code_key(order.po_number) == code_key(po_number))
        ]

    def remember(self, decision: Decision, document_sha256: str, order_key: str) -> None:
        if any(order.order_key == order_key for _, order in self._orders):
            return
        self._orders.append((decision.customer_id, earlier_order(decision, document_sha256, order_key)))
