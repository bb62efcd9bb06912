"""Earlier orders of our own, kept in memory: what one run of ``check`` has seen so far. The database has its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.model import Decision, EarlierLine, EarlierOrder, Verdict
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
            entered=decision.decision is Verdict.AUTO,
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
        self._keys: set[str] = set()
        self._by_customer: dict[str | None, list[EarlierOrder]] = defaultdict(list)
        self._by_number: dict[str, list[tuple[str | None, EarlierOrder]]] = defaultdict(list)
        self._all: list[EarlierOrder] = []

    def earlier(self, customer_id: str | None, po_number: str | None) -> Sequence[EarlierOrder]:
        if po_number is not None:
            found = self._by_number.get(code_key(po_number), ())
            return [order for customer, order in found if customer_id is None or customer == customer_id]
        return list(self._all if customer_id is None else self._by_customer.get(customer_id, ()))

    def customers_of(self, sender: str) -> frozenset[str]:  # noqa: ARG002 - the protocol's
        """Of nobody: what one run decided by itself is no past to go by."""
        return frozenset()

    def remember(self, decision: Decision, document_sha256: str, order_key: str) -> None:
        if order_key in self._keys:
            return
        order = earlier_order(decision, document_sha256, order_key)
        self._keys.add(order_key)
        self._all.append(order)
        self._by_customer[decision.customer_id].append(order)
        self._by_number[code_key(order.po_number)].append((decision.customer_id, order))
